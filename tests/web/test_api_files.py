"""Files that programs download: whole or in part, and always the bytes that were released."""

from __future__ import annotations

import base64
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from cli.copies import Download
from consent_db import audit, places, takedowns
from consent_db.feed import Told
from tests.fake_gate import seen_on
from tests.web.client import Console
from tests.web.programs import WEBSITE, Program, bytes_of, file_of, program_of, website
from tests.web.released import released_console, withdraw


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Console:
    """Only look at what stands there, and download it."""
    return released_console(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def reader(shared: Console) -> Program:
    return program_of(shared)


@pytest.fixture
def console(released_copy: Console) -> Console:
    return released_copy


@pytest.fixture
def program(console: Console) -> Program:
    return program_of(console)


def test_a_file_has_its_digest_for_a_tag(shared: Console, reader: Program) -> None:
    copy = website(shared)[0]
    answer = reader.get(file_of(copy))
    assert answer.headers["etag"] == f'"{copy.sha256}"'
    digest = base64.b64encode(bytes.fromhex(copy.sha256)).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"].startswith("attachment")
    for tags in (f'"{copy.sha256}"', f'W/"{copy.sha256}"', f'"a", "{copy.sha256}"', "*"):
        same = reader.get(file_of(copy), {"If-None-Match": tags})
        assert same.status_code == 304
        assert same.content == b""
        assert same.headers["etag"] == answer.headers["etag"]
    other = reader.get(file_of(copy), {"If-None-Match": '"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("0-0", 0, 1), ("10-", 10, None), ("5-20", 5, 21), ("-7", -7, None), ("3-99999", 3, None)],
)
def test_a_part_of_a_file(
    shared: Console, reader: Program, asked: str, start: int, stop: int | None
) -> None:
    copy = website(shared)[0]
    data = bytes_of(shared, copy)
    tag = f'"{copy.sha256}"'
    for headers in ({}, {"If-Range": tag}):
        part = reader.get(file_of(copy), {"Range": f"bytes={asked}", **headers})
        assert part.status_code == 206
        assert part.content == data[start:stop]
        first = start % len(data)
        last = first + len(part.content) - 1
        assert part.headers["content-range"] == f"bytes {first}-{last}/{len(data)}"
        assert part.headers["content-length"] == str(len(part.content))
        assert part.headers["etag"] == tag


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-4", "If-Range": '"of another file"'},
        {"Range": "bytes=0-4", "If-Range": "Sat, 05 Sep 2026 13:02:11 GMT"},
        {"Range": "bytes=0-4,10-12"},
        {"Range": "letters=0-4"},
        {"Range": "bytes=9-4"},
        {"Range": "bytes=-"},
        {"Range": "bytes"},
    ],
)
def test_what_asks_for_no_part_gets_the_whole(
    shared: Console, reader: Program, headers: dict[str, str]
) -> None:
    copy = website(shared)[0]
    whole = reader.get(file_of(copy), headers)
    assert whole.status_code == 200
    assert whole.content == bytes_of(shared, copy)


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=-0"])
def test_a_part_that_there_is_not(shared: Console, reader: Program, asked: str) -> None:
    copy = website(shared)[0]
    answer = reader.get(file_of(copy), {"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{copy.size}"
    assert b"shown" not in answer.content


@pytest.mark.parametrize("spoil", ["changed", "missing", "linked"])
def test_a_file_that_is_not_what_was_released_is_never_handed_out(
    console: Console, program: Program, spoil: str, tmp_path: Path
) -> None:
    copy = website(console)[0]
    path = console.site.root / copy.path
    if spoil == "changed":
        path.write_bytes(b"x" * copy.size)
    else:
        path.unlink()
    if spoil == "linked":
        (tmp_path / "elsewhere.jpg").write_bytes(b"x" * copy.size)
        path.symlink_to(tmp_path / "elsewhere.jpg")
    answer = program.get(file_of(copy))
    assert answer.status_code == 410
    assert b"xx" not in answer.content
    with console.site.database.reading() as connection:
        told = [one.action for one in audit.entries(connection)]
        assert places.of_photo(connection, copy.photo) == []
    assert "copy.changed" in told
    last = program.told(f"{WEBSITE}/changes")["changes"][-1]
    assert (last["type"], last["id"]) == ("revoked", copy.id)


def test_a_file_that_changes_while_it_is_handed_out_is_not(
    console: Console, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, take = website(console)[0], Download.take

    def then_changed(self: Download, numbers: Any) -> Any:  # noqa: ANN401
        found = take(self, numbers)
        (console.site.root / copy.path).write_bytes(b"y" * copy.size)
        return found

    monkeypatch.setattr(Download, "take", then_changed)
    answer = program.get(file_of(copy))
    assert answer.status_code == 410
    assert b"yy" not in answer.content


def test_nothing_is_handed_out_after_a_withdrawal_and_all_before_is_asked_back(
    console: Console,
) -> None:
    copies = [one for one in website(console) if "P1" in seen_on(bytes_of(console, one))]
    over, handed = Event(), []

    def keep_downloading(copy: Told) -> list[int]:
        program, late = program_of(console), []
        while True:
            ended = over.is_set()
            status = program.get(file_of(copy)).status_code
            if status == 200:
                handed.append(copy.id)
            if ended:
                late.append(status)
            if len(late) == 3:
                return late

    with ThreadPoolExecutor(len(copies)) as pool:
        running = [pool.submit(keep_downloading, copy) for copy in copies]
        while len(set(handed)) < len(copies):
            time.sleep(0.01)
        withdraw(console.site, "P1")
        over.set()
        assert [one.result() for one in running] == [[410] * 3] * len(copies)
    with console.site.database.reading() as connection:
        asked = {one.place.release.sha256 for one in takedowns.pending(connection)}
    assert asked == {one.sha256 for one in copies}
