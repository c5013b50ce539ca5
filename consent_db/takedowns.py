"""Copies that must come down: opened when a copy falls, closed with proof, or when it may stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from consent_db import places
from consent_db.numbering import next_ids
from consent_db.schema import people, releases, takedowns
from consent_db.schema import places as place_table
from consent_db.sealed import open_text
from consent_db.transaction import Transaction
from gate.errors import RegisterError
from gate.ports import KeyKind
from gate.released import Place, Standing, Takedown

_OPEN = (takedowns.c.done_at.is_(None), takedowns.c.lapsed_at.is_(None))
_LONGEST = 4_000
_CONTEXT = "takedowns.sealed_proof"


def open_for(tx: Transaction, place: Place, standing: Standing, within: timedelta) -> None:
    """Ask for the copy at this place to be taken down; one request at a time for each place."""
    pending = select(takedowns.c.id).where(takedowns.c.place_id == place.id, *_OPEN)
    if tx.connection.execute(pending).first() is not None:
        return
    (number,) = next_ids(tx, takedowns, 1)
    reason = standing.reason.value if standing.reason is not None else ""
    row = {"id": number, "place_id": place.id, "since": tx.now, "due": tx.now + within}
    tx.connection.execute(insert(takedowns), {**row, "reason": reason, "person": standing.person})
    details = {"takedown": number, "place": place.id, "channel": place.release.channel}
    tx.audit("takedown.opened", place.photo, details)


def lapse_for(tx: Transaction, place: Place) -> None:
    """Take back the request for this place, if there is one: the copy may stay."""
    lapsing = (
        update(takedowns)
        .where(takedowns.c.place_id == place.id, *_OPEN)
        .values(lapsed_at=tx.now)
        .returning(takedowns.c.id)
    )
    for number in tx.connection.execute(lapsing).scalars():
        tx.audit("takedown.lapsed", place.photo, {"takedown": number, "place": place.id})


def done(tx: Transaction, number: int, proof: str) -> Takedown:
    """Record that a copy was taken down, with what proves it.

    Raises RegisterError when there is no such request, it is not open, or nothing proves it.
    """
    request = get(tx.connection, number)
    if not request.is_open:
        raise RegisterError(f"Takedown {number} is closed already. Nothing was changed.")
    text = proof.strip().encode("utf-8", "backslashreplace").decode()
    if not text or len(text) > _LONGEST:
        raise RegisterError(
            "Say with --proof how you know that it is gone: the page's address and when you "
            f"looked, for example; at most {_LONGEST:,} letters. Nothing was changed."
        )
    close(tx, [request.place], text)
    return get(tx.connection, number)


def close(tx: Transaction, gone: Sequence[Place], proof: str) -> None:
    """Record that copies are no longer at these places; closes the requests for them."""
    for place in gone:
        sealed = tx.seal(KeyKind.PHOTO, place.photo, proof, context=_CONTEXT)
        closing = (
            update(takedowns)
            .where(takedowns.c.place_id == place.id, *_OPEN)
            .values(done_at=tx.now, done_by=tx.actor, sealed_proof=sealed)
            .returning(takedowns.c.id)
        )
        for number in tx.connection.execute(closing).scalars():
            tx.audit("takedown.done", place.photo, {"takedown": number, "place": place.id})
    places.end(tx, [place.id for place in gone])


def get(connection: Connection, number: int) -> Takedown:
    """The request with this number. Raises RegisterError."""
    found = _select(connection, takedowns.c.id == number)
    if not found:
        raise RegisterError(
            f"There is no takedown {number}; 'photogate takedowns' lists those that are open."
        )
    return found[0]


def pending(connection: Connection) -> Sequence[Takedown]:
    """The open requests, the most urgent first."""
    return _select(connection, *_OPEN)


def open_numbers(connection: Connection, channel: str, after: int, limit: int) -> list[int]:
    """The numbers of the next open requests on a channel after this one, in their order."""
    query = (
        select(takedowns.c.id)
        .join_from(takedowns, place_table)
        .join(releases)
        .where(releases.c.channel == channel, takedowns.c.id > after, *_OPEN)
        .order_by(takedowns.c.id)
    )
    return list(connection.execute(query.limit(limit)).scalars())


def everything(connection: Connection) -> Sequence[Takedown]:
    """All requests, the most urgent first."""
    return _select(connection)


def of_photo(connection: Connection, photo: str) -> Sequence[Takedown]:
    """The requests about copies of the photo with this SHA-256."""
    return _select(connection, takedowns.c.place_id.in_(places.numbers_of(photo)))


def where(connection: Connection, *conditions: ColumnElement[bool]) -> Sequence[Takedown]:
    """The requests of which this is true, the most urgent first."""
    return _select(connection, *conditions)


def _select(connection: Connection, *conditions: ColumnElement[bool]) -> list[Takedown]:
    query = (
        select(takedowns, people.c.kind.label("person_kind"))
        .outerjoin(people, people.c.ref == takedowns.c.person)
        .where(*conditions)
        .order_by(takedowns.c.due, takedowns.c.id)
    )
    rows = connection.execute(query).all()
    found = {one.id: one for one in places.with_numbers(connection, {r.place_id for r in rows})}
    return [_value(connection, row, found[row.place_id]) for row in rows]


def _value(connection: Connection, row: Any, place: Place) -> Takedown:  # noqa: ANN401
    proof = open_text(connection, KeyKind.PHOTO, place.photo, row.sealed_proof, context=_CONTEXT)
    return Takedown(
        row.id, place, row.since, row.due, row.reason, row.person, row.person_kind or "",
        row.done_at, row.done_by, proof, row.lapsed_at,
    )  # fmt: skip
