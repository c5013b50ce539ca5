"""People and permissions: stored whole, kept as history, seen at one moment; on every database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import delete, insert, select, text, update

from consent_db import audit, biometrics, consents, people, restrictions, templates
from consent_db.database import Database
from consent_db.register import SqlRegister
from consent_db.schema import consents as consents_table
from consent_db.schema import restrictions as restrictions_table
from consent_db.transaction import Transaction
from gate.errors import EnrolmentRefused, RegisterError, RegisterUnreachable, UnknownPerson
from gate.values import ALL_CHANNELS, ConsentStatus, RegisterSnapshot, Restriction
from tests.registers import NOON, READER, TODAY, StandingClock, biometric, consent, person, vector

YESTERDAY = TODAY - timedelta(days=1)
REFERENCES = [("a" * 64, "sharp", date(2025, 9, 1)), ("b" * 64, "turned", None)]


def snapshot(database: Database, reader: str = READER) -> RegisterSnapshot:
    return SqlRegister(database, reader).snapshot()


def revision(database: Database) -> int:
    return SqlRegister(database, READER).revision()


def fill(database: Database, *refs: str) -> None:
    with database.transaction("admin") as tx:
        people.add_or_change_all(tx, [person(ref) for ref in refs])


def enrol(database: Database, ref: str = "P1", reader: str = READER) -> None:
    with database.transaction("admin") as tx:
        biometrics.record(tx, biometric(ref))
        templates.save(tx, ref, reader, vector(), REFERENCES)


def logged(database: Database) -> list[str]:
    with database.reading() as connection:
        return [entry.action for entry in audit.entries(connection)]


def test_a_new_register_is_empty_and_was_never_confirmed(database: Database) -> None:
    empty = snapshot(database)
    assert (empty.revision, empty.confirmed_at) == (0, None)
    assert not (empty.people or empty.consents or empty.biometrics or empty.restrictions)
    assert empty.gallery.people == ()


def test_everything_comes_back_as_it_was_put_in(database: Database) -> None:
    who = replace(person("P2", left_on=YESTERDAY), given_name="Zoë 李", year_group=None)
    with database.transaction("admin") as tx:
        assert people.add_or_change(tx, person())
        assert people.add_or_change(tx, who)
        first = consents.record(tx, consent())
        second = consents.record(tx, consent(status=ConsentStatus.WITHDRAWN))
        said = biometrics.record(tx, biometric(valid_until=date(2030, 1, 1)))
        veto = restrictions.add(tx, "P2", {"website", "print"}, YESTERDAY, None, reason="court")
        templates.save(tx, "P1", READER, vector(), REFERENCES)
    seen = snapshot(database)
    assert seen.people == {"P1": person(), "P2": who}
    assert seen.consents == {
        "P1": (
            consent(number=first),
            consent(status=ConsentStatus.WITHDRAWN, number=second),
        )
    }
    assert seen.biometrics == {"P1": (replace(biometric(valid_until=date(2030, 1, 1)), id=said),)}
    expected = Restriction(veto, "P2", frozenset({"website", "print"}), YESTERDAY, None)
    assert seen.restrictions == {"P2": (expected,)}
    assert seen.gallery.people == ("P1",)
    assert seen.gallery.references == (2,)
    np.testing.assert_array_equal(seen.gallery.vectors, vector()[np.newaxis])
    assert seen.gallery.vectors.dtype == np.float32
    assert (seen.revision, seen.confirmed_at) == (1, NOON)


def test_the_revision_rises_once_with_every_change(database: Database) -> None:
    fill(database, "P1", "P2")
    assert revision(database) == 1
    changes: list[Callable[[Transaction], object]] = [
        lambda tx: people.add_or_change(tx, person("P1", year_group="8")),
        lambda tx: consents.record(tx, consent()),
        lambda tx: biometrics.record(tx, biometric()),
        lambda tx: templates.save(tx, "P1", READER, vector(), REFERENCES),
        lambda tx: templates.destroy(tx, "P1"),
        lambda tx: restrictions.add(tx, "P1", {ALL_CHANNELS}, TODAY, None),
        lambda tx: restrictions.lift(tx, "P1"),
    ]
    for number, change in enumerate(changes, start=2):
        with database.transaction("admin") as tx:
            change(tx)
            tx.bump()
        assert revision(database) == number
    with database.transaction("admin") as tx:
        assert not people.add_or_change(tx, person("P2"))
        assert restrictions.lift(tx, "P2") == 0
        assert templates.destroy(tx, "P2") == 0
    assert revision(database) == number


def test_an_error_undoes_the_whole_change(database: Database) -> None:
    with pytest.raises(UnknownPerson), database.transaction("admin") as tx:
        people.add_or_change(tx, person())
        consents.record(tx, consent("P9"))
    assert snapshot(database).people == {}
    assert revision(database) == 0
    assert logged(database) == []


def test_every_change_says_who_made_it_and_when(database: Database, clock: StandingClock) -> None:
    fill(database, "P1")
    clock.advance(timedelta(minutes=5))
    with database.transaction(" Dana Lead ") as tx:
        consents.record(tx, consent())
        restrictions.add(tx, "P1", {ALL_CHANNELS}, TODAY, None, reason="court order")
    with database.reading() as connection:
        (said,) = consents.history(connection, "P1")
        (veto,) = restrictions.history(connection, "P1")
        entries = [(entry.actor, entry.at, entry.action) for entry in audit.entries(connection)]
    assert (said.by, said.at) == ("Dana Lead", NOON + timedelta(minutes=5))
    assert (veto.added_by, veto.added_at, veto.reason) == ("Dana Lead", said.at, "court order")
    assert entries == [
        ("admin", "2026-03-02T12:00:00.000000+00:00", "person.added"),
        ("Dana Lead", "2026-03-02T12:05:00.000000+00:00", "consent.recorded"),
        ("Dana Lead", "2026-03-02T12:05:00.000000+00:00", "restriction.added"),
    ]


def test_nobody_changes_anything_without_a_name(database: Database) -> None:
    with pytest.raises(RegisterError, match="who"), database.transaction("  "):
        pass


def test_the_audit_log_never_holds_a_name_or_a_reason(database: Database) -> None:
    enrolled = replace(person(), given_name="Cleopatra")
    with database.transaction("admin") as tx:
        people.add_or_change(tx, person())
        people.add_or_change(tx, enrolled)
        consents.record(tx, replace(consent(), given_by="Mrs Jessop", method="said to Cleo"))
        biometrics.record(tx, replace(biometric(), given_by="Mrs Jessop"))
        restrictions.add(tx, "P1", {ALL_CHANNELS}, TODAY, None, reason="Jessop court order")
        restrictions.lift(tx, "P1")
    with database.reading() as connection:
        text_of_log = repr(list(audit.entries(connection)))
    assert "P1" in text_of_log
    for word in ("Cleo", "Jessop", "court"):
        assert word not in text_of_log


@pytest.mark.parametrize("table", ["consents", "biometrics", "restrictions", "audit"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_itself_refuses_to_change_history(
    database: Database, table: str, statement: str
) -> None:
    enrol_everything(database)
    changed = {"audit": "actor = 'x'", "restrictions": "channels = 'print'"}
    sql = statement.format(table, changed.get(table, "status = 'granted'"))
    with database.reading() as connection:
        # SQLite does not know TRUNCATE; an unknown statement changes nothing either.
        unknown = sql.startswith("TRUNCATE") and connection.dialect.name == "sqlite"
    refusal = RegisterUnreachable if unknown else RegisterError
    with pytest.raises(refusal), database.transaction("intruder") as tx:
        tx.connection.execute(text(sql))


def enrol_everything(database: Database) -> None:
    fill(database, "P1")
    with database.transaction("admin") as tx:
        consents.record(tx, consent(status=ConsentStatus.REFUSED))
        biometrics.record(tx, biometric(status=ConsentStatus.REFUSED))
        restrictions.add(tx, "P1", {"website"}, TODAY, None)


def test_a_record_is_not_replaced_by_one_with_its_number(database: Database) -> None:
    enrol_everything(database)
    row = {
        **{field: getattr(consent(), field) for field in consent().__slots__},
        "id": 1,
        "recorded_at": NOON,
        "recorded_by": "intruder",
    }
    replacing = insert(consents_table)
    with database.reading() as connection:
        if connection.dialect.name == "sqlite":
            replacing = replacing.prefix_with("OR REPLACE")
    with pytest.raises(RegisterError), database.transaction("intruder") as tx:
        tx.connection.execute(replacing, row)


def test_a_restriction_can_be_lifted_once_and_not_be_put_back(database: Database) -> None:
    enrol_everything(database)
    with database.transaction("dsl") as tx:
        assert restrictions.lift(tx, "P1") == 1
    with pytest.raises(RegisterError), database.transaction("intruder") as tx:
        tx.connection.execute(update(restrictions_table).values(lifted_at=None, lifted_by=None))


def test_a_lifted_restriction_is_history(database: Database) -> None:
    fill(database, "P1")
    with database.transaction("dsl") as tx:
        restrictions.add(tx, "P1", {"website"}, TODAY, None)
        restrictions.add(tx, "P1", {"print", ALL_CHANNELS}, TODAY, TODAY)
    assert len(snapshot(database).restrictions["P1"]) == 2
    assert snapshot(database).restrictions["P1"][1].channels == {ALL_CHANNELS}
    with database.transaction("lead") as tx:
        assert restrictions.lift(tx, "P1") == 2
    assert snapshot(database).restrictions == {}
    with database.reading() as connection:
        past = restrictions.history(connection, "P1")
    assert [(one.lifted_by, one.lifted_at) for one in past] == [("lead", NOON)] * 2
    assert str(past[1]) == f"all, from {TODAY} to {TODAY}; lifted by lead on {TODAY}"


@pytest.mark.parametrize("channels", [set(), {""}, {"website,print"}])
def test_a_restriction_without_a_clear_channel_is_refused(
    database: Database, channels: set[str]
) -> None:
    fill(database, "P1")
    with pytest.raises(RegisterError), database.transaction("dsl") as tx:
        restrictions.add(tx, "P1", channels, TODAY, None)


def test_what_ends_before_it_begins_is_refused(database: Database) -> None:
    fill(database, "P1")
    with pytest.raises(RegisterError, match="before it begins"), database.transaction("dsl") as tx:
        restrictions.add(tx, "P1", {ALL_CHANNELS}, TODAY, YESTERDAY)
    with pytest.raises(RegisterError, match="before it begins"), database.transaction("a") as tx:
        consents.record(tx, replace(consent(), valid_from=TODAY, valid_until=YESTERDAY))


def test_nothing_is_recorded_of_somebody_unknown(database: Database) -> None:
    changes: list[Callable[[Transaction], object]] = [
        lambda tx: consents.record(tx, consent("P9")),
        lambda tx: consents.record_all(tx, [consent("P1"), consent("P9")]),
        lambda tx: biometrics.record(tx, biometric("P9")),
        lambda tx: templates.save(tx, "P9", READER, vector(), REFERENCES),
        lambda tx: restrictions.add(tx, "P9", {ALL_CHANNELS}, TODAY, None),
        lambda tx: restrictions.lift(tx, "P9"),
        lambda tx: people.get(tx.connection, "P9"),
        lambda tx: consents.history(tx.connection, "P9"),
        lambda tx: biometrics.history(tx.connection, "P9"),
        lambda tx: restrictions.history(tx.connection, "P9"),
    ]
    fill(database, "P1")
    for change in changes:
        with pytest.raises(UnknownPerson, match="P9"), database.transaction("admin") as tx:
            change(tx)


@pytest.mark.parametrize("status", [ConsentStatus.WITHDRAWN, ConsentStatus.REFUSED])
def test_anything_but_a_grant_destroys_the_template_at_once(
    database: Database, status: ConsentStatus
) -> None:
    fill(database, "P1", "P2")
    enrol(database, "P1")
    enrol(database, "P1", "reader 2")
    enrol(database, "P2")
    with database.transaction("dpl") as tx:
        biometrics.record(tx, biometric("P1", status, given_by="self"))
    assert snapshot(database).gallery.people == ("P2",)
    with database.reading() as connection:
        assert [one.person for one in templates.summary(connection)] == ["P2"]
        kept = connection.execute(text("SELECT DISTINCT person FROM template_references"))
        assert list(kept.scalars()) == ["P2"]
    assert logged(database)[-3:] == [
        "biometric.recorded",
        "template.destroyed",
        "template.destroyed",
    ]


@pytest.mark.parametrize(
    "said",
    [
        [],
        [biometric(status=ConsentStatus.REFUSED)],
        [biometric(), biometric(status=ConsentStatus.WITHDRAWN)],
        [biometric(given_by="mother"), biometric(status=ConsentStatus.REFUSED, given_by="father")],
        [biometric(status=ConsentStatus.REFUSED, given_by="Father"), biometric(given_by="mother")],
        [biometric(valid_until=YESTERDAY)],
        [replace(biometric(), obtained_on=TODAY + timedelta(days=1))],
    ],
    ids=["nothing", "refused", "withdrawn", "one objects", "one objected", "expired", "ahead"],
)
def test_no_template_is_kept_without_live_permission(
    database: Database, said: list[object]
) -> None:
    fill(database, "P1")
    with database.transaction("dpl") as tx:
        for record in said:
            biometrics.record(tx, record)  # type: ignore[arg-type]
    with pytest.raises(EnrolmentRefused, match="P1"), database.transaction("admin") as tx:
        templates.save(tx, "P1", READER, vector(), REFERENCES)
    assert snapshot(database).gallery.people == ()


def test_a_permission_given_again_allows_a_template_again(database: Database) -> None:
    fill(database, "P1")
    with database.transaction("dpl") as tx:
        biometrics.record(tx, biometric(status=ConsentStatus.REFUSED))
    enrol(database, "P1")
    assert snapshot(database).gallery.people == ("P1",)


def test_a_template_takes_the_place_of_the_one_before(database: Database) -> None:
    fill(database, "P1")
    enrol(database)
    with database.transaction("admin") as tx:
        templates.save(tx, "P1", READER, vector(1), [("c" * 64, "sharp", None)])
    gallery = snapshot(database).gallery
    np.testing.assert_array_equal(gallery.vectors[0], vector(1))
    assert gallery.references == (1,)


def test_templates_of_two_readers_never_meet(database: Database) -> None:
    fill(database, "P1", "P2")
    enrol(database, "P1", "reader 1")
    enrol(database, "P2", "reader 2")
    assert snapshot(database, "reader 1").gallery.people == ("P1",)
    assert snapshot(database, "reader 2").gallery.people == ("P2",)
    assert snapshot(database, "reader 3").gallery.people == ()


@pytest.mark.parametrize(
    "wrong", [np.zeros(128), np.full(128, np.nan), np.ones(128), np.ones((1, 1))]
)
def test_a_vector_that_is_no_template_is_refused(database: Database, wrong: object) -> None:
    fill(database, "P1")
    enrol(database)
    assert isinstance(wrong, np.ndarray)
    with pytest.raises(EnrolmentRefused), database.transaction("admin") as tx:
        templates.save(tx, "P1", READER, wrong.astype(np.float32), REFERENCES)


@pytest.mark.parametrize("damaged", [b"", b"\0" * 512, b"\0" * 511])
def test_a_damaged_template_is_never_just_left_out(database: Database, damaged: bytes) -> None:
    fill(database, "P1")
    enrol(database)
    with database.transaction("intruder") as tx:
        tx.connection.execute(text("UPDATE templates SET vector = :v"), {"v": damaged})
    with pytest.raises(RegisterUnreachable, match="damaged"):
        snapshot(database)


def test_a_summary_says_how_old_the_references_are(database: Database) -> None:
    fill(database, "P1")
    enrol(database)
    with database.reading() as connection:
        (one,) = templates.summary(connection)
    assert (one.references, one.oldest, one.made_by) == (2, date(2025, 9, 1), "admin")


def test_a_register_without_its_revision_is_not_taken_for_a_new_one(database: Database) -> None:
    with database.transaction("intruder") as tx:
        tx.connection.execute(text("DELETE FROM register"))
    with pytest.raises(RegisterUnreachable):
        revision(database)


def test_reading_sees_one_moment(database: Database) -> None:
    fill(database, "P1")
    with database.reading() as connection:
        before = consents.everything(connection)
        with database.transaction("admin") as tx:
            consents.record(tx, consent())
        assert consents.everything(connection) == before == []
    assert len(snapshot(database).consents["P1"]) == 1


def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises(RegisterUnreachable), database.reading() as connection:
        connection.execute(delete(consents_table))
        connection.execute(text("UPDATE register SET revision = 99"))
    with database.reading() as connection:
        assert (
            connection.execute(select(text("revision")).select_from(text("register"))).scalar() == 0
        )


def test_a_change_while_the_clock_is_behind_does_not_make_the_register_look_older(
    database: Database, clock: StandingClock
) -> None:
    fill(database, "P1")
    clock.advance(timedelta(days=-400))
    with database.transaction("dsl") as tx:
        restrictions.add(tx, "P1", {ALL_CHANNELS}, YESTERDAY, None)
    assert (revision(database), snapshot(database).confirmed_at) == (2, NOON)
    with database.transaction("dpl") as tx:
        tx.confirm()
    assert snapshot(database).confirmed_at == clock()


def test_a_withdrawal_that_would_not_count_is_not_taken_in_silence(database: Database) -> None:
    fill(database, "P1")
    with database.transaction("dpl") as tx:
        consents.record(tx, consent(on=TODAY))
    no = replace(consent(status=ConsentStatus.WITHDRAWN, on=YESTERDAY), valid_until=None)
    with pytest.raises(RegisterError, match="would not count"), database.transaction("dpl") as tx:
        consents.record(tx, replace(no, given_by=" Parent"))
    with database.transaction("dpl") as tx:
        consents.record(tx, replace(no, given_by="self"))
        consents.record(tx, replace(no, obtained_on=TODAY))
    assert len(snapshot(database).consents["P1"]) == 3
