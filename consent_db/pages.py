"""Result pages that must be written anew, noted in the transaction that makes them wrong."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from consent_db import dropped
from consent_db.schema import drops, pages_due, photos
from consent_db.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Due:
    """A photo (its number), since when (UTC) its pages are wrong, and the events they are of."""

    photo: int
    since: datetime
    events: frozenset[str]


def want(tx: Transaction, photo: int) -> None:
    """Ask for the pages of the events in which this photo was dropped to be written anew."""
    tx.connection.execute(delete(pages_due).where(pages_due.c.photo_id == photo))
    tx.connection.execute(insert(pages_due), {"photo_id": photo, "since": tx.now})


def due(connection: Connection) -> tuple[Due, ...]:
    """What is to be written anew."""
    waiting = connection.execute(select(pages_due)).all()
    return tuple(Due(row.photo_id, row.since, _events(connection, row.photo_id)) for row in waiting)


def discharge(tx: Transaction, written: Collection[Due]) -> None:
    """Record that these pages were written, unless they became wrong again meanwhile."""
    for one in written:
        same = (pages_due.c.photo_id == one.photo, pages_due.c.since == one.since)
        tx.connection.execute(delete(pages_due).where(*same))


def _events(connection: Connection, photo: int) -> frozenset[str]:
    query = select(drops.c.sealed_names, photos.c.sha256).join_from(drops, photos)
    rows = connection.execute(query.where(drops.c.photo_id == photo)).all()
    found = (dropped.names_of(connection, row.sha256, row.sealed_names) for row in rows)
    return frozenset(names.event for names in found if names is not None)
