"""An incident keeps what people wrote, for ever and sealed, and holds its photos; any database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from consent_db import audit, incidents, locking, people
from consent_db.database import Database
from consent_db.incidents import NoteKind, Record
from consent_db.photos import SqlLedger
from gate.errors import RegisterError, RegisterUnreachable
from tests.registers import (
    NOON,
    StandingClock,
    arrival,
    judgement,
    person,
    release,
    sha256,
)

SECRET = "Elin could be seen on the news page"  # noqa: S105
AWARE = NOON - timedelta(hours=5)


@pytest.fixture
def register(database: Database) -> Database:
    """A register with three photos."""
    with database.transaction("dpl") as tx:
        people.add_or_change(tx, person("P1"))
    ledger = SqlLedger(database, "watch")
    for number in (1, 2, 3):
        name = f"fair/IMG_{number}.jpg"
        ledger.record(arrival(number, name), judgement(number, register=1), [release(number)])
    return database


def opened(database: Database, *numbers: int, note: str = SECRET) -> int:
    with database.transaction("Dee Lead") as tx:
        return incidents.open_(tx, [sha256(n) for n in numbers], note, AWARE)


def got(database: Database, number: int = 1, *, locked: bool = False) -> Record:
    with database.reading() as connection:
        return incidents.get(connection, number, locked=locked)


def held(database: Database) -> frozenset[str]:
    with database.reading() as connection:
        return incidents.held_by_incident(connection)


def log(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as connection:
        return [
            (one.action, one.subject, one.details)
            for one in audit.entries(connection)
            if one.action.startswith("incident")
        ]


def test_what_was_written_comes_back_in_order(register: Database, clock: StandingClock) -> None:
    assert opened(register, 2, 1) == 1
    clock.advance(timedelta(hours=1))
    with register.transaction("Di Protect") as tx:
        incidents.note(tx, 1, NoteKind.CAUSE, " a wrong name ")
        incidents.note(tx, 1, NoteKind.CAUSE, "a name was mistyped")
        incidents.note(tx, 1, NoteKind.COMMISSIONER_TOLD, "", NOON)
        incidents.add_photos(tx, 1, [sha256(1), sha256(3)])
    found = got(register)
    assert found.photos == (sha256(2), sha256(1), sha256(3))
    assert (found.aware_at, found.opened_at, found.opened_by) == (AWARE, NOON, "Dee Lead")
    assert [(n.kind, n.text) for n in found.notes] == [
        (NoteKind.HAPPENED, SECRET),
        (NoteKind.CAUSE, "a wrong name"),
        (NoteKind.CAUSE, "a name was mistyped"),
        (NoteKind.COMMISSIONER_TOLD, ""),
    ]
    newest, told = found.newest(NoteKind.CAUSE), found.newest(NoteKind.COMMISSIONER_TOLD)
    assert newest is not None
    assert (newest.text, newest.by) == ("a name was mistyped", "Di Protect")
    assert told is not None
    assert told.happened_at == NOON
    assert found.newest(NoteKind.CONTACT) is None
    assert not found.withheld
    with register.reading() as connection:
        assert incidents.everything(connection) == [found]


def test_nothing_half_said_is_kept(register: Database) -> None:
    before = log(register)
    for numbers, note in (((1,), " "), ((), SECRET), ((1, 9), SECRET), ((1,), "x" * 10_001)):
        with pytest.raises(RegisterError, match="Nothing was changed"):
            opened(register, *numbers, note=note)
    with (
        pytest.raises(RegisterError, match="later than now"),
        register.transaction("x") as tx,
    ):
        incidents.open_(tx, [sha256(1)], SECRET, NOON + timedelta(seconds=1))
    with pytest.raises(RegisterError, match="no incident 1"):
        got(register)
    assert (log(register), held(register)) == (before, frozenset())


def test_a_closed_incident_takes_no_more_words(register: Database) -> None:
    opened(register, 1)
    with register.transaction("Dee Lead") as tx:
        incidents.close(tx, 1, "all was taken down")
    closed = got(register).closed
    assert closed is not None
    assert (closed.text, closed.at) == ("all was taken down", NOON)
    for act in (
        lambda tx: incidents.note(tx, 1, NoteKind.NOTE, "more"),
        lambda tx: incidents.close(tx, 1, "again"),
        lambda tx: incidents.add_photos(tx, 1, [sha256(2)]),
    ):
        with pytest.raises(RegisterError, match="is closed"), register.transaction("x") as tx:
            act(tx)
    assert len(got(register).notes) == 2


def test_its_photos_are_held_while_any_incident_about_them_is_open(register: Database) -> None:
    opened(register, 1, 2)
    opened(register, 2, 3)
    assert held(register) == {sha256(1), sha256(2), sha256(3)}
    with register.transaction("Dee Lead") as tx:
        incidents.close(tx, 1, "over")
    assert held(register) == {sha256(2), sha256(3)}
    with register.transaction("Dee Lead") as tx:
        incidents.close(tx, 2, "over")
    assert held(register) == frozenset()


def test_a_locked_photo_is_left_out_for_who_may_not_know_of_it(register: Database) -> None:
    opened(register, 1, 2)
    with register.transaction("Dee Lead") as tx:
        locking.lock(tx, sha256(1), "evidence", timedelta(days=2))
    assert (got(register).photos, got(register).withheld) == ((sha256(2),), True)
    whole = got(register, locked=True)
    assert (whole.photos, whole.withheld) == ((sha256(1), sha256(2)), False)
    assert sha256(1) in held(register), "it is never deleted, whoever may see it"
    with register.reading() as connection:
        assert incidents.everything(connection) == [got(register)]
        assert incidents.everything(connection, locked=True) == [whole]


def test_the_log_and_the_tables_hold_no_word_of_it(register: Database) -> None:
    opened(register, 1)
    with register.transaction("Dee Lead") as tx:
        incidents.close(tx, 1, SECRET)
    assert log(register) == [
        ("incident.opened", "incident 1", f'{{"photos":["{sha256(1)}"]}}'),
        ("incident.noted", "incident 1", '{"kind":"happened","note":1}'),
        ("incident.noted", "incident 1", '{"kind":"closed","note":2}'),
        ("incident.closed", "incident 1", "{}"),
    ]
    with register.reading() as connection:
        rows = list(connection.execute(text("SELECT sealed_text FROM incident_notes")).scalars())
    assert len(rows) == 2
    assert all(SECRET.encode() not in bytes(row) for row in rows)


@pytest.mark.parametrize("table", ["incidents", "incident_photos", "incident_notes"])
def test_the_database_refuses_to_change_an_incident(register: Database, table: str) -> None:
    opened(register, 1)
    for change in (f"DELETE FROM {table}", f"UPDATE {table} SET at = at"):  # noqa: S608
        with pytest.raises((RegisterError, RegisterUnreachable)), register.transaction("x") as tx:
            tx.connection.execute(text(change))
    assert got(register).photos == (sha256(1),)
