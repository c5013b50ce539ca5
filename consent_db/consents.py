"""What was said about images of people; records are added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, insert, select

from consent_db import people
from consent_db.history import Recorded
from consent_db.numbering import next_ids
from consent_db.schema import consents
from consent_db.transaction import Transaction
from gate.errors import RegisterError
from gate.values import ConsentRecord, ConsentStatus, voice

_FIELDS = tuple(field.name for field in fields(ConsentRecord))
_COLUMNS = tuple(consents.c[name] for name in _FIELDS)
_STATUS = {status.value: status for status in ConsentStatus}


def record(tx: Transaction, said: ConsentRecord) -> int:
    """Add one record and return its id; the id in ``said`` is ignored.

    Raises UnknownPerson, and RegisterError when it ends before it begins, or when it is a no that
    would not count because the same voice is on record with a later word.
    """
    if said.valid_until is not None and said.valid_until < said.valid_from:
        raise RegisterError(
            f"A permission of {said.person} for {said.channel} would end on {said.valid_until}, "
            f"before it begins on {said.valid_from}. Nothing was stored."
        )
    if said.status is not ConsentStatus.GRANTED and _was_followed(tx.connection, said):
        raise RegisterError(
            f"The register holds a later word of {said.given_by} about {said.person} on "
            f"{said.channel} than {said.obtained_on}, so this would not count. Look whether this "
            "computer's clock is right. Nothing was stored."
        )
    return record_all(tx, [said])[0]


def _was_followed(connection: Connection, said: ConsentRecord) -> bool:
    later = select(consents.c.given_by).where(
        consents.c.person == said.person,
        consents.c.channel == said.channel,
        consents.c.obtained_on > said.obtained_on,
    )
    return voice(said.given_by) in {voice(name) for name in connection.execute(later).scalars()}


def record_all(tx: Transaction, said: Sequence[ConsentRecord]) -> tuple[int, ...]:
    """Add records in the order given and return their ids.

    One that ends before it begins is stored as the school's system has it: it never counts.
    Raises UnknownPerson.
    """
    if not said:
        return ()
    people.require(tx.connection, {one.person for one in said})
    ids = next_ids(tx, consents, len(said))
    rows = [{**_row(tx, one), "id": number} for number, one in zip(ids, said, strict=True)]
    tx.connection.execute(insert(consents), rows)
    for number, one in zip(ids, said, strict=True):
        details = {"record": number, "channel": one.channel, "status": one.status.value}
        tx.audit("consent.recorded", one.person, details)
        tx.touch(one.person)
    tx.bump()
    return tuple(ids)


def everything(connection: Connection) -> Sequence[ConsentRecord]:
    """Every record of everybody, in the order of recording."""
    query = select(*_COLUMNS).order_by(consents.c.id)
    return [_value(row) for row in connection.execute(query).all()]


def history(connection: Connection, ref: str) -> tuple[Recorded[ConsentRecord], ...]:
    """All that was ever said about images of this person, oldest first. Raises UnknownPerson."""
    people.require(connection, {ref}, also_erased=True)
    query = select(*_COLUMNS, consents.c.recorded_at, consents.c.recorded_by)
    rows = connection.execute(query.where(consents.c.person == ref).order_by(consents.c.id))
    return tuple(Recorded(_value(row[:-2]), row.recorded_at, row.recorded_by) for row in rows)


def _value(row: Sequence[Any]) -> ConsentRecord:
    number, person, channel, status, given_by, method, obtained, begin, end, online = row
    said = _STATUS[status]
    return ConsentRecord(
        number, person, channel, said, given_by, method, obtained, begin, end, online
    )


def _row(tx: Transaction, one: ConsentRecord) -> dict[str, object]:
    values = {name: getattr(one, name) for name in _FIELDS if name != "id"}
    return {**values, "recorded_at": tx.now, "recorded_by": tx.actor}
