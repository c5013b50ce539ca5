"""Released copies that stand, as galleries show them: by number or channel, newest first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from consent_db.schema import judgements, photos, releases

_NAMES = ("id", "channel", "path", "sha256", "width", "height", "size")
_STANDS = releases.c.ended_at.is_(None)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy with the number of its release; ``photo`` is the original's SHA-256.

    ``path`` is within the site, ``size`` in bytes, ``width`` and ``height`` in pixels,
    ``approved_at`` in UTC.
    """

    id: int
    channel: str
    path: str
    sha256: str
    width: int
    height: int
    size: int
    photo: str
    approved_at: datetime


def with_numbers(connection: Connection, numbers: Collection[int]) -> list[Copy]:
    """The copies of these releases that stand, newest first."""
    found: list[Copy] = []
    wanted = sorted(numbers, reverse=True)
    for start in range(0, len(wanted), _BATCH):
        part = _query().where(_STANDS, releases.c.id.in_(wanted[start : start + _BATCH]))
        found += _values(connection, part)
    return found


def page(connection: Connection, channel: str, *, offset: int, limit: int) -> Sequence[Copy]:
    """The copies that stand for a channel, newest first."""
    query = _query().where(_STANDS, releases.c.channel == channel)
    return _values(connection, query.offset(offset).limit(limit))


def count(connection: Connection, channel: str) -> int:
    """How many copies stand for a channel."""
    query = select(func.count()).select_from(releases)
    query = query.where(_STANDS, releases.c.channel == channel)
    return int(connection.execute(query).scalar_one())


def numbers_of(connection: Connection, paths: Collection[str]) -> dict[str, int]:
    """The numbers of the releases whose copies stand at these paths of the site."""
    query = select(releases.c.path, releases.c.id).where(_STANDS, releases.c.path.in_(paths))
    return {row.path: row.id for row in connection.execute(query)}


def _query() -> Select[Any]:
    columns = (*(releases.c[name] for name in _NAMES), photos.c.sha256.label("photo"))
    query = select(*columns, judgements.c.at.label("approved_at"))
    query = query.join_from(releases, judgements).join(photos)
    return query.order_by(releases.c.id.desc())


def _values(connection: Connection, query: Select[Any]) -> list[Copy]:
    return [Copy(*row) for row in connection.execute(query)]
