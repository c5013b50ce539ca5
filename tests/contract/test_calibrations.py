"""References kept with templates, and calibrations in force; on every database."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import text, update

from consent_db import audit, biometrics, calibrations, people, templates
from consent_db.database import Database
from consent_db.register import SqlRegister
from consent_db.schema import template_references
from gate.errors import EnrolmentRefused, RegisterError, RegisterUnreachable
from gate.values import Calibrated, ConsentStatus, References, RegisterSnapshot, Thresholds
from tests.registers import NOON, READER, StandingClock, biometric, person, vector

NUMBERS = Thresholds(0.5123456789012345, 0.19, 0.27)
REPORT = {"few": ["P1"], "recognised": {"count": 3, "of": 4}, "needed": None}


def snapshot(database: Database, reader: str = READER) -> RegisterSnapshot:
    return SqlRegister(database, reader).snapshot()


def enrol(database: Database, *refs: str, reader: str = READER) -> None:
    with database.transaction("admin") as tx:
        for ref in refs:
            people.add_or_change(tx, person(ref))
            biometrics.record(tx, biometric(ref))
            references = [
                templates.Reference("b" * 64, "sharp", date(2025, 9, 1), vector(2)),
                templates.Reference("a" * 64, "turned", None, vector(3)),
                templates.Reference("c" * 64, "of before"),
            ]
            templates.save(tx, ref, reader, vector(1), references)


def kept(database: Database, reader: str = READER) -> References:
    with database.reading() as connection:
        return templates.references(connection, reader)


def calibrate(database: Database, reader: str = READER, numbers: Thresholds = NUMBERS) -> int:
    with database.transaction("photogate watch") as tx:
        return calibrations.save(tx, reader, (0.001, numbers), 7, REPORT)


def test_references_come_back_as_they_were_put_in(database: Database) -> None:
    enrol(database, "P1", "P2")
    enrol(database, "P3", reader="another reader")
    found = kept(database)
    assert found.people == ("P1", "P1", "P1", "P2", "P2", "P2")
    assert found.taken_on == (None, date(2025, 9, 1), None) * 2
    np.testing.assert_array_equal(found.vectors[0], vector(3))
    np.testing.assert_array_equal(found.vectors[1], vector(2))
    assert not found.vectors[2].any()
    assert found.vectors.dtype == np.float32


def test_without_references_there_are_none(database: Database) -> None:
    found = kept(database)
    assert (found.people, len(found.vectors)) == ((), 0)


@pytest.mark.parametrize("status", [ConsentStatus.WITHDRAWN, ConsentStatus.REFUSED])
def test_references_go_with_the_template(database: Database, status: ConsentStatus) -> None:
    enrol(database, "P1", "P2")
    with database.transaction("dpl") as tx:
        biometrics.record(tx, biometric("P1", status))
    assert set(kept(database).people) == {"P2"}
    with database.reading() as connection:
        left = connection.execute(text("SELECT count(*) FROM template_references"))
        assert left.scalar_one() == 3


def test_a_new_template_replaces_the_references(database: Database) -> None:
    enrol(database, "P1")
    with database.transaction("admin") as tx:
        templates.save(tx, "P1", READER, vector(9), [templates.Reference("d" * 64, "sharp")])
    assert kept(database).people == ("P1",)


@pytest.mark.parametrize("wrong", [vector(2) * 2, vector(2, 64), vector(2)[np.newaxis]])
def test_a_reference_that_is_no_unit_vector_like_the_template_is_refused(
    database: Database, wrong: np.ndarray
) -> None:
    enrol(database, "P1")
    references = [templates.Reference("a" * 64, "sharp", None, wrong)]
    with pytest.raises(EnrolmentRefused), database.transaction("admin") as tx:
        templates.save(tx, "P1", READER, vector(1), references)
    assert len(kept(database).people) == 3


def test_a_damaged_reference_is_not_used(database: Database) -> None:
    enrol(database, "P1")
    with database.transaction("intruder") as tx:
        sharp = template_references.c.quality == "sharp"
        tx.connection.execute(update(template_references).where(sharp).values(vector=b"12345"))
    with pytest.raises(RegisterUnreachable, match="damaged"):
        kept(database)


def test_the_newest_and_the_oldest_day_are_told(database: Database) -> None:
    enrol(database, "P1")
    with database.reading() as connection:
        (one,) = templates.summary(connection)
    assert (one.oldest, one.newest, one.references) == (date(2025, 9, 1), date(2025, 9, 1), 3)


def test_the_newest_calibration_of_the_reader_counts(
    database: Database, clock: StandingClock
) -> None:
    enrol(database, "P1")
    assert snapshot(database).calibration is None
    first = calibrate(database, numbers=Thresholds(0.6, 0.1, 0.3))
    clock.advance(timedelta(days=1))
    second = calibrate(database)
    other = calibrate(database, "another reader", Thresholds(0.7, 0.2, 0.3))
    found = snapshot(database).calibration
    assert found == Calibrated(second, NOON + timedelta(days=1), READER, 0.001, NUMBERS)
    elsewhere = snapshot(database, "another reader").calibration
    assert elsewhere is not None
    assert [first, second, other] == [1, 2, 3]
    assert elsewhere.id == other
    assert snapshot(database, "a third reader").calibration is None
    with database.reading() as connection:
        assert calibrations.newest_report(connection, READER) == REPORT
        assert calibrations.newest_report(connection, "a third reader") is None


def test_workers_look_again_but_old_lists_do_not_become_current(
    database: Database, clock: StandingClock
) -> None:
    enrol(database, "P1")
    before = snapshot(database)
    clock.advance(timedelta(days=500))
    calibrate(database)
    after = snapshot(database)
    assert after.revision == before.revision + 1
    assert after.confirmed_at == before.confirmed_at == NOON


def test_a_calibration_is_audited_with_its_numbers(database: Database) -> None:
    calibrate(database)
    with database.reading() as connection:
        *_, entry = audit.entries(connection)
        assert audit.verify(connection) == entry.sequence
    assert (entry.actor, entry.action, entry.subject) == (
        "photogate watch",
        "calibration.made",
        "1",
    )
    assert json.loads(entry.details) == {
        "reader": READER,
        "register": 7,
        "fpir": 0.001,
        "show": NUMBERS.show,
        "veto": NUMBERS.veto,
        "margin": NUMBERS.margin,
    }


@pytest.mark.parametrize(
    "statement", ["UPDATE calibrations SET show = 0.1", "DELETE FROM calibrations"]
)
def test_a_calibration_is_history(database: Database, statement: str) -> None:
    calibrate(database)
    with pytest.raises(RegisterError), database.transaction("intruder") as tx:
        tx.connection.execute(text(statement))


def test_it_counts_the_people_whose_templates_changed_since(database: Database) -> None:
    enrol(database, "P1", "P2", "P3", "P4")
    calibrate(database)
    made = snapshot(database).calibration
    assert made is not None

    def changed() -> int:
        with database.reading() as connection:
            assert made is not None
            return calibrations.changed_since(connection, made)

    assert changed() == 0
    enrol(database, "P5")
    enrol(database, "P5")
    with database.transaction("dpl") as tx:
        biometrics.record(tx, biometric("P1", ConsentStatus.WITHDRAWN))
    enrol(database, "P6", reader="another reader")
    assert changed() == 2
    with database.reading() as connection:
        assert calibrations.people_with_template(connection, READER) == 4
    calibrate(database, "another reader")
    assert changed() == 2
