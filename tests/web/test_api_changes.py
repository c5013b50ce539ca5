"""Whoever follows a channel is told of every release and revocation, in order, and once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import select

from consent_db import consents, feed, tokens
from consent_db.schema import release_events
from consent_db.tokens import Purpose
from gate.values import day_of
from gate.web.api_waiting import Waiting
from gate.web.ports_api import Newest
from tests.fake_gate import granted_again, restrict
from tests.fake_site import School
from tests.web.client import Console
from tests.web.programs import WEBSITE, Program, bearer, make_token, program_of
from tests.web.released import withdraw
from tests.web.served import serving

CHANGES = f"{WEBSITE}/changes"
REVOKED = {"type", "number", "at", "id", "sha256", "do"}


@pytest.fixture
def console(released_copy: Console) -> Console:
    return released_copy


@pytest.fixture
def program(console: Console) -> Program:
    return program_of(console)


def school_of(console: Console) -> School:
    return School(console.site.root.parent)


def following(program: Program, after: int = 0, limit: int = 200) -> Iterator[dict[str, Any]]:
    """What a program is told that asks again and again, until there is no more."""
    while True:
        page = program.told(CHANGES, after=after, limit=limit)
        yield from page["changes"]
        assert page["next"] >= after
        after = page["next"]
        if not page["more"]:
            return


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


# --- waiting --------------------------------------------------------------------------------------


def waited(program: Program, path: str = CHANGES, **query: int) -> tuple[float, Any]:
    begun = time.monotonic()
    answer = program.get(path, None, **query)
    return time.monotonic() - begun, answer


def after_a_while(do: Callable[[], object], seconds: float = 0.5) -> Thread:
    def later() -> None:
        time.sleep(seconds)
        do()

    thread = Thread(target=later)
    thread.start()
    return thread


def test_waiting_ends_with_the_news(console: Console, program: Program) -> None:
    last = list(following(program))[-1]["number"]
    thread = after_a_while(lambda: withdraw(console.site, "P1"))
    took, answer = waited(program, after=last, wait=20)
    thread.join()
    assert 0.4 < took < 10
    assert {one["type"] for one in answer.json()["changes"]} == {"revoked"}


def test_waiting_for_items_ends_with_a_new_one(console: Console, program: Program) -> None:
    last = program.told(f"{WEBSITE}/items")["next"]
    thread = after_a_while(lambda: school_of(console).drop(77, "P3"))
    took, answer = waited(program, f"{WEBSITE}/items", after=last, wait=20)
    thread.join()
    assert 0.4 < took < 10
    assert len(answer.json()["items"]) == 1


def test_without_news_waiting_ends_by_itself(console: Console, program: Program) -> None:
    last = list(following(program))[-1]["number"]
    took, answer = waited(program, after=last, wait=1)
    assert 0.9 < took < 5
    assert answer.json() == {"changes": [], "next": last, "more": False, "handing_out": True}
    assert program.get(CHANGES, after=last, wait=31).status_code == 422


def test_what_is_there_already_is_not_waited_for(program: Program) -> None:
    took, answer = waited(program, after=0, wait=30)
    assert took < 5
    assert answer.json()["changes"]


def test_a_token_that_ends_while_its_program_waits_is_told_nothing(console: Console) -> None:
    token, secret = make_token(console.site, Purpose.PULL)
    program = Program(console.nobody().client, secret, "")
    last = list(following(program))[-1]["number"]

    def end() -> None:
        with console.site.database.transaction("setup") as tx:
            tokens.revoke(tx, token.id)
        withdraw(console.site, "P1")

    thread = after_a_while(end)
    _, answer = waited(program, after=last, wait=20)
    thread.join()
    assert answer.status_code == 401
    assert "revoked" not in answer.json()["title"]


def test_many_who_wait_look_once_together() -> None:
    looks: list[str] = []

    def newest(channel: str) -> Newest:
        looks.append(channel)
        time.sleep(0.02)
        return Newest(7, 7)

    class Patient:
        async def is_disconnected(self) -> bool:
            return False

    async def all_of_them() -> list[bool]:
        waiting = Waiting(newest, every=0.1)
        until = (
            waiting.until(Patient(), "website", lambda one: one.change > 7, 0.5)  # type: ignore[arg-type]
            for _ in range(150)
        )
        return await asyncio.gather(*until)

    found: list[list[bool]] = []
    thread = Thread(target=lambda: found.append(asyncio.run(all_of_them())))
    thread.start()
    thread.join()
    assert found == [[False] * 150]
    assert len(looks) <= 10


def test_pages_answer_while_many_programs_wait(console: Console, tmp_path: Path) -> None:
    secret = make_token(console.site, Purpose.PULL)[1]
    with serving(console.site.root, tmp_path) as server, ThreadPoolExecutor(60) as pool:

        def ask(path: str) -> float:
            begun = time.monotonic()
            with urlopen(Request(server.url + path, headers=bearer(secret)), timeout=30) as answer:  # noqa: S310
                answer.read()
            return time.monotonic() - begun

        waiting = [pool.submit(ask, f"{CHANGES}?after=999999&wait=6") for _ in range(60)]
        time.sleep(2)
        pages = [ask("/login") for _ in range(5)]
        assert max(pages) < 2, pages
        for one in waiting:
            assert one.result() >= 5.5


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
    one, _ = waited(program, after=list(following(program, 9_000))[-1]["number"] - 1)
    assert one < 1
