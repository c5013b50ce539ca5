"""Photos that are to be judged again, because something they rest on changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, or_, select, update

from consent_db.locks import is_locked
from consent_db.schema import judgements, mentions, photos, rejudgings
from consent_db.transaction import Transaction

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_LONGEST_TROUBLE = 500


@dataclass(frozen=True, slots=True)
class Rejudging:
    """A photo (SHA-256) that waits since then (UTC), and because of what; the last try's trouble.

    ``cause`` is the audit log's word for the change.
    """

    photo: str
    since: datetime
    cause: str
    tries: int
    trouble: str


def want(tx: Transaction, photo: int, cause: str, *, hurry: bool = True) -> None:
    """Ask for the photo with this number in the ledger to be judged again, as soon as possible.

    Not while it is locked. Without ``hurry``, one that rests after a failure goes on resting.
    """
    if is_locked(tx.connection, photo):
        return
    again = {"cause": cause, "tries": 0, "not_before": None, "trouble": ""}
    is_it = rejudgings.c.photo_id == photo
    known = tx.connection.execute(select(rejudgings.c.photo_id).where(is_it)).first() is not None
    if known and hurry:
        tx.connection.execute(update(rejudgings).where(is_it).values(**again))
    elif not known:
        tx.connection.execute(insert(rejudgings), {"photo_id": photo, "since": tx.now, **again})


def drop(tx: Transaction, photo: int) -> None:
    """No longer ask for the photo with this number in the ledger to be judged again."""
    tx.connection.execute(delete(rejudgings).where(rejudgings.c.photo_id == photo))


def postpone(tx: Transaction, photo: str, trouble: str) -> None:
    """Record that judging it again failed; the next try waits longer each time."""
    number = select(photos.c.id).where(photos.c.sha256 == photo).scalar_subquery()
    tries = select(rejudgings.c.tries).where(rejudgings.c.photo_id == number)
    done = int(tx.connection.execute(tries).scalar_one_or_none() or 0)
    pause = min(_FIRST_PAUSE * 2 ** min(done, 10), _LONGEST_PAUSE)
    tx.connection.execute(
        update(rejudgings)
        .where(rejudgings.c.photo_id == number)
        .values(tries=done + 1, not_before=tx.now + pause, trouble=trouble[:_LONGEST_TROUBLE])
    )


def due(connection: Connection, now: datetime, limit: int) -> Sequence[Rejudging]:
    """The photos to judge again now, those first that wait longest."""
    ready = or_(rejudgings.c.not_before.is_(None), rejudgings.c.not_before <= now)
    return [_value(row) for row in connection.execute(_query().where(ready).limit(limit))]


def waiting(connection: Connection) -> Sequence[Rejudging]:
    """All of them, also those that rest after a failure."""
    return [_value(row) for row in connection.execute(_query())]


def count(connection: Connection) -> int:
    """How many photos are to be judged again."""
    return int(connection.execute(select(func.count()).select_from(rejudgings)).scalar_one())


def count_about(connection: Connection, ref: str, *, but: str = "") -> int:
    """How many of them rest on this person; ``but``: not those whose cause begins so."""
    about = select(judgements.c.photo_id).join(mentions).where(mentions.c.person == ref)
    query = select(func.count()).where(rejudgings.c.photo_id.in_(about))
    if but:
        query = query.where(~rejudgings.c.cause.startswith(but))
    return int(connection.execute(query).scalar_one())


def _query() -> Select[Any]:
    columns = (rejudgings.c[name] for name in ("since", "cause", "tries", "trouble"))
    query = select(photos.c.sha256, *columns).join_from(rejudgings, photos)
    return query.order_by(rejudgings.c.since, rejudgings.c.photo_id)


def _value(row: Any) -> Rejudging:  # noqa: ANN401
    return Rejudging(*row)
