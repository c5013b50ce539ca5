"""What is known of the reference photos of few people, without their numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from consent_db.schema import template_references, templates


@dataclass(frozen=True, slots=True)
class KeptReference:
    """A reference photo: its SHA-256, a note on its quality, the day it was taken if known."""

    sha256: str
    quality: str
    taken_on: date | None


def of_people(
    connection: Connection, reader: str, refs: Collection[str]
) -> dict[str, list[KeptReference]]:
    """The references behind this reader's templates of these people, of whom there are few."""
    table = template_references
    query = select(table.c.person, table.c.sha256, table.c.quality, table.c.taken_on).where(
        table.c.reader_version == reader, table.c.person.in_(refs)
    )
    found: dict[str, list[KeptReference]] = {}
    for row in connection.execute(query.order_by(table.c.person, table.c.sha256)):
        found.setdefault(row.person, []).append(KeptReference(*row[1:]))
    return found


def template_made(connection: Connection, reader: str, ref: str) -> tuple[datetime, str] | None:
    """When this reader's template of a person was made (UTC), and by whom; None without one."""
    query = select(templates.c.made_at, templates.c.made_by)
    mine = templates.c.person == ref, templates.c.reader_version == reader
    row = connection.execute(query.where(*mine)).one_or_none()
    return None if row is None else (row.made_at, row.made_by)


def with_template(connection: Connection, reader: str) -> set[str]:
    """References of everybody of whom there is a template of this reader."""
    query = select(templates.c.person).where(templates.c.reader_version == reader)
    return set(connection.execute(query).scalars())
