"""Everything that the register holds of one person, for that person; docs/rights-and-retention.md.

Plain values, ready to be written as JSON. What is about other people is left out.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from consent_db import (
    biometrics,
    consents,
    people,
    places,
    reference_notes,
    restrictions,
    takedowns,
    templates,
)
from consent_db.history import Recorded
from consent_db.schema import audit, template_references
from consent_db.schema import people as people_table
from consent_db.schema import takedowns as takedowns_table
from consent_db.schema import templates as templates_table
from gate.released import Place, Takedown
from gate.values import BiometricRecord, ConsentRecord

NUMBERS = "Numbers that a face was turned into: 32-bit floating point, little-endian, base64."
_WITHHELD = "Not given here: why somebody is restricted is for the safeguarding lead alone."


def person(connection: Connection, ref: str) -> dict[str, object]:
    """Who it is, and who changed that last. Raises UnknownPerson."""
    known = people.get(connection, ref)
    changed = select(people_table.c.changed_at, people_table.c.changed_by)
    at, by = connection.execute(changed.where(people_table.c.ref == ref)).one()
    return {
        "ref": ref,
        "kind": known.kind,
        "given_name": known.given_name,
        "family_name": known.family_name,
        "year_group": known.year_group,
        "left_on": known.left_on,
        "changed_at": at,
        "changed_by": by,
    }


def consent_records(connection: Connection, ref: str) -> list[dict[str, object]]:
    """All that was ever said about images of the person, oldest first."""
    return [_consent(one) for one in consents.history(connection, ref)]


def biometric_records(connection: Connection, ref: str) -> list[dict[str, object]]:
    """All that was ever said about a face template of the person, oldest first."""
    return [_biometric(one) for one in biometrics.history(connection, ref)]


def restriction_records(
    connection: Connection, ref: str, *, with_reasons: bool
) -> list[dict[str, object]]:
    """All restrictions that the person ever had, oldest first; why only ``with_reasons``."""
    return [
        {
            "restriction": past.restriction.id,
            "channels": sorted(past.restriction.channels),
            "valid_from": past.restriction.valid_from,
            "valid_until": past.restriction.valid_until,
            "added_at": past.added_at,
            "added_by": past.added_by,
            "lifted_at": past.lifted_at,
            "lifted_by": past.lifted_by,
            "reason": past.reason if with_reasons else _WITHHELD,
        }
        for past in restrictions.history(connection, ref)
    ]


def template_records(connection: Connection, ref: str) -> list[dict[str, object]]:
    """The person's face templates with their numbers, and the reference photos behind each."""
    query = select(templates_table).where(templates_table.c.person == ref)
    rows = connection.execute(query.order_by(templates_table.c.reader_version)).all()
    return [
        {
            "reader": row.reader_version,
            "made_at": row.made_at,
            "made_by": row.made_by,
            "what_it_is": NUMBERS,
            "numbers": _base64(
                templates.opened_numbers(connection, ref, row.vector, row.reader_version)
            ),
            "references": list(_references(connection, ref, row.reader_version)),
            "left_out": [
                {"photo": one.sha256, "because": one.reason}
                for one in reference_notes.left_out(connection, row.reader_version, ref)
            ],
        }
        for row in rows
    ]


def takedown_records(connection: Connection, ref: str) -> list[dict[str, object]]:
    """Every copy that was to be taken down because of the person."""
    about = takedowns_table.c.person == ref
    return [_takedown(one) for one in takedowns.where(connection, about)]


def place_record(place: Place) -> dict[str, object]:
    """Where a copy is, or was."""
    return {
        "place": place.id,
        "channel": place.release.channel,
        "copy": place.release.sha256,
        "how": place.kind.value,
        "where": place.where,
        "name": place.name,
        "since": place.at,
        "by": place.by,
        "until": place.gone_at,
    }


def places_by_photo(connection: Connection, ref: str) -> dict[str, list[dict[str, object]]]:
    """Where copies are, or were, that rest on the person's permission, by photo (SHA-256)."""
    grouped: dict[str, list[dict[str, object]]] = {}
    for place in places.of_person(connection, ref):
        grouped.setdefault(place.photo, []).append(place_record(place))
    return grouped


def audit_entries(connection: Connection, ref: str) -> Iterator[dict[str, object]]:
    """Every entry of the audit log that names the person's reference."""
    # Details are JSON in ASCII, so that this finds the reference as it stands there.
    inside = audit.c.details.contains(json.dumps(ref), autoescape=True)
    query = select(audit).where(or_(audit.c.subject == ref, inside)).order_by(audit.c.sequence)
    for row in connection.execute(query):
        details = json.loads(row.details)
        if row.subject == ref or _holds(details, ref):
            yield _entry(row, details)


def _entry(row: Row[Any], details: object) -> dict[str, object]:
    names = ("sequence", "at", "actor", "action", "subject")
    return {**{name: getattr(row, name) for name in names}, "details": details}


def _holds(value: object, ref: str) -> bool:
    if isinstance(value, Mapping):
        return any(_holds(one, ref) for one in value.values())
    if isinstance(value, list):
        return any(_holds(one, ref) for one in value)
    return value == ref


def _consent(one: Recorded[ConsentRecord]) -> dict[str, object]:
    record = one.record
    return {
        "record": record.id,
        "channel": record.channel,
        "status": record.status.value,
        "given_by": record.given_by,
        "method": record.method,
        "obtained_on": record.obtained_on,
        "valid_from": record.valid_from,
        "valid_until": record.valid_until,
        "names_online_use": record.names_online_use,
        "recorded_at": one.at,
        "recorded_by": one.by,
    }


def _biometric(one: Recorded[BiometricRecord]) -> dict[str, object]:
    record = one.record
    return {
        "record": record.id,
        "status": record.status.value,
        "given_by": record.given_by,
        "method": record.method,
        "obtained_on": record.obtained_on,
        "valid_until": record.valid_until,
        "recorded_at": one.at,
        "recorded_by": one.by,
    }


def _references(connection: Connection, ref: str, reader: str) -> Iterator[dict[str, object]]:
    same = template_references.c.person == ref, template_references.c.reader_version == reader
    query = select(template_references).where(*same).order_by(template_references.c.sha256)
    for row in connection.execute(query).all():
        yield {
            "photo": row.sha256,
            "quality": row.quality,
            "taken_on": row.taken_on,
            "numbers": _base64(
                templates.opened_numbers(connection, ref, row.vector, reader, row.sha256)
            ),
        }


def _takedown(one: Takedown) -> dict[str, object]:
    return {
        "takedown": one.id,
        "photo": one.place.photo,
        **place_record(one.place),
        "asked_at": one.since,
        "due": one.due,
        "because": one.reason,
        "done_at": one.done_at,
        "done_by": one.done_by,
        "proof": one.proof,
        "may_stay_since": one.lapsed_at,
    }


def _base64(numbers: bytes | None) -> str | None:
    return None if numbers is None else base64.b64encode(numbers).decode("ascii")
