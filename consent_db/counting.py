"""How much waits: counted in the database, without loading any photo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import Connection, distinct, exists, func, select

from consent_db.locks import is_open
from consent_db.recording import DROPPED
from consent_db.schema import decisions, judgements, places, releases
from gate.released import PlaceKind
from gate.values import ALL_CHANNELS, Verdict


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


def judged_by_day(connection: Connection, since: date) -> Mapping[date, Mapping[Verdict, int]]:
    """How often each verdict was given on each day from ``since`` on, when photos were new.

    A photo counts once for each channel; locked photos are left out.
    """
    query = (
        select(judgements.c.day, decisions.c.verdict, func.count().label("times"))
        .join_from(judgements, decisions)
        .where(
            judgements.c.day >= since,
            judgements.c.cause == DROPPED,
            is_open(judgements.c.photo_id),
        )
        .group_by(judgements.c.day, decisions.c.verdict)
    )
    found: dict[date, Counter[Verdict]] = {}
    for row in connection.execute(query):
        found.setdefault(row.day, Counter())[Verdict(row.verdict)] += row.times
    return found


def photos_since(connection: Connection, since: date) -> int:
    """How many new photos were judged from this day on; locked ones are left out."""
    query = select(func.count(distinct(judgements.c.photo_id))).where(
        judgements.c.day >= since, judgements.c.cause == DROPPED, is_open(judgements.c.photo_id)
    )
    return int(connection.execute(query).scalar_one())
