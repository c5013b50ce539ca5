"""What happened to the copies of a channel, in the order in which it was stored.

Changes of the register come one after the other, and each gives its events the next numbers: no
event with a lower number than one that was seen is ever stored later.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import Connection, Select, func, insert, or_, select

from consent_db.numbering import next_ids
from consent_db.schema import judgements, photos, release_events, releases
from consent_db.transaction import Transaction

_Row: TypeAlias = Any
_NAMES = ("id", "channel", "path", "sha256", "width", "height", "size", "ended_at")


class Kind(StrEnum):
    """What happened to a copy."""

    RELEASED = "released"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Told:
    """A copy as its followers are told of it; ``id`` is the number of its release.

    ``photo`` is the original's SHA-256, ``path`` is within the site, ``size`` in bytes, ``width``
    and ``height`` in pixels; instants in UTC.
    """

    id: int
    channel: str
    path: str
    sha256: str
    width: int
    height: int
    size: int
    ended_at: datetime | None
    photo: str
    released_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a copy, and when (UTC); ``number`` grows."""

    number: int
    kind: Kind
    at: datetime
    copy: Told


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest event of a channel, and its newest copy that stands; 0: none."""

    event: int
    copy: int


def tell(tx: Transaction, kind: Kind, copies: Collection[tuple[int, str]]) -> None:
    """Note what happened to these copies: the number of the release and the channel of each."""
    numbers = next_ids(tx, release_events, len(copies))
    rows = [
        {"id": number, "release_id": release, "channel": channel, "kind": kind.value, "at": tx.now}
        for number, (release, channel) in zip(numbers, copies, strict=True)
    ]
    if rows:
        tx.connection.execute(insert(release_events), rows)


def newest(connection: Connection, channel: str) -> Newest:
    """Where a channel is by now."""
    event = select(func.max(release_events.c.id)).where(release_events.c.channel == channel)
    standing = releases.c.channel == channel, releases.c.ended_at.is_(None)
    copy = select(releases.c.id).where(*standing).order_by(releases.c.id.desc()).limit(1)
    return Newest(
        connection.execute(event).scalar_one() or 0,
        connection.execute(copy).scalar_one_or_none() or 0,
    )


def events(connection: Connection, channel: str, after: int, limit: int) -> Sequence[Event]:
    """The next events of a channel after this number, in order.

    That a copy was released is left out once it has ended: then only that is told.
    """
    counts = or_(release_events.c.kind == Kind.REVOKED.value, releases.c.ended_at.is_(None))
    of_channel = release_events.c.channel == channel, release_events.c.id > after
    return _events(connection, _events_query().where(*of_channel, counts), limit)


def revoked(connection: Connection, channel: str, limit: int) -> Sequence[Event]:
    """The newest revocations of a channel, newest first."""
    of_channel = release_events.c.channel == channel, release_events.c.kind == Kind.REVOKED.value
    query = _events_query().where(*of_channel).order_by(None)
    return _events(connection, query.order_by(release_events.c.id.desc()), limit)


def standing(connection: Connection, channel: str, after: int, limit: int) -> Sequence[Told]:
    """The next copies of a channel that stand after this number, in the order of release."""
    of_channel = releases.c.channel == channel, releases.c.id > after
    query = _copies().where(*of_channel, releases.c.ended_at.is_(None)).order_by(releases.c.id)
    return [Told(*row) for row in connection.execute(query.limit(limit))]


def newest_standing(connection: Connection, channel: str, limit: int) -> Sequence[Told]:
    """The newest copies of a channel that stand, newest first."""
    query = _copies().where(releases.c.channel == channel, releases.c.ended_at.is_(None))
    query = query.order_by(releases.c.id.desc())
    return [Told(*row) for row in connection.execute(query.limit(limit))]


def copy(connection: Connection, channel: str, number: int) -> Told | None:
    """The copy of this release of the channel, also when it has ended."""
    query = _copies().where(releases.c.id == number, releases.c.channel == channel)
    row = connection.execute(query).one_or_none()
    return None if row is None else Told(*row)


def last_change(connection: Connection, channel: str) -> datetime | None:
    """When something happened to a copy of the channel for the last time (UTC)."""
    query = select(release_events.c.at).where(release_events.c.channel == channel)
    last = query.order_by(release_events.c.id.desc()).limit(1)
    found: datetime | None = connection.execute(last).scalar_one_or_none()
    return found


def _copies() -> Select[Any]:
    columns = (*(releases.c[name] for name in _NAMES), photos.c.sha256.label("photo"))
    query = select(*columns, judgements.c.at.label("released_at"))
    return query.join_from(releases, judgements).join(photos)


def _events_query() -> Select[Any]:
    event = (release_events.c[name].label(f"event_{name}") for name in ("id", "kind", "at"))
    same = release_events.c.release_id == releases.c.id
    query = _copies().join(release_events, same).add_columns(*event)
    return query.order_by(release_events.c.id)


def _events(connection: Connection, query: Select[Any], limit: int) -> Sequence[Event]:
    return [_event(row) for row in connection.execute(query.limit(limit))]


def _event(row: _Row) -> Event:
    return Event(row.event_id, Kind(row.event_kind), row.event_at, Told(*row[:-3]))
