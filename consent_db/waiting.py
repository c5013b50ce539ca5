"""Which photos wait for somebody: found in the database, without loading any."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, exists, select

from consent_db.schema import decisions, judgements, photos
from gate.values import Reason, Verdict


def held(connection: Connection) -> list[str]:
    """SHA-256 of the photos that wait for a person somewhere, first dropped first."""
    return _judged(connection, decisions.c.verdict == Verdict.REVIEW.value)


def vetoed(connection: Connection) -> list[str]:
    """Those in which a restricted person may be, first dropped first."""
    vetoes = decisions.c.reason == Reason.RESTRICTED_PERSON.value
    return _judged(connection, (decisions.c.verdict == Verdict.BLOCK.value) & vetoes)


def _judged(connection: Connection, condition: ColumnElement[bool]) -> list[str]:
    """The photos whose newest judgement decides so on some channel."""
    later = judgements.alias()
    newer = exists().where(later.c.photo_id == judgements.c.photo_id, later.c.id > judgements.c.id)
    wanted = select(judgements.c.photo_id).join_from(decisions, judgements)
    found = wanted.where(condition, ~newer)
    query = select(photos.c.sha256).where(photos.c.id.in_(found)).order_by(photos.c.id)
    return list(connection.execute(query).scalars())
