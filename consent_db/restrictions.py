"""The restricted list: people who must not be shown, with its history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from consent_db import people
from consent_db.numbering import next_ids
from consent_db.schema import restrictions
from consent_db.sealed import open_text, sealer_of
from consent_db.transaction import Transaction
from gate.errors import RegisterError
from gate.ports import KeyKind
from gate.values import ALL_CHANNELS, Restriction

_CONTEXT = "restrictions.sealed_reason"
_COLUMNS = tuple(
    restrictions.c[name] for name in ("id", "person", "channels", "valid_from", "valid_until")
)
_STORY = tuple(
    restrictions.c[name]
    for name in ("sealed_reason", "added_at", "added_by", "lifted_at", "lifted_by")
)


@dataclass(frozen=True, slots=True)
class PastRestriction:
    """A restriction with its reason and who added and lifted it, when (UTC).

    ``reason`` is for the safeguarding lead's eyes only; "" once the person was erased.
    """

    restriction: Restriction
    reason: str
    added_at: datetime
    added_by: str
    lifted_at: datetime | None
    lifted_by: str | None

    def __str__(self) -> str:
        channels = ", ".join(sorted(self.restriction.channels))
        until = self.restriction.valid_until
        ends = f"to {until}" if until else "until lifted"
        lifted = (
            f"; lifted by {self.lifted_by} on {self.lifted_at:%Y-%m-%d}" if self.lifted_at else ""
        )
        return f"{channels}, from {self.restriction.valid_from} {ends}{lifted}"


def add(  # noqa: PLR0913 - what the safeguarding lead fills in
    tx: Transaction,
    ref: str,
    channels: Iterable[str],
    valid_from: date,
    valid_until: date | None,
    *,
    reason: str = "",
) -> int:
    """Put a person on the restricted list and return the restriction's id.

    ``all`` among the channels stands for every channel, also those to come. Raises UnknownPerson,
    and RegisterError without any channel or when it ends before it begins.
    """
    wanted = Restriction(0, ref, frozenset(channels), valid_from, valid_until)
    return add_all(tx, [wanted], reason)[0]


def add_all(tx: Transaction, wanted: Sequence[Restriction], reason: str = "") -> tuple[int, ...]:
    """Add restrictions in the order given and return their ids; see ``add``."""
    if not wanted:
        return ()
    people.require(tx.connection, {one.person for one in wanted})
    ids = next_ids(tx, restrictions, len(wanted))
    sealer_of(tx.connection).prepare(KeyKind.PERSON, {one.person for one in wanted})
    rows = [
        {**_row(one), **_added(tx, one.person, reason), "id": number}
        for number, one in zip(ids, wanted, strict=True)
    ]
    tx.connection.execute(insert(restrictions), rows)
    for number, one in zip(ids, wanted, strict=True):
        details = {"restriction": number, "channels": sorted(one.channels)}
        tx.audit("restriction.added", one.person, details)
        tx.touch(one.person)
    tx.bump()
    return tuple(ids)


def lift(tx: Transaction, ref: str) -> int:
    """Take a person off the list; how many restrictions that lifted. Raises UnknownPerson."""
    people.require(tx.connection, {ref})
    lifting = (
        update(restrictions)
        .where(restrictions.c.person == ref, restrictions.c.lifted_at.is_(None))
        .values(lifted_at=tx.now, lifted_by=tx.actor)
        .returning(restrictions.c.id)
    )
    lifted = sorted(tx.connection.execute(lifting).scalars())
    for number in lifted:
        tx.audit("restriction.lifted", ref, {"restriction": number})
    if lifted:
        tx.touch(ref)
        tx.bump()
    return len(lifted)


def standing(connection: Connection) -> Iterator[Restriction]:
    """Every restriction that was not lifted, in the order of adding."""
    query = select(*_COLUMNS).where(restrictions.c.lifted_at.is_(None))
    for row in connection.execute(query.order_by(restrictions.c.id)):
        yield _value(row)


def history(connection: Connection, ref: str) -> tuple[PastRestriction, ...]:
    """All restrictions that a person ever had, oldest first. Raises UnknownPerson."""
    people.require(connection, {ref}, also_erased=True)
    query = select(*_COLUMNS, *_STORY).where(restrictions.c.person == ref)
    rows = connection.execute(query.order_by(restrictions.c.id)).all()
    return tuple(
        PastRestriction(_value(row[:5]), _opened(connection, ref, row[5]), *row[6:]) for row in rows
    )


def _row(one: Restriction) -> dict[str, object]:
    names = {ALL_CHANNELS} if ALL_CHANNELS in one.channels else one.channels
    if not names or any(not name or "," in name for name in names):
        raise RegisterError(f"Say for which channels {one.person} is restricted, or all.")
    if one.valid_until is not None and one.valid_until < one.valid_from:
        raise RegisterError(
            f"A restriction of {one.person} would end on {one.valid_until}, before it begins on "
            f"{one.valid_from}. Nothing was stored."
        )
    return {
        "person": one.person,
        "channels": ",".join(sorted(names)),
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
    }


def _added(tx: Transaction, ref: str, reason: str) -> dict[str, object]:
    sealed = tx.seal(KeyKind.PERSON, ref, reason, context=_CONTEXT)
    return {"sealed_reason": sealed, "added_at": tx.now, "added_by": tx.actor}


def _opened(connection: Connection, ref: str, sealed: bytes | None) -> str:
    return open_text(connection, KeyKind.PERSON, ref, sealed, context=_CONTEXT)


def _value(row: Sequence[Any]) -> Restriction:
    number, person, channels, begin, end = row
    return Restriction(number, person, frozenset(channels.split(",")), begin, end)
