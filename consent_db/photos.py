"""The ledger of photos: every drop, every judgement, every released copy."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, func, select

from consent_db import days, likenesses, locks, rejudgings, removals, statements
from consent_db.database import Database
from consent_db.heirs import bar_heirs
from consent_db.likenesses import Barring
from consent_db.recording import (
    COPY_CHANGED,
    DROPPED,
    RELEASE,
    add_drop,
    add_judgement,
    add_releases,
    end_releases,
    photo_number,
    same_file,
)
from consent_db.register import revision
from consent_db.schema import decisions as decisions_table
from consent_db.schema import drops as drops_table
from consent_db.schema import judgements, photos
from consent_db.schema import releases as releases_table
from consent_db.stored import StoredPhoto, decisions, drops, events, find, stored
from consent_db.transaction import Transaction
from gate.errors import PhotoLocked, RegisterChanged, RegisterError
from gate.ports import LateLook, Release
from gate.statements import Change
from gate.values import (
    RELEASING,
    WORTH_TRYING_AGAIN,
    Arrival,
    Decision,
    Judgement,
    Reason,
    Verdict,
    day_of,
)

__all__ = ["SqlLedger", "StoredPhoto", "decisions", "drops", "events", "find", "stored"]

_CUT_SHORT = "cut short"


class SqlLedger:
    """The ledger, written in the name of one actor. Every method raises RegisterUnreachable.

    ``policy`` is the version of the policy in force; without it, policies are not compared.
    ``also``: what else bars the other versions of a photo. ``late``: compares a photo with those
    that came up while it was judged; without it, nothing that came up is let pass.
    """

    def __init__(
        self,
        database: Database,
        actor: str,
        *,
        policy: str | None = None,
        also: Barring | None = None,
        late: LateLook | None = None,
    ) -> None:
        self._database = database
        self._actor = actor
        self._policy = policy
        self._also = also
        self._late = late

    def knows(self, photo: str) -> bool:
        """Whether a photo with this SHA-256 was judged already, and it is not worth a new try.

        A judgement that was blocked on every channel for a cause outside the photo is one, but a
        locked photo is never judged again.
        """
        with self._database.reading() as connection:
            return _is_settled(connection, photo)

    def has_drop(self, arrival: Arrival) -> bool:
        """Whether this very file (path, content, modification time) is recorded for good."""
        with self._database.reading() as connection:
            same = same_file(connection, arrival)
            known = select(drops_table.c.id).join(photos).where(*same).limit(1)
            recorded = connection.execute(known).first() is not None
            return recorded and _is_settled(connection, arrival.photo)

    def record(
        self, arrival: Arrival, judgement: Judgement, releases: Sequence[Release]
    ) -> tuple[Release, ...]:
        """Store drop, judgement and releases with their audit entries in one transaction.

        A judgement of a photo that was judged before is added and counts from now on; copies
        released after the earlier one end. Where it blocks, so do the other versions of the photo
        from now on. Returns the copies that thereby ended. Raises RegisterChanged, and stores
        nothing, when the register's revision, the day, what people said, or what other versions
        there are is no longer what the judgement rests on, or the photo was locked; RegisterError
        when a release is not of a channel that was approved, or its path is taken; ClockBehind when
        the clock went back, SiteError when the settings have changed since.
        """
        if arrival.photo != judgement.photo:
            raise RegisterError("The judgement is of another photo than the one that arrived.")
        _require_sound(judgement, releases)
        with self._database.transaction(self._actor) as tx:
            _require_same_basis(tx, judgement, self._policy)
            photo = photo_number(tx, judgement.photo)
            if locks.is_locked(tx.connection, photo):
                # Asked again, ``knows`` says so, and the file counts as a duplicate.
                raise RegisterChanged(str(PhotoLocked()))
            if not _blocks_everywhere(judgement):
                # What could not be looked at need not know what people said: it releases nothing.
                _require_same_statements(tx, judgement, photo)
            self._settle_kin(tx, judgement, photo)
            add_drop(tx, arrival, photo)
            ended = end_releases(tx, judgement.photo, photo)
            number = add_judgement(tx, judgement, photo, DROPPED)
            add_releases(tx, judgement.photo, number, releases)
            ended += bar_heirs(tx, judgement.photo, self._also)
        if self._late is not None:
            self._late.keep(judgement)
        return ended

    def rejudge(
        self, judgement: Judgement, releases: Sequence[Release], cause: str, change: Change
    ) -> tuple[Release, ...]:
        """Store a new judgement of a photo with what people said that led to it, as one.

        Returns the copies that thereby ended: every one that stood, and those of other versions
        that follow a block. Raises like ``record``,
        RegisterChanged also when somebody else said something about a photo in the meantime, and
        RegisterError when the photo was never judged or what is taken back cannot be, PhotoLocked
        when it is locked.
        """
        _require_sound(judgement, releases)
        with self._database.transaction(self._actor) as tx:
            photo = _judged_photo(tx, judgement.photo)
            if locks.is_locked(tx.connection, photo):
                raise PhotoLocked
            _require_same_basis(tx, judgement, self._policy)
            statements.change(tx, judgement.photo, photo, change)
            _require_same_statements(tx, judgement, photo)
            self._settle_kin(tx, judgement, photo)
            ended = end_releases(tx, judgement.photo, photo)
            number = add_judgement(tx, judgement, photo, cause)
            add_releases(tx, judgement.photo, number, releases)
            ended += bar_heirs(tx, judgement.photo, self._also)
        if self._late is not None:
            self._late.keep(judgement)
        return ended

    def _settle_kin(self, tx: Transaction, judgement: Judgement, photo: int) -> None:
        """Store the links of a photo. Raises RegisterChanged when others would be found now."""
        kinship = judgement.kinship
        if kinship is not None and kinship.fingerprint:
            newer = likenesses.newer(tx.connection, kinship.known_to)
            if newer and (self._late is None or self._late.misses(judgement, newer)):
                raise RegisterChanged(likenesses.VERSIONS_CHANGED)
        if kinship is not None:
            likenesses.save(tx, photo, judgement.photo, kinship)
        likenesses.require_same_bars(tx.connection, judgement, self._also)

    def record_duplicate(self, arrival: Arrival) -> None:
        """Store that the bytes of a photo that was judged before were dropped again.

        Raises RegisterError when they were never judged.
        """
        with self._database.transaction(self._actor) as tx:
            add_drop(tx, arrival, _judged_photo(tx, arrival.photo))

    def releases(self) -> Mapping[str, Release]:
        """Every copy that should lie in ``ready/`` now, by its path."""
        current = select(*RELEASE).where(releases_table.c.ended_at.is_(None))
        with self._database.reading() as connection:
            return {row.path: Release(*row) for row in connection.execute(current)}

    def removals(self) -> Mapping[str, str]:
        """The SHA-256 of every copy that ended and may still lie in ``ready/``, by its path."""
        with self._database.reading() as connection:
            return removals.pending(connection) if removals.is_any(connection) else {}

    def discharge(self, paths: Collection[str]) -> None:
        """Record that ended copies no longer lie at these paths."""
        with self._database.transaction(self._actor) as tx:
            removals.discharge(tx, paths)

    def has_ended(self, path: str, sha256: str) -> bool:
        """Whether a copy with these bytes was released to this path at some time, and ended."""
        ended = select(releases_table.c.id).where(
            releases_table.c.path == path,
            releases_table.c.sha256 == sha256,
            releases_table.c.ended_at.is_not(None),
        )
        with self._database.reading() as connection:
            return connection.execute(ended.limit(1)).first() is not None

    def lose(self, paths: Collection[str]) -> None:
        """Record that copies are no longer in ``ready/``, though nobody ended them.

        They end, and their photos are judged again, so that right ones take their place.
        """
        with self._database.transaction(self._actor) as tx:
            for path in sorted(paths):
                query = (
                    select(photos.c.id, photos.c.sha256, releases_table.c.channel)
                    .join_from(releases_table, judgements)
                    .join(photos)
                    .where(releases_table.c.path == path, releases_table.c.ended_at.is_(None))
                )
                for photo in tx.connection.execute(query).all():
                    tx.audit(COPY_CHANGED, photo.sha256, {"channel": photo.channel})
                    end_releases(tx, photo.sha256, photo.id, [photo.channel])
                    rejudgings.want(tx, photo.id, COPY_CHANGED)

    def reopen(self, paths: Collection[str]) -> None:
        """Void the judgements behind these releases that rest on what is no longer so.

        That is another register, day or policy than now. Such a photo counts as blocked for a
        cause outside of it, so that it is judged again.
        """
        with self._database.transaction(self._actor) as tx:
            outdated = _outdated(tx, paths, self._policy)
            for photo in stored(tx.connection, outdated).values():
                _void(tx, photo.judgement)


def _is_settled(connection: Connection, photo: str) -> bool:
    newest = select(func.max(judgements.c.id)).join(photos).where(photos.c.sha256 == photo)
    number = connection.execute(newest).scalar_one()
    if number is None:
        return False
    if locks.holds(connection, photo):
        return True
    of_newest = decisions_table.c.judgement_id == number
    reasons = set(connection.execute(select(decisions_table.c.reason).where(of_newest)).scalars())
    return not reasons or not reasons <= WORTH_TRYING_AGAIN


def _require_sound(judgement: Judgement, releases: Sequence[Release]) -> None:
    released = {one.channel for one in judgement.decisions if one.verdict in RELEASING}
    wrong = sorted({release.channel for release in releases} - released)
    if wrong:
        raise RegisterError(f"The photo was not approved for {', '.join(wrong)}.")


def _require_same_basis(tx: Transaction, judgement: Judgement, policy: str | None) -> None:
    days.require_current(tx, None if policy is None else judgement.versions.policy)
    if judgement.versions.register != revision(tx.connection):
        raise RegisterChanged("Permissions changed while the photo was judged; judge it again.")
    if judgement.on != day_of(tx.now):
        raise RegisterChanged("The day ended while the photo was judged; judge it again.")


def _blocks_everywhere(judgement: Judgement) -> bool:
    return all(one.verdict is Verdict.BLOCK for one in judgement.decisions)


def _require_same_statements(tx: Transaction, judgement: Judgement, photo: int) -> None:
    standing = {one.id for one in statements.of_photo(tx.connection, photo)}
    if standing != set(judgement.statements):
        raise RegisterChanged("Somebody said something about this photo; judge it again.")


def _judged_photo(tx: Transaction, sha256: str) -> int:
    judged = select(photos.c.id).join(judgements).where(photos.c.sha256 == sha256)
    photo = tx.connection.execute(judged.limit(1)).scalar_one_or_none()
    if photo is None:
        raise RegisterError("This photo was never judged.")
    return int(photo)


def _outdated(tx: Transaction, paths: Collection[str], policy: str | None) -> set[str]:
    """The photos of these current releases that were judged on another basis than now."""
    basis = ("register", "day", "policy")
    current = (
        select(releases_table.c.path, photos.c.sha256, *(judgements.c[name] for name in basis))
        .join_from(releases_table, judgements)
        .join(photos)
        .where(releases_table.c.ended_at.is_(None))
    )
    now = revision(tx.connection), day_of(tx.now)
    return {
        row.sha256
        for row in tx.connection.execute(current)
        if row.path in paths
        and ((row.register, row.day) != now or policy not in (None, row.policy))
    }


def _void(tx: Transaction, judgement: Judgement) -> None:
    """Record that the photo has to be judged again: no copy of it stands meanwhile."""
    photo = photo_number(tx, judgement.photo)
    versions = replace(judgement.versions, register=revision(tx.connection))
    decisions = tuple(
        Decision(one.channel, Verdict.BLOCK, Reason.CRASHED) for one in judgement.decisions
    )
    blocked = Judgement(
        judgement.photo, 0, 0, day_of(tx.now), versions, judgement.thresholds, decisions,
        detail="Permissions or settings changed before its copies were in place.",
    )  # fmt: skip
    end_releases(tx, judgement.photo, photo)
    add_judgement(tx, blocked, photo, _CUT_SHORT)
    # Its file may be in staging no longer, so that nobody else would come back to it.
    rejudgings.want(tx, photo, _CUT_SHORT)
