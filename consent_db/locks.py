"""Photos that the safeguarding lead locked: the newest row of each photo counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, func, select

from consent_db.schema import decisions, judgements, locks, photos
from consent_db.sealed import open_text
from gate.ports import KeyKind

CONTEXT = "locks.sealed_reason"


@dataclass(frozen=True, slots=True)
class PastLock:
    """That a photo (SHA-256) was locked or, with ``locked`` false, unlocked; when (UTC), by whom.

    ``reason`` is for the safeguarding lead's eyes only; "" once it was erased.
    """

    photo: str
    locked: bool
    reason: str
    at: datetime
    by: str


def is_locked(connection: Connection, photo: int) -> bool:
    """Whether the photo with this number in the ledger is locked."""
    newest = select(locks.c.locked).where(locks.c.photo_id == photo).order_by(locks.c.id.desc())
    return bool(connection.execute(newest.limit(1)).scalar_one_or_none())


def among(connection: Connection, numbers: Collection[int]) -> list[int]:
    """Which of the photos with these numbers in the ledger are locked."""
    query = select(photos.c.id).where(photos.c.id.in_(numbers), _now(photos.c.id))
    return list(connection.execute(query).scalars())


def bars(connection: Connection, numbers: Collection[int]) -> list[tuple[int, str]]:
    """Of these photos' ids, those that are locked, each with every channel it was judged for.

    What is locked bars the other versions of the photo everywhere.
    """
    query = (
        select(judgements.c.photo_id, decisions.c.channel)
        .distinct()
        .join_from(decisions, judgements)
        .where(judgements.c.photo_id.in_(among(connection, numbers)))
    )
    return [(row.photo_id, row.channel) for row in connection.execute(query)]


def holds(connection: Connection, sha256: str) -> bool:
    """Whether the photo with this SHA-256 is locked."""
    number = select(photos.c.id).where(photos.c.sha256 == sha256)
    photo = connection.execute(number).scalar_one_or_none()
    return photo is not None and is_locked(connection, int(photo))


def locked_photos(connection: Connection) -> frozenset[str]:
    """The SHA-256 of every locked photo. Neither it nor its key may ever be deleted."""
    return frozenset(connection.execute(select(photos.c.sha256).where(_now(photos.c.id))).scalars())


def is_open(photo: ColumnElement[int], *, locked: bool = False) -> ColumnElement[bool]:
    """True of the photos with these numbers that are not locked; with ``locked``, of all."""
    return photo.is_not(None) if locked else photo.not_in(_numbers())


def standing(connection: Connection) -> Sequence[PastLock]:
    """The locks that count now, the newest first."""
    return _past(connection, locks.c.id.in_(_newest()), locks.c.locked)


def history(connection: Connection, sha256: str) -> Sequence[PastLock]:
    """Every time that a photo was locked and unlocked, the newest first."""
    return _past(connection, photos.c.sha256 == sha256)


def _now(photo: ColumnElement[int]) -> ColumnElement[bool]:
    return photo.in_(_numbers())


def _numbers() -> Select[int]:
    return select(locks.c.photo_id).where(locks.c.id.in_(_newest()), locks.c.locked)


def _newest() -> Select[int]:
    return select(func.max(locks.c.id)).group_by(locks.c.photo_id)


def _past(connection: Connection, *conditions: ColumnElement[bool]) -> list[PastLock]:
    query = select(locks, photos.c.sha256).join_from(locks, photos).where(*conditions)
    return [
        PastLock(
            row.sha256,
            row.locked,
            open_text(connection, KeyKind.PHOTO, row.sha256, row.sealed_reason, context=CONTEXT),
            row.at,
            row.by,
        )
        for row in connection.execute(query.order_by(locks.c.id.desc())).all()
    ]
