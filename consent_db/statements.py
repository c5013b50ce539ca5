"""What people say about photos: kept for ever, taken back by a second record, never changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, func, insert, select

from consent_db import approvals, locks, people
from consent_db.database import Database
from consent_db.schema import approvals as approvals_table
from consent_db.schema import photos, statements, statements_taken_back
from consent_db.sealed import open_text
from consent_db.transaction import Transaction
from gate.approvals import Approval
from gate.errors import RegisterChanged, RegisterError
from gate.ports import KeyKind
from gate.statements import Change, Lock, Statement, StatementKind, Word
from gate.values import Box

_Row: TypeAlias = Any
_CONTEXT = "statements.sealed_reason"


@dataclass(frozen=True, slots=True)
class PastStatement:
    """A statement with its reason, who made it when (UTC), and who took it back when, if at all.

    The reasons are for the eyes of those who decide about photos; "" once they were erased.
    """

    statement: Statement
    photo: str
    reason: str
    at: datetime
    by: str
    taken_back_at: datetime | None = None
    taken_back_by: str | None = None


class SqlStatements:
    """What people said, as the gate asks it. Every method raises RegisterUnreachable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def about(self, photo: str) -> tuple[Word, ...]:
        """All that was said about the photo with this SHA-256 and stands, oldest first."""
        with self._database.reading() as connection:
            return about(connection, photo)


def about(connection: Connection, sha256: str) -> tuple[Word, ...]:
    """All that was said about the photo with this SHA-256 and not taken back, oldest first."""
    number = connection.execute(select(photos.c.id).where(photos.c.sha256 == sha256))
    photo = number.scalar_one_or_none()
    return () if photo is None else of_photo(connection, int(photo))


def approvals_of(connection: Connection, sha256: str) -> list[Approval]:
    """The approvals among them."""
    return [one for one in about(connection, sha256) if isinstance(one, Approval)]


def of_photo(connection: Connection, photo: int) -> tuple[Word, ...]:
    """The same by the photo's number in the ledger; first of all, whether it is locked."""
    return of_photos(connection, [photo]).get(photo, ())


def of_photos(connection: Connection, numbers: Collection[int]) -> dict[int, tuple[Word, ...]]:
    """The same of several photos, of which there are few; those of which anything was said."""
    said: defaultdict[int, list[Word]] = defaultdict(list)
    taken_back = select(statements_taken_back.c.statement)
    standing = select(statements).where(
        statements.c.photo_id.in_(numbers), statements.c.id.not_in(taken_back)
    )
    for row in connection.execute(standing):
        said[row.photo_id].append(_value(row))
    for photo, approval in approvals.of_photos(connection, numbers):
        said[photo].append(approval)
    for photo in locks.among(connection, numbers):
        said[photo].append(Lock())
    return {photo: tuple(sorted(words, key=lambda one: one.id)) for photo, words in said.items()}


def history(connection: Connection, sha256: str) -> tuple[PastStatement, ...]:
    """Everything that was ever said about the photo with this SHA-256, oldest first."""
    return _past(connection, photos.c.sha256 == sha256)


def get(connection: Connection, number: int) -> PastStatement:
    """The statement with this id. Raises RegisterError."""
    found = _past(connection, statements.c.id == number)
    if not found:
        raise RegisterError(f"There is no statement {number}; 'photogate review show' lists them.")
    return found[0]


def next_number(connection: Connection) -> int:
    """The id that the next statement will get, if nobody else makes one before."""
    last = select(func.max(statements.c.id)), select(func.max(approvals_table.c.id))
    return max(int(connection.execute(query).scalar_one() or 0) for query in last) + 1


def change(tx: Transaction, sha256: str, photo: int, wanted: Change) -> None:
    """Store new statements and take back earlier ones, with the reason; nothing if there are none.

    Raises RegisterError without a reason, or when what is taken back is of another photo, was
    taken back before or is a refusal; UnknownPerson; RegisterChanged when somebody else made a
    statement in the meantime, so that the ids are taken.
    """
    if not wanted.said and not wanted.taken_back:
        return
    reason = wanted.reason.strip().encode("utf-8", "backslashreplace").decode()
    if not reason:
        raise RegisterError("Say why, with --reason; nothing was stored.")
    _take_back(tx, sha256, photo, wanted.taken_back, reason)
    _add(tx, sha256, photo, wanted.said, reason)


def _add(tx: Transaction, sha256: str, photo: int, words: Sequence[Word], reason: str) -> None:
    if not words:
        return
    first = next_number(tx.connection)
    if [one.id for one in words] != list(range(first, first + len(words))):
        raise RegisterChanged("Somebody said something about a photo; judge it again.")
    approvals.add(tx, sha256, photo, [one for one in words if isinstance(one, Approval)], reason)
    said = [one for one in words if isinstance(one, Statement)]
    if not said:
        return
    named = {one.person for one in said if one.person is not None}
    if named:
        people.require(tx.connection, named)
    told = {"photo_id": photo, "at": tx.now, "by": tx.actor}
    rows = [{**_row(one), **told, "sealed_reason": _sealed(tx, sha256, reason)} for one in said]
    tx.connection.execute(insert(statements), rows)
    for one in said:
        # Never the reason, which may name somebody: the log is kept for ever.
        facts = {"person": one.person, "channel": one.channel}
        details = {name: value for name, value in facts.items() if value is not None}
        tx.audit("statement.made", sha256, {"statement": one.id, "kind": one.kind.value, **details})


def _take_back(
    tx: Transaction, sha256: str, photo: int, numbers: Sequence[int], reason: str
) -> None:
    said = of_photo(tx.connection, photo)
    standing = {one.id: one for one in said if isinstance(one, Statement)}
    for number in dict.fromkeys(numbers):
        if number not in standing:
            raise RegisterError(
                f"Statement {number} does not stand for this photo: it was taken back, or is about "
                "another one. Nothing was stored."
            )
        if standing[number].kind is StatementKind.REFUSED:
            raise RegisterError(
                f"Statement {number} refuses the photo, and that is final. Nothing was stored."
            )
        sealed = _sealed(tx, sha256, reason)
        row = {"statement": number, "sealed_reason": sealed, "at": tx.now, "by": tx.actor}
        tx.connection.execute(insert(statements_taken_back), row)
        tx.audit("statement.taken_back", sha256, {"statement": number})


def _past(connection: Connection, condition: Any) -> tuple[PastStatement, ...]:  # noqa: ANN401
    back = statements_taken_back
    query = (
        select(statements, photos.c.sha256, back.c.at.label("back_at"), back.c.by.label("back_by"))
        .join_from(statements, photos)
        .outerjoin(back, back.c.statement == statements.c.id)
        .where(condition)
        .order_by(statements.c.id)
    )
    return tuple(
        PastStatement(
            _value(row),
            row.sha256,
            _opened(connection, row.sha256, row.sealed_reason),
            row.at,
            row.by,
            row.back_at,
            row.back_by,
        )
        for row in connection.execute(query).all()
    )


def _sealed(tx: Transaction, sha256: str, reason: str) -> bytes:
    return tx.seal(KeyKind.PHOTO, sha256, reason, context=_CONTEXT)


def _opened(connection: Connection, sha256: str, sealed: bytes | None) -> str:
    return open_text(connection, KeyKind.PHOTO, sha256, sealed, context=_CONTEXT)


def _row(one: Statement) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "box": None if one.box is None else asdict(one.box),
        "person": one.person,
        "channel": one.channel,
    }


def _value(row: _Row) -> Statement:
    box = None if row.box is None else Box(**row.box)
    return Statement(row.id, StatementKind(row.kind), box, row.person, row.channel)
