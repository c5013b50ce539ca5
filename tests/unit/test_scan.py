"""What counts as a file in staging that may be taken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from watch.scan import Snapshot, StagingMissing, scan


def _put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(path.encode())


def _found(snapshot: Snapshot) -> set[str]:
    return set(snapshot.files)


def test_photos_are_found_at_any_depth_with_their_folder_as_event(tmp_path: Path) -> None:
    _put(tmp_path, "a.jpg", "sports-day/b.JPG", "sports-day/year 7/c.heic")
    files = scan(tmp_path).files
    assert {path: file.event for path, file in files.items()} == {
        "a.jpg": "",
        "sports-day/b.JPG": "sports-day",
        "sports-day/year 7/c.heic": "sports-day/year 7",
    }
    assert files["a.jpg"].stamp.size == 5


@pytest.mark.parametrize(
    "name",
    [
        "a.jpg.part", "a.PARTIAL", "a.jpg.crdownload", "a.download", "a.tmp", "~$a.jpg", "._a.jpg",
        ".a.jpg", ".hidden/a.jpg", "Thumbs.db", "desktop.ini", "DESKTOP.INI", ".DS_Store",
        "@eaDir/a.jpg", "x/@eaDir/a.jpg/SYNOPHOTO.jpg", "#recycle/a.jpg", "a.jpg.download/a.jpg",
    ],
)  # fmt: skip
def test_parts_of_downloads_and_system_files_are_left_out(tmp_path: Path, name: str) -> None:
    _put(tmp_path, name, "good.jpg")
    assert _found(scan(tmp_path)) == {"good.jpg"}


def test_links_are_never_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    staging = tmp_path / "staging"
    _put(outside, "secret.jpg")
    _put(staging, "good.jpg")
    (staging / "link.jpg").symlink_to(outside / "secret.jpg")
    (staging / "folder").symlink_to(outside)
    assert _found(scan(staging)) == {"good.jpg"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_only_regular_files_count(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    assert _found(scan(tmp_path)) == set()


@pytest.mark.parametrize("error", [FileNotFoundError(2, "gone"), OSError(116, "stale handle")])
def test_a_share_that_is_gone_is_not_an_empty_folder(tmp_path: Path, error: OSError) -> None:
    def listdir(path: str) -> list[str]:
        raise error

    with pytest.raises(StagingMissing):
        scan(tmp_path, listdir=listdir)


def test_a_folder_that_cannot_be_opened_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    _put(tmp_path, "closed/a.jpg", "open/b.jpg")

    def listdir(path: str) -> list[str]:
        if path.endswith("closed"):
            raise PermissionError(13, "denied")
        return os.listdir(path)  # noqa: PTH208

    snapshot = scan(tmp_path, listdir=listdir)
    assert _found(snapshot) == {"open/b.jpg"}
    assert snapshot.unreadable == ("closed",)


def test_a_file_that_vanishes_during_the_scan_is_skipped(tmp_path: Path) -> None:
    _put(tmp_path, "a.jpg", "b.jpg")

    def stat(path: str) -> os.stat_result:
        if path.endswith("a.jpg"):
            raise FileNotFoundError(2, "gone")
        return os.lstat(path)

    assert _found(scan(tmp_path, stat=stat)) == {"b.jpg"}


def test_names_that_are_no_text_are_found(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes only text")
    (path,) = scan(tmp_path).files
    assert os.fsencode(path) == b"caf\xe9.jpg"


def test_ten_thousand_files_and_deep_folders_are_found(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 60)
    _put(tmp_path, f"{deep}/deepest.jpg")
    for number in range(10_000):
        (tmp_path / f"{number}.jpg").touch()
    assert len(scan(tmp_path).files) == 10_001
