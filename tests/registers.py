"""Registers to test with: a clock that stands, values to store, and a PostgreSQL to throw away."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, NullPool, create_engine

from consent_db.database import Database
from consent_db.engine import parse
from gate.ports import Release
from gate.values import (
    Arrival,
    BiometricRecord,
    Box,
    Candidate,
    ConsentRecord,
    ConsentStatus,
    Decision,
    Face,
    FaceDecision,
    FaceReason,
    Judgement,
    Match,
    Outcome,
    Person,
    Reason,
    Search,
    Second,
    SecondMode,
    Thresholds,
    Verdict,
    Versions,
    day_of,
)
from tests.sealers import MadeUpKeys

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = day_of(NOON)
READER = "reader 1"


@dataclass
class StandingClock:
    """A clock that is moved by hand."""

    time: datetime = NOON

    def __call__(self) -> datetime:
        return self.time

    def advance(self, by: timedelta) -> None:
        self.time += by


def person(ref: str = "P1", *, year_group: str = "7", left_on: date | None = None) -> Person:
    return Person(ref, "pupil", "Cleo", "Jessop", year_group, left_on)


def consent(
    ref: str = "P1",
    channel: str = "website",
    status: ConsentStatus = ConsentStatus.GRANTED,
    on: date = date(2025, 9, 5),
    number: int = 0,
) -> ConsentRecord:
    return ConsentRecord(
        number, ref, channel, status, "parent", "form", on, on, date(2027, 8, 31), True
    )


def biometric(
    ref: str = "P1",
    status: ConsentStatus = ConsentStatus.GRANTED,
    given_by: str = "parent",
    valid_until: date | None = None,
) -> BiometricRecord:
    return BiometricRecord(0, ref, status, given_by, "written", date(2025, 9, 5), valid_until)


def vector(seed: int = 0, size: int = 128) -> NDArray[np.float32]:
    values = np.random.default_rng(seed).normal(size=size)
    return (values / np.linalg.norm(values)).astype(np.float32)


def sha256(number: int) -> str:
    return f"{number:064x}"


def arrival(number: int = 1, name: str = "sports-day/IMG_1.jpg") -> Arrival:
    event = name.rpartition("/")[0]
    return Arrival(sha256(number), name, event, 1_000, 1_700_000_000_000_000_000 + number % 1_000)


def release(number: int = 1, channel: str = "website") -> Release:
    path = f"ready/{channel}/copy-{number}.jpg"
    return Release(channel, path, sha256(1_000_000 + number), 800, 600, 54_321)


def judgement(
    number: int = 1, *, register: int = 0, on: date = TODAY, verdict: Verdict = Verdict.BLUR
) -> Judgement:
    points = ((1.0, 2.5), (3.0, 2.5), (2.0, 3.5), (1.5, 4.5), (2.5, 4.5))
    seen = (
        Face(Box(1.25, 2.0, 30.0, 40.5), points, 0.93),
        Face(Box(5, 6, 7, 8), points, 0.4, True),
    )
    decided = (
        FaceDecision(
            0,
            Outcome.SHOWN,
            FaceReason.PERMITTED,
            "P1",
            0.8123456789012345,
            Candidate("P2", 0.1),
            consent=7,
        ),
        FaceDecision(1, Outcome.COVERED, FaceReason.NOT_RECOGNISED),
    )
    return Judgement(
        photo=sha256(number),
        width=4000,
        height=3000,
        on=on,
        versions=Versions("photogate 0.1", "policy 1", "engine 1", register),
        thresholds=Thresholds(0.5, 0.25, 0.1),
        decisions=(
            Decision("website", verdict, Reason.SOME_COVERED, decided),
            Decision("print", Verdict.BLOCK, Reason.RESTRICTED_PERSON, decided),
        ),
        faces=seen,
        matches=(
            Match((Candidate("P1", 0.8123456789012345),), second=(Candidate("P2", 0.3),)),
            Match(readable=False),
        ),
        search=Search((1920, 960), (0, 90), 0.3, 11.5),
        detail="looked twice",
        seconds={"find": 0.25, "read": 0.5},
        second=Second(SecondMode.MAY_VETO, "reader 2", Thresholds(0.4, 0.2, 0.1)),
    )


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{(folder / 'register.db').as_posix()}"


def new_register(url: str, clock: StandingClock | None = None) -> Database:
    database = Database(url, clock or StandingClock(), busy_seconds=20, sealer=MadeUpKeys())
    database.migrate()
    return database


def raw(url: str) -> Engine:
    """The database itself, past everything that the register does to protect it."""
    return create_engine(parse(url), poolclass=NullPool)


def postgresql_programs() -> Path | None:
    """The folder of initdb and pg_ctl, or None where PostgreSQL is not installed."""
    on_path = shutil.which("pg_ctl")
    if on_path:
        return Path(on_path).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return installed[-1].parent if installed else None


@contextmanager
def postgresql(programs: Path) -> Iterator[str]:
    """A server on a socket in a folder of its own; yields the address of its first database."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    if user == "root":
        # PostgreSQL refuses to run as root.
        user = "postgres" if _exists("postgres") else "nobody"
    with tempfile.TemporaryDirectory(prefix="photogate-pg-") as name:
        folder = Path(name)
        shutil.chown(folder, user)
        data = folder / "data"
        setup = ["-A", "trust", "-U", "photogate", "-E", "UTF8", "--no-sync"]
        _run(user, folder, [str(programs / "initdb"), "-D", str(data), *setup])
        options = f"-c listen_addresses='' -c fsync=off -k {folder}"
        server = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
        _run(user, folder, [*server, "-o", options, "-l", str(folder / "log"), "start"])
        try:
            yield f"postgresql://photogate@/postgres?host={folder}"
        finally:
            _run(user, folder, [*server, "-m", "immediate", "stop"])


def _exists(user: str) -> bool:
    return any(entry.pw_name == user for entry in pwd.getpwall())


def _run(user: str, folder: Path, command: Sequence[str]) -> None:
    as_user = user if os.geteuid() == 0 else None
    subprocess.run(command, check=True, user=as_user, cwd=folder, stdout=subprocess.DEVNULL)
