"""Writing drops, judgements and releases, and ending releases; parts of one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from consent_db import dropped, evidence, feed, people, uploads
from consent_db.schema import decisions as decisions_table
from consent_db.schema import drops as drops_table
from consent_db.schema import judgements, mentions, photos, rejudgings, removals
from consent_db.schema import releases as releases_table
from consent_db.transaction import Transaction
from gate.ports import Release
from gate.released import mentioned
from gate.values import Arrival, Judgement, Thresholds

_FARTHEST = 2**63 - 1
COPY_CHANGED = "copy.changed"
"""A copy in ``ready/`` that is missing, or is not what was released."""
RELEASE = tuple(
    releases_table.c[name] for name in ("channel", "path", "sha256", "width", "height", "size")
)

DROPPED = "dropped"
"""The cause of the judgement of a photo that was just dropped."""


def storable(name: str) -> str:
    """A file's name as every database can keep it; bytes that are no text become escapes."""
    return name.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _storable_time(arrival: Arrival) -> int:
    # Some file systems keep times that are farther away than 64 bits of nanoseconds reach.
    return max(-_FARTHEST, min(arrival.modified_ns, _FARTHEST))


def same_file(connection: Connection, arrival: Arrival) -> tuple[ColumnElement[bool], ...]:
    """What tells the drop of this very file, where drops and photos are joined."""
    return (
        dropped.has_path(connection, storable(arrival.original)),
        photos.c.sha256 == arrival.photo,
        drops_table.c.modified_ns == _storable_time(arrival),
    )


def photo_number(tx: Transaction, sha256: str) -> int:
    """The photo's number in the ledger; it gets one if it has none."""
    known = select(photos.c.id).where(photos.c.sha256 == sha256)
    number = tx.connection.execute(known).scalar_one_or_none()
    if number is not None:
        return int(number)
    adding = insert(photos).values(sha256=sha256).returning(photos.c.id)
    return int(tx.connection.execute(adding).scalar_one())


def add_drop(tx: Transaction, arrival: Arrival, photo: int) -> None:
    """Store that a file was dropped, unless this very file is on record.

    Whoever uploaded it dropped it; of files that came another way, only the actor is known.
    """
    sender = uploads.sender(tx, arrival.photo, storable(arrival.original))
    same = select(drops_table.c.id).join(photos).where(*same_file(tx.connection, arrival))
    if tx.connection.execute(same).first() is not None:
        return
    first = dropped.first_path(tx.connection, photo, arrival.photo)
    names = dropped.Names(storable(arrival.original), storable(arrival.event), first)
    adding = insert(drops_table).values(
        photo_id=photo,
        size=arrival.size,
        modified_ns=_storable_time(arrival),
        at=tx.now,
        by=sender or tx.actor,
        **dropped.columns(tx.connection, arrival.photo, names),
    )
    number = tx.connection.execute(adding.returning(drops_table.c.id)).scalar_one()
    # Not its path: people write names of children into the names of files.
    tx.audit("photo.dropped", arrival.photo, {"drop": number, "duplicate": first is not None})


def end_releases(
    tx: Transaction, sha256: str, photo: int, channels: Collection[str] | None = None
) -> tuple[Release, ...]:
    """End the copies of a photo that stand, on these channels or all; those that ended.

    Their files are noted, to be removed from ``ready/`` as soon as this is stored.
    """
    earlier = select(judgements.c.id).where(judgements.c.photo_id == photo)
    standing = [
        releases_table.c.judgement_id.in_(earlier),
        releases_table.c.ended_at.is_(None),
    ]
    if channels is not None:
        standing.append(releases_table.c.channel.in_(channels))
    ending = update(releases_table).where(*standing).values(ended_at=tx.now)
    ending = ending.returning(*RELEASE, releases_table.c.id)
    rows = sorted(tx.connection.execute(ending).all(), key=lambda row: row.channel)
    ended = [Release(*row[:-1]) for row in rows]
    for copy in ended:
        details = {"channel": copy.channel, "copy": copy.sha256}
        tx.audit("photo.release_ended", sha256, details)
        tx.connection.execute(delete(removals).where(removals.c.path == copy.path))
        row = {"path": copy.path, "sha256": copy.sha256, "since": tx.now}
        tx.connection.execute(insert(removals), row)
    feed.tell(tx, feed.Kind.REVOKED, [(row.id, row.channel) for row in rows])
    return tuple(ended)


def add_judgement(tx: Transaction, judgement: Judgement, photo: int, cause: str) -> int:
    """Store a judgement with its decisions; returns its number.

    The photo need not be judged again then.
    """
    versions, thresholds = judgement.versions, judgement.thresholds
    adding = insert(judgements).values(
        photo_id=photo,
        at=tx.now,
        by=tx.actor,
        day=judgement.on,
        width=judgement.width,
        height=judgement.height,
        software=versions.software,
        policy=versions.policy,
        engine=versions.engine,
        register=versions.register,
        show=thresholds.show,
        veto=thresholds.veto,
        margin=thresholds.margin,
        faces=evidence.pack(judgement.faces),
        matches=evidence.pack(judgement.matches),
        search=evidence.pack(judgement.search),
        detail=storable(judgement.detail),
        seconds=dict(judgement.seconds),
        cause=cause,
        second=evidence.pack(judgement.second),
    )
    number = int(tx.connection.execute(adding.returning(judgements.c.id)).scalar_one())
    _add_decisions(tx, judgement, number, cause)
    add_mentions(tx, number, judgement)
    tx.judged.append(judgement.photo)
    tx.connection.execute(delete(rejudgings).where(rejudgings.c.photo_id == photo))
    return number


def add_mentions(
    tx: Transaction, number: int, judgement: Judgement, now: Thresholds | None = None
) -> None:
    """Note whose permissions this judgement rests on, by its own thresholds or those of ``now``.

    Not of people who were erased.
    """
    noted = select(mentions.c.person).where(mentions.c.judgement_id == number)
    known = set(tx.connection.execute(noted).scalars()) | people.erased(tx.connection).keys()
    rows = [
        {"person": ref, "judgement_id": number} for ref in sorted(mentioned(judgement, now) - known)
    ]
    if rows:
        tx.connection.execute(insert(mentions), rows)


def _add_decisions(tx: Transaction, judgement: Judgement, number: int, cause: str) -> None:
    rows = [
        {
            "judgement_id": number,
            "channel": one.channel,
            "verdict": one.verdict.value,
            "reason": one.reason.value,
            "faces": evidence.pack(one.faces),
        }
        for one in judgement.decisions
    ]
    if rows:
        tx.connection.execute(insert(decisions_table), rows)
    said = {one.channel: [one.verdict.value, one.reason.value] for one in judgement.decisions}
    register = judgement.versions.register
    details = {"judgement": number, "register": register, "decisions": said, "cause": cause}
    tx.audit("photo.judged", judgement.photo, details)


def add_releases(tx: Transaction, sha256: str, judgement: int, releases: Sequence[Release]) -> None:
    """Store the copies of a judgement."""
    for release in releases:
        values = {column.name: getattr(release, column.name) for column in RELEASE}
        adding = insert(releases_table).values(judgement_id=judgement, **values)
        number = tx.connection.execute(adding.returning(releases_table.c.id)).scalar_one()
        feed.tell(tx, feed.Kind.RELEASED, [(number, release.channel)])
        tx.connection.execute(delete(removals).where(removals.c.path == release.path))
        details = {"judgement": judgement, "channel": release.channel, "copy": release.sha256}
        tx.audit("photo.released", sha256, details)
