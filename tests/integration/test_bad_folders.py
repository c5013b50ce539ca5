"""Folders that cannot be written, are not connected, or are not what they were."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bad_days import WITHDRAW, copies, goes_on, no_waiting, pull, refused
from tests.fake_site import (
    School,
    nothing_without_permission,
    the_folder_is_in_step,
)
from tests.integration.killing import LAST_WORDS, command


@pytest.fixture
def school(fake_school: School) -> School:
    assert command(fake_school, *pull(fake_school)) == 0
    return fake_school


@pytest.fixture
def read_only(school: School, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """Folders in which nothing can be written, renamed or deleted; also by the system's owner."""
    folders: list[Path] = []
    plain_open, plain_unlink, plain_replace = os.open, Path.unlink, Path.replace

    def is_in(path: object) -> bool:
        return any(Path(str(path)).is_relative_to(folder) for folder in folders)

    def refuse() -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    def open_(path: str | Path, flags: int, mode: int = 0o777, **options: Any) -> int:  # noqa: ANN401
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and is_in(path):
            refuse()
        return plain_open(path, flags, mode, **options)

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if is_in(self):
            refuse()
        plain_unlink(self, missing_ok=missing_ok)

    def replace(self: Path, target: Path) -> Path:
        if is_in(target):
            refuse()
        return plain_replace(self, target)

    monkeypatch.setattr(os, "open", open_)
    monkeypatch.setattr(Path, "unlink", unlink)
    monkeypatch.setattr(Path, "replace", replace)
    yield folders
    folders.clear()


def test_the_vault_cannot_be_written(school: School, read_only: list[Path]) -> None:
    """A withdrawal is stored all the same; copies that ended are handed to nobody."""
    before = copies(school)
    read_only.append(school.site.vault)
    said = refused(school, *WITHDRAW)
    assert "Recorded for P1" in said
    assert "could not be deleted" in said
    refused(school, *pull(school))
    assert copies(school) == before
    read_only.clear()
    no_waiting(school.site)
    assert command(school, "takedowns") == 0
    nothing_without_permission(school)
    goes_on(school)


def test_ready_cannot_be_written(school: School, read_only: list[Path]) -> None:
    read_only.append(school.site.ready)
    said = refused(school, *WITHDRAW)
    assert "Recorded for P1" in said
    assert "could not be deleted" in said
    assert command(school, *pull(school)) == 0
    assert "could not be deleted" in " ".join(LAST_WORDS[0].split())
    the_folder_is_in_step(school)
    read_only.clear()
    no_waiting(school.site)
    assert command(school, "takedowns") == 0
    nothing_without_permission(school)
    goes_on(school)


def test_the_folder_cannot_be_written(school: School, read_only: list[Path]) -> None:
    assert command(school, *WITHDRAW) == 0
    read_only.append(school.folder)
    assert "check that you may write there" in refused(school, *pull(school))
    assert command(school, "takedowns", "--json") == 0
    assert str(school.folder) in LAST_WORDS[0]
    read_only.clear()
    goes_on(school)


def test_the_share_of_the_folder_is_not_connected(school: School) -> None:
    """An empty folder in its place must not count as proof that copies are gone."""
    assert command(school, *WITHDRAW) == 0
    away = school.folder.rename(school.folder.with_name("away"))
    school.folder.mkdir()
    assert "connected" in refused(school, *pull(school))
    assert list(school.folder.iterdir()) == []
    school.folder.rmdir()
    assert "is not a folder" in refused(school, *pull(school))
    away.rename(school.folder)
    goes_on(school)


def test_somebody_emptied_the_folder_and_says_so(school: School) -> None:
    for path in school.folder.rglob("*"):
        if path.is_file():
            path.unlink()
    refused(school, *pull(school))
    assert command(school, *pull(school), "--emptied") == 0
    goes_on(school)


def test_a_folder_is_kept_for_one_channel_also_without_its_manifest(school: School) -> None:
    (school.folder / "photogate-manifest.json").unlink()
    said = refused(school, "pull", "-c", "print", "--to", str(school.folder))
    assert "holds copies for the channel website" in said
    goes_on(school)
