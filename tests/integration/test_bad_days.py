"""Bad days: a clear sentence, nothing released, nothing lost, and everything goes on afterwards."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

import consent_db.engine
import gate.publish
import gate.site_lock
from cli.again import Again, Rejudger
from cli.settling import settle_as_started
from cli.site import REGISTER_FILE, Site
from consent_db import audit, consents, days, rejudgings
from consent_db.database import Database
from consent_db.schema import rejudgings as rejudgings_table
from consent_db.schema import sweeps
from gate import durable
from gate.errors import EngineError, SettingsError, SiteError
from gate.set_aside import sha256_of
from gate.values import Arrival, Judgement, day_of
from tests.fake_gate import withdrawn
from tests.fake_site import (
    SETTINGS,
    School,
    every_photo_is_as_judged_now,
    nothing_without_permission,
    ready,
    the_chain_holds,
    the_folder_is_in_step,
    without_models,
)
from tests.integration.killing import LAST_WORDS, command
from watch.slot import WorkerInterrupted

WITHDRAW = ("consent", "withdraw", "P1", "-c", "website")
TECHNICAL = ("Traceback", "Error(", "sqlalchemy", "(sqlite3", "Errno")


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    without_models(monkeypatch)
    made = School(tmp_path)
    made.make()
    assert command(made, *pull(made)) == 0
    return made


def pull(school: School) -> tuple[str, ...]:
    return ("pull", "-c", "website", "--to", str(school.folder), "--by", "web")


def refused(school: School, *words: str) -> str:
    """What a verb says that cannot do its work: a sentence for a person."""
    assert command(school, *words) == 1
    said = " ".join(LAST_WORDS[0].split())
    assert said
    assert not any(word in said for word in TECHNICAL), said
    return said


def copies(school: School) -> dict[str, str]:
    """Every copy in ``ready/`` and in the folder."""
    places = (school.site.ready, school.folder)
    return {
        str(path): sha256_of(path)
        for place in places
        for path in place.rglob("*.jpg")
        if ".incoming" not in path.parts
    }


def entries(school: School) -> int:
    with school.site.database.reading() as connection:
        return audit.verify(connection)


def goes_on(school: School) -> None:
    """The bad day is over: everything works, and nothing was lost."""
    assert command(school, *WITHDRAW) == 0, LAST_WORDS
    assert command(school, "consent", "grant", "P2", "-c", "website", "--names-online-use") == 0
    nothing_without_permission(school)
    the_chain_holds(school)
    assert command(school, *pull(school)) == 0
    the_folder_is_in_step(school)
    every_photo_is_as_judged_now(school)


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
    _no_waiting(school.site)
    goes_on(school)


def _no_waiting(site: Site) -> None:
    """Let those that rest after a failure be tried at once."""
    with site.database.transaction("test") as tx:
        tx.connection.execute(update(rejudgings_table).values(not_before=None))


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


# --- folders that cannot be written -------------------------------------------------------------


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
    _no_waiting(school.site)
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
    _no_waiting(school.site)
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

    def move(source: Path, target: Path) -> None:
        plain(source, target)
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


# --- judging again ------------------------------------------------------------------------------


def test_an_original_that_is_missing_leaves_its_copies_ended_and_is_told(school: School) -> None:
    for path in school.site.vault.glob("??/*"):
        path.unlink()
    assert command(school, *WITHDRAW) == 0
    assert "could not be judged again now" in " ".join(LAST_WORDS[0].split())
    nothing_without_permission(school)
    command(school, "doctor")
    assert "original cannot be read" in " ".join(LAST_WORDS[0].split())


def waiting(site: Site) -> int:
    with site.database.reading() as connection:
        return rejudgings.count(connection)


def rejudger(
    site: Site, judge: Callable[[Arrival], Judgement], settle: Callable[[], None] = lambda: None
) -> tuple[Rejudger, list[str]]:
    told: list[str] = []
    again = Again(site, judge, "test", told.append)
    made = Rejudger(again, settle, threading.Event(), told.append, every=0.01)
    return made, told


def end_one(school: School) -> None:
    with school.site.database.transaction("dpl") as tx:
        consents.record(tx, withdrawn("P1", day_of(tx.now)))


def test_a_worker_that_was_stopped_is_nobodys_fault(school: School) -> None:
    end_one(school)
    before = waiting(school.site)

    def interrupted(arrival: Arrival) -> Judgement:
        raise WorkerInterrupted

    made, told = rejudger(school.site, interrupted)
    made.drain()
    with school.site.database.reading() as connection:
        assert [one.tries for one in rejudgings.waiting(connection)] == [0] * before
    assert told == []


def test_a_model_that_is_missing_postpones(school: School) -> None:
    end_one(school)

    def fails(arrival: Arrival) -> Judgement:
        raise EngineError("The weights are missing.")

    made, _ = rejudger(school.site, fails)
    made.drain()
    with school.site.database.reading() as connection:
        found = rejudgings.waiting(connection)
    assert {one.trouble for one in found} == {"The weights are missing."}


def test_rejudging_that_ends_stops_the_watcher_and_says_why(school: School) -> None:
    def broken() -> None:
        raise RuntimeError("a mistake in the program")

    made, _ = rejudger(school.site, lambda arrival: pytest.fail("nothing to judge"), broken)
    with pytest.raises(RuntimeError), made:
        assert made._stop.wait(5)


def test_so_do_settings_that_were_changed(school: School) -> None:
    site = school.site
    assert site.policy.version
    settle_as_started(site)
    path = site.root / "photogate.toml"
    path.write_text("[broken", encoding="utf-8")
    settle_as_started(site)
    path.write_text(SETTINGS + "\n[channels.social]\nonline = true\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="start again"):
        settle_as_started(site)


def test_trouble_is_told_and_tried_again(school: School) -> None:
    calls = []

    def full() -> None:
        calls.append(1)
        raise SiteError("No room.")

    made, told = rejudger(school.site, lambda arrival: pytest.fail("nothing to judge"), full)
    with made:
        end = time.monotonic() + 5
        while len(calls) < 3 and time.monotonic() < end:
            time.sleep(0.01)
    assert told[:2] == ["No room.", "No room."]
