"""Finding photos by what people know of them: in the database, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select

from consent_db import dropped, stored
from consent_db.locks import is_open
from consent_db.schema import decisions, drops, judgements, mentions, photos, statements
from consent_db.stored import StoredPhoto
from gate.values import Verdict


@dataclass(frozen=True, slots=True)
class Sought:
    """Which photos to look for; what is empty does not count.

    ``text`` as in ``stored.find``; ``event`` is the whole name of a folder, ``person`` a
    reference. ``verdict``: on some channel, as it counts now. They were dropped from ``since`` on
    and before ``until``, both with a time zone.
    """

    text: str = ""
    event: str = ""
    person: str = ""
    verdict: Verdict | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether every photo is meant."""
        return self == Sought()


def count(connection: Connection, sought: Sought, *, locked: bool = False) -> int:
    """How many photos are sought; locked ones only for those who may know of them."""
    wanted = _conditions(connection, sought, locked=locked)
    query = select(func.count()).select_from(photos).where(*wanted)
    return int(connection.execute(query).scalar_one())


def found(
    connection: Connection, sought: Sought, *, skip: int, most: int, locked: bool = False
) -> list[StoredPhoto]:
    """At most so many of the photos that are sought, the newest first, after ``skip`` others."""
    wanted = _conditions(connection, sought, locked=locked)
    query = select(photos.c.sha256).where(*wanted).order_by(photos.c.id.desc())
    ids = list(connection.execute(query.limit(most).offset(skip)).scalars())
    return stored.in_order(connection, ids, locked=locked)


def _conditions(
    connection: Connection, sought: Sought, *, locked: bool
) -> Iterator[ColumnElement[bool]]:
    yield is_open(photos.c.id, locked=locked)
    if sought.text:
        yield stored.is_meant(connection, sought.text)
    if sought.event:
        yield _dropped(dropped.is_in(connection, sought.event))
    if sought.since is not None:
        yield _dropped(drops.c.at >= sought.since)
    if sought.until is not None:
        yield _dropped(drops.c.at < sought.until)
    if sought.person:
        yield _shows(sought.person)
    if sought.verdict is not None:
        yield _decided(sought.verdict)


def _dropped(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return photos.c.id.in_(select(drops.c.photo_id).where(condition))


def _shows(ref: str) -> ColumnElement[bool]:
    mentioned = select(judgements.c.photo_id).join_from(mentions, judgements)
    named = select(statements.c.photo_id).where(statements.c.person == ref)
    return or_(photos.c.id.in_(mentioned.where(mentions.c.person == ref)), photos.c.id.in_(named))


def _decided(verdict: Verdict) -> ColumnElement[bool]:
    later = judgements.alias()
    query = select(judgements.c.photo_id).join_from(decisions, judgements)
    is_newest = ~exists().where(
        later.c.photo_id == judgements.c.photo_id, later.c.id > judgements.c.id
    )
    return photos.c.id.in_(query.where(decisions.c.verdict == verdict.value, is_newest))
