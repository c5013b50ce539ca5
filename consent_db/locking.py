"""Locking and unlocking a photo, with all that follows for its copies; part of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select

from consent_db import likenesses, pages, places, rejudgings, takedowns
from consent_db.heirs import bar_heirs
from consent_db.locks import CONTEXT, bars, is_locked
from consent_db.numbering import next_ids
from consent_db.recording import end_releases, photo_number
from consent_db.schema import locks, photos
from consent_db.transaction import Transaction
from gate.errors import RegisterError
from gate.ports import KeyKind, Release
from gate.released import Place, Stand, Standing
from gate.values import Reason

LOCKED = "photo.locked"
UNLOCKED = "photo.unlocked"
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Locked:
    """What a lock ended: the copies that stood, and the places that must be seen to."""

    ended: tuple[Release, ...]
    places: Sequence[Place]


def lock(tx: Transaction, sha256: str, reason: str, takedown_within: timedelta) -> Locked:
    """Lock a photo: its copies and those of its other versions end; who has one must take it down.

    Raises RegisterError without a reason, or when the photo is not on record or is locked already.
    """
    photo = _number(tx, sha256)
    if is_locked(tx.connection, photo):
        raise RegisterError("This photo is locked already. Nothing was changed.")
    _add(tx, (sha256, photo), reason, locked=True)
    ended = end_releases(tx, sha256, photo) + bar_heirs(tx, sha256, bars)
    rejudgings.drop(tx, photo)
    out = places.of_photo(tx.connection, sha256, gone=False)
    for place in out:
        takedowns.open_for(tx, place, Standing(Stand.FALLS, Reason.LOCKED), takedown_within)
    return Locked(ended, out)


def unlock(tx: Transaction, sha256: str, reason: str) -> None:
    """Unlock a photo: it is judged again, and released by the ordinary rules.

    Raises RegisterError without a reason, or when the photo is not locked.
    """
    photo = _number(tx, sha256)
    if not is_locked(tx.connection, photo):
        raise RegisterError("This photo is not locked. Nothing was changed.")
    _add(tx, (sha256, photo), reason, locked=False)
    rejudgings.want(tx, photo, UNLOCKED)
    for one in likenesses.links_of(tx.connection, sha256):
        rejudgings.want(tx, photo_number(tx, one.link.other), UNLOCKED)


def _add(tx: Transaction, of: tuple[str, int], reason: str, *, locked: bool) -> None:
    sha256, photo = of
    text = reason.strip().encode("utf-8", "backslashreplace").decode()
    if not text or len(text) > _LONGEST:
        raise RegisterError(
            f"Say why, with --reason, in at most {_LONGEST:,} letters. Nothing was changed."
        )
    (number,) = next_ids(tx, locks, 1)
    sealed = tx.seal(KeyKind.PHOTO, sha256, text, context=CONTEXT)
    row = {"id": number, "photo_id": photo, "locked": locked, "sealed_reason": sealed}
    tx.connection.execute(insert(locks), {**row, "at": tx.now, "by": tx.actor})
    pages.want(tx, photo)
    # Nothing but the photo's id: others than the safeguarding lead read the log.
    tx.audit(LOCKED if locked else UNLOCKED, sha256, {"lock": number})


def _number(tx: Transaction, sha256: str) -> int:
    known = select(photos.c.id).where(photos.c.sha256 == sha256)
    number = tx.connection.execute(known).scalar_one_or_none()
    if number is None:
        raise RegisterError("This photo is not on record. Nothing was changed.")
    return int(number)
