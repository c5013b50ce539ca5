"""Bad days: a clear sentence, nothing released, nothing lost, and everything goes on afterwards."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

import consent_db.engine
import gate.publish
import gate.site_lock
from cli.site import REGISTER_FILE
from consent_db import audit, days
from consent_db.database import Database
from consent_db.schema import sweeps
from gate import durable
from tests.bad_days import TECHNICAL, WITHDRAW, copies, entries, goes_on, no_waiting, pull, refused
from tests.fake_site import (
    School,
    nothing_without_permission,
    ready,
    the_folder_is_in_step,
    without_models,
)
from tests.integration.killing import LAST_WORDS, command


@pytest.fixture
def school(fake_school: School) -> School:
    assert command(fake_school, *pull(fake_school)) == 0
    return fake_school


# --- the clock ----------------------------------------------------------------------------------


def clock_was_ahead(school: School, by: timedelta) -> None:
    with school.site.database.transaction("test") as tx:
        tx.connection.execute(update(sweeps).values(day=date.today() + by))  # noqa: DTZ011


def test_the_clock_went_back(school: School) -> None:
    clock_was_ahead(school, timedelta(days=3))
    before = copies(school), entries(school)
    for words in (WITHDRAW, pull(school), ("takedowns",)):
        assert "set the clock right" in refused(school, *words)
    assert (copies(school), entries(school)) == before


def test_it_was_ahead_and_is_right_now(school: School) -> None:
    clock_was_ahead(school, timedelta(days=4000))
    command(school, "doctor")
    assert "has been here already" in " ".join(LAST_WORDS[0].split())
    command(school, "doctor", "--clock-is-right", "--by", "Ann")
    assert "has been here already" not in " ".join(LAST_WORDS[0].split())
    with school.site.database.reading() as connection:
        (entry,) = (e for e in audit.entries(connection) if e.action == days.CLOCK_CORRECTED)
    assert entry.actor == "Ann"
    goes_on(school)


# --- the disk -----------------------------------------------------------------------------------


def failing(number: int, after: int, plain: Callable[..., object]) -> Callable[..., object]:
    """A step that works some times, and then fails for this reason of the system."""
    left = [after]

    def step(*args: object, **options: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(number, os.strerror(number))
        return plain(*args, **options)

    return step


@pytest.mark.parametrize("step", ["write", "move"])
@pytest.mark.parametrize("after", [0, 1])
def test_the_disk_of_the_folder_is_full(
    school: School, monkeypatch: pytest.MonkeyPatch, step: str, after: int
) -> None:
    school.drop(7, "P2")
    school.drop(8, "P3")
    assert command(school, *WITHDRAW) == 0
    module = durable
    monkeypatch.setattr(module, step, failing(errno.ENOSPC, after, getattr(module, step)))
    assert "Free some space" in refused(school, *pull(school))
    monkeypatch.undo()
    without_models(monkeypatch)
    nothing_without_permission(school)
    assert command(school, *pull(school)) == 0
    the_folder_is_in_step(school)


@pytest.mark.parametrize("step", ["write", "move"])
def test_the_disk_of_the_site_is_full(
    school: School, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The withdrawal is stored and its copies are gone; new ones follow when there is room."""
    plain = getattr(gate.publish, step)
    monkeypatch.setattr(gate.publish, step, failing(errno.ENOSPC, 0, plain))
    assert command(school, *WITHDRAW) == 0
    said = " ".join(LAST_WORDS[0].split())
    assert "could not be judged again now" in said
    assert not any(word in said for word in TECHNICAL), said
    nothing_without_permission(school)
    command(school, "doctor")
    monkeypatch.undo()
    without_models(monkeypatch)
    no_waiting(school.site)
    goes_on(school)


def test_the_disk_of_the_register_is_full(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    before = copies(school), entries(school)
    plain = consent_db.engine._opener

    def opener(path: Path, busy: float) -> Callable[[], sqlite3.Connection]:
        connect = plain(path, busy)

        def full() -> sqlite3.Connection:
            connection = connect()
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            (free,) = connection.execute("PRAGMA freelist_count").fetchone()
            assert not free
            connection.execute(f"PRAGMA max_page_count = {pages}")
            return connection

        return full

    monkeypatch.setattr(consent_db.engine, "_opener", opener)
    said = ""
    for _ in range(200):  # until the last page is used up
        if command(school, "consent", "withdraw", "P4", "-c", "print") == 1:
            said = " ".join(LAST_WORDS[0].split())
            break
    assert "disk is full" in said
    assert not any(word in said for word in TECHNICAL), said
    nothing_without_permission(school)
    monkeypatch.undo()
    without_models(monkeypatch)
    assert entries(school) >= before[1]
    goes_on(school)


# --- the register -------------------------------------------------------------------------------


def test_the_register_is_locked(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    before = copies(school), entries(school)
    monkeypatch.setitem(Database.__init__.__kwdefaults__ or {}, "busy_seconds", 0.1)
    other = sqlite3.connect(school.site.root / REGISTER_FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for words in (WITHDRAW, pull(school)):
        assert "busy" in refused(school, *words)
    other.execute("ROLLBACK")
    other.close()
    assert (copies(school), entries(school)) == before
    monkeypatch.undo()
    without_models(monkeypatch)
    goes_on(school)


def test_the_register_is_locked_in_the_middle_of_a_pull(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.drop(7, "P2")
    monkeypatch.setitem(Database.__init__.__kwdefaults__ or {}, "busy_seconds", 0.1)
    other = sqlite3.connect(
        school.site.root / REGISTER_FILE, isolation_level=None, check_same_thread=False
    )
    plain = durable.move

    def move(source: Path, target: Path, *, sync: bool) -> None:
        plain(source, target, sync=sync)
        other.execute("BEGIN IMMEDIATE")

    monkeypatch.setattr(durable, "move", move)
    assert "busy" in refused(school, *pull(school))
    other.execute("ROLLBACK")
    other.close()
    monkeypatch.undo()
    without_models(monkeypatch)
    assert command(school, *pull(school)) == 0
    the_folder_is_in_step(school)


def test_the_register_is_missing(school: School) -> None:
    before = copies(school)
    path = school.site.root / REGISTER_FILE
    away = path.rename(path.with_name("away"))
    for words in (WITHDRAW, pull(school)):
        assert "is not there" in refused(school, *words)
    assert copies(school) == before
    assert not path.exists()
    away.rename(path)
    goes_on(school)


def test_the_register_is_damaged(school: School) -> None:
    path = school.site.root / REGISTER_FILE
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    whole = path.read_bytes()
    path.write_bytes(b"x" * len(whole))
    for words in (WITHDRAW, pull(school)):
        assert "backup" in refused(school, *words)
    path.write_bytes(whole)
    assert list(ready(school.site))
