"""Recording where people say that copies were published."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from consent_db import places, takedowns
from consent_db.aftermath import Consequences
from consent_db.schema import judgements, photos, releases
from consent_db.transaction import Transaction
from gate.errors import RegisterError
from gate.released import PlaceKind, Stand, Standing


@dataclass(frozen=True, slots=True)
class Posted:
    """What somebody posted: a photo's (SHA-256) copy for a channel, and where.

    ``copy``: the SHA-256 of the very copy, where it is known; else the newest one counts.
    """

    photo: str
    channel: str
    where: str
    copy: str | None = None


def record_posted(tx: Transaction, consequences: Consequences, posted: Posted) -> tuple[int, bool]:
    """Record that a copy was posted: the place's number, and whether the copy stands.

    A copy that no longer stands is recorded all the same, and asked to be taken down at once.
    Raises RegisterError when the photo was never released for the channel.
    """
    query = (
        select(releases.c.id, releases.c.sha256, releases.c.channel)
        .join_from(releases, judgements)
        .join(photos)
        .where(photos.c.sha256 == posted.photo)
    )
    every = tx.connection.execute(query.order_by(releases.c.id.desc())).all()
    rows = [row for row in every if row.channel == posted.channel]
    _require_not_for_another(posted, {row.channel for row in every if row.sha256 == posted.copy})
    chosen = next((row for row in rows if row.sha256 == posted.copy), rows[0] if rows else None)
    if chosen is None:
        raise RegisterError(
            f"This photo was never released for {posted.channel}. If it is published there, take "
            "it down and tell the data protection lead. Nothing was recorded."
        )
    number = places.add(tx, chosen.id, PlaceKind.POSTED, posted.where)
    stands = chosen.id in consequences.check(tx, posted.channel, {chosen.id})
    if not stands:
        ended = Standing(Stand.FALLS)
        takedowns.open_for(
            tx, places.get(tx.connection, number), ended, consequences.takedown_within
        )
    return number, stands


def _require_not_for_another(posted: Posted, channels: Collection[str]) -> None:
    """Raises RegisterError when the very file is a copy for other channels only."""
    if channels and posted.channel not in channels:
        raise RegisterError(
            f"This file is the copy for {', '.join(sorted(channels))}, which may show more than "
            f"the one for {posted.channel}. If it is published there, take it down. Nothing was "
            "recorded."
        )
