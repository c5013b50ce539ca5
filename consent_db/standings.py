"""Whether a copy still stands: what the ledger of releases says of some bytes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from consent_db.schema import judgements, releases


def standing_of(
    connection: Connection, sha256: str
) -> tuple[tuple[str, datetime, datetime | None], ...]:
    """Every release of the copy with this SHA-256, oldest first: channel, since, until (UTC).

    Until is None while it stands. Empty when no such copy was ever released.
    """
    query = (
        select(releases.c.channel, judgements.c.at, releases.c.ended_at)
        .join_from(releases, judgements)
        .where(releases.c.sha256 == sha256)
        .order_by(releases.c.id)
    )
    return tuple((row.channel, row.at, row.ended_at) for row in connection.execute(query))
