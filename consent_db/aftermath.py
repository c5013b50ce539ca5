"""What a change means for copies that were released: which end, and which must come down.

All of it is part of the transaction that makes the change. Photos that judging again would decide
otherwise are noted to be judged again; that happens afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from consent_db import calibrations, places, rejudgings, stored, takedowns
from consent_db.recording import add_mentions, end_releases
from consent_db.register import permissions, revision
from consent_db.resting import Resting, live, load, matches_of, mentioning, out_before
from consent_db.schema import judgements, releases, restrictions, templates
from consent_db.transaction import Transaction
from gate.released import Place, Stand, Standing, Standings, fallen_by
from gate.values import CLOCKS_DIFFER, FaceReason, Reason, RegisterSnapshot, Thresholds, day_of

_BATCH = 200
_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Basis:
    """What judgements are held against: the register, and whom older ones were not compared with.

    ``late``: what was judged before (UTC) must be judged again; None: nothing. ``hurry``: it does
    not wait, even where an earlier try failed. ``channel``: only this one is asked about.
    """

    snapshot: RegisterSnapshot
    late: datetime | None = None
    hurry: bool = True
    channel: str | None = None


class _Seen:
    """The register as it was read last; never sent to another process."""

    def __init__(self) -> None:
        self._last: tuple[Engine, int, RegisterSnapshot] | None = None

    def __reduce__(self) -> tuple[type[_Seen], tuple[()]]:
        return type(self), ()

    def now(self, tx: Transaction, reader_version: str) -> RegisterSnapshot:
        """Everybody's permissions; read again only when the register's revision is another one."""
        if tx.announced:
            # This revision may never be stored, and then be given to another change.
            return permissions(tx.connection, reader_version)
        return self.stored(tx.connection, reader_version)

    def stored(self, connection: Connection, reader_version: str) -> RegisterSnapshot:
        """The same outside of a change."""
        engine, number, last = connection.engine, revision(connection), self._last
        if last is None or last[0] is not engine or last[1] != number:
            self._last = last = engine, number, permissions(connection, reader_version)
        return last[2]


@dataclass(frozen=True)
class Consequences:
    """Draws the consequences of changes and of new judgements for released copies.

    ``standings`` are the rules; ``reader_version`` names the reader whose calibration counts;
    ``takedown_within`` is how long somebody has to take a copy down.
    """

    standings: Standings
    reader_version: str
    takedown_within: timedelta
    _seen: _Seen = field(default_factory=_Seen, init=False, repr=False, compare=False)

    def __call__(self, tx: Transaction) -> None:
        """Follow up everything that this transaction touched and judged."""
        if tx.touched:
            self.follow_people(tx, tx.touched)
        for photo in tx.judged:
            self._follow_judgement(tx, photo)

    def snapshot(self, connection: Connection) -> RegisterSnapshot:
        """Everybody's permissions as they are stored, without templates."""
        return self._seen.stored(connection, self.reader_version)

    def follow_people(self, tx: Transaction, people: Collection[str]) -> None:
        """End the copies that fall by what changed about these people."""
        late = _newly_recognisable(tx, people)
        numbers = set(mentioning(tx.connection, people))
        if late is not None:
            numbers |= set(out_before(tx.connection, late))
        self._follow(tx, sorted(numbers), _Basis(self._now(tx), late))

    def follow_all(
        self, tx: Transaction, after: int, limit: int, before: Thresholds | None = None
    ) -> int:
        """Look at the next judgements with a larger number of which copies are out.

        Returns the last one's number, 0 when there are no more. ``before``: thresholds by which
        everything was looked at; nothing else has changed. By other thresholds than they were made
        with, judgements may rest on more people: that is noted, too.
        """
        query = live().where(judgements.c.id > after).order_by(judgements.c.id).limit(limit)
        numbers = list(tx.connection.execute(query).scalars())
        if not numbers:
            return 0
        snapshot = self._now(tx)
        now = self.standings.thresholds(snapshot)
        wanted = numbers
        if before is not None:
            found = matches_of(tx.connection, numbers)
            same = self.standings.is_the_same_by
            wanted = [number for number, seen in found if not same(seen, before, now)]
        for one in self._follow(tx, wanted, _Basis(snapshot)):
            if one.judgement.thresholds != now:
                add_mentions(tx, one.number, one.judgement, now)
        return numbers[-1]

    def thresholds_by(self, connection: Connection, calibration: int) -> Thresholds | None:
        """The thresholds in force with the calibration of this number (0: none).

        None when it is another reader's.
        """
        made = calibrations.get(connection, calibration) if calibration else None
        if made is not None and made.reader != self.reader_version:
            return None
        snapshot = permissions(connection, self.reader_version)
        return self.standings.thresholds(replace(snapshot, calibration=made))

    def check(self, tx: Transaction, channel: str, release_ids: Collection[int]) -> set[int]:
        """Ask the rules again about these copies of one channel; those that stand at this moment.

        What falls ends here and now.
        """
        query = select(releases.c.judgement_id).where(releases.c.id.in_(release_ids)).distinct()
        numbers = sorted(tx.connection.execute(query).scalars())
        self._follow(tx, numbers, _Basis(self._now(tx), hurry=False, channel=channel))
        standing = select(releases.c.id).where(
            releases.c.id.in_(release_ids), releases.c.ended_at.is_(None)
        )
        return set(tx.connection.execute(standing).scalars())

    def give_up(self, tx: Transaction, photo: str) -> None:
        """Ask for takedowns of copies of a photo (SHA-256) of which nobody can tell if they stand.

        For photos that cannot be judged again. The requests lapse when that works after all and
        the copies may stay.
        """
        late, snapshot = _newly_recognisable(tx, None), self._now(tx)
        for one in load(tx.connection, places.judgements_of(tx.connection, photo)):
            found = self._standings(tx, one, snapshot)
            if late is not None and one.last_look < late:
                found = {channel: _doubted(standing) for channel, standing in found.items()}
            for place in one.out:
                standing = found.get(place.release.channel)
                if standing is not None and _is_doubtful(standing):
                    takedowns.open_for(tx, place, standing, self.takedown_within)

    def _now(self, tx: Transaction) -> RegisterSnapshot:
        return self._seen.now(tx, self.reader_version)

    # --- one judgement --------------------------------------------------------------------------

    def _follow(self, tx: Transaction, numbers: Sequence[int], basis: _Basis) -> list[Resting]:
        """Draw the consequences for these judgements; returns the last few hundred of them."""
        loaded: list[Resting] = []
        for start in range(0, len(numbers), _BATCH):
            loaded = load(tx.connection, numbers[start : start + _BATCH], basis.channel)
            for one in loaded:
                self._follow_one(tx, one, basis)
        return loaded

    def _follow_one(self, tx: Transaction, one: Resting, basis: _Basis) -> None:
        found = self._standings(tx, one, basis.snapshot)
        if basis.late is not None and one.at < basis.late:
            found = {channel: _doubted(standing) for channel, standing in found.items()}
        wanted = one.newest and self._end(tx, one, found)
        self._see_to_places(tx, one.out, found, None)
        of_places = (found.get(place.release.channel) for place in one.out)
        if wanted or any(standing is not None and _is_doubtful(standing) for standing in of_places):
            rejudgings.want(tx, one.photo_id, tx.cause, hurry=basis.hurry)

    def _standings(
        self, tx: Transaction, one: Resting, snapshot: RegisterSnapshot
    ) -> Mapping[str, Standing]:
        return self.standings(one.judgement, one.said, snapshot, day_of(tx.now))

    def _end(self, tx: Transaction, one: Resting, found: Mapping[str, Standing]) -> bool:
        """End the copies that do not stand; whether the photo must be judged again."""
        over = [name for name, standing in found.items() if standing.stand is not Stand.STANDS]
        ended = end_releases(tx, one.judgement.photo, one.photo_id, over) if over else ()
        return bool(ended) or any(standing.differs for standing in found.values())

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
            # Who it is can no longer be compared; that they may be shown has not changed.
            spared = standing.reason is FaceReason.TEMPLATE_GONE
            if newest is not None and standing.stand is not Stand.FALLS:
                standing = newest.get(place.release.channel, standing)
            if standing.stand is Stand.FALLS:
                takedowns.open_for(tx, place, standing, self.takedown_within)
            elif standing.stand is Stand.STANDS and newest is not None and not spared:
                takedowns.lapse_for(tx, place)

    def _follow_judgement(self, tx: Transaction, photo: str) -> None:
        """See to the places of a photo's copies after it was judged just now."""
        numbers = places.judgements_of(tx.connection, photo)
        if not numbers:
            return
        snapshot = self._now(tx)
        newest = stored.stored(tx.connection, [photo], locked=True)[photo].judgement
        for one in load(tx.connection, numbers):
            spared = self.standings.template_gone(one.judgement, snapshot, day_of(tx.now))
            now = {
                decision.channel: fallen_by(one.judgement, newest, decision.channel, spared)
                for decision in one.judgement.decisions
            }
            self._see_to_places(tx, one.out, self._standings(tx, one, snapshot), now)


def _doubted(standing: Standing) -> Standing:
    if standing.stand is Stand.FALLS:
        return standing
    return Standing(Stand.UNSURE, differs=True)


def _is_doubtful(standing: Standing) -> bool:
    """Whether only another look can tell if a published copy may stay."""
    return standing.stand is Stand.UNSURE and standing.reason is not FaceReason.TEMPLATE_GONE


def _newly_recognisable(tx: Transaction, people: Collection[str] | None) -> datetime | None:
    """Until when photos were judged without a template of a restricted one of these people.

    None when there is no such template. ``people``: None for everybody.
    """
    restricted = select(restrictions.c.person).where(restrictions.c.lifted_at.is_(None))
    made = select(func.max(templates.c.made_at)).where(templates.c.person.in_(restricted))
    if people is not None:
        made = made.where(templates.c.person.in_(people))
    if people is not None and (tx.enrolled & _restricted(tx, people)):
        # Made by this very change: all that was judged was judged before, whatever the clock said.
        return _EVER
    last: datetime | None = tx.connection.execute(made).scalar_one_or_none()
    return None if last is None else last + CLOCKS_DIFFER


def _restricted(tx: Transaction, people: Collection[str]) -> set[str]:
    query = select(restrictions.c.person).where(restrictions.c.lifted_at.is_(None))
    return set(tx.connection.execute(query.where(restrictions.c.person.in_(people))).scalars())
