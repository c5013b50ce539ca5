"""Photos that a person should look through, because somebody in them cannot be recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from consent_db.dropped import names_of
from consent_db.locks import is_open
from consent_db.schema import drops, judgements, mentions, people, photos, places, releases


@dataclass(frozen=True, slots=True)
class OutPhoto:
    """A photo (SHA-256) of which copies are out, the event it was dropped in, and the channels."""

    photo: str
    event: str
    channels: tuple[str, ...]


def of_year_group(connection: Connection, ref: str, since: datetime) -> Sequence[OutPhoto]:
    """Photos that may show this person, though nobody can recognise them.

    They were dropped since then (UTC), a copy of them is ready or published, and somebody of the
    same year group is in them or in another photo of the same event. Of somebody without a year
    group (staff): all since then.
    """
    group = connection.execute(select(people.c.year_group).where(people.c.ref == ref))
    year_group = group.scalar_one_or_none()
    out = _out()
    query = (
        select(photos.c.sha256, drops.c.sealed_names, releases.c.channel)
        .join_from(photos, drops)
        .join(judgements, judgements.c.photo_id == photos.c.id)
        .join(releases, releases.c.judgement_id == judgements.c.id)
        .where(drops.c.at >= since, out, is_open(photos.c.id))
    )
    if year_group is not None:
        query = query.where(drops.c.event_index.in_(_events_with(year_group, since)))
    events: dict[str, str] = {}
    channels: dict[str, set[str]] = {}
    for row in connection.execute(query.order_by(drops.c.id)).all():
        if row.sha256 not in events:
            names = names_of(connection, row.sha256, row.sealed_names)
            events[row.sha256] = names.event if names else ""
        channels.setdefault(row.sha256, set()).add(row.channel)
    return [OutPhoto(sha, event, tuple(sorted(channels[sha]))) for sha, event in events.items()]


def _out() -> ColumnElement[bool]:
    there = select(places.c.release_id).where(places.c.gone_at.is_(None))
    return or_(releases.c.ended_at.is_(None), releases.c.id.in_(there))


def _events_with(year_group: str, since: datetime) -> Select[str]:
    return (
        select(drops.c.event_index)
        .join_from(drops, judgements, judgements.c.photo_id == drops.c.photo_id)
        .join(mentions, mentions.c.judgement_id == judgements.c.id)
        .join(people, people.c.ref == mentions.c.person)
        .where(people.c.year_group == year_group, drops.c.at >= since)
    )
