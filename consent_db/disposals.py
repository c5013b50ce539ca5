"""What is deleted for good: noted first, so that what a stop cuts short is finished later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from consent_db.numbering import next_ids
from consent_db.schema import disposals, drops, photos, template_references, templates
from consent_db.transaction import Transaction

OF_ORIGINALS = ("originals", "blocked", "erased")
"""Kinds that delete a photo's original together with its key."""


@dataclass(frozen=True, slots=True)
class Disposed:
    """What is to be deleted: a photo's original, its copy for a channel, or somebody's references.

    ``kind`` is a word of the table; ``since``: since when it was kept (UTC); ``photo`` is the
    photo's SHA-256. ``at`` and ``by`` say when and in whose name it was decided; ``id`` is 0
    before that.
    """

    kind: str
    since: datetime
    photo: str | None = None
    channel: str | None = None
    person: str | None = None
    id: int = 0
    at: datetime | None = None
    by: str = ""


def begin(tx: Transaction, wanted: Disposed) -> int:
    """Note that something is to be deleted; returns its number."""
    return _add(tx, wanted, finished=None)


def done_at_once(tx: Transaction, wanted: Disposed) -> int:
    """Note what is deleted by this very change."""
    return _add(tx, wanted, finished=tx.now)


def unfinished(connection: Connection, limit: int = 500) -> Sequence[Disposed]:
    """What is noted and not deleted yet, oldest first; one small query when there is nothing."""
    query = _query().where(disposals.c.finished_at.is_(None)).limit(limit)
    return [_value(row) for row in connection.execute(query)]


def everything(connection: Connection) -> Sequence[Disposed]:
    """All that was ever deleted, or is to be, oldest first."""
    return [_value(row) for row in connection.execute(_query())]


def finish(tx: Transaction, one: Disposed, count: int) -> None:
    """Record that it is gone: ``count`` files were there."""
    ended = update(disposals).where(disposals.c.id == one.id, disposals.c.finished_at.is_(None))
    if not tx.connection.execute(ended.values(finished_at=tx.now)).rowcount:
        return
    details = {"disposal": one.id, "because": one.kind, "files": count}
    if one.photo is not None:
        tx.audit("original.deleted", one.photo, details)
    elif one.person is not None:
        tx.audit("references.deleted", one.person, details)


def leave(tx: Transaction, one: Disposed) -> None:
    """Record that it stays after all: the photo was dropped again in the meantime."""
    ended = update(disposals).where(disposals.c.id == one.id)
    tx.connection.execute(ended.values(finished_at=tx.now))


def was_dropped_again(connection: Connection, one: Disposed) -> bool:
    """Whether the photo was dropped again after it was decided to delete its original."""
    newest = select(func.max(drops.c.at)).join(photos).where(photos.c.sha256 == one.photo)
    at = connection.execute(newest).scalar_one_or_none()
    return at is not None and one.at is not None and at > one.at


def original_deleted_on(connection: Connection, photo: str) -> datetime | None:
    """When it was decided to delete the original of a photo (SHA-256), if it was; the last time."""
    query = (
        select(func.max(disposals.c.at))
        .join(photos, photos.c.id == disposals.c.photo_id)
        .where(photos.c.sha256 == photo, disposals.c.kind.in_(OF_ORIGINALS))
    )
    at: datetime | None = connection.execute(query).scalar_one_or_none()
    return at


def references_made_since(connection: Connection, person: str, at: datetime) -> Collection[str]:
    """The reference photos (SHA-256) of templates that were made after this."""
    query = (
        select(template_references.c.sha256)
        .join(templates)
        .where(templates.c.person == person, templates.c.made_at > at)
    )
    return set(connection.execute(query).scalars())


def is_pending(connection: Connection, person: str) -> bool:
    """Whether something of this person is still to be deleted."""
    query = select(disposals.c.id).where(
        disposals.c.person == person, disposals.c.finished_at.is_(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def _query() -> Select[Any]:
    query = select(disposals, photos.c.sha256)
    joined = query.outerjoin(photos, photos.c.id == disposals.c.photo_id)
    return joined.order_by(disposals.c.id)


def _add(tx: Transaction, wanted: Disposed, finished: datetime | None) -> int:
    (number,) = next_ids(tx, disposals, 1)
    photo = None
    if wanted.photo is not None:
        known = select(photos.c.id).where(photos.c.sha256 == wanted.photo)
        photo = tx.connection.execute(known).scalar_one()
    row = {
        "id": number,
        "kind": wanted.kind,
        "photo_id": photo,
        "channel": wanted.channel,
        "person": wanted.person,
        "kept_since": wanted.since,
        "at": tx.now,
        "by": tx.actor,
        "finished_at": finished,
    }
    tx.connection.execute(insert(disposals), row)
    return number


def _value(row: Any) -> Disposed:  # noqa: ANN401
    return Disposed(
        row.kind, row.kept_since, row.sha256, row.channel, row.person, row.id, row.at, row.by
    )
