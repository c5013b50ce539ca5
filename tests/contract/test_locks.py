"""A locked photo: no copy stands, nobody else sees that it exists; any database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from consent_db import (
    audit,
    locking,
    locks,
    lookthrough,
    pages,
    people,
    places,
    rejudgings,
    statements,
    stored,
    takedowns,
)
from consent_db.aftermath import Consequences
from consent_db.database import Database
from consent_db.locks import PastLock
from consent_db.photos import SqlLedger
from consent_db.publications import Posted, record_posted
from consent_db.register import revision
from gate.errors import PhotoLocked, RegisterChanged, RegisterError, RegisterUnreachable
from gate.statements import Change, Lock
from gate.values import Decision, Reason, Verdict
from tests.registers import (
    NOON,
    READER,
    StandingClock,
    arrival,
    judgement,
    person,
    release,
    sha256,
)
from tests.sealers import MadeUpKeys
from tests.standing_fakes import OnlyLocks

SECRET = "a parent came to school about this picture"  # noqa: S105
WITHIN = timedelta(days=2)
PAGE = "https://school.example/news"


CONSEQUENCES = Consequences(OnlyLocks(), READER, WITHIN)


@pytest.fixture
def register(register_url: str, clock: StandingClock) -> Database:
    """A register with two photos: copies of both stand, the first is published on a page."""
    made = Database(register_url, clock, sealer=MadeUpKeys(), aftermath=CONSEQUENCES)
    with made.transaction("dpl") as tx:
        people.add_or_change_all(tx, [person("P1"), person("P2")])
    ledger = SqlLedger(made, "watch")
    for number, name in ((1, "fair/IMG_1.jpg"), (2, "sports/IMG_2.jpg")):
        ledger.record(arrival(number, name), judgement(number, register=1), [release(number)])
    post(made, 1)
    return made


def post(database: Database, number: int) -> bool:
    with database.transaction("web") as tx:
        return record_posted(tx, CONSEQUENCES, Posted(sha256(number), "website", PAGE))[1]


def lock(database: Database, number: int = 1, reason: str = SECRET) -> locking.Locked:
    with database.transaction("Dee Lead") as tx:
        return locking.lock(tx, sha256(number), reason, WITHIN)


def unlock(database: Database, reason: str = "the police have their copy") -> None:
    with database.transaction("Dee Lead") as tx:
        locking.unlock(tx, sha256(1), reason)


def touch(database: Database) -> None:
    """Something changes about somebody who is in the photos."""
    with database.transaction("dpl") as tx:
        tx.touch("P1")


def actions(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as connection:
        return [(one.action, one.subject, one.details) for one in audit.entries(connection)]


def test_all_copies_end_in_the_same_transaction_and_every_place_must_be_seen_to(
    register: Database,
) -> None:
    done = lock(register)
    assert done.ended == (release(1),)
    assert [place.where for place in done.places] == [PAGE]
    ledger = SqlLedger(register, "x")
    assert set(ledger.releases()) == {release(2).path}
    assert ledger.removals() == {release(1).path: release(1).sha256}
    with register.reading() as connection:
        (asked,) = takedowns.pending(connection)
    assert (asked.place.where, asked.reason, asked.person) == (PAGE, "locked", None)
    assert asked.person_kind == ""
    assert asked.due == NOON + WITHIN


def test_a_lock_that_fails_changes_nothing(register: Database) -> None:
    before = actions(register)
    for reason in ("", "  ", "x" * 4_001):
        with pytest.raises(RegisterError, match="--reason"):
            lock(register, reason=reason)
    with pytest.raises(RegisterError, match="not on record"):
        lock(register, 9)
    with pytest.raises(RegisterError, match="not locked"):
        unlock(register)
    assert actions(register) == before
    lock(register)
    with pytest.raises(RegisterError, match="locked already"):
        lock(register)


def test_the_newest_word_counts_and_every_one_is_kept(
    register: Database, clock: StandingClock
) -> None:
    lock(register)
    clock.advance(timedelta(hours=1))
    with pytest.raises(RegisterError, match="--reason"):
        unlock(register, " ")
    unlock(register)
    with register.reading() as connection:
        assert locks.locked_photos(connection) == frozenset()
        assert not locks.holds(connection, sha256(1))
        assert not locks.holds(connection, sha256(9))
        assert locks.standing(connection) == []
    lock(register, reason="again")
    with register.reading() as connection:
        assert locks.locked_photos(connection) == {sha256(1)}
        assert locks.holds(connection, sha256(1))
        past = locks.history(connection, sha256(1))
        (now,) = locks.standing(connection)
    assert [one.locked for one in past] == [True, False, True]
    assert past[-1] == PastLock(sha256(1), True, SECRET, NOON, "Dee Lead")
    assert now == past[0]


def test_the_log_holds_the_photos_id_and_nothing_else(
    register: Database, register_url: str
) -> None:
    lock(register)
    unlock(register)
    about = [one for one in actions(register) if one[0] in (locking.LOCKED, locking.UNLOCKED)]
    assert about == [
        ("photo.locked", sha256(1), '{"lock":1}'),
        ("photo.unlocked", sha256(1), '{"lock":2}'),
    ]
    assert SECRET not in repr(actions(register))
    with register.reading() as connection:
        rows = connection.execute(text("SELECT sealed_reason FROM locks")).scalars()
        assert all(SECRET.encode() not in bytes(row) for row in rows)


@pytest.mark.parametrize("change", ["UPDATE locks SET locked = NOT locked", "DELETE FROM locks"])
def test_the_database_refuses_to_change_a_lock(register: Database, change: str) -> None:
    lock(register)
    with pytest.raises((RegisterError, RegisterUnreachable)), register.transaction("x") as tx:
        tx.connection.execute(text(change))
    with register.reading() as connection:
        assert locks.holds(connection, sha256(1))


def test_nobody_finds_it_but_who_asks_for_locked_ones(register: Database) -> None:
    words = (sha256(1), "IMG_1.jpg", "fair/IMG_1.jpg", release(1).path)
    copies = (release(1).sha256,)

    def found(*, locked: bool) -> list[list[str]]:
        with register.reading() as connection:
            return [
                [p.photo for p in stored.decisions(connection, locked=locked)],
                *(
                    [p.photo for p in stored.find(connection, word, locked=locked)]
                    for word in (*words, *copies)
                ),
                list(stored.stored(connection, [sha256(1)], locked=locked)),
                [d.arrival.photo for d in stored.drops(connection, "fair", locked=locked)],
                ["here"] if "fair" in stored.events(connection, locked=locked) else [],
                [p.photo for p in places.of_person(connection, "P1", locked=locked)],
            ]

    before = found(locked=False)
    assert all(before)
    lock(register)
    after = found(locked=False)
    assert sha256(1) not in [one for part in after for one in part]
    assert after[0] == [sha256(2)], "the other photo is as it was"
    assert not any(after[1:])
    assert found(locked=True) == before
    with register.reading() as connection:
        assert stored.events(connection) == ["sports"]


def test_nobody_is_asked_to_look_through_it(register: Database) -> None:
    def asked() -> list[str]:
        with register.reading() as connection:
            seen = lookthrough.of_year_group(connection, "P2", NOON - timedelta(days=1))
            return [one.photo for one in seen]

    assert sha256(1) in asked()
    lock(register)
    assert asked() == [sha256(2)]


def test_the_same_bytes_again_are_a_duplicate_and_are_never_judged(register: Database) -> None:
    ledger = SqlLedger(register, "watch")
    crashed = tuple(
        Decision(one.channel, Verdict.BLOCK, Reason.CRASHED)
        for one in judgement(3, register=1).decisions
    )
    failed = replace(judgement(3, register=1), decisions=crashed)
    ledger.record(arrival(3, "fair/IMG_3.jpg"), failed, [])
    assert not ledger.knows(sha256(3)), "it would be tried again"
    lock(register, 3)
    assert ledger.knows(sha256(3))
    again = arrival(3, "fair/again.jpg")
    ledger.record_duplicate(again)
    assert ledger.has_drop(again)
    with register.reading() as connection:
        photo = stored.stored(connection, [sha256(3)], locked=True)[sha256(3)]
        assert [drop.duplicate_of for drop in photo.drops] == [None, "fair/IMG_3.jpg"]
        assert stored.drops(connection, "fair") == [
            drop for drop in stored.drops(connection, "fair", locked=True)
            if drop.arrival.photo != sha256(3)
        ]  # fmt: skip


def test_no_judgement_of_it_is_stored(register: Database) -> None:
    lock(register)
    ledger = SqlLedger(register, "watch")
    before = actions(register)
    blocked = judgement(1, register=1, verdict=Verdict.BLOCK)
    knowing = replace(judgement(1, register=1), statements=(0,))
    for one, copies in ((blocked, []), (knowing, [release(3)])):
        with pytest.raises(RegisterChanged, match="ask the safeguarding lead"):
            ledger.record(arrival(1, "fair/other.jpg"), one, copies)
        with pytest.raises(PhotoLocked, match="ask the safeguarding lead"):
            ledger.rejudge(one, copies, "review", Change("why"))
    assert actions(register) == before


def test_judging_it_hears_that_it_is_locked_until_it_is_not(register: Database) -> None:
    lock(register)
    with register.reading() as connection:
        assert statements.about(connection, sha256(1)) == (Lock(),)
        assert statements.about(connection, sha256(2)) == ()
    unlock(register)
    with register.reading() as connection:
        assert statements.about(connection, sha256(1)) == ()


def test_what_changes_about_people_no_longer_leads_to_judging_it(register: Database) -> None:
    with register.transaction("dpl") as tx:
        rejudgings.want(tx, 1, "consent.recorded")
        rejudgings.want(tx, 2, "consent.recorded")
    lock(register)
    touch(register)
    with register.transaction("web") as tx:
        rejudgings.want(tx, 1, "copy.changed")
    with register.reading() as connection:
        assert [one.photo for one in rejudgings.waiting(connection)] == [sha256(2)]
        assert len(takedowns.pending(connection)) == 1


def test_where_somebody_finds_it_later_is_asked_to_come_down_at_once(register: Database) -> None:
    lock(register)
    assert not post(register, 1)
    with register.reading() as connection:
        asked = takedowns.pending(connection)
    assert [(one.reason, one.person) for one in asked] == [("locked", None)] * 2


def test_once_unlocked_it_is_judged_again_and_what_may_stay_stays(register: Database) -> None:
    lock(register)
    unlock(register)
    assert set(SqlLedger(register, "x").releases()) == {release(2).path}, "nothing comes back alone"
    with register.reading() as connection:
        (waiting,) = rejudgings.waiting(connection)
        assert (waiting.photo, waiting.cause) == (sha256(1), "photo.unlocked")
        assert len(takedowns.pending(connection)) == 1
        now = revision(connection)
    copy = replace(release(1), path="ready/website/copy-1-again.jpg")
    SqlLedger(register, "x").rejudge(judgement(1, register=now), [copy], waiting.cause, Change(""))
    with register.reading() as connection:
        assert takedowns.pending(connection) == []
        assert rejudgings.waiting(connection) == []
    assert set(SqlLedger(register, "x").releases()) == {release(2).path, copy.path}


def test_its_pages_are_due_until_they_are_written(register: Database, clock: StandingClock) -> None:
    def due() -> tuple[pages.Due, ...]:
        with register.reading() as connection:
            return pages.due(connection)

    assert due() == ()
    lock(register)
    (first,) = due()
    assert first.events == {"fair"}
    clock.advance(timedelta(seconds=1))
    unlock(register)
    with register.transaction("x") as tx:
        pages.discharge(tx, [first])
    (second,) = due()
    assert second.since > first.since, "what became wrong again is still due"
    with register.transaction("x") as tx:
        pages.discharge(tx, [second])
    assert due() == ()
