"""Whether a copy still stands: what the ledger of releases says of some bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from consent_db.recording import RELEASE
from consent_db.schema import judgements, photos, releases
from consent_db.stored import judgements_with
from gate.ports import Release
from gate.values import Judgement


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


@dataclass(frozen=True, slots=True)
class PastRelease:
    """A copy that was released: since when, until when (UTC; None: it stands), and of what."""

    release: Release
    since: datetime
    until: datetime | None
    judgement: Judgement


def of_photo(connection: Connection, sha256: str) -> tuple[PastRelease, ...]:
    """Every copy of the photo with this SHA-256 that was ever released, oldest first."""
    query = (
        select(*RELEASE, releases.c.ended_at, judgements.c.id, judgements.c.at)
        .join_from(releases, judgements)
        .join(photos)
        .where(photos.c.sha256 == sha256)
    )
    rows = connection.execute(query.order_by(releases.c.id)).all()
    judged = {row.id: one for row, one in judgements_with(connection, [row.id for row in rows])}
    return tuple(
        PastRelease(Release(*row[:6]), row.at, row.ended_at, judged[row.id]) for row in rows
    )
