"""What a change means for copies that were released: which end, and which must come down.

All of it is part of the transaction that makes the change. Photos that judging again would decide
otherwise are noted to be judged again; that happens afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from consent_db import places, rejudgings, statements, stored, takedowns
from consent_db.recording import end_releases
from consent_db.register import permissions
from consent_db.schema import (
    judgements,
    mentions,
    releases,
    restrictions,
    templates,
)
from consent_db.schema import places as places_table
from consent_db.transaction import Transaction
from gate.released import Place, Stand, Standing, Standings, fallen_by
from gate.values import FaceReason, Judgement, Reason, RegisterSnapshot, day_of

_BATCH = 200


@dataclass(frozen=True)
class _Stored:
    """A judgement as it is stored: its number, its photo's, when it was made (UTC).

    ``newest``: no later one of the same photo counts.
    """

    number: int
    photo_id: int
    at: datetime
    newest: bool
    judgement: Judgement


@dataclass(frozen=True)
class Consequences:
    """Draws the consequences of changes and of new judgements for released copies.

    ``standings`` are the rules; ``reader_version`` names the reader whose calibration counts;
    ``takedown_within`` is how long somebody has to take a copy down.
    """

    standings: Standings
    reader_version: str
    takedown_within: timedelta

    def __call__(self, tx: Transaction) -> None:
        """Follow up everything that this transaction touched and judged."""
        if tx.touched:
            self.follow_people(tx, tx.touched)
        for photo in tx.judged:
            self._follow_judgement(tx, photo)

    def follow_people(self, tx: Transaction, people: Collection[str]) -> None:
        """End the copies that fall by what changed about these people."""
        snapshot = permissions(tx.connection, self.reader_version)
        late = _newly_recognisable(tx.connection, people)
        numbers = set(_mentioning(tx.connection, people))
        if late is not None:
            numbers |= set(_out_before(tx.connection, late))
        self._follow(tx, sorted(numbers), snapshot, late)

    def follow_all(self, tx: Transaction, after: int, limit: int) -> int:
        """Look at the next judgements with a larger number of which copies are out.

        Returns the last one's number, 0 when there are no more.
        """
        query = _live().where(judgements.c.id > after).order_by(judgements.c.id).limit(limit)
        numbers = list(tx.connection.execute(query).scalars())
        if numbers:
            self._follow(tx, numbers, permissions(tx.connection, self.reader_version), None)
        return numbers[-1] if numbers else 0

    def check(self, tx: Transaction, release_ids: Collection[int]) -> set[int]:
        """Ask the rules again about these copies; those that stand at this moment.

        What falls ends here and now.
        """
        query = select(releases.c.judgement_id).where(releases.c.id.in_(release_ids)).distinct()
        numbers = sorted(tx.connection.execute(query).scalars())
        self._follow(tx, numbers, permissions(tx.connection, self.reader_version), None)
        standing = select(releases.c.id).where(
            releases.c.id.in_(release_ids), releases.c.ended_at.is_(None)
        )
        return set(tx.connection.execute(standing).scalars())

    # --- one judgement --------------------------------------------------------------------------

    def _follow(
        self,
        tx: Transaction,
        numbers: Sequence[int],
        snapshot: RegisterSnapshot,
        late: datetime | None,
    ) -> None:
        for start in range(0, len(numbers), _BATCH):
            part = numbers[start : start + _BATCH]
            out = places.of_judgements(tx.connection, part)
            for one in _load(tx.connection, part):
                found = self._standings(tx, one, snapshot)
                if late is not None and one.at < late:
                    found = {channel: _doubted(standing) for channel, standing in found.items()}
                if one.newest:
                    self._end(tx, one, found)
                self._see_to_places(tx, out[one.number], found, None)

    def _standings(
        self, tx: Transaction, one: _Stored, snapshot: RegisterSnapshot
    ) -> Mapping[str, Standing]:
        said = statements.of_photo(tx.connection, one.photo_id)
        return self.standings(one.judgement, said, snapshot, day_of(tx.now))

    def _end(self, tx: Transaction, one: _Stored, found: Mapping[str, Standing]) -> None:
        over = [name for name, standing in found.items() if standing.stand is not Stand.STANDS]
        ended = end_releases(tx, one.judgement.photo, one.photo_id, over) if over else ()
        if ended or any(standing.differs for standing in found.values()):
            rejudgings.want(tx, one.photo_id, tx.cause)

    def _see_to_places(
        self,
        tx: Transaction,
        out: Sequence[Place],
        found: Mapping[str, Standing],
        newest: Mapping[str, Standing] | None,
    ) -> None:
        """Ask for takedowns where copies fell, and take requests back where all is well.

        ``newest``: what the newest judgement, made just now, says of the same copies.
        """
        for place in out:
            standing = found.get(place.release.channel, Standing(Stand.FALLS, Reason.CHANNEL_GONE))
            if standing.reason is FaceReason.TEMPLATE_GONE:
                # Who it is can no longer be compared; that they may be shown has not changed.
                continue
            if newest is not None and standing.stand is not Stand.FALLS:
                standing = newest.get(place.release.channel, standing)
            if standing.stand is Stand.FALLS:
                takedowns.open_for(tx, place, standing, self.takedown_within)
            elif standing.stand is Stand.STANDS and newest is not None:
                takedowns.lapse_for(tx, place)

    def _follow_judgement(self, tx: Transaction, photo: str) -> None:
        """See to the places of a photo's copies after it was judged just now."""
        numbers = places.judgements_of(tx.connection, photo)
        if not numbers:
            return
        snapshot = permissions(tx.connection, self.reader_version)
        newest = stored.stored(tx.connection, [photo], locked=True)[photo].judgement
        out = places.of_judgements(tx.connection, numbers)
        for one in _load(tx.connection, numbers):
            now = {
                decision.channel: fallen_by(one.judgement, newest, decision.channel)
                for decision in one.judgement.decisions
            }
            self._see_to_places(tx, out[one.number], self._standings(tx, one, snapshot), now)


def _doubted(standing: Standing) -> Standing:
    if standing.stand is not Stand.STANDS:
        return standing
    return replace(standing, stand=Stand.UNSURE, differs=True)


def _newly_recognisable(connection: Connection, people: Collection[str]) -> datetime | None:
    """When a template of somebody restricted among these people was made last, if there is one.

    Photos that were judged before were never compared with it.
    """
    restricted = select(restrictions.c.person).where(restrictions.c.lifted_at.is_(None))
    made = select(func.max(templates.c.made_at)).where(
        templates.c.person.in_(people), templates.c.person.in_(restricted)
    )
    return connection.execute(made).scalar_one_or_none()


def _is_newest() -> ColumnElement[bool]:
    later = judgements.alias("later")
    return (
        ~select(later.c.id)
        .where(later.c.photo_id == judgements.c.photo_id, later.c.id > judgements.c.id)
        .exists()
    )


def _has_place() -> ColumnElement[bool]:
    return (
        select(places_table.c.id)
        .join_from(places_table, releases)
        .where(releases.c.judgement_id == judgements.c.id, places_table.c.gone_at.is_(None))
        .exists()
    )


def _stands() -> ColumnElement[bool]:
    return (
        select(releases.c.id)
        .where(releases.c.judgement_id == judgements.c.id, releases.c.ended_at.is_(None))
        .exists()
    )


def _live() -> Select[int]:
    """Judgements of which a copy stands, or is somewhere."""
    return select(judgements.c.id).where(or_(_stands(), _has_place()))


def _mentioning(connection: Connection, people: Collection[str]) -> Iterator[int]:
    """Judgements that rest on these people and count, or of which a copy is somewhere."""
    of_people = select(mentions.c.judgement_id).where(mentions.c.person.in_(people))
    query = select(judgements.c.id).where(
        judgements.c.id.in_(of_people), or_(_is_newest(), _has_place())
    )
    yield from connection.execute(query).scalars()


def _out_before(connection: Connection, moment: datetime) -> Iterator[int]:
    yield from connection.execute(_live().where(judgements.c.at < moment)).scalars()


def _load(connection: Connection, numbers: Sequence[int]) -> Iterator[_Stored]:
    newest = dict(
        connection.execute(
            select(judgements.c.photo_id, func.max(judgements.c.id))
            .where(
                judgements.c.photo_id.in_(
                    select(judgements.c.photo_id).where(judgements.c.id.in_(numbers))
                )
            )
            .group_by(judgements.c.photo_id)
        ).all()
    )
    for row, judgement in stored.judgements_with(connection, numbers):
        yield _Stored(row.id, row.photo_id, row.at, newest[row.photo_id] == row.id, judgement)
