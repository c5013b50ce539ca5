"""What the register holds and since when, for the periods of keeping; and letting go of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, select

from consent_db import disposals, erasures, places, takedowns
from consent_db.disposals import OF_ORIGINALS, Disposed
from consent_db.recording import end_releases
from consent_db.schema import disposals as disposals_table
from consent_db.schema import (
    drops,
    judgements,
    login_attempts,
    people,
    photos,
    releases,
    sessions,
    templates,
)
from consent_db.transaction import Transaction
from gate.released import Place, Stand, Standing
from gate.retention import Disposal, Holding, Kind
from gate.values import Reason

_RESTRICTED = "They are on the restricted list; the safeguarding lead takes them off it first."
_SWAPPED_WITHIN = timedelta(days=1)
"""A copy that follows an ended one of its channel so soon is the same one, judged again."""

LOGIN = "login"
ATTEMPTS = "failed logins"


def holdings(
    connection: Connection,
    today: date,
    *,
    has_references: Callable[[str], bool],
    takes_down: bool = False,
) -> Iterator[Holding]:
    """Everything that a period may end. ``has_references``: whether files of somebody are there.

    ``takes_down``: copies that are out count as held as long as nobody was asked to take them down.
    """
    yield from _originals(connection)
    yield from _copies(connection, takes_down=takes_down)
    yield from _references(connection, has_references)
    yield from _leavers(connection, today)
    yield from _logins(connection)


def _originals(connection: Connection) -> Iterator[Holding]:
    """By photo: whether copies were released, and when it was dropped last."""
    dropped = dict(
        connection.execute(
            select(drops.c.photo_id, func.max(drops.c.at)).group_by("photo_id")
        ).all()
    )
    looked_at = dict(
        connection.execute(
            select(judgements.c.photo_id, func.max(judgements.c.at))
            .where(judgements.c.width > 0)
            .group_by(judgements.c.photo_id)
        ).all()
    )
    gone = dict(
        connection.execute(
            select(disposals_table.c.photo_id, func.max(disposals_table.c.at))
            .where(disposals_table.c.kind.in_(OF_ORIGINALS))
            .group_by(disposals_table.c.photo_id)
        ).all()
    )
    released = select(judgements.c.photo_id).join(releases).distinct()
    with_copies = set(connection.execute(released).scalars())
    for number, sha256 in connection.execute(select(photos.c.id, photos.c.sha256)).all():
        since = dropped.get(number)
        if since is None:
            continue
        if number in gone and gone[number] >= max(since, looked_at.get(number, since)):
            continue
        kind = Kind.ORIGINALS if number in with_copies else Kind.BLOCKED
        yield Holding(kind, sha256, since)


def _copies(connection: Connection, *, takes_down: bool) -> Iterator[Holding]:
    query = (
        select(photos.c.sha256, releases.c.channel, judgements.c.at, releases.c.ended_at)
        .join_from(releases, judgements)
        .join(photos)
        .order_by(releases.c.id)
    )
    told: defaultdict[tuple[str, str], list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for sha256, channel, at, ended_at in connection.execute(query).all():
        told[sha256, channel].append((at, ended_at))
    retired = _retired(connection)
    out = _out_unasked(connection) if takes_down else set()
    for (sha256, channel), story in told.items():
        if story[-1][1] is None or (sha256, channel) in out:
            since = _ready_since(story, retired.get((sha256, channel), set()))
            yield Holding(Kind.RELEASED, sha256, since, channel)


def _ready_since(
    story: Sequence[tuple[datetime, datetime | None]], retired: set[datetime]
) -> datetime:
    """Since when the newest copy is ready, also in the shape of copies that it replaced.

    One that follows a copy that was kept long enough is not new either.
    """
    since = story[-1][0]
    for at, ended_at in reversed(story[:-1]):
        if ended_at is None:
            continue
        if since - ended_at > _SWAPPED_WITHIN and ended_at not in retired:
            break
        since = min(since, at)
    return since


def _retired(connection: Connection) -> dict[tuple[str, str], set[datetime]]:
    query = select(photos.c.sha256, disposals_table.c.channel, disposals_table.c.at)
    query = query.join_from(disposals_table, photos).where(
        disposals_table.c.kind == Kind.RELEASED.value
    )
    found: defaultdict[tuple[str, str], set[datetime]] = defaultdict(set)
    for sha256, channel, at in connection.execute(query):
        found[sha256, channel].add(at)
    return found


def _out_unasked(connection: Connection) -> set[tuple[str, str]]:
    """Photos and channels of copies that are out and that nobody was asked to take down."""
    return {(place.photo, place.release.channel) for place in places.unasked(connection)}


def _references(connection: Connection, has_references: Callable[[str], bool]) -> Iterator[Holding]:
    query = select(templates.c.person, func.max(templates.c.made_at)).group_by(templates.c.person)
    for person, made_at in connection.execute(query.order_by(templates.c.person)).all():
        if has_references(person):
            yield Holding(Kind.REFERENCES, person, made_at)


def _leavers(connection: Connection, today: date) -> Iterator[Holding]:
    listed = erasures.restricted(connection, today)
    query = select(people.c.ref, people.c.left_on).where(
        people.c.left_on.is_not(None), people.c.erased_at.is_(None)
    )
    for ref, left_on in connection.execute(query.order_by(people.c.ref)).all():
        if not erasures.is_asked(connection, ref):
            stays = _RESTRICTED if ref in listed else ""
            yield Holding(Kind.LEAVERS, ref, _start_of(left_on), stays=stays)


def _start_of(day: date) -> datetime:
    """When a day begins where the school is."""
    return datetime.combine(day, time()).astimezone().astimezone(UTC)


def _logins(connection: Connection) -> Iterator[Holding]:
    for number, over in connection.execute(select(sessions.c.id, _over())).all():
        yield Holding(Kind.LOGS, f"{LOGIN} {number}", over)
    oldest = select(func.min(login_attempts.c.failed_at)).where(
        login_attempts.c.failed_at.is_not(None)
    )
    at = connection.execute(oldest).scalar_one_or_none()
    if at is not None:
        yield Holding(Kind.LOGS, ATTEMPTS, at)


def _over() -> ColumnElement[datetime]:
    """When a login ended, or will have ended at the latest."""
    return func.coalesce(sessions.c.ended_at, sessions.c.expires_at)


# --- letting go ---------------------------------------------------------------------------------


def let_go(
    tx: Transaction, planned: Sequence[Disposal], *, takedown_within: timedelta | None = None
) -> None:
    """Note or do what was planned in this very transaction.

    Originals, references and leavers are noted, and finished by whoever holds the files. Copies
    end here; where they are out, nobody is asked to take them down unless ``takedown_within``.
    """
    for one in planned:
        if one.kind in (Kind.ORIGINALS, Kind.BLOCKED):
            disposals.begin(tx, Disposed(one.kind.value, one.since, one.what))
        elif one.kind is Kind.RELEASED:
            _retire(tx, one, takedown_within)
        elif one.kind is Kind.REFERENCES:
            disposals.begin(tx, Disposed(one.kind.value, one.since, person=one.what))
        elif one.kind is Kind.LEAVERS:
            erasures.ask(tx, one.what, one.why)


def _retire(tx: Transaction, one: Disposal, takedown_within: timedelta | None) -> None:
    number = tx.connection.execute(select(photos.c.id).where(photos.c.sha256 == one.what))
    end_releases(tx, one.what, int(number.scalar_one()), [one.channel])
    disposals.done_at_once(tx, Disposed(one.kind.value, one.since, one.what, channel=one.channel))
    tx.audit("copy.kept_long_enough", one.what, {"channel": one.channel})
    if takedown_within is None:
        return
    standing = Standing(Stand.FALLS, Reason.KEPT_LONG_ENOUGH)
    out: Sequence[Place] = places.of_photo(tx.connection, one.what, gone=False)
    for place in out:
        if place.release.channel == one.channel:
            takedowns.open_for(tx, place, standing, takedown_within)


def forget_logins(tx: Transaction, before: datetime) -> int:
    """Delete logins that ended, and failed ones, before this; how many there were."""
    old = delete(sessions).where(_over() <= before)
    failed = delete(login_attempts).where(login_attempts.c.failed_at <= before)
    return sum(tx.connection.execute(query).rowcount for query in (old, failed))
