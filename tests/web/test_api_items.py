"""What programs list and download: only what stands at that moment, and its very bytes."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from cli.site import now
from consent_db import feed, locking, places
from consent_db.schema import consents, register
from gate.released import PlaceKind
from gate.values import day_of
from tests.web.client import Console
from tests.web.programs import WEBSITE, Program, bytes_of, file_of, program_of, website, with_person
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
