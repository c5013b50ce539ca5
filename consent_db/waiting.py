"""Which photos wait for somebody: found in the database, without loading any."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from consent_db.locks import is_open
from consent_db.schema import approvals, decisions, judgements, photos
from gate.approvals import ApprovalKind
from gate.values import Reason, Verdict

_IS_HELD = decisions.c.verdict == Verdict.REVIEW.value


def held(connection: Connection, channels: Collection[str] | None = None) -> list[str]:
    """SHA-256 of the photos that wait for a person, first dropped first.

    ``channels``: those on which they wait; None for any.
    """
    return _named(connection, _judged(_held_on(channels)))


def count_held(connection: Connection, channels: Collection[str] | None = None) -> int:
    """How many these are."""
    found = _judged(_held_on(channels)).subquery()
    return int(connection.execute(select(func.count()).select_from(found)).scalar_one())


def vetoed(connection: Connection, *, begun: bool = False) -> list[str]:
    """Those in which a restricted person may be, first dropped first.

    ``begun``: only those which somebody released in spite of that, ever.
    """
    vetoes = decisions.c.reason == Reason.RESTRICTED_PERSON.value
    query = _judged((decisions.c.verdict == Verdict.BLOCK.value) & vetoes)
    if begun:
        is_veto = approvals.c.kind == ApprovalKind.VETO.value
        query = query.where(exists().where(approvals.c.photo_id == photos.c.id, is_veto))
    return _named(connection, query)


def _held_on(channels: Collection[str] | None) -> ColumnElement[bool]:
    if channels is None:
        return _IS_HELD
    return _IS_HELD & decisions.c.channel.in_(sorted(channels))


def _judged(condition: ColumnElement[bool]) -> Select[str]:
    """The photos whose newest judgement decides so on some channel; no locked ones."""
    later = judgements.alias()
    newer = exists().where(later.c.photo_id == judgements.c.photo_id, later.c.id > judgements.c.id)
    wanted = select(judgements.c.photo_id).join_from(decisions, judgements)
    found = wanted.where(condition, ~newer)
    return select(photos.c.sha256).where(photos.c.id.in_(found), is_open(photos.c.id))


def _named(connection: Connection, query: Select[str]) -> list[str]:
    return list(connection.execute(query.order_by(photos.c.id)).scalars())
