"""Killed in the middle of a review, again and again: no copy is lost, none stays too long."""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

import gate.publish
from consent_db import audit, photos, statements
from consent_db.photos import SqlLedger
from consent_db.schema import judgements
from gate.publish import Publisher
from gate.statements import Change, Statement, StatementKind, Word
from gate.values import Box, Decision, Judgement, Reason, Verdict, day_of
from tests.integration.test_kill import BETWEEN, NOON, Fate, Victim, _nothing, folder
from tests.watch_fakes import approved, no_names, rendition, sha256

__all__ = ["folder"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and SIGKILL")

ROUNDS = 36
STEPS = (
    (gate.publish, "write"),
    (SqlLedger, "rejudge"),
    (Publisher, "_remove_ended"),
    (gate.publish, "move"),
    (Publisher, "_recover"),
)
NAMES = tuple(name for _, name in STEPS)


def judged(photo: str, said: tuple[Word, ...], revision: int) -> Judgement:
    """Other copies for other statements; every third time none for print."""
    plain = approved(photo, revision=revision, on=day_of(NOON))
    known = tuple(one.id for one in said)
    channels = ("website",) if sum(known) % 3 == 1 else ("website", "print")
    copies = tuple(
        rendition(f"{photo} {channel} {known}".encode(), channel) for channel in channels
    )
    decisions = tuple(
        Decision(name, Verdict.APPROVE, Reason.ALL_SHOWN)
        if name in channels
        else Decision(name, Verdict.BLOCK, Reason.REFUSED_BY_HAND)
        for name in ("website", "print")
    )
    return replace(plain, decisions=decisions, renditions=copies, statements=known)


def review_once(victim: Victim, photo: str, publisher: Publisher, chance: random.Random) -> None:
    with victim.database.reading() as connection:
        before = statements.about(connection, photo)
        number = statements.next_number(connection)
    if len(before) > 2 or (before and chance.random() < 0.4):
        change = Change("why", (), (before[0].id,))
    else:
        box = Box(chance.random() * 100, 5, 20, 20)
        change = Change("why", (Statement(number, StatementKind.COVERED, box),))
    judgement = judged(photo, change.applied(before), victim.revision)
    publisher.republish("", judgement, "review", change)


def _review_until_killed(victim: Victim, photos_of: list[str], fate: Fate, seed: int) -> None:
    import os

    os.fsync = _nothing
    for number, (owner, name) in enumerate(STEPS):
        setattr(owner, name, fate.around(number, getattr(owner, name)))
    chance = random.Random(seed)  # noqa: S311
    publisher = Publisher(victim.root, SqlLedger(victim.database, "reviewer"), no_names)
    while True:
        review_once(victim, chance.choice(photos_of), publisher, chance)


def _round(victim: Victim, known: list[str], chance: random.Random, number: int) -> None:
    context = multiprocessing.get_context("fork")
    by_step = number % 2 == 0
    calls = chance.randint(1, 3) if by_step else -1
    step = number // 2 % (len(STEPS) - 1)
    fate = Fate(context.RawValue("i", BETWEEN), step, calls)
    reviewer = context.Process(target=_review_until_killed, args=(victim, known, fate, number))
    reviewer.start()
    if by_step:
        reviewer.join(5)
    else:
        time.sleep(chance.uniform(0.02, 0.2))
        if number % 3 == 0:
            # A watcher starts while somebody reviews.
            victim.watch(once=True)
    reviewer.kill()
    reviewer.join()
    phase = fate.phase.value
    victim.killed_in[NAMES[phase] if phase < len(NAMES) else "between"] += 1


def test_kills_in_the_middle_of_a_review_leave_no_copy_that_is_not_on_record(folder: Path) -> None:
    chance = random.Random(20260602)  # noqa: S311
    victim = Victim(folder)
    for _ in range(3):
        victim.drop(chance, again=False)
    victim.watch(once=True)
    known = sorted({sha256(data) for data in victim.dropped.values()})
    for number in range(ROUNDS):
        _round(victim, known, chance, number)
    victim.watch(once=True)

    releases = SqlLedger(victim.database, "test").releases()
    published = {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes())
        for path in (folder / "ready").rglob("*")
        if path.is_file()
    }
    assert published == {path: release.sha256 for path, release in releases.items()}
    assert not (folder / "quarantine").exists()
    with victim.database.reading() as connection:
        audit.verify(connection)
        for photo in photos.stored(connection, known).values():
            # What is released is what the newest judgement and all that is said now give.
            said = statements.about(connection, photo.photo)
            wanted = judged(photo.photo, said, victim.revision) if said else None
            if wanted is not None or photo.times_judged > 1:
                wanted = wanted or judged(photo.photo, (), victim.revision)
                assert {r.sha256 for r in photo.releases} == {r.sha256 for r in wanted.renditions}
        made = connection.execute(
            select(func.count()).select_from(judgements).where(judgements.c.cause == "review")
        ).scalar_one()
        entries = Counter(entry.action for entry in audit.entries(connection))
    assert made == entries["statement.made"] + entries["statement.taken_back"]
    assert made > ROUNDS
    print(dict(victim.killed_in), made)
    assert set(victim.killed_in) >= set(NAMES[: len(STEPS) - 1])
