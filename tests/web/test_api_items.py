"""What programs list and download: only what stands at that moment, and its very bytes."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from cli.copies import Download
from cli.site import now
from consent_db import audit, feed, locking, places
from consent_db.feed import Told
from consent_db.schema import consents, register
from gate.released import PlaceKind
from gate.values import day_of
from tests.fake_gate import seen_on
from tests.web.client import Console
from tests.web.programs import WEBSITE, Program, program_of
from tests.web.released import released_console, withdraw

FIELDS = {
    *("id", "channel", "event", "name", "media_type", "size", "width", "height"),
    *("sha256", "released_at", "links"),
}


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


def website(console: Console) -> list[Told]:
    with console.site.database.reading() as connection:
        return list(feed.standing(connection, "website", 0, 100))


def with_person(console: Console, ref: str) -> Told:
    return next(o for o in website(console) if ref in seen_on(bytes_of(console, o)))


def bytes_of(console: Console, copy: Told) -> bytes:
    return (console.site.root / copy.path).read_bytes()


def file_of(copy: Told) -> str:
    return f"{WEBSITE}/items/{copy.id}/file"


def permission_ends_unnoticed(console: Console, ref: str) -> None:
    """As if it ended in this very moment: nothing has drawn the consequences yet."""
    with console.site.database.transaction("setup") as tx:
        said = tx.connection.execute(select(consents).where(consents.c.person == ref)).mappings()
        row = next(one for one in said if one["channel"] == "website")
        ended = {**row, "id": 9_999, "status": "withdrawn", "recorded_at": tx.now}
        ended |= {"obtained_on": day_of(tx.now), "valid_from": day_of(tx.now)}
        tx.connection.execute(insert(consents).values(**ended))
        tx.announce()


def test_a_page_begins_after_the_last_one(shared: Console, reader: Program) -> None:
    found: list[int] = []
    after, more = 0, True
    while more:
        page = reader.told(f"{WEBSITE}/items", after=after, limit=4)
        found += [one["id"] for one in page["items"]]
        assert page["more"] == (len(found) < 6)
        after, more = page["next"], page["more"]
    assert found == [one.id for one in website(shared)]
    assert len(found) == 6
    empty = reader.told(f"{WEBSITE}/items", after=after)
    assert empty == {"items": [], "next": after, "more": False}


def test_an_item_tells_of_the_copy_and_of_nobody_in_it(shared: Console, reader: Program) -> None:
    for copy in website(shared):
        item = reader.told(f"{WEBSITE}/items/{copy.id}")
        assert set(item) == FIELDS
        assert item["sha256"] == hashlib.sha256(bytes_of(shared, copy)).hexdigest()
        assert item["size"] == len(bytes_of(shared, copy))
        assert item["name"] == Path(copy.path).name
        assert copy.photo not in str(item)
        assert reader.get(item["links"]["file"]).content == bytes_of(shared, copy)
        assert reader.told(item["links"]["item"]) == item


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


def test_a_download_is_on_record_once_and_asking_for_headers_is_none(
    console: Console, program: Program
) -> None:
    copy = website(console)[0]

    def recorded() -> list[tuple[PlaceKind, str]]:
        with console.site.database.reading() as connection:
            return [(one.kind, one.where) for one in places.of_photo(connection, copy.photo)]

    head = program.client.head(file_of(copy), headers=program.get("/").request.headers)
    assert head.status_code == 200
    assert head.headers["content-length"] == str(copy.size)
    assert head.headers["etag"] == f'"{copy.sha256}"'
    assert recorded() == []
    for _ in range(3):
        program.get(file_of(copy), {"Range": "bytes=0-5"})
    assert recorded() == [(PlaceKind.PULLED, "Downloads of Wyn Hughes")]


def test_what_was_withdrawn_after_it_was_listed_is_not_handed_out(
    console: Console, program: Program
) -> None:
    copy = with_person(console, "P1")
    tag = {"If-None-Match": f'"{copy.sha256}"'}
    assert program.get(file_of(copy)).status_code == 200
    withdraw(console.site, "P1")
    for headers in ({}, tag, {"Range": "bytes=0-5"}, {"Range": "bytes=99999-"}):
        gone = program.get(file_of(copy), headers)
        assert gone.status_code == 410
        assert b"shown" not in gone.content
        assert "P1" not in gone.text
    assert program.get(f"{WEBSITE}/items/{copy.id}").status_code == 410
    head = program.client.head(file_of(copy), headers=gone.request.headers)
    assert head.status_code == 410
    listed = program.told(f"{WEBSITE}/items")["items"]
    assert copy.id not in {one["id"] for one in listed}
    assert len(listed) == 3


@pytest.mark.parametrize("how", ["items", "item", "file", "head", "changes", "feed"])
def test_permission_is_asked_again_each_time(console: Console, program: Program, how: str) -> None:
    copy = with_person(console, "P1")
    permission_ends_unnoticed(console, "P1")
    assert copy.id in {one.id for one in website(console)}
    if how == "items":
        listed = program.told(f"{WEBSITE}/items")["items"]
        assert copy.id not in {one["id"] for one in listed}
    elif how == "changes":
        told = program.told(f"{WEBSITE}/changes")["changes"]
        assert copy.id not in {one["item"]["id"] for one in told if one["type"] == "released"}
    elif how == "feed":
        assert copy.sha256 not in program.get("/feeds/website.json").text
    elif how == "head":
        headers = program.get("/").request.headers
        assert program.client.head(file_of(copy), headers=headers).status_code == 410
    else:
        path = file_of(copy) if how == "file" else f"{WEBSITE}/items/{copy.id}"
        assert program.get(path).status_code == 410
    assert copy.id not in {one.id for one in website(console)}


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


def test_a_locked_photo_is_revoked_and_nothing_says_that_it_is_locked(
    console: Console, program: Program
) -> None:
    copy = website(console)[0]
    with console.site.database.transaction("Dilys Rees") as tx:
        locking.lock(tx, copy.photo, "a reason", timedelta(days=2))
    last = program.told(f"{WEBSITE}/changes")["changes"][-1]
    assert (last["type"], last["id"]) == ("revoked", copy.id)
    gone = program.get(file_of(copy))
    assert gone.status_code == 410
    assert "lock" not in gone.text + str(last)
    assert "reason" not in gone.text + str(last)


def test_while_the_register_is_too_old_nothing_is_handed_out(
    console: Console, program: Program
) -> None:
    copy = website(console)[0]
    with console.site.database.transaction("setup") as tx:
        old = now() - timedelta(days=4_000)
        tx.connection.execute(update(register).values(confirmed_at=old))
    for path in (f"{WEBSITE}/items", file_of(copy), f"{WEBSITE}/items/{copy.id}"):
        answer = program.get(path)
        assert answer.status_code == 503, path
        assert answer.headers["retry-after"].isdigit()
        assert "confirmed" in answer.json()["detail"]
    assert program.get("/feeds/website.atom").status_code == 503
    told = program.told(f"{WEBSITE}/changes")
    assert not told["handing_out"]
    assert len(told["changes"]) == 6


@pytest.mark.parametrize(
    "number",
    ["..", "../1", "..%2f..%2fregister", "%2e%2e", "0", "-1", "1.5", "1e3", "9" * 30, "x", "%00"],
)
def test_no_path_leads_anywhere_else(shared: Console, reader: Program, number: str) -> None:
    for rest in ("", "/file"):
        answer = reader.get(f"{WEBSITE}/items/{number}{rest}")
        assert answer.status_code in (401, 404, 405, 422), (number, answer.status_code)
        assert "photogate" not in answer.text


def test_a_copy_of_another_channel_is_not_here(shared: Console, reader: Program) -> None:
    with shared.site.database.reading() as connection:
        other = feed.standing(connection, "print", 0, 1)[0]
    for path in (f"{WEBSITE}/items/{other.id}", f"{WEBSITE}/items/{other.id}/file"):
        assert reader.get(path).status_code == 404


def test_channels_are_those_of_the_token(shared: Console, reader: Program) -> None:
    (one,) = reader.told("/api/v1/channels")["channels"]
    assert one == {"name": "website", "title": "Website", "items": 6, "takedowns": 0}
