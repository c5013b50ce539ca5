"""Who put a file into staging through the console: kept until the watcher has recorded it.

The watcher finds a file, not its sender. What an account uploads is noted before the file gets its
name in staging, so that the record of its drop bears that account's name.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from consent_db import dropped
from consent_db.schema import drops, photos, uploads
from consent_db.transaction import Transaction


def note(tx: Transaction, photo: str, original: str, event: str) -> int:
    """Note that the actor puts a file with this SHA-256 at a path of staging; its number."""
    found = dropped.indexes(tx.connection, original, event)
    adding = uploads.insert().values(
        sha256=photo,
        original_index=found["original_index"],
        event_index=found["event_index"],
        at=tx.now,
        by=tx.actor,
    )
    number = int(tx.connection.execute(adding.returning(uploads.c.id)).scalar_one())
    tx.audit("photo.uploaded", photo, {"upload": number})
    return number


def take_back(tx: Transaction, number: int) -> None:
    """Forget an upload whose file never got its name."""
    tx.connection.execute(delete(uploads).where(uploads.c.id == number))


def sender(tx: Transaction, photo: str, original: str) -> str | None:
    """Who uploaded these bytes to this path; None if nobody. They are on record from now on."""
    index = dropped.indexes(tx.connection, original, "")["original_index"]
    same = uploads.c.original_index == index, uploads.c.sha256 == photo
    taking = delete(uploads).where(*same).returning(uploads.c.id, uploads.c.by)
    rows = sorted(tx.connection.execute(taking).all())
    return str(rows[-1].by) if rows else None


def is_staged(connection: Connection, photo: str, event: str, paths: Collection[str]) -> bool:
    """Whether these bytes were uploaded for an event and lie at one of these paths of staging."""
    found = select(uploads.c.original_index).where(
        uploads.c.sha256 == photo,
        uploads.c.event_index == dropped.indexes(connection, "", event)["event_index"],
    )
    wanted = set(connection.execute(found).scalars())
    return bool(wanted) and any(
        dropped.indexes(connection, path, event)["original_index"] in wanted for path in paths
    )


def is_dropped(connection: Connection, photo: str, event: str) -> bool:
    """Whether these bytes were dropped for an event and judged."""
    found = select(drops.c.id).join_from(drops, photos)
    found = found.where(dropped.is_in(connection, event), photos.c.sha256 == photo)
    return connection.execute(found.limit(1)).first() is not None
