"""When a photo was dropped and judged, and by whom: every time, without what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from consent_db.schema import drops, judgements, photos


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done (UTC), by whom; ``cause`` is why a photo was judged."""

    at: datetime
    by: str
    cause: str = ""


def dropped(connection: Connection, sha256: str) -> tuple[Done, ...]:
    """Every drop of the photo with this SHA-256, oldest first."""
    query = select(drops.c.at, drops.c.by).join_from(drops, photos)
    rows = connection.execute(query.where(photos.c.sha256 == sha256).order_by(drops.c.id))
    return tuple(Done(row.at, row.by) for row in rows)


def judged(connection: Connection, sha256: str) -> tuple[Done, ...]:
    """Every judgement of it, oldest first."""
    columns = (judgements.c.at, judgements.c.by, judgements.c.cause)
    query = select(*columns).join_from(judgements, photos)
    rows = connection.execute(query.where(photos.c.sha256 == sha256).order_by(judgements.c.id))
    return tuple(Done(row.at, row.by, row.cause or "") for row in rows)
