"""Approvals of held and of vetoed photos; only ever added."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from consent_db.accounts import folded
from consent_db.schema import approvals, drops, photos
from consent_db.sealed import open_text
from consent_db.transaction import Transaction
from gate.approvals import Approval, ApprovalKind
from gate.errors import RegisterError
from gate.ports import KeyKind

_COLUMNS = tuple(approvals.c[name] for name in ("id", "kind", "channel", "seen", "by", "role"))


_CONTEXT = "approvals.sealed_reason"


@dataclass(frozen=True, slots=True)
class PastApproval:
    """An approval with its reason ("" once it was erased), and when it was given (UTC)."""

    approval: Approval
    reason: str
    at: datetime


def of_photos(connection: Connection, numbers: Collection[int]) -> Iterator[tuple[int, Approval]]:
    """All approvals of the photos with these numbers in the ledger, with the photo's number."""
    query = select(*_COLUMNS, approvals.c.photo_id).where(approvals.c.photo_id.in_(numbers))
    for row in connection.execute(query.order_by(approvals.c.id)):
        yield row.photo_id, _value(row[:6])


def history(connection: Connection, sha256: str) -> tuple[PastApproval, ...]:
    """All approvals of the photo with this SHA-256, oldest first."""
    query = select(*_COLUMNS, approvals.c.sealed_reason, approvals.c.at)
    query = query.join_from(approvals, photos)
    rows = connection.execute(query.where(photos.c.sha256 == sha256).order_by(approvals.c.id))
    return tuple(
        PastApproval(_value(row[:6]), _opened(connection, sha256, row.sealed_reason), row.at)
        for row in rows
    )


def add(tx: Transaction, sha256: str, photo: int, said: Sequence[Approval], reason: str) -> None:
    """Store approvals in the actor's name, with the reason.

    Raises RegisterError when the actor is not who approves, or dropped the vetoed photo.
    """
    for one in said:
        if one.by != tx.actor:
            raise RegisterError("An approval is given in one's own name only. Nothing was stored.")
        if one.kind is ApprovalKind.VETO and dropped_by(tx.connection, sha256, tx.actor):
            raise RegisterError(
                "Whoever dropped a photo cannot release it when a restricted person may be in "
                "it. Ask two others, one of them the safeguarding lead. Nothing was stored."
            )
        row = {"id": one.id, "photo_id": photo, "kind": one.kind.value, "channel": one.channel}
        sealed = tx.seal(KeyKind.PHOTO, sha256, reason, context=_CONTEXT)
        told = {"seen": one.seen, "role": one.role, "at": tx.now, "by": one.by}
        tx.connection.execute(insert(approvals), {**row, **told, "sealed_reason": sealed})
        details = {"approval": one.id, "kind": one.kind.value, "channel": one.channel}
        tx.audit("approval.given", sha256, {**details, "role": one.role})


def dropped_by(connection: Connection, sha256: str, name: str) -> bool:
    """Whether this person dropped the photo with this SHA-256."""
    query = select(drops.c.by).distinct().join_from(drops, photos).where(photos.c.sha256 == sha256)
    # Compared here: what databases take for the same letter in another case differs.
    return folded(name) in {folded(by) for by in connection.execute(query).scalars()}


def _opened(connection: Connection, sha256: str, sealed: bytes | None) -> str:
    return open_text(connection, KeyKind.PHOTO, sha256, sealed, context=_CONTEXT) or ""


def _value(row: Sequence[object]) -> Approval:
    number, kind, channel, seen, by, role = row
    return Approval(
        int(str(number)), ApprovalKind(str(kind)), str(channel), str(seen), str(by), str(role)
    )
