"""What was said about making face templates of people; a ledger of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, insert, select

from consent_db import people, templates
from consent_db.history import Recorded
from consent_db.numbering import next_ids
from consent_db.schema import biometrics
from consent_db.transaction import Transaction
from gate.values import BiometricRecord, ConsentStatus

_FIELDS = tuple(field.name for field in fields(BiometricRecord))
_COLUMNS = tuple(biometrics.c[name] for name in _FIELDS)
_STATUS = {status.value: status for status in ConsentStatus}


def record(tx: Transaction, said: BiometricRecord) -> int:
    """Add one record and return its id; the id in ``said`` is ignored.

    Anything but a grant destroys the person's templates in the same transaction.
    Raises UnknownPerson.
    """
    return record_all(tx, [said])[0]


def record_all(tx: Transaction, said: Sequence[BiometricRecord]) -> tuple[int, ...]:
    """Add records in the order given and return their ids; see ``record``."""
    if not said:
        return ()
    people.require(tx.connection, {one.person for one in said})
    ids = next_ids(tx, biometrics, len(said))
    rows = [{**_row(tx, one), "id": number} for number, one in zip(ids, said, strict=True)]
    tx.connection.execute(insert(biometrics), rows)
    for number, one in zip(ids, said, strict=True):
        details = {"record": number, "status": one.status.value}
        tx.audit("biometric.recorded", one.person, details)
        tx.touch(one.person)
    for ref in sorted({one.person for one in said if one.status is not ConsentStatus.GRANTED}):
        templates.destroy(tx, ref)
    tx.bump()
    return tuple(ids)


def everything(connection: Connection) -> Sequence[BiometricRecord]:
    """Every record of everybody, in the order of recording."""
    query = select(*_COLUMNS).order_by(biometrics.c.id)
    return [_value(row) for row in connection.execute(query).all()]


def history(connection: Connection, ref: str) -> tuple[Recorded[BiometricRecord], ...]:
    """All that was ever said about a template of this person, oldest first.

    Raises UnknownPerson.
    """
    people.require(connection, {ref}, also_erased=True)
    query = select(*_COLUMNS, biometrics.c.recorded_at, biometrics.c.recorded_by)
    rows = connection.execute(query.where(biometrics.c.person == ref).order_by(biometrics.c.id))
    return tuple(Recorded(_value(row[:-2]), row.recorded_at, row.recorded_by) for row in rows)


def _value(row: Sequence[Any]) -> BiometricRecord:
    number, person, status, given_by, method, obtained, end = row
    return BiometricRecord(number, person, _STATUS[status], given_by, method, obtained, end)


def _row(tx: Transaction, one: BiometricRecord) -> dict[str, object]:
    values = {name: getattr(one, name) for name in _FIELDS if name != "id"}
    return {**values, "recorded_at": tx.now, "recorded_by": tx.actor}
