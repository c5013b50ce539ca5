"""Events as the console shows them: by their blind index, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, select

from consent_db import dropped
from consent_db.schema import drops, photos
from consent_db.sealed import sealer_of
from consent_db.stored import drops_with
from gate.ports import Drop, KeyKind


@dataclass(frozen=True, slots=True)
class Event:
    """A folder of staging into which files were dropped. ``index`` stands for its name in
    addresses; ``files`` is how many there were.
    """

    index: str
    name: str
    files: int


def newest(connection: Connection, limit: int) -> list[Event]:
    """The events into which something was dropped last, newest first; not those erased."""
    last = func.max(drops.c.id).label("last")
    query = select(drops.c.event_index, last, func.count().label("files"))
    query = query.group_by(drops.c.event_index).order_by(last.desc()).limit(limit)
    found = (_event(connection, row) for row in connection.execute(query).all())
    return [event for event in found if event is not None]


def with_index(connection: Connection, index: str) -> Event | None:
    """The event with this blind index; None without a drop or when its name was erased."""
    query = select(
        drops.c.event_index, func.max(drops.c.id).label("last"), func.count().label("files")
    ).where(drops.c.event_index == index)
    row = connection.execute(query.group_by(drops.c.event_index)).one_or_none()
    return None if row is None else _event(connection, row)


def drops_in(
    connection: Connection, index: str, *, offset: int = 0, limit: int = 50
) -> Sequence[tuple[int, Drop]]:
    """The drops of an event with their numbers, newest first."""
    query = select(drops.c.id).where(drops.c.event_index == index).order_by(drops.c.id.desc())
    numbers = connection.execute(query.offset(offset).limit(limit)).scalars()
    return drops_with(connection, list(numbers))


def drops_after(
    connection: Connection, index: str, last: int, limit: int
) -> Sequence[tuple[int, Drop]]:
    """The first drops of an event with a larger number than this, oldest first."""
    query = select(drops.c.id).where(drops.c.event_index == index, drops.c.id > last)
    numbers = list(connection.execute(query.order_by(drops.c.id).limit(limit)).scalars())
    return drops_with(connection, numbers)


def drop_of(connection: Connection, index: str, photo: str) -> Sequence[tuple[int, Drop]]:
    """The newest drop into an event of the photo with this SHA-256, if there is one."""
    query = select(drops.c.id).join_from(drops, photos)
    query = query.where(drops.c.event_index == index, photos.c.sha256 == photo)
    numbers = connection.execute(query.order_by(drops.c.id.desc()).limit(1)).scalars()
    return drops_with(connection, list(numbers))


def last_number(connection: Connection, index: str) -> int:
    """The number of the newest drop into an event; 0 without one."""
    query = select(func.max(drops.c.id)).where(drops.c.event_index == index)
    return int(connection.execute(query).scalar_one() or 0)


def _event(connection: Connection, row: Row[tuple[str, int, int]]) -> Event | None:
    query = select(drops.c.sealed_names, photos.c.sha256).join_from(drops, photos)
    query = query.where(drops.c.id == row.last)
    newest_drop = connection.execute(query).one()
    sealer_of(connection).fetch(KeyKind.PHOTO, {newest_drop.sha256})
    names = dropped.names_of(connection, newest_drop.sha256, newest_drop.sealed_names)
    return None if names is None else Event(row.event_index, names.event, row.files)
