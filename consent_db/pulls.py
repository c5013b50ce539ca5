"""The ledger as a pull asks it: what may be used now, what went where, what came back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Select, select

from consent_db import places, rejudgings, takedowns
from consent_db.aftermath import Consequences
from consent_db.database import Database
from consent_db.recording import end_releases
from consent_db.schema import judgements, photos, releases
from gate.released import Held, PlaceKind, Wanted

_BATCH = 200
_PROOF = "Removed from the folder by a pull."
CHANGED = "copy.changed"


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

    def standing(self) -> Sequence[Wanted]:
        """What may be used at this moment, after the rules were asked again about each copy."""
        found: list[Wanted] = []
        last = 0
        while True:
            with self._database.transaction(self._actor) as tx:
                tx.why = "copy.pulled"
                page = self._current().where(releases.c.id > last).limit(_BATCH)
                rows = tx.connection.execute(page).all()
                stands = self._consequences.check(tx, {row.id for row in rows})
            if not rows:
                return found
            last = rows[-1].id
            found += [self._wanted(row) for row in rows if row.id in stands]

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
            stands = self._consequences.check(tx, {one.release for one in wanted})
            there = places.in_folder(tx.connection, self._folder, self._channel)
            known = set(places.releases_of(tx.connection, [place.id for place in there]).values())
            for one in wanted:
                if one.release in stands and one.release not in known:
                    places.add(tx, one.release, PlaceKind.PULLED, self._folder, one.name)
        return stands

    def give_back(self, held: Sequence[Held]) -> None:
        """Record that these copies are no longer in the folder."""
        with self._database.transaction(self._actor) as tx:
            gone = places.with_numbers(tx.connection, {one.place for one in held})
            takedowns.close(tx, gone, _PROOF)

    def report_changed(self, wanted: Wanted) -> None:
        """Record that a copy in ``ready/`` is missing, or is not what was released."""
        with self._database.transaction(self._actor) as tx:
            query = (
                select(photos.c.id, photos.c.sha256)
                .join_from(releases, judgements)
                .join(photos)
                .where(releases.c.id == wanted.release)
            )
            photo = tx.connection.execute(query).one()
            details = {"channel": self._channel, "copy": wanted.sha256}
            tx.audit(CHANGED, photo.sha256, details)
            end_releases(tx, photo.sha256, photo.id, [self._channel])
            rejudgings.want(tx, photo.id, CHANGED)

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
