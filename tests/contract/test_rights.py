"""A person's rights in the register, on every database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from consent_db import (
    audit,
    biometrics,
    consents,
    disposals,
    dossier,
    dropped,
    erasures,
    people,
    restrictions,
    templates,
)
from consent_db.aftermath import Consequences
from consent_db.database import Database
from consent_db.disposals import Disposed
from consent_db.dossier_photos import photos_of
from consent_db.photos import SqlLedger
from consent_db.register import permissions
from gate.errors import RegisterError, UnknownPerson
from gate.ports import KeyKind
from gate.values import ConsentStatus, Person
from tests.registers import (
    NOON,
    READER,
    TODAY,
    StandingClock,
    arrival,
    biometric,
    consent,
    judgement,
    person,
    release,
    sha256,
    vector,
)
from tests.sealers import MadeUpKeys
from tests.standing_fakes import OnlyLocks

WHY = "the family asked"


@pytest.fixture
def held(register_url: str, clock: StandingClock) -> Database:
    """A register with P1, of whom there is everything, and P2."""
    follow = Consequences(OnlyLocks(), READER, timedelta(days=2))
    database = Database(register_url, clock, sealer=MadeUpKeys(), aftermath=follow)
    with database.transaction("dpl") as tx:
        people.add_or_change_all(tx, [person("P1"), person("P2")])
        consents.record(tx, consent())
        consents.record(tx, replace(consent(), given_by="father", channel="print"))
        consents.record(tx, consent("P2"))
        biometrics.record(tx, biometric())
        templates.save(tx, "P1", READER, vector(), [(sha256(7), "good", TODAY)])
    register = database_revision(database)
    ledger = SqlLedger(database, "watch")
    ledger.record(arrival(1), judgement(1, register=register), [release(1)])
    ledger.record(arrival(2, "sports-day/b.jpg"), judgement(2, register=register), [])
    return database


def database_revision(database: Database) -> int:
    with database.reading() as connection:
        return permissions(connection, READER).revision


def ask(database: Database, ref: str = "P1", reason: str = WHY) -> None:
    with database.transaction("dpl") as tx:
        erasures.ask(tx, ref, reason)


def erase(database: Database, ref: str = "P1") -> None:
    ask(database, ref)
    with database.reading() as connection:
        (one,) = erasures.unfinished(connection)
    with database.transaction(one.asked_by) as tx:
        erasures.erase(tx, one)


def test_what_is_asked_for_is_noted_first_and_once(held: Database) -> None:
    ask(held)
    with pytest.raises(RegisterError, match="already"):
        ask(held)
    with held.reading() as connection:
        (one,) = erasures.unfinished(connection)
        assert (one.person, one.reason, one.asked_by, one.asked_at) == ("P1", WHY, "dpl", NOON)
        assert people.get(connection, "P1").given_name == "Cleo"
        assert not erasures.can_finish(connection, one)


def test_the_register_forgets_and_history_stays(held: Database) -> None:
    erase(held)
    with held.reading() as connection:
        assert [one.ref for one in people.everyone(connection)] == ["P2"]
        assert people.erased(connection) == {"P1": NOON}
        with pytest.raises(UnknownPerson, match="was erased"):
            people.get(connection, "P1")
        past = [one.record for one in consents.history(connection, "P1")]
        ended = [one for one in past if one.status is ConsentStatus.WITHDRAWN]
        assert {(o.channel, o.given_by) for o in ended} == {
            ("website", "parent"), ("print", "father"),
        }  # fmt: skip
        assert all(one.method == erasures.METHOD for one in ended)
        assert templates.count(connection, "P1") == 0
        assert permissions(connection, READER).people.keys() == {"P2"}
        audit.verify(connection)
        log = list(audit.entries(connection))
    assert "Cleo" not in repr(log)
    assert WHY not in repr(log)
    with pytest.raises(UnknownPerson, match="was erased"), held.transaction("dpl") as tx:
        consents.record(tx, consent(on=TODAY))
    with pytest.raises(RegisterError, match="readmit P1"), held.transaction("dpl") as tx:
        people.add_or_change_all(tx, [Person("P9", "pupil", "Ann", "Lee"), person("P1")])


def test_erasing_twice_does_nothing_more(held: Database) -> None:
    erase(held)
    with held.reading() as connection:
        (one,) = erasures.unfinished(connection)
        before = len(list(audit.entries(connection)))
    with held.transaction("dpl") as tx:
        erasures.erase(tx, one)
    with held.reading() as connection:
        assert len(list(audit.entries(connection))) == before


def test_it_is_finished_when_nothing_is_left_to_delete(held: Database) -> None:
    erase(held)
    with held.reading() as connection:
        (one,) = erasures.unfinished(connection)
        waiting = disposals.unfinished(connection)
    assert {two.person for two in waiting} == {"P1"}
    with held.transaction("x") as tx:
        assert not erasures.finish(tx, one)
    for two in waiting:
        with held.transaction("x") as tx:
            disposals.finish(tx, two, 3)
            disposals.finish(tx, two, 3)
    with held.reading() as connection:
        assert erasures.can_finish(connection, one)
    with held.transaction("x") as tx:
        assert erasures.finish(tx, one)
    with held.reading() as connection:
        assert erasures.unfinished(connection) == []
        deleted = [e for e in audit.entries(connection) if e.action == "references.deleted"]
    assert len(deleted) == len(waiting)


def test_who_comes_back_comes_back_without_permissions(held: Database) -> None:
    erase(held)
    with pytest.raises(RegisterError, match="deleted yet"), held.transaction("dpl") as tx:
        erasures.readmit(tx, "P1")
    with held.reading() as connection:
        waiting = disposals.unfinished(connection)
    with held.transaction("dpl") as tx:
        for one in waiting:
            disposals.finish(tx, one, 0)
        erasures.readmit(tx, "P1")
    with held.reading() as connection:
        assert people.get(connection, "P1") == Person("P1", "pupil", "", "")
        assert erasures.unfinished(connection) == []
    with held.transaction("dpl") as tx:
        assert people.add_or_change(tx, person("P1"))
    with held.reading() as connection:
        assert people.get(connection, "P1") == person("P1")
        with pytest.raises(UnknownPerson), held.transaction("dpl") as tx:
            erasures.readmit(tx, "nobody")


def test_who_is_restricted_is_not_erased(held: Database, clock: StandingClock) -> None:
    with held.transaction("dsl") as tx:
        restrictions.add(tx, "P1", ["all"], TODAY, TODAY + timedelta(days=3), reason="court")
    with pytest.raises(RegisterError, match="restricted list"):
        ask(held)
    clock.advance(timedelta(days=5))
    erase(held)
    with held.reading() as connection:
        (past,) = restrictions.history(connection, "P1")
        assert past.reason == ""


def test_an_original_that_comes_in_again_is_not_deleted(
    held: Database, clock: StandingClock
) -> None:
    with held.transaction("watch") as tx:
        disposals.begin(tx, Disposed("blocked", NOON, sha256(2)))
    with held.reading() as connection:
        (one,) = disposals.unfinished(connection)
        assert (one.kind, one.photo, one.since, one.by) == ("blocked", sha256(2), NOON, "watch")
        assert not disposals.was_dropped_again(connection, one)
        assert disposals.original_deleted_on(connection, sha256(2)) == NOON
        assert disposals.original_deleted_on(connection, sha256(1)) is None
    clock.advance(timedelta(hours=1))
    SqlLedger(held, "watch").record_duplicate(arrival(2, "sports-day/again.jpg"))
    with held.reading() as connection:
        assert disposals.was_dropped_again(connection, one)
    with held.transaction("watch") as tx:
        disposals.leave(tx, one)
    with held.reading() as connection:
        assert disposals.unfinished(connection) == []


def test_the_event_of_a_photo_is_known_as_long_as_one_of_its_photos_is(held: Database) -> None:
    with held.reading() as connection:
        assert dropped.events_of(connection, sha256(1)) == {"sports-day"}
    with held.transaction("x") as tx:
        tx.destroy_key(KeyKind.PHOTO, sha256(1))
    with held.reading() as connection:
        assert dropped.events_of(connection, sha256(1)) == {"sports-day"}
        assert dropped.events_of(connection, sha256(2)) == {"sports-day"}
    with held.transaction("x") as tx:
        tx.destroy_key(KeyKind.PHOTO, sha256(2))
    with held.reading() as connection:
        assert dropped.events_of(connection, sha256(1)) == set()


def test_everything_of_a_person_can_be_gathered(held: Database) -> None:
    with held.reading() as connection:
        assert dossier.person(connection, "P1")["given_name"] == "Cleo"
        assert len(dossier.consent_records(connection, "P1")) == 2
        assert len(dossier.biometric_records(connection, "P1")) == 1
        (template,) = dossier.template_records(connection, "P1")
        assert template["reader"] == READER
        found = list(photos_of(connection, "P1"))
        assert [one.photo for one in found] == [sha256(1), sha256(2)]
        assert all(one.own_boxes for one in found)
        (other,) = [one for one in photos_of(connection, "P2") if one.photo == sha256(1)]
        assert not other.is_theirs
        entries = list(dossier.audit_entries(connection, "P1"))
    assert {entry["subject"] for entry in entries} == {"P1"}
    assert "P2" not in json.dumps(entries, default=str)


def test_an_entry_is_of_whom_it_names_and_of_nobody_whose_reference_begins_alike(
    database: Database,
) -> None:
    with database.transaction("dpl") as tx:
        people.add_or_change_all(tx, [person("P1"), person("P10"), person("P%")])
        tx.audit("statement.made", "photo", {"person": "P10"})
        tx.audit("other", "photo", {"deep": [{"who": "P1"}]})
    with database.reading() as connection:
        for ref, expected in (("P1", 2), ("P10", 2), ("P%", 1)):
            assert len(list(dossier.audit_entries(connection, ref))) == expected, ref
