"""Files of ended copies that still have to be removed from ``ready/``."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, select

from consent_db.schema import releases, removals
from consent_db.transaction import Transaction


def pending(connection: Connection) -> Mapping[str, str]:
    """The SHA-256 of each copy that has ended, by the path at which it may still lie.

    A path at which another copy stands by now is not among them.
    """
    standing = select(releases.c.path).where(releases.c.ended_at.is_(None))
    ended = select(removals.c.path, removals.c.sha256).where(removals.c.path.not_in(standing))
    return {row.path: row.sha256 for row in connection.execute(ended)}


def is_any(connection: Connection) -> bool:
    """Whether there is anything to remove."""
    return connection.execute(select(removals.c.path).limit(1)).first() is not None


def discharge(tx: Transaction, paths: Collection[str]) -> None:
    """Record that these files are gone."""
    for path in paths:
        tx.connection.execute(delete(removals).where(removals.c.path == path))
