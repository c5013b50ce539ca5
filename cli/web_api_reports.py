"""What programs report: where a copy was published, and that it came down again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from consent_db import places, takedowns
from consent_db.aftermath import Consequences
from consent_db.feed import Told
from consent_db.publications import Posted, record_posted
from consent_db.schema import takedowns as table
from consent_db.transaction import Transaction
from gate.acting import Acting
from gate.errors import RegisterChanged, RegisterError
from gate.released import PlaceKind, Takedown
from gate.web.ports_api import Recorded, Request, Requests


def record(tx: Transaction, consequences: Consequences, copy: Told, where: str) -> Recorded:
    """Record where this copy was published; when that is known, only ask whether it stands.

    Raises RegisterError when it is not said where.
    """
    known = _posted_there(tx.connection, copy, where.strip())
    if known is not None:
        release = places.releases_of(tx.connection, [known])[known]
        stands = release in consequences.check(tx, copy.channel, {release})
        return Recorded(known, stands, _request_for(tx.connection, known))
    told = Posted(copy.photo, copy.channel, where, copy.sha256)
    place, stands = record_posted(tx, consequences, told)
    return Recorded(place, stands, _request_for(tx.connection, place))


def requests(connection: Connection, who: Acting, channel: str, after: int, limit: int) -> Requests:
    """The next copies that must come down on a channel, in the order of asking."""
    numbers = takedowns.open_numbers(connection, channel, after, limit + 1)
    chosen = numbers[:limit]
    found = takedowns.where(connection, table.c.id.in_(chosen))
    items = places.releases_of(connection, [one.place.id for one in found])
    told = [_request(o, items[o.place.id], who) for o in sorted(found, key=lambda one: one.id)]
    return Requests(told, chosen[-1] if chosen else after, len(numbers) > limit)


def take_down(tx: Transaction, who: Acting, number: int, proof: str) -> datetime | None:
    """Record that a copy of the account's channels came down; the same twice is once.

    None without such a request. Raises RegisterError without a proof, RegisterChanged when the
    copy may stay by now.
    """
    try:
        request = takedowns.get(tx.connection, number)
    except RegisterError:
        return None
    if not who.serves(request.place.release.channel):
        return None
    if request.lapsed_at is not None:
        raise RegisterChanged(f"Takedown {number} has lapsed: the copy may stay.")
    return request.done_at or takedowns.done(tx, number, proof).done_at


def _posted_there(connection: Connection, copy: Told, where: str) -> int | None:
    """The place where this very copy was published, if it was said before and it is still there."""
    for one in places.of_photo(connection, copy.photo, gone=False):
        same = one.release.channel == copy.channel and one.release.sha256 == copy.sha256
        if same and one.kind is PlaceKind.POSTED and one.where == where:
            return one.id
    return None


def _request_for(connection: Connection, place: int) -> int | None:
    open_ = table.c.place_id == place, table.c.done_at.is_(None), table.c.lapsed_at.is_(None)
    return next((one.id for one in takedowns.where(connection, *open_)), None)


def _request(one: Takedown, item: int, who: Acting) -> Request:
    place = one.place
    return Request(
        one.id,
        item,
        place.release.sha256,
        "downloaded" if place.is_downloaded else place.kind.value,
        place.by == who.name,
        place.where,
        place.name,
        one.since,
        one.due,
    )
