"""What people say is kept for ever, and never without the judgement that knows of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from consent_db import audit, people, photos, statements
from consent_db.database import Database
from consent_db.photos import SqlLedger, StoredPhoto
from consent_db.statements import SqlStatements
from consent_db.stored import EndedRelease
from gate.errors import RegisterChanged, RegisterError, RegisterUnreachable, UnknownPerson
from gate.statements import Change, Statement, StatementKind, Word
from gate.values import Box, Judgement, Verdict
from tests.registers import (
    NOON,
    StandingClock,
    arrival,
    judgement,
    person,
    release,
    sha256,
)

HERE = Box(10.25, 20.0, 30.0, 40.5)
CAUSE = "review"


@pytest.fixture
def ledger(database: Database) -> SqlLedger:
    with database.transaction("dpl") as tx:
        people.add_or_change(tx, person("P1"))
        people.add_or_change(tx, person("P2"))
    made = SqlLedger(database, "dsl")
    made.record(arrival(), judged(), [release()])
    return made


def judged(*known: int, number: int = 1, verdict: Verdict = Verdict.BLUR) -> Judgement:
    return replace(judgement(number, register=1, verdict=verdict), statements=known)


def named(number: int, ref: str = "P1") -> Statement:
    return Statement(number, StatementKind.NAMED, HERE, ref)


def said(*wanted: Statement, reason: str = "the class teacher knows her") -> Change:
    return Change(reason, wanted)


def about(database: Database, number: int = 1) -> tuple[Word, ...]:
    return SqlStatements(database).about(sha256(number))


def stored(database: Database) -> StoredPhoto:
    with database.reading() as connection:
        return photos.stored(connection, [sha256(1)])[sha256(1)]


def actions(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as connection:
        audit.verify(connection)
        return [(e.actor, e.action, e.details) for e in audit.entries(connection)]


def test_a_statement_comes_back_as_it_was_made(database: Database, ledger: SqlLedger) -> None:
    every = (
        named(1),
        Statement(2, StatementKind.NOT_A_FACE, HERE),
        Statement(3, StatementKind.COVERED, HERE),
        Statement(4, StatementKind.DRAWN, HERE, "P2"),
        Statement(5, StatementKind.DRAWN, HERE),
        Statement(6, StatementKind.REFUSED, channel="print"),
    )
    ledger.rejudge(judged(1, 2, 3, 4, 5, 6), [release(2)], CAUSE, said(*every))
    assert about(database) == every
    assert about(database, 2) == ()
    with database.reading() as connection:
        past = statements.history(connection, sha256(1))
        assert statements.get(connection, 4) == past[3]
        assert statements.next_number(connection) == 7
        with pytest.raises(RegisterError, match="no statement 9"):
            statements.get(connection, 9)
    assert [one.statement for one in past] == list(every)
    assert {(one.reason, one.at, one.by) for one in past} == {
        ("the class teacher knows her", NOON, "dsl")
    }


def test_a_new_judgement_ends_the_copies_of_the_one_before(
    database: Database, ledger: SqlLedger, clock: StandingClock
) -> None:
    clock.advance(timedelta(minutes=5))
    ended = ledger.rejudge(judged(1), [release(2)], CAUSE, said(named(1)))
    photo = stored(database)
    assert ended == (release(),)
    assert (photo.releases, photo.times_judged, photo.judged_by) == ((release(2),), 2, "dsl")
    assert photo.cause == CAUSE
    assert photo.ended == (EndedRelease(release(), NOON + timedelta(minutes=5)),)
    assert ledger.has_ended(release().path, release().sha256)
    assert not ledger.has_ended(release(2).path, release(2).sha256)
    assert not ledger.has_ended(release().path, release(2).sha256)
    assert len(photo.drops) == 1
    assert ledger.knows(sha256(1))


def test_a_copy_may_be_released_to_the_same_path_again(
    database: Database, ledger: SqlLedger
) -> None:
    assert ledger.rejudge(judged(1), [release()], CAUSE, said(named(1))) == (release(),)
    assert ledger.releases() == {release().path: release()}


def test_the_log_tells_what_was_done_and_never_why(database: Database, ledger: SqlLedger) -> None:
    secret = "she is adopted"  # noqa: S105 - what must not be in the log
    ledger.rejudge(judged(1), [release(2)], CAUSE, said(named(1), reason=secret))
    ledger.rejudge(judged(), [], CAUSE, Change(secret, (), (1,)))
    told = actions(database)
    words = [action for actor, action, _ in told if actor == "dsl"]
    again = ["photo.release_ended", "photo.judged"]
    assert words[-7:] == [
        "statement.made", *again, "photo.released", "statement.taken_back", *again
    ]  # fmt: skip
    made = next(details for _, action, details in told if action == "statement.made")
    assert made == '{"kind":"named","person":"P1","statement":1}'
    assert not [details for _, _, details in told if secret in details]
    assert '"cause":"review"' in told[-1][2]


def test_what_was_taken_back_no_longer_stands_but_is_not_forgotten(
    database: Database, ledger: SqlLedger
) -> None:
    ledger.rejudge(judged(1, 2), [], CAUSE, said(named(1), named(2, "P2")))
    ledger.rejudge(judged(2), [], CAUSE, Change("a mistake", (), (1,)))
    assert about(database) == (named(2, "P2"),)
    with database.reading() as connection:
        first, second = statements.history(connection, sha256(1))
    assert (first.taken_back_at, first.taken_back_by) == (NOON, "dsl")
    assert second.taken_back_at is None
    with pytest.raises(RegisterError, match="was taken back"):
        ledger.rejudge(judged(2), [], CAUSE, Change("again", (), (1,)))


def test_a_refusal_is_final(database: Database, ledger: SqlLedger) -> None:
    refused = Statement(1, StatementKind.REFUSED, channel="all")
    ledger.rejudge(judged(1, verdict=Verdict.BLOCK), [], CAUSE, said(refused))
    with pytest.raises(RegisterError, match="final"):
        ledger.rejudge(judged(), [], CAUSE, Change("changed my mind", (), (1,)))
    assert about(database) == (refused,)


@pytest.mark.parametrize(
    ("known", "change", "error"),
    [
        ((), said(named(1)), RegisterChanged),
        ((1, 2), said(named(1)), RegisterChanged),
        ((2,), said(named(2)), RegisterChanged),
        ((1,), said(named(1, "P9")), UnknownPerson),
        ((1,), said(named(1), reason=" \n"), RegisterError),
        ((), Change("why", (), (1,)), RegisterError),
    ],
)
def test_no_statement_is_stored_without_a_judgement_that_knows_of_it(
    database: Database,
    ledger: SqlLedger,
    known: tuple[int, ...],
    change: Change,
    error: type[RegisterError],
) -> None:
    before = actions(database)
    with pytest.raises(error):
        ledger.rejudge(judged(*known), [release(2)], CAUSE, change)
    assert about(database) == ()
    assert (stored(database).times_judged, stored(database).releases) == (1, (release(),))
    assert actions(database) == before


def test_a_judgement_on_an_older_register_or_day_stores_no_statement(
    database: Database, ledger: SqlLedger, clock: StandingClock
) -> None:
    with database.transaction("dpl") as tx:
        people.add_or_change(tx, person("P3"))
    with pytest.raises(RegisterChanged):
        ledger.rejudge(judged(1), [], CAUSE, said(named(1)))
    clock.advance(timedelta(days=1))
    fresh = replace(judged(1), versions=replace(judged().versions, register=2))
    with pytest.raises(RegisterChanged):
        ledger.rejudge(fresh, [], CAUSE, said(named(1)))
    assert about(database) == ()


def test_a_dropped_photo_is_not_recorded_by_a_judgement_that_missed_what_was_said(
    database: Database, ledger: SqlLedger
) -> None:
    ledger.rejudge(judged(1), [], CAUSE, said(named(1)))
    with pytest.raises(RegisterChanged):
        ledger.record(arrival(1, "again.jpg"), judged(), [release(2)])
    ledger.record(arrival(1, "again.jpg"), judged(1), [release(2)])
    assert stored(database).cause == "dropped"
    blocked = judged(verdict=Verdict.BLOCK)
    ledger.record(arrival(1, "third.jpg"), blocked, [])


def test_only_a_photo_that_was_judged_is_judged_again(
    database: Database, ledger: SqlLedger
) -> None:
    with pytest.raises(RegisterError, match="never judged"):
        ledger.rejudge(judged(number=7), [], CAUSE, Change("why"))
    with pytest.raises(RegisterError, match="not approved"):
        ledger.rejudge(judged(verdict=Verdict.BLOCK), [release(2)], CAUSE, Change("why"))
    assert ledger.releases() == {release().path: release()}


def test_a_statement_about_another_photo_is_not_taken_back(
    database: Database, ledger: SqlLedger
) -> None:
    ledger.record(arrival(2, "b.jpg"), judged(number=2), [])
    ledger.rejudge(judged(1), [], CAUSE, said(named(1)))
    with pytest.raises(RegisterError, match="another one"):
        ledger.rejudge(judged(number=2), [], CAUSE, Change("why", (), (1,)))


@pytest.mark.parametrize(
    "change", ["UPDATE statements SET person = 'P2'", "DELETE FROM statements"]
)
def test_the_database_refuses_to_change_what_was_said(
    database: Database, ledger: SqlLedger, change: str
) -> None:
    ledger.rejudge(judged(1), [], CAUSE, said(named(1)))
    with pytest.raises((RegisterError, RegisterUnreachable)), database.transaction("x") as tx:
        tx.connection.execute(text(change))
    assert about(database) == (named(1),)
