"""Looking things up in the ledger of photos.

Locked photos are left out everywhere, unless they are asked for with ``locked``: that is for those
who may know that they exist.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from consent_db import dropped, evidence
from consent_db.locks import is_open
from consent_db.schema import decisions as decisions_table
from consent_db.schema import drops as drops_table
from consent_db.schema import judgements, photos
from consent_db.schema import releases as releases_table
from consent_db.sealed import sealer_of
from gate.ports import Drop, KeyKind, Release
from gate.values import Arrival, Decision, Judgement, Reason, Thresholds, Verdict, Versions

SHORTEST_PREFIX = 4
"""How many characters of a SHA-256 are needed at least to look a photo up."""

_BATCH = 500
_ERASED = dropped.Names("", "", None)
_SHA256_PREFIX = re.compile(rf"[0-9a-f]{{{SHORTEST_PREFIX},64}}")
_Row: TypeAlias = Any

_DROP = (
    photos.c.sha256,
    *(drops_table.c[n] for n in ("sealed_names", "size", "modified_ns", "at")),
)
_RELEASE = tuple(
    releases_table.c[name] for name in ("channel", "path", "sha256", "width", "height", "size")
)


@dataclass(frozen=True, slots=True)
class EndedRelease:
    """A copy that must no longer be used, and since when (UTC)."""

    release: Release
    at: datetime


@dataclass(frozen=True)
class StoredPhoto:
    """All that the ledger holds of one photo, as it counts now.

    ``drops`` in the order of arrival. ``judgement`` is the newest of ``times_judged``, made at
    ``judged_at`` (UTC) in the name of ``judged_by`` for this ``cause`` ("dropped", "review"); it
    comes without the encoded copies. ``releases`` are the copies that should lie in ``ready/``
    now, ``ended`` those that did.
    """

    judgement: Judgement
    judged_at: datetime
    judged_by: str
    times_judged: int
    drops: tuple[Drop, ...]
    releases: tuple[Release, ...]
    ended: tuple[EndedRelease, ...]
    cause: str | None = None

    @property
    def photo(self) -> str:
        """The photo's SHA-256 (hex)."""
        return self.judgement.photo


def decisions(connection: Connection, *, locked: bool = False) -> Iterator[StoredPhoto]:
    """Every photo in the order of its first arrival, some hundred at a time."""
    last = 0
    while True:
        wanted = (photos.c.id > last, is_open(photos.c.id, locked=locked))
        page = select(photos.c.id).where(*wanted).order_by(photos.c.id).limit(_BATCH)
        numbers = list(connection.execute(page).scalars())
        if not numbers:
            return
        yield from _load(connection, numbers)
        last = numbers[-1]


def stored(
    connection: Connection, sha256s: Collection[str], *, locked: bool = False
) -> dict[str, StoredPhoto]:
    """The photos with these SHA-256 that the ledger has, by it."""
    wanted, found = sorted(set(sha256s)), {}
    for start in range(0, len(wanted), _BATCH):
        part = photos.c.sha256.in_(wanted[start : start + _BATCH])
        query = select(photos.c.id).where(part, is_open(photos.c.id, locked=locked))
        numbers = sorted(connection.execute(query).scalars())
        found.update({photo.photo: photo for photo in _load(connection, numbers)})
    return found


def in_order(
    connection: Connection, sha256s: Sequence[str], *, locked: bool = False
) -> list[StoredPhoto]:
    """The same in the order in which they were named, without those that the ledger has not."""
    found = stored(connection, sha256s, locked=locked)
    return [found[one] for one in sha256s if one in found]


def judgements_with(
    connection: Connection, numbers: Sequence[int], channel: str | None = None
) -> Iterator[tuple[_Row, Judgement]]:
    """The judgements with these numbers, of which there are few, each with its row.

    Also those of locked photos, for the rules; never to show them. ``channel``: with the decision
    about this one only.
    """
    query = select(judgements, photos.c.sha256).join_from(judgements, photos)
    rows = connection.execute(query.where(judgements.c.id.in_(numbers))).all()
    judged = _decisions_of(connection, [row.id for row in rows], channel)
    for row in sorted(rows, key=lambda row: row.id):
        yield row, _judgement(row, tuple(judged[row.id]))


def find(connection: Connection, text: str, *, locked: bool = False) -> list[StoredPhoto]:
    """The photos that this may mean.

    It is the beginning of a SHA-256 (four characters or more), the path or the file name of an
    original, or the path or the whole SHA-256 of a released copy, whether it still stands or not.
    """
    wanted = (is_meant(connection, text), is_open(photos.c.id, locked=locked))
    query = select(photos.c.id).where(*wanted).order_by(photos.c.id)
    return list(_load(connection, list(connection.execute(query).scalars())))


def is_meant(connection: Connection, text: str) -> ColumnElement[bool]:
    """True of photos that this may mean; see ``find``."""
    wanted = text.strip()
    path = PurePosixPath(wanted.replace("\\", "/")).as_posix()
    lower = wanted.lower()
    ways = [_released_as(releases_table.c.sha256 == lower)]
    for name in {wanted, path}:
        ways.append(_dropped_as(dropped.is_called(connection, name)))
        ways.append(_released_as(releases_table.c.path == name))
    if _SHA256_PREFIX.fullmatch(lower):
        # "g" follows the last hexadecimal digit, so that the index on sha256 serves.
        ways.append(and_(photos.c.sha256 >= lower, photos.c.sha256 < lower + "g"))
    return or_(*ways)


def drops(connection: Connection, event: str, *, locked: bool = False) -> list[Drop]:
    """Every file that was dropped into this event's folder ("" for none), in order."""
    query = select(*_DROP).join_from(drops_table, photos)
    query = query.where(dropped.is_in(connection, event), is_open(photos.c.id, locked=locked))
    rows = connection.execute(query.order_by(drops_table.c.id)).all()
    sealer_of(connection).fetch(KeyKind.PHOTO, {row.sha256 for row in rows})
    return [_drop(connection, row) for row in rows]


def drops_with(connection: Connection, numbers: Sequence[int]) -> list[tuple[int, Drop]]:
    """The drops with these numbers, of which there are few, each with its number, as given.

    Without those of locked photos.
    """
    query = select(*_DROP, drops_table.c.id).join_from(drops_table, photos)
    wanted = drops_table.c.id.in_(numbers), is_open(photos.c.id)
    rows = connection.execute(query.where(*wanted)).all()
    sealer_of(connection).fetch(KeyKind.PHOTO, {row.sha256 for row in rows})
    found = {row.id: _drop(connection, row) for row in rows}
    return [(number, found[number]) for number in numbers if number in found]


def events(connection: Connection, *, locked: bool = False) -> list[str]:
    """The folders from which files came, sorted; "" stands for staging itself."""
    sealer_of(connection).fetch(KeyKind.PHOTO)
    return sorted(dropped.events(connection, locked=locked))


def _dropped_as(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return photos.c.id.in_(select(drops_table.c.photo_id).where(condition))


def _released_as(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    query = select(judgements.c.photo_id).join_from(releases_table, judgements)
    return photos.c.id.in_(query.where(condition))


def _load(connection: Connection, numbers: Sequence[int]) -> Iterator[StoredPhoto]:
    """The photos with these ids (of which there are few), in their order."""
    newest = (
        select(func.max(judgements.c.id).label("id"), func.count().label("times"))
        .where(judgements.c.photo_id.in_(numbers))
        .group_by(judgements.c.photo_id)
        .subquery()
    )
    query = select(judgements, photos.c.sha256, newest.c.times).join_from(judgements, photos)
    query = query.join(newest, newest.c.id == judgements.c.id).order_by(judgements.c.photo_id)
    rows = connection.execute(query).all()
    judged = _decisions_of(connection, [row.id for row in rows])
    dropped = _drops_of(connection, numbers)
    released = _releases_of(connection, numbers)
    for row in rows:
        copies = released[row.photo_id]
        yield StoredPhoto(
            judgement=_judgement(row, tuple(judged[row.id])),
            judged_at=row.at,
            judged_by=row.by,
            times_judged=row.times,
            drops=tuple(dropped[row.photo_id]),
            releases=tuple(copy for copy, ended in copies if ended is None),
            ended=tuple(EndedRelease(copy, at) for copy, at in copies if at is not None),
            cause=row.cause,
        )


def _decisions_of(
    connection: Connection, numbers: Sequence[int], channel: str | None = None
) -> defaultdict[int, list[Decision]]:
    query = select(decisions_table).where(decisions_table.c.judgement_id.in_(numbers))
    if channel is not None:
        query = query.where(decisions_table.c.channel == channel)
    grouped: defaultdict[int, list[Decision]] = defaultdict(list)
    for row in connection.execute(query.order_by(decisions_table.c.id)):
        decision = Decision(
            row.channel,
            Verdict(row.verdict),
            Reason(row.reason),
            evidence.face_decisions(row.faces),
        )
        grouped[row.judgement_id].append(decision)
    return grouped


def _drops_of(connection: Connection, numbers: Sequence[int]) -> defaultdict[int, list[Drop]]:
    query = select(*_DROP, drops_table.c.photo_id).join_from(drops_table, photos)
    query = query.where(drops_table.c.photo_id.in_(numbers)).order_by(drops_table.c.id)
    rows = connection.execute(query).all()
    sealer_of(connection).fetch(KeyKind.PHOTO, {row.sha256 for row in rows})
    grouped: defaultdict[int, list[Drop]] = defaultdict(list)
    for row in rows:
        grouped[row.photo_id].append(_drop(connection, row))
    return grouped


def _releases_of(
    connection: Connection, numbers: Sequence[int]
) -> defaultdict[int, list[tuple[Release, datetime | None]]]:
    query = select(*_RELEASE, releases_table.c.ended_at, judgements.c.photo_id)
    query = query.join_from(releases_table, judgements)
    query = query.where(judgements.c.photo_id.in_(numbers)).order_by(releases_table.c.id)
    grouped: defaultdict[int, list[tuple[Release, datetime | None]]] = defaultdict(list)
    for row in connection.execute(query):
        grouped[row.photo_id].append((Release(*row[:6]), row.ended_at))
    return grouped


def _drop(connection: Connection, row: _Row) -> Drop:
    names = dropped.names_of(connection, row.sha256, row.sealed_names) or _ERASED
    arrival = Arrival(row.sha256, names.original, names.event, row.size, row.modified_ns)
    return Drop(arrival, row.at, names.duplicate_of)


def _judgement(row: _Row, decided: tuple[Decision, ...]) -> Judgement:
    return Judgement(
        photo=row.sha256,
        width=row.width,
        height=row.height,
        on=row.day,
        versions=Versions(row.software, row.policy, row.engine, row.register),
        thresholds=Thresholds(row.show, row.veto, row.margin),
        decisions=decided,
        faces=evidence.faces(row.faces),
        matches=evidence.matches(row.matches),
        search=evidence.search(row.search),
        detail=row.detail,
        seconds=row.seconds,
        second=evidence.second(row.second),
    )
