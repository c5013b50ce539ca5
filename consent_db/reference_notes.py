"""What is known of the reference photos of few people, without their numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from consent_db.schema import left_out_references, template_references, templates
from consent_db.transaction import Transaction

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class KeptReference:
    """A reference photo: its SHA-256, a note on its quality, the day it was taken if known."""

    sha256: str
    quality: str
    taken_on: date | None


class LeftOut(NamedTuple):
    """A photo that was given as a reference and does not count: its SHA-256, and why."""

    sha256: str
    reason: str


def leave_out(tx: Transaction, ref: str, reader: str, those: Iterable[LeftOut]) -> None:
    """Note which photos do not count for the template of this reader that was just stored.

    They are forgotten together with the template.
    """
    rows = [
        {"person": ref, "reader_version": reader, "sha256": sha256, "reason": one.reason[:_LONGEST]}
        for sha256, one in {one.sha256: one for one in those}.items()
    ]
    if rows:
        tx.connection.execute(insert(left_out_references), rows)


def left_out(connection: Connection, reader: str, ref: str) -> list[LeftOut]:
    """The photos that do not count for this reader's template of a person."""
    table = left_out_references
    mine = table.c.person == ref, table.c.reader_version == reader
    query = select(table.c.sha256, table.c.reason).where(*mine).order_by(table.c.sha256)
    return [LeftOut(*row) for row in connection.execute(query)]


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
