"""Fingerprints and links: which photos are versions of each other, and what that bars.

A photo inherits the blocks of those it shows a part of, of those that are a part of it, and so on
in one direction: two photos that merely have a part in common have nothing to do with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select

from consent_db import evidence
from consent_db.database import Database
from consent_db.schema import decisions, fingerprints, judgements, links, photos, releases
from consent_db.transaction import Transaction
from gate.errors import RegisterChanged
from gate.inherit import BARRING
from gate.ports import Seen, StoredFingerprint
from gate.values import FINGERPRINT_VERSION, Extent, Judgement, Kinship, Link, Reason, Verdict

Barring = Callable[[Connection, Collection[int]], Iterable[tuple[int, str]]]
"""More that bars: of these photos' ids, (id, channel) of those that are barred there."""

_OPPOSITE = {Extent.WHOLE: Extent.WHOLE, Extent.PART: Extent.MORE, Extent.MORE: Extent.PART}
_BATCH = 500
VERSIONS_CHANGED = "Another version of this photo was judged meanwhile; judge it again."


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A link as seen from one of its two photos, and when it was found (UTC)."""

    link: Link
    at: datetime


class SqlKinBook:
    """The gate's ``KinBook`` in the register's database."""

    def __init__(self, database: Database, also: Barring | None = None) -> None:
        self._database = database
        self._also = also

    def since(self, number: int) -> Sequence[StoredFingerprint]:
        """All fingerprints of the present version with a higher number, in their order."""
        with self._database.reading() as connection:
            return newer(connection, number)

    def about(self, photo: str) -> tuple[Link, ...] | None:
        """The links of a photo whose fingerprint is stored; None where it is not."""
        with self._database.reading() as connection:
            if not is_stored(connection, photo):
                return None
            return tuple(stored.link for stored in links_of(connection, photo))

    def original_of(self, photo: str) -> str | None:
        """The photo of which these very bytes were released as a copy at some time, or None."""
        query = select(photos.c.sha256).join(judgements, judgements.c.photo_id == photos.c.id)
        query = query.join(releases, releases.c.judgement_id == judgements.c.id)
        query = query.where(releases.c.sha256 == photo).order_by(releases.c.id).limit(1)
        with self._database.reading() as connection:
            original: str | None = connection.execute(query).scalar_one_or_none()
        return original

    def seen(self, photo: str) -> Seen | None:
        """What was seen when this photo was judged last."""
        query = select(judgements.c.faces, judgements.c.width).join(photos)
        query = query.where(photos.c.sha256 == photo).order_by(judgements.c.id.desc()).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Seen(evidence.faces(row.faces), row.width)

    def barred(self, photo: str, links: Sequence[Link]) -> Mapping[str, str]:
        """The channels on which a version of a photo with these links is blocked, with which."""
        with self._database.reading() as connection:
            return barred(connection, photo, links, self._also)


def newer(connection: Connection, number: int) -> list[StoredFingerprint]:
    """All fingerprints of the present version with a higher number, in their order."""
    query = select(fingerprints.c.id, photos.c.sha256, fingerprints.c.bits)
    query = query.join_from(fingerprints, photos).order_by(fingerprints.c.id)
    query = query.where(fingerprints.c.id > number, fingerprints.c.version == FINGERPRINT_VERSION)
    return [StoredFingerprint(*row) for row in connection.execute(query)]


def is_stored(connection: Connection, photo: str) -> bool:
    """Whether this photo has a fingerprint of the present version."""
    query = select(fingerprints.c.id).join(photos).where(photos.c.sha256 == photo)
    found = connection.execute(query.where(fingerprints.c.version == FINGERPRINT_VERSION).limit(1))
    return found.first() is not None


def links_of(connection: Connection, photo: str) -> list[StoredLink]:
    """The links of a photo with its versions, whichever of the two came first; oldest first."""
    number = _number(connection, photo)
    if number is None:
        return []
    found = sorted(_links_of(connection, [number]), key=lambda row: row.id)
    wanted = {row.away for row in found}
    names = dict(_in_parts(connection, select(photos.c.id, photos.c.sha256), photos.c.id, wanted))
    return [
        StoredLink(Link(names[row.away], row.score, row.extent, row.mirrored, row.covered), row.at)
        for row in found
    ]


def save(tx: Transaction, photo: int, sha256: str, kinship: Kinship) -> None:
    """Store the fingerprint and those links of a photo that are new, with their audit entries."""
    if kinship.fingerprint and not is_stored(tx.connection, sha256):
        row = {"photo_id": photo, "version": FINGERPRINT_VERSION, "bits": kinship.fingerprint}
        tx.connection.execute(insert(fingerprints), row)
    known = {stored.link.other for stored in links_of(tx.connection, sha256)}
    for link in kinship.links:
        if link.other not in known:
            _add_link(tx, photo, sha256, link)


def require_same_bars(
    connection: Connection, judgement: Judgement, also: Barring | None = None
) -> None:
    """Raises RegisterChanged unless a judgement follows the blocks of other versions, as they are.

    To be asked when the photo's links are stored.
    """
    links = _plain_links(connection, judgement.photo)
    found = barred(connection, judgement.photo, links, also) if links else {}
    for decision in judgement.decisions:
        must_block = decision.channel in found and decision.verdict is not Verdict.BLOCK
        must_not = decision.channel not in found and decision.reason is Reason.LIKE_BLOCKED
        if must_block or must_not:
            raise RegisterChanged(VERSIONS_CHANGED)


def _add_link(tx: Transaction, photo: int, sha256: str, link: Link) -> None:
    how = {
        "score": link.score,
        "extent": link.extent.value,
        "mirrored": link.mirrored,
        "covered": link.covered,
    }
    other = _number(tx.connection, link.other)
    adding = insert(links).values(photo_id=photo, other_id=other, at=tx.now, **how)
    tx.connection.execute(adding)
    tx.audit("photo.linked", sha256, {"other": link.other, **how})


def barred(
    connection: Connection, photo: str, links: Sequence[Link], also: Barring | None = None
) -> dict[str, str]:
    """The channels on which a version of a photo with these links is blocked, with that version.

    Only what is blocked for its own sake counts, by its newest judgement; ``also`` may add to it.
    """
    numbered = ((_number(connection, one.other), one.extent) for one in links)
    near = {number: extent for number, extent in numbered if number is not None}
    related = _related(connection, near, _number(connection, photo))
    sources = sorted(_sources(connection, related, also))
    names = _in_parts(
        connection, select(photos.c.id, photos.c.sha256), photos.c.id, {n for n, _ in sources}
    )
    by_number = dict(names)
    found: dict[str, str] = {}
    for number, channel in sources:
        found.setdefault(channel, by_number[number])
    return found


def heirs(connection: Connection, photo: str, also: Barring | None = None) -> dict[str, set[str]]:
    """The other versions of a photo that do not follow its blocks yet, with their channels.

    These were judged before the photo was blocked.
    """
    number = _number(connection, photo)
    if number is None:
        return {}
    blocked = {channel for _, channel in _sources(connection, {number}, also)}
    if not blocked:
        return {}
    near = {row.away: row.extent for row in _links_of(connection, [number])}
    related = _related(connection, near, number)
    query = _newest_decisions().where(decisions.c.verdict != Verdict.BLOCK.value)
    query = query.where(decisions.c.channel.in_(blocked))
    found: dict[str, set[str]] = {}
    for row in _in_parts(connection, query, judgements.c.photo_id, related):
        found.setdefault(row.sha256, set()).add(row.channel)
    return found


def freed(connection: Connection, also: Barring | None = None) -> list[str]:
    """The photos with an inherited block whose cause is gone: to be judged again."""
    query = _newest_decisions().where(decisions.c.reason == Reason.LIKE_BLOCKED.value)
    waiting: dict[str, set[str]] = {}
    for row in connection.execute(query):
        waiting.setdefault(row.sha256, set()).add(row.channel)
    return [
        photo
        for photo, channels in waiting.items()
        if channels - barred(connection, photo, _plain_links(connection, photo), also).keys()
    ]


def _plain_links(connection: Connection, photo: str) -> list[Link]:
    return [stored.link for stored in links_of(connection, photo)]


def _sources(
    connection: Connection, numbers: Collection[int], also: Barring | None
) -> set[tuple[int, str]]:
    """(photo, channel) of those that are blocked for a reason about people, by themselves."""
    reasons = [reason.value for reason in BARRING]
    query = _newest_decisions().where(
        decisions.c.verdict == Verdict.BLOCK.value, decisions.c.reason.in_(reasons)
    )
    rows = _in_parts(connection, query, judgements.c.photo_id, numbers)
    found = {(row.photo_id, row.channel) for row in rows}
    return found | set(also(connection, numbers) if also is not None else ())


def _newest_decisions() -> Select[Any]:
    """The decisions that count: (photo_id, sha256, channel)."""
    other = judgements.alias()
    newest = select(func.max(other.c.id)).where(other.c.photo_id == judgements.c.photo_id)
    return (
        select(judgements.c.photo_id, photos.c.sha256, decisions.c.channel)
        .join_from(judgements, decisions)
        .join(photos, photos.c.id == judgements.c.photo_id)
        .where(judgements.c.id == newest.scalar_subquery())
    )


def _related(connection: Connection, near: Mapping[int, Extent], without: int | None) -> set[int]:
    """All that a photo with these links is a part of, all that is a part of it, and itself alike.

    Parts of parts count, and wholes of wholes; not other parts of a whole.
    """
    found: set[int] = set()
    for way in (Extent.PART, Extent.MORE):
        allowed = (Extent.WHOLE, way)
        fresh = {number for number, extent in near.items() if extent in allowed}
        reached: set[int] = set()
        while fresh := fresh - reached:
            reached |= fresh
            fresh = {r.away for r in _links_of(connection, fresh) if r.extent in allowed}
        found |= reached
    return found - {without}


@dataclass(frozen=True, slots=True)
class _Row:
    """A link as seen from one of the photos that were asked about; ``away`` is the other one."""

    id: int
    away: int
    score: float
    extent: Extent
    mirrored: bool
    covered: bool
    at: datetime


def _links_of(connection: Connection, numbers: Collection[int]) -> list[_Row]:
    found = []
    for here, away in ((links.c.photo_id, links.c.other_id), (links.c.other_id, links.c.photo_id)):
        query = select(links, away.label("away"))
        for row in _in_parts(connection, query, here, numbers):
            extent = Extent(row.extent)
            seen = extent if here is links.c.photo_id else _OPPOSITE[extent]
            found.append(_Row(row.id, row.away, row.score, seen, row.mirrored, row.covered, row.at))
    return found


def _in_parts(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], wanted: Collection[Any]
) -> Iterator[Any]:
    """The rows of a query whose column has one of these values, some hundred at a time."""
    values = sorted(wanted)
    for start in range(0, len(values), _BATCH):
        yield from connection.execute(query.where(column.in_(values[start : start + _BATCH])))


def _number(connection: Connection, photo: str) -> int | None:
    query = select(photos.c.id).where(photos.c.sha256 == photo)
    number: int | None = connection.execute(query).scalar_one_or_none()
    return number
