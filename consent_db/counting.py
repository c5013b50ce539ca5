"""How much waits: counted in the database, without loading any photo."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, distinct, exists, func, select

from consent_db.schema import decisions, judgements, places, releases
from gate.released import PlaceKind
from gate.values import ALL_CHANNELS, Verdict


def held(connection: Connection) -> int:
    """How many photos wait for a person, as they were judged last."""
    later = judgements.alias()
    query = (
        select(func.count(distinct(judgements.c.photo_id)))
        .join_from(decisions, judgements)
        .where(
            decisions.c.verdict == Verdict.REVIEW.value,
            ~exists().where(
                later.c.photo_id == judgements.c.photo_id, later.c.id > judgements.c.id
            ),
        )
    )
    return int(connection.execute(query).scalar_one())


def unpublished(connection: Connection, channels: Collection[str]) -> int:
    """How many copies may be used on these channels ("all" for each), and are posted nowhere."""
    posted = exists().where(
        places.c.release_id == releases.c.id,
        places.c.kind == PlaceKind.POSTED.value,
        places.c.gone_at.is_(None),
    )
    query = select(func.count()).select_from(releases).where(releases.c.ended_at.is_(None), ~posted)
    if ALL_CHANNELS not in channels:
        query = query.where(releases.c.channel.in_(sorted(channels)))
    return int(connection.execute(query).scalar_one())
