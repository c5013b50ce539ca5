"""The names of dropped files: sealed with their photo's key, found again by blind indexes."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, or_, select

from consent_db.locks import is_open
from consent_db.schema import drops, photos
from consent_db.sealed import open_texts, seal_texts, sealer_of
from gate.ports import KeyKind

CONTEXT = "drops.sealed_names"
_ORIGINAL, _NAME, _EVENT = "drops.original", "drops.name", "drops.event"


class Names(NamedTuple):
    """What a dropped file was called: its path in staging, its folder there, its first drop's path.

    ``original`` and ``event`` are "" once they were erased.
    """

    original: str
    event: str
    duplicate_of: str | None


def columns(connection: Connection, photo: str, names: Names) -> dict[str, object]:
    """The columns of a drop of the photo with this SHA-256 that hold its names."""
    first = () if names.duplicate_of is None else (names.duplicate_of,)
    texts = (names.original, names.event, *first)
    name = PurePosixPath(names.original).name
    return {
        "sealed_names": seal_texts(connection, KeyKind.PHOTO, photo, texts, context=CONTEXT),
        "name_index": sealer_of(connection).index(_NAME, name),
        **indexes(connection, names.original, names.event),
    }


def indexes(connection: Connection, original: str, event: str) -> dict[str, str]:
    """The blind indexes of a path in staging and of an event's folder, by their columns."""
    index = sealer_of(connection).index
    return {"original_index": index(_ORIGINAL, original), "event_index": index(_EVENT, event)}


def names_of(connection: Connection, photo: str, sealed: bytes | None) -> Names | None:
    """What the column ``sealed_names`` of a drop of this photo holds; None once it was erased."""
    texts = open_texts(connection, KeyKind.PHOTO, photo, sealed, context=CONTEXT)
    if texts is None:
        return None
    return Names(texts[0], texts[1], texts[2] if len(texts) > 2 else None)


def has_path(connection: Connection, original: str) -> ColumnElement[bool]:
    """True of drops of a file with this path in staging."""
    return drops.c.original_index == sealer_of(connection).index(_ORIGINAL, original)


def is_called(connection: Connection, text: str) -> ColumnElement[bool]:
    """True of drops of a file with this path or name."""
    name = sealer_of(connection).index(_NAME, text)
    return or_(has_path(connection, text), drops.c.name_index == name)


def is_in(connection: Connection, event: str) -> ColumnElement[bool]:
    """True of drops into this event's folder."""
    return drops.c.event_index == sealer_of(connection).index(_EVENT, event)


def first_path(connection: Connection, photo: int, sha256: str) -> str | None:
    """The path of the first drop of a photo ("" once it was erased); None if there is none."""
    query = select(drops.c.sealed_names).where(drops.c.photo_id == photo)
    row = connection.execute(query.order_by(drops.c.id).limit(1)).one_or_none()
    if row is None:
        return None
    names = names_of(connection, sha256, row.sealed_names)
    return "" if names is None else names.original


def events(connection: Connection, *, locked: bool = False) -> set[str]:
    """The folders from which files came, without those of which every name was erased.

    Also without those from which only locked photos came, unless they are asked for.
    """
    query = select(drops.c.event_index, drops.c.sealed_names, photos.c.sha256)
    query = query.join_from(drops, photos).where(is_open(photos.c.id, locked=locked))
    query = query.order_by(drops.c.event_index, drops.c.id)
    found: set[str] = set()
    done = ""
    for row in connection.execute(query).all():
        if row.event_index == done:
            continue
        names = names_of(connection, row.sha256, row.sealed_names)
        if names is not None:
            found.add(names.event)
            done = row.event_index
    return found


def events_of(connection: Connection, photo: str) -> set[str]:
    """The folders from which the photo (SHA-256) came, as far as any name in them can be read.

    Where the photo's own names were erased, other photos from there still tell.
    """
    own = select(drops.c.event_index, drops.c.sealed_names).join(photos)
    found: set[str] = set()
    unread: set[str] = set()
    for row in connection.execute(own.where(photos.c.sha256 == photo)).all():
        names = names_of(connection, photo, row.sealed_names)
        if names is None:
            unread.add(row.event_index)
        else:
            found.add(names.event)
    for index in unread:
        event = _event_with(connection, index)
        found |= set() if event is None else {event}
    return found


def _event_with(connection: Connection, index: str) -> str | None:
    """The folder with this blind index; None once every name from there was erased."""
    query = select(drops.c.sealed_names, photos.c.sha256).join_from(drops, photos)
    for row in connection.execute(query.where(drops.c.event_index == index)):
        names = names_of(connection, row.sha256, row.sealed_names)
        if names is not None:
            return names.event
    return None
