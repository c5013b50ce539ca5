"""The ledger as a pull asks it: what may be used now, what went where, what came back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Select, select

from consent_db import places, rejudgings, takedowns
from consent_db.aftermath import Consequences
from consent_db.database import Database
from consent_db.recording import COPY_CHANGED, end_releases
from consent_db.schema import judgements, photos, releases
from gate.released import Held, Wanted
from gate.values import day_of

_BATCH = 200
_PROOF = "Removed from the folder by a pull."
_NOT_TAKEN = "Not copied into the folder by the pull."


class SqlPull:
    """One pull for a channel into a folder, in somebody's name; see ``gate.pull.PullLedger``.

    ``prefix`` is the folder of the channel's copies within the site. Every method raises
    RegisterUnreachable.
    """

    def __init__(
        self, database: Database, consequences: Consequences, actor: str, to: tuple[str, str, str]
    ) -> None:
        self._database = database
        self._consequences = consequences
        self._actor = actor
        self._channel, self._folder, self._prefix = to
        self._day: date | None = None

    def standing(self) -> Sequence[Wanted]:
        """What may be used at this moment, after the rules were asked again about each copy."""
        found: list[Wanted] = []
        self._day, last = None, 0
        while True:
            with self._database.transaction(self._actor) as tx:
                tx.why = "copy.pulled"
                self._day = self._day or day_of(tx.now)
                page = self._current().where(releases.c.id > last).limit(_BATCH)
                rows = tx.connection.execute(page).all()
                stands = self._consequences.check(tx, self._channel, {row.id for row in rows})
            if not rows:
                return found
            last = rows[-1].id
            found += [self._wanted(row) for row in rows if row.id in stands]

    def chosen(self, numbers: Collection[int]) -> Sequence[Wanted]:
        """Of these releases, those that are of the channel and did not end; nothing is asked."""
        wanted = sorted(numbers)
        rows: list[Any] = []
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _BATCH):
                part = releases.c.id.in_(wanted[start : start + _BATCH])
                rows += connection.execute(self._current().where(part)).all()
        return [self._wanted(row) for row in rows]

    def held(self) -> Sequence[Held]:
        """What earlier pulls recorded to be in the folder."""
        with self._database.reading() as connection:
            there = places.in_folder(connection, self._folder, self._channel)
            numbers = places.releases_of(connection, [place.id for place in there])
        return [
            Held(place.id, numbers[place.id], place.name, place.release.sha256) for place in there
        ]

    def take(self, wanted: Sequence[Wanted]) -> Collection[int]:
        """Ask the rules again and record as pulled what stands: the numbers of these releases."""
        with self._database.transaction(self._actor) as tx:
            tx.why = "copy.pulled"
            self._day = self._day or day_of(tx.now)
            stands = self._consequences.check(tx, self._channel, {o.release for o in wanted})
            known = places.pulled_into(tx.connection, self._folder, stands)
            new = [o for o in wanted if o.release in stands and o.release not in known]
            places.add_pulled(tx, self._channel, self._folder, new)
        return stands

    def give_back(self, held: Sequence[Held], proof: str = _PROOF) -> None:
        """Record that these copies are no longer in the folder, and how that is known."""
        with self._database.transaction(self._actor) as tx:
            gone = places.with_numbers(tx.connection, {one.place for one in held})
            takedowns.close(tx, gone, proof)

    def not_taken(self, wanted: Wanted) -> bool:
        """Record that a copy in ``ready/`` is missing or not what was released; whether it stood.

        Only this very copy ends: another one of the same photo may be right.
        """
        with self._database.transaction(self._actor) as tx:
            known = places.pulled_into(tx.connection, self._folder, {wanted.release})
            gone = places.with_numbers(tx.connection, known.values())
            takedowns.close(tx, gone, _NOT_TAKEN)
            query = (
                select(photos.c.id, photos.c.sha256)
                .join_from(releases, judgements)
                .join(photos)
                .where(releases.c.id == wanted.release, releases.c.ended_at.is_(None))
            )
            photo = tx.connection.execute(query).one_or_none()
            if photo is None:
                return False
            details = {"channel": self._channel, "copy": wanted.sha256}
            tx.audit(COPY_CHANGED, photo.sha256, details)
            end_releases(tx, photo.sha256, photo.id, [self._channel])
            rejudgings.want(tx, photo.id, COPY_CHANGED)
        return True

    def confirm(self, wanted: Collection[int]) -> tuple[datetime, Collection[int]]:
        """An instant (UTC) at which these of the releases stood, and still do.

        Whatever ends a permission ends its copies in its own transaction; only a day that began
        since may end some by itself.
        """
        with self._database.transaction(self._actor) as tx:
            current = releases.c.channel == self._channel, releases.c.ended_at.is_(None)
            standing = set(tx.connection.execute(select(releases.c.id).where(*current)).scalars())
            at = tx.now
        if day_of(at) != self._day:
            standing &= {one.release for one in self.standing()}
        return at, standing & set(wanted)

    def _current(self) -> Select[Any]:
        names = ("id", "path", "sha256", "width", "height", "size")
        return (
            select(*(releases.c[name] for name in names), judgements.c.at)
            .join_from(releases, judgements)
            .where(releases.c.channel == self._channel, releases.c.ended_at.is_(None))
            .order_by(releases.c.id)
        )

    def _wanted(self, row: Any) -> Wanted:  # noqa: ANN401
        name = PurePosixPath(row.path).relative_to(self._prefix).as_posix()
        return Wanted(row.id, row.path, name, row.sha256, row.size, row.width, row.height, row.at)
