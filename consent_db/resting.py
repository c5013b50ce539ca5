"""Judgements as changes ask for them: whose permissions they rest on, and where copies are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from consent_db import evidence, places, statements, stored
from consent_db.schema import judgements, mentions, releases
from consent_db.schema import places as places_table
from gate.released import Place
from gate.statements import Word
from gate.values import Judgement, Match


@dataclass(frozen=True)
class Resting:
    """A judgement as it is stored: its number, its photo's, when it was made (UTC).

    ``newest``: no later one of the same photo counts; ``last_look``: when the newest was made.
    ``said`` is what people say of the photo; ``out`` where this judgement's copies are.
    """

    number: int
    photo_id: int
    at: datetime
    newest: bool
    last_look: datetime
    judgement: Judgement
    said: Sequence[Word]
    out: Sequence[Place]


def _is_newest() -> ColumnElement[bool]:
    later = judgements.alias("later")
    return (
        ~select(later.c.id)
        .where(later.c.photo_id == judgements.c.photo_id, later.c.id > judgements.c.id)
        .exists()
    )


def _has_place() -> ColumnElement[bool]:
    return (
        select(places_table.c.id)
        .join_from(places_table, releases)
        .where(releases.c.judgement_id == judgements.c.id, places_table.c.gone_at.is_(None))
        .exists()
    )


def _stands() -> ColumnElement[bool]:
    return (
        select(releases.c.id)
        .where(releases.c.judgement_id == judgements.c.id, releases.c.ended_at.is_(None))
        .exists()
    )


def live() -> Select[int]:
    """Judgements of which a copy stands, or is somewhere."""
    return select(judgements.c.id).where(or_(_stands(), _has_place()))


def mentioning(connection: Connection, people: Collection[str]) -> Iterator[int]:
    """Judgements that rest on these people and count, or of which a copy is somewhere."""
    of_people = select(mentions.c.judgement_id).where(mentions.c.person.in_(people))
    query = select(judgements.c.id).where(
        judgements.c.id.in_(of_people), or_(_is_newest(), _has_place())
    )
    yield from connection.execute(query).scalars()


def out_before(connection: Connection, moment: datetime) -> Iterator[int]:
    """Judgements that were made before this instant (UTC) and of which a copy is out."""
    yield from connection.execute(live().where(judgements.c.at < moment)).scalars()


def matches_of(
    connection: Connection, numbers: Sequence[int]
) -> Iterator[tuple[int, tuple[Match, ...]]]:
    """Whom the faces of these judgements resemble, by the judgement's number, in order."""
    query = select(judgements.c.id, judgements.c.matches).where(judgements.c.id.in_(numbers))
    for row in connection.execute(query.order_by(judgements.c.id)):
        yield row.id, evidence.matches(row.matches)


def load(
    connection: Connection, numbers: Sequence[int], channel: str | None = None
) -> list[Resting]:
    """The judgements with these numbers, of which there are few, with what bears on them.

    ``channel``: with the decision about this one, and its copies' places, only.
    """
    if not numbers:
        return []
    of_these = select(judgements.c.photo_id).where(judgements.c.id.in_(numbers))
    last = (
        select(judgements.c.photo_id, func.max(judgements.c.id), func.max(judgements.c.at))
        .where(judgements.c.photo_id.in_(of_these))
        .group_by(judgements.c.photo_id)
    )
    newest = {photo: (number, at) for photo, number, at in connection.execute(last)}
    said = statements.of_photos(connection, newest)
    out = places.of_judgements(connection, numbers)
    return [
        Resting(
            row.id,
            row.photo_id,
            row.at,
            newest[row.photo_id][0] == row.id,
            newest[row.photo_id][1],
            judgement,
            said.get(row.photo_id, ()),
            [place for place in out[row.id] if channel in (None, place.release.channel)],
        )
        for row, judgement in stored.judgements_with(connection, numbers, channel)
    ]
