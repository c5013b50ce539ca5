"""What has been kept long enough goes, all of it and only that; on every database."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent_db import (
    audit,
    biometrics,
    disposals,
    erasures,
    people,
    places,
    restrictions,
    retention,
    takedowns,
    templates,
)
from consent_db.aftermath import Consequences
from consent_db.database import Database
from consent_db.keeping import kept
from consent_db.photos import SqlLedger
from consent_db.publications import Posted, record_posted
from consent_db.register import permissions
from gate.retention import Disposal, Kind, Plan, plan
from gate.statements import Change
from gate.values import Verdict, day_of
from tests.registers import (
    READER,
    StandingClock,
    arrival,
    biometric,
    judgement,
    person,
    release,
    sha256,
    sqlite_url,
    vector,
)
from tests.sealers import MadeUpKeys
from tests.standing_fakes import OnlyLocks

WITHIN = timedelta(days=2)


CONSEQUENCES = Consequences(OnlyLocks(), READER, WITHIN)


def fill(database: Database, clock: StandingClock) -> None:
    """P1 with a template, P2 who left, P3 who left and is restricted; a released and a held photo.

    A day passes between each of these.
    """
    with database.transaction("dpl") as tx:
        left = day_of(clock())
        people.add_or_change_all(
            tx, [person("P1"), person("P2", left_on=left), person("P3", left_on=left)]
        )
        biometrics.record(tx, biometric())
        templates.save(tx, "P1", READER, vector(), [(sha256(7), "good", None)])
        restrictions.add(tx, "P3", ["all"], left, None)
    clock.advance(timedelta(days=1))
    judge(database, clock, 1, released=True)
    clock.advance(timedelta(days=1))
    judge(database, clock, 2, released=False)


def judge(database: Database, clock: StandingClock, number: int, *, released: bool) -> None:
    with database.reading() as connection:
        register = permissions(connection, READER).revision
    verdict = Verdict.BLUR if released else Verdict.BLOCK
    made = judgement(number, register=register, on=day_of(clock()), verdict=verdict)
    copies = [release(number)] if released else []
    ledger = SqlLedger(database, "watch")
    if ledger.knows(sha256(number)):
        ledger.rejudge(made, copies, "review", Change(""))
    else:
        ledger.record(arrival(number, f"fair/{number}.jpg"), made, copies)


def planned(
    database: Database, clock: StandingClock, days: dict[Kind, int], *, takes_down: bool = False
) -> Plan:
    with database.reading() as connection:
        held = list(
            retention.holdings(
                connection,
                day_of(clock()),
                has_references=lambda ref: not disposals.is_pending(connection, ref),
                takes_down=takes_down,
            )
        )
        return plan(held, days, clock(), kept(connection).__contains__)


def run(database: Database, wanted: Sequence[Disposal], *, takes_down: bool = False) -> None:
    with database.transaction("watch") as tx:
        retention.let_go(tx, wanted, takedown_within=WITHIN if takes_down else None)


@pytest.fixture
def filled(register_url: str, clock: StandingClock) -> Database:
    database = Database(register_url, clock, sealer=MadeUpKeys(), aftermath=CONSEQUENCES)
    fill(database, clock)
    return database


def names(found: Plan) -> list[tuple[str, str]]:
    return [(one.kind.value, one.what) for one in found.disposals]


def test_each_kind_goes_by_its_own_period(filled: Database, clock: StandingClock) -> None:
    clock.advance(timedelta(days=30))
    everything = dict.fromkeys(Kind, 30)
    found = planned(filled, clock, everything)
    assert names(found) == [
        ("originals", sha256(1)),
        ("blocked", sha256(2)),
        ("released", sha256(1)),
        ("references", "P1"),
        ("leavers", "P2"),
    ]
    assert [(one.kind, one.what) for one in found.spared] == [(Kind.LEAVERS, "P3")]
    for kind in Kind:
        assert {one.kind for one in planned(filled, clock, {kind: 30}).disposals} <= {kind}
        assert planned(filled, clock, {kind: 60}) == Plan()
    run(filled, found.disposals)
    assert planned(filled, clock, everything).disposals == ()
    with filled.reading() as connection:
        waiting = disposals.unfinished(connection)
        assert [(one.kind, one.photo or one.person) for one in waiting] == [
            ("originals", sha256(1)),
            ("blocked", sha256(2)),
            ("references", "P1"),
        ]
        assert [one.person for one in erasures.unfinished(connection)] == ["P2"]
        audit.verify(connection)
    assert SqlLedger(filled, "x").releases() == {}
    assert SqlLedger(filled, "x").removals() == {release(1).path: release(1).sha256}


def test_a_copy_that_was_judged_again_is_as_old_as_the_first(
    filled: Database, clock: StandingClock
) -> None:
    days = {Kind.RELEASED: 30}
    for _ in range(4):
        clock.advance(timedelta(days=10))
        judge(filled, clock, 1, released=True)
    found = planned(filled, clock, days)
    assert names(found) == [("released", sha256(1))]
    run(filled, found.disposals)
    clock.advance(timedelta(days=10))
    judge(filled, clock, 1, released=True)
    # It was kept long enough, and judging it again does not begin that anew.
    assert names(planned(filled, clock, days)) == [("released", sha256(1))]


def test_a_copy_that_came_back_after_a_ban_is_new(filled: Database, clock: StandingClock) -> None:
    clock.advance(timedelta(days=10))
    judge(filled, clock, 1, released=False)
    clock.advance(timedelta(days=20))
    judge(filled, clock, 1, released=True)
    assert planned(filled, clock, {Kind.RELEASED: 30}) == Plan()
    clock.advance(timedelta(days=30))
    assert names(planned(filled, clock, {Kind.RELEASED: 30})) == [("released", sha256(1))]


def test_a_photo_that_was_dropped_again_is_kept_from_then_on(
    filled: Database, clock: StandingClock
) -> None:
    clock.advance(timedelta(days=40))
    run(filled, planned(filled, clock, {Kind.BLOCKED: 30}).disposals)
    assert planned(filled, clock, {Kind.BLOCKED: 30}) == Plan()
    clock.advance(timedelta(days=1))
    SqlLedger(filled, "watch").record_duplicate(arrival(2, "fair/again.jpg"))
    assert planned(filled, clock, {Kind.BLOCKED: 30}) == Plan()
    clock.advance(timedelta(days=30))
    assert names(planned(filled, clock, {Kind.BLOCKED: 30})) == [("blocked", sha256(2))]


def test_places_are_left_alone_unless_they_are_to_be_asked_for(
    filled: Database, clock: StandingClock
) -> None:
    with filled.transaction("web") as tx:
        record_posted(tx, CONSEQUENCES, Posted(sha256(1), "website", "page 4"))
    clock.advance(timedelta(days=40))
    days = {Kind.RELEASED: 30, Kind.ORIGINALS: 30}
    run(filled, [d for d in planned(filled, clock, days).disposals if d.kind is Kind.RELEASED])
    with filled.reading() as connection:
        assert takedowns.pending(connection) == []
        (place,) = places.of_photo(connection, sha256(1))
        assert place.gone_at is None
    assert names(planned(filled, clock, {Kind.RELEASED: 30})) == []
    late = planned(filled, clock, {Kind.RELEASED: 30}, takes_down=True)
    assert names(late) == [("released", sha256(1))]
    run(filled, late.disposals, takes_down=True)
    assert planned(filled, clock, {Kind.RELEASED: 30}, takes_down=True) == Plan()
    with filled.reading() as connection:
        (task,) = takedowns.pending(connection)
        assert task.reason == "kept_long_enough"
    # And as long as it must still be taken down, the original shows what to look for.
    found = planned(filled, clock, days)
    assert names(found) == []
    assert [one.what for one in found.spared] == [sha256(1)]
    with filled.transaction("web") as tx:
        takedowns.done(tx, task.id, "gone")
    assert names(planned(filled, clock, days)) == [("originals", sha256(1))]


periods = st.fixed_dictionaries({kind: st.integers(0, 12) for kind in Kind})


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(periods, st.lists(st.integers(0, 6), min_size=1, max_size=4), st.booleans())
def test_a_dry_run_says_what_the_run_then_does(
    sqlite_template: Path, days: dict[Kind, int], waits: list[int], takes_down: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(sqlite_template, Path(folder) / "register.db")
        clock = StandingClock()
        url = sqlite_url(Path(folder))
        database = Database(url, clock, sealer=MadeUpKeys(), aftermath=CONSEQUENCES)
        fill(database, clock)
        went: set[tuple[str, str]] = set()
        for wait in waits:
            clock.advance(timedelta(days=wait))
            said = planned(database, clock, days, takes_down=takes_down)
            before = on_record(database)
            run(database, said.disposals, takes_down=takes_down)
            now_gone = on_record(database) - before
            assert now_gone == {
                (d.kind.value, d.what) for d in said.disposals if d.kind is not Kind.LOGS
            }
            assert planned(database, clock, days, takes_down=takes_down).disposals == ()
            assert not went & now_gone
            went |= now_gone


def on_record(database: Database) -> set[tuple[str, str]]:
    """All that was let go of: kind and what."""
    with database.reading() as connection:
        found = {(d.kind, str(d.photo or d.person)) for d in disposals.everything(connection)}
        asked = {("leavers", one.person) for one in erasures.unfinished(connection)}
    return found | asked
