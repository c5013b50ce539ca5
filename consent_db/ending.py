"""Who has a permission, a restriction or a last day of school within some days."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from consent_db.schema import biometrics, consents, people


def with_ends(connection: Connection, first: date, last: date) -> set[str]:
    """References of people of whom some grant, for images or a template, ends on these days.

    Whether it is the one that counts is for the rules of permission to say.
    """
    found: set[str] = set()
    for table in (consents, biometrics):
        query = select(table.c.person).where(table.c.valid_until.between(first, last)).distinct()
        found |= set(connection.execute(query).scalars())
    return found


def leaving(connection: Connection, first: date, last: date) -> set[str]:
    """References of people whose day of leaving is one of these."""
    query = select(people.c.ref).where(people.c.left_on.between(first, last))
    return set(connection.execute(query).scalars())
