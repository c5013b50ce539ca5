"""Events as the console shows them: by their blind index, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, select, true, tuple_

from consent_db import dropped
from consent_db.locks import is_open
from consent_db.schema import decisions, drops, judgements, photos
from consent_db.sealed import sealer_of
from consent_db.stored import drops_with
from gate.ports import Drop, KeyKind
from gate.values import Reason, Verdict

Outcome = tuple[Verdict, Reason]


@dataclass(frozen=True, slots=True)
class Decided:
    """Photos that were decided so on some channel the last time, and on none as ``but_not``."""

    so: frozenset[Outcome]
    but_not: frozenset[Outcome] = frozenset()


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
    connection: Connection,
    index: str,
    only: Decided | None = None,
    *,
    offset: int = 0,
    limit: int = 50,
) -> Sequence[tuple[int, Drop]]:
    """The drops of an event with their numbers, newest first."""
    query = select(drops.c.id).where(drops.c.event_index == index, _came_to(only))
    numbers = connection.execute(query.order_by(drops.c.id.desc()).offset(offset).limit(limit))
    return drops_with(connection, list(numbers.scalars()))


def count(connection: Connection, index: str, only: Decided) -> int:
    """How many drops of an event were of such photos."""
    wanted = drops.c.event_index == index, is_open(drops.c.photo_id), _came_to(only)
    return int(connection.execute(select(func.count()).where(*wanted)).scalar_one())


def _came_to(only: Decided | None) -> ColumnElement[bool]:
    return true() if only is None else and_(_decided(only.so), ~_decided(only.but_not))


def _decided(outcomes: frozenset[Outcome]) -> ColumnElement[bool]:
    pairs = [(verdict.value, reason.value) for verdict, reason in sorted(outcomes)]
    newest = select(func.max(judgements.c.id)).where(judgements.c.photo_id == drops.c.photo_id)
    found = tuple_(decisions.c.verdict, decisions.c.reason).in_(pairs)
    last = decisions.c.judgement_id == newest.correlate(drops).scalar_subquery()
    return exists(select(decisions.c.id).where(last, found).correlate(drops))


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
