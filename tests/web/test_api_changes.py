"""Whoever follows a channel is told of every release and revocation, in order, and once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select

from consent_db import consents, feed
from consent_db.schema import release_events
from gate.values import day_of
from tests.fake_gate import granted_again, restrict
from tests.web.client import Console
from tests.web.programs import CHANGES, WEBSITE, Program, following, program_of, school_of
from tests.web.released import withdraw

REVOKED = {"type", "number", "at", "id", "sha256", "do"}


@pytest.fixture
def console(released_copy: Console) -> Console:
    return released_copy


@pytest.fixture
def program(console: Console) -> Program:
    return program_of(console)


def brief(changes: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(o["type"], o["id"] if o["type"] == "revoked" else o["item"]["id"]) for o in changes]


def test_a_withdrawal_is_told_after_the_releases_and_says_only_what_to_do(
    console: Console, program: Program
) -> None:
    before = list(following(program))
    assert {one["type"] for one in before} == {"released"}
    last = before[-1]["number"]
    withdraw(console.site, "P1")
    news = list(following(program, last))
    assert {one["type"] for one in news} == {"revoked"}
    assert len(news) == 3
    for one in news:
        assert set(one) == REVOKED
        assert one["do"] == "delete"
        (item,) = (o["item"] for o in before if o["item"]["id"] == one["id"])
        assert one["sha256"] == item["sha256"]
    numbers = [one["number"] for one in (*before, *news)]
    assert numbers == sorted(set(numbers))


def test_a_restriction_reads_like_any_other_end(console: Console, program: Program) -> None:
    last = list(following(program))[-1]["number"]
    with console.site.database.transaction("Dilys Rees") as tx:
        restrict(tx, "P2")
    told = list(following(program, last))
    assert told
    for one in told:
        assert set(one) == REVOKED
    text = program.get(CHANGES, after=last).text
    for word in ("restrict", "veto", "P2", "Dilys", "consent"):
        assert word not in text


def test_whoever_begins_late_is_told_of_the_revocation_and_of_no_release_before_it(
    console: Console, program: Program
) -> None:
    every = brief(list(following(program)))
    withdraw(console.site, "P1")
    late = brief(list(following(program)))
    gone = {number for kind, number in late if kind == "revoked"}
    assert len(gone) == 3
    assert [one for one in every if one[1] not in gone] == [o for o in late if o[0] == "released"]
    first = program.told(CHANGES, limit=3)["changes"]
    assert brief(first) == late[:3], "what is left out takes no place"


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_of_any_length_tell_the_same(console: Console, program: Program, limit: int) -> None:
    withdraw(console.site, "P1")
    assert list(following(program, limit=limit)) == list(following(program))


def test_a_copy_that_is_released_anew_is_another_one(console: Console, program: Program) -> None:
    withdraw(console.site, "P1")
    last = list(following(program))[-1]["number"]
    site = console.site
    with site.database.transaction("Dafydd Lewis") as tx:
        consents.record_all(tx, [granted_again("P1", day_of(tx.now))])
    school_of(console).drop(0, "P1")
    told = list(following(program, last))
    ended = {one["id"] for one in told if one["type"] == "revoked"}
    (new,) = (one["item"] for one in told if one["type"] == "released")
    assert new["id"] not in ended
    file = program.get(new["links"]["file"])
    assert file.status_code == 200


def test_another_channel_s_changes_are_not_told(console: Console, program: Program) -> None:
    with console.site.database.reading() as connection:
        other = feed.standing(connection, "print", 0, 100)
    told = {number for _, number in brief(list(following(program)))}
    assert other
    assert told.isdisjoint(one.id for one in other)


def test_nothing_is_missed_while_many_write_at_once(console: Console, program: Program) -> None:
    site, over = console.site, Event()
    school = school_of(console)

    def drop(writer: int) -> None:
        for number in range(6):
            school.drop(100 * (writer + 1) + number, "P3")

    told: list[dict[str, Any]] = []

    def follow() -> None:
        after = 0
        while True:
            done = over.is_set()
            page = program.told(CHANGES, after=after, limit=3)
            told.extend(page["changes"])
            after = page["next"]
            if done and not page["more"]:
                return

    follower = Thread(target=follow)
    follower.start()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(drop, range(3)))
    withdraw(site, "P1")
    over.set()
    follower.join()
    with site.database.reading() as connection:
        of_channel = release_events.c.channel == "website"
        query = select(release_events.c.id).where(of_channel).order_by(release_events.c.id)
        stored = list(connection.execute(query).scalars())
    assert [one["number"] for one in told] == stored
    assert len(stored) == 6 + 18 + 3


# --- a large channel ------------------------------------------------------------------------------


def test_ten_thousand_copies_are_paged_through_quickly(console: Console, program: Program) -> None:
    from tests.web.many import release_many

    release_many(console.site, "website", 10_000)
    begun, found, after, more = time.monotonic(), 0, 0, True
    slowest = 0.0
    while more:
        page_begun = time.monotonic()
        page = program.told(f"{WEBSITE}/items", after=after, limit=200)
        slowest = max(slowest, time.monotonic() - page_begun)
        found += len(page["items"])
        after, more = page["next"], page["more"]
    took = time.monotonic() - begun
    print(f"{found} copies in {took:.1f} s, a page at most {slowest * 1000:.0f} ms")
    assert found == 10_006
    assert slowest < 2
    last = list(following(program, 9_000))[-1]["number"]
    begun = time.monotonic()
    assert len(program.told(CHANGES, after=last - 1)["changes"]) == 1
    assert time.monotonic() - begun < 1
