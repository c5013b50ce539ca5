"""Programs that wait for news are told at once, cost nothing meanwhile, and hold up nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

import pytest

from consent_db import tokens
from consent_db.tokens import Purpose
from gate.web.api_waiting import Waiting
from gate.web.ports_api import Newest
from tests.web.client import Console
from tests.web.programs import (
    CHANGES,
    WEBSITE,
    Program,
    bearer,
    following,
    make_token,
    program_of,
    school_of,
)
from tests.web.released import withdraw
from tests.web.served import serving


@pytest.fixture
def console(released_copy: Console) -> Console:
    return released_copy


@pytest.fixture
def program(console: Console) -> Program:
    return program_of(console)


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
