"""Which reference photos were left out and why: known as long as the template, no longer."""

from __future__ import annotations

from sqlalchemy import text

from consent_db import biometrics, dossier, people, reference_notes, templates
from consent_db.database import Database
from consent_db.reference_notes import LeftOut
from gate.values import BiometricRecord, ConsentStatus
from tests.registers import READER, TODAY, person, vector

REFUSED = LeftOut("b" * 64, "the face is too blurred")


def enrol(database: Database, *left_out: LeftOut) -> None:
    with database.transaction("Ada") as tx:
        templates.save(tx, "P1", READER, vector(0), [("a" * 64, "good", None)])
        reference_notes.leave_out(tx, "P1", READER, left_out)


def permit(database: Database, status: ConsentStatus) -> None:
    with database.transaction("Dafydd") as tx:
        biometrics.record(tx, BiometricRecord(0, "P1", status, "parent", "letter", TODAY))


def known(database: Database) -> list[LeftOut]:
    with database.reading() as connection:
        return reference_notes.left_out(connection, READER, "P1")


def test_what_was_left_out_is_known_until_the_template_ends(database: Database) -> None:
    with database.transaction("setup") as tx:
        people.add_or_change(tx, person("P1"))
    permit(database, ConsentStatus.GRANTED)
    enrol(database, REFUSED, REFUSED, LeftOut("c" * 64, "x" * 9_000))
    assert known(database)[0] == REFUSED
    assert len(known(database)[1].reason) == 300
    with database.reading() as connection:
        (record,) = dossier.template_records(connection, "P1")
        kept = reference_notes.of_people(connection, READER, ["P1", "P2"])
        assert reference_notes.with_template(connection, READER) == {"P1"}
    assert {"photo": "b" * 64, "because": REFUSED.reason} in record["left_out"]  # type: ignore[operator]
    assert [one.sha256 for one in kept["P1"]] == ["a" * 64]
    permit(database, ConsentStatus.WITHDRAWN)
    with database.reading() as connection:
        left = connection.execute(text("SELECT count(*) FROM left_out_references")).scalar_one()
    assert left == 0


def test_a_new_template_forgets_what_the_last_one_left_out(database: Database) -> None:
    with database.transaction("setup") as tx:
        people.add_or_change(tx, person("P1"))
    permit(database, ConsentStatus.GRANTED)
    enrol(database, REFUSED)
    enrol(database)
    assert known(database) == []
