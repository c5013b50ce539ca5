"""Killed at any instant, again and again: nothing is lost and nothing is judged twice."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from ctypes import c_int
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import pytest
from sqlalchemy import func, select

import gate.publish
import gate.vault
from consent_db import audit, stored
from consent_db.database import Database
from consent_db.photos import SqlLedger
from consent_db.register import SqlRegister
from consent_db.schema import judgements, photos
from gate.publish import Publisher
from gate.values import Arrival, Judgement, day_of
from gate.vault import Vault
from tests.sealers import MadeUpKeys
from tests.watch_fakes import DirectWorkers, approved, no_names, original, photo_bytes, sha256
from watch.claim import Desk
from watch.intake import Intake, Parts, Timing
from watch.scan import scan

if TYPE_CHECKING:
    from _typeshed import HasFileno

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and SIGKILL")

ROUNDS = 200 if os.environ.get("PHOTOGATE_ALL_KILLS") else 80
P = ParamSpec("P")
R = TypeVar("R")

STEPS: tuple[tuple[ModuleType | type, str], ...] = (
    (Publisher, "recover"),
    (Vault, "_copy"),
    (gate.vault, "move"),
    (DirectWorkers, "submit"),
    (gate.publish, "write"),
    (SqlLedger, "record"),
    (SqlLedger, "record_duplicate"),
    (gate.publish, "move"),
    (Desk, "remove"),
)
"""What happens to one photo, in this order: each step's module or class, and its name."""

NAMES = (*(f"{owner.__name__}.{name}" for owner, name in STEPS), "between", "at start")
RECOVERY, BETWEEN, AT_START = 0, len(STEPS), len(STEPS) + 1
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _noon() -> datetime:
    return NOON


@dataclass
class Victim:
    """A site and a register, whose watcher is killed."""

    root: Path
    dropped: dict[str, bytes] = field(default_factory=dict)
    killed_in: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        (self.root / "staging").mkdir()
        self.database = Database(
            f"sqlite:///{self.root / 'register.sqlite3'}", _noon, sealer=MadeUpKeys()
        )
        self.database.migrate()
        self.revision = SqlRegister(self.database, "test").revision()

    @property
    def vault(self) -> Vault:
        return Vault(self.root / "vault", MadeUpKeys())

    def drop(self, chance: random.Random, *, again: bool) -> None:
        """Put a file into staging: a new photo, or the bytes of an earlier one."""
        number = len(self.dropped)
        data = chance.choice(list(self.dropped.values())) if again else photo_bytes(str(number))
        path = f"event-{number % 3}/{number}.jpg"
        target = self.root / "staging" / path
        target.parent.mkdir(exist_ok=True)
        target.with_suffix(".part").write_bytes(data)
        target.with_suffix(".part").rename(target)
        self.dropped[path] = data

    def judge(self, photo: Path, arrival: Arrival) -> Judgement:
        assert sha256(original(photo)) == arrival.photo
        return approved(arrival.photo, revision=self.revision, on=day_of(NOON))

    def watch(self, *, once: bool) -> None:
        ledger = SqlLedger(self.database, "watcher")
        publisher = Publisher(self.root, ledger, no_names)
        parts = Parts(ledger, publisher, DirectWorkers(self.judge), lambda event: None, self.vault)
        timing = Timing(settle=0, patience=1, poll=0.02, events=False)
        Intake(self.root, parts, timing).run(once=once, stop=threading.Event())


@dataclass
class Fate:
    """Where the watcher is, seen from outside, and where it dies by itself if at all."""

    phase: c_int  # without a lock: whoever is killed while they hold it never gives it back
    step: int
    calls: int

    def around(self, number: int, step: Callable[P, R]) -> Callable[P, R]:
        """The same step, telling its number and, when it is its turn, dying before or after it."""

        def marked(*args: P.args, **options: P.kwargs) -> R:
            self.phase.value = number
            self._die_at(number)
            result = step(*args, **options)
            self._die_at(number)
            self.phase.value = BETWEEN
            return result

        return marked

    def _die_at(self, number: int) -> None:
        self.calls -= number == self.step
        if self.calls == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _nothing(fd: int | HasFileno) -> None:
    pass


def _watch_until_killed(victim: Victim, fate: Fate) -> None:
    # A kill leaves the system's caches alone, so that only the order of the steps counts here.
    os.fsync = _nothing
    for number, (owner, name) in enumerate(STEPS):
        setattr(owner, name, fate.around(number, getattr(owner, name)))
    victim.watch(once=False)


def _round(victim: Victim, chance: random.Random, number: int) -> None:
    """Start a watcher, drop files, and kill it: around one step of its work, or by the clock."""
    by_step = number % 2 == 0
    context = multiprocessing.get_context("fork")
    step = number // 2 % len(STEPS)
    calls = chance.randint(1, 2 if step == RECOVERY else 4) if by_step else -1
    fate = Fate(context.RawValue("i", AT_START), step, calls)
    watcher = context.Process(target=_watch_until_killed, args=(victim, fate))
    victim.drop(chance, again=False)
    victim.drop(chance, again=chance.random() < 0.6)
    watcher.start()
    if by_step:
        # Some steps are never reached in a round, such as a duplicate's without a duplicate.
        watcher.join(0.4)
    else:
        # Most of these find the watcher at work; recovery would take most of the time otherwise.
        _wait_until(lambda: number % 8 == 1 or fate.phase.value not in (RECOVERY, AT_START))
        end = time.monotonic() + chance.uniform(0, 0.12)
        while time.monotonic() < end:
            if chance.random() < 0.05:
                victim.drop(chance, again=False)
            time.sleep(0.005)
    watcher.kill()
    watcher.join()
    assert watcher.exitcode == -signal.SIGKILL
    watcher.close()
    victim.killed_in[NAMES[fate.phase.value]] += 1


def _wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.001)


def _recorded(victim: Victim) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """How often each drop (path, photo) and each judgement (photo) is on record."""
    with victim.database.reading() as connection:
        dropped = [
            (drop.arrival.original, drop.arrival.photo)
            for event in stored.events(connection)
            for drop in stored.drops(connection, event)
        ]
        judged = select(photos.c.sha256, func.count()).join(judgements).group_by(photos.c.sha256)
        return (
            Counter(dropped),
            Counter({row[0]: row[1] for row in connection.execute(judged)}),
        )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: the disk's speed proves nothing here."""
    memory = Path("/dev/shm")  # noqa: S108
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


def test_kills_lose_nothing_and_repeat_nothing(folder: Path) -> None:
    chance = random.Random(20260601)  # noqa: S311
    victim = Victim(folder)
    # Once here, so that the watchers inherit what is warm and begin to work sooner.
    victim.drop(chance, again=False)
    victim.watch(once=True)
    for number in range(ROUNDS):
        _round(victim, chance, number)
    victim.watch(once=True)

    dropped = {(path, sha256(data)): 1 for path, data in victim.dropped.items()}
    recorded, judged = _recorded(victim)
    assert recorded == dropped
    assert judged == dict.fromkeys({photo for _, photo in dropped}, 1)
    assert scan(folder / "staging").files == {}

    originals = list((folder / "vault").glob("??/*"))
    assert sorted(path.name for path in originals) == sorted(judged)
    assert all(sha256(original(path)) == path.name for path in originals)
    assert list((folder / "vault" / "tmp").iterdir()) == []

    releases = SqlLedger(victim.database, "test").releases()
    published = {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes())
        for path in (folder / "ready").rglob("*")
        if path.is_file()
    }
    assert published == {path: release.sha256 for path, release in releases.items()}
    assert len(releases) == 2 * len(judged)
    assert not (folder / "quarantine").exists()
    with victim.database.reading() as connection:
        assert audit.verify(connection) >= len(dropped)
    # The kills must have hit every step, or this test would prove little.
    print(dict(victim.killed_in))
    assert set(victim.killed_in) >= set(NAMES[: BETWEEN + 1])
