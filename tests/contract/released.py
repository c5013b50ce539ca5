"""A register with people who permit everything, and photos of them that were released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from cli.standing_rules import StandingRules
from consent_db import places, rejudgings, stored, takedowns
from consent_db.aftermath import Consequences
from consent_db.database import Database
from consent_db.photos import SqlLedger
from consent_db.pulls import SqlPull
from consent_db.sweeping import sweep
from gate.policy import Policy
from gate.ports import Release
from gate.released import Place, PlaceKind, Takedown
from gate.statements import Change, Word
from gate.values import Arrival, Judgement, day_of
from tests.fake_gate import POLICY, FakeGate, enter, photo_of, seen_on
from tests.registers import READER, StandingClock
from tests.sealers import MadeUpKeys
from tests.watch_fakes import sha256

WITHIN = timedelta(days=2)
FOLDER = "/web"


def consequences(policy: Policy = POLICY) -> Consequences:
    return Consequences(StandingRules(policy), READER, WITHIN)


@dataclass
class Out:
    """Photos that are out, and what the register and the ledger say of them."""

    url: str
    clock: StandingClock
    policy: Policy = POLICY
    originals: dict[str, bytes] = field(default_factory=dict)
    copies: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        aftermath = consequences(self.policy)
        return Database(
            self.url, self.clock, busy_seconds=20, sealer=MadeUpKeys(), aftermath=aftermath
        )

    @property
    def ledger(self) -> SqlLedger:
        return SqlLedger(self.database, "watch", policy=self.policy.version)

    def judged(
        self, photo: str, words: Sequence[Word] = ()
    ) -> tuple[Judgement, tuple[Release, ...]]:
        """What judging says now, and the copies that it would release."""
        gate = FakeGate(self.database, self.policy, READER, self.clock)
        judgement = gate.judge(photo, self.originals[photo], words)
        self.copies |= {one.sha256: seen_on(one.data) for one in judgement.renditions}
        releases = (
            Release(
                one.channel,
                f"ready/{one.channel}/{one.sha256[:16]}.jpg",
                one.sha256,
                one.width,
                one.height,
                len(one.data),
            )
            for one in judgement.renditions
        )
        return judgement, tuple(releases)

    def drop(self, number: int, *refs: str) -> str:
        """Judge a photo of these people and release it; its id."""
        data = photo_of(number, *refs)
        photo = sha256(data)
        self.originals[photo] = data
        judgement, releases = self.judged(photo)
        arrival = Arrival(photo, f"{number}.jpg", "", len(data), number)
        self.ledger.record(arrival, judgement, releases)
        return photo

    def say(self, photo: str, *words: Word) -> None:
        """Judge a photo again with what somebody says of it."""
        judgement, releases = self.judged(photo, words)
        self.ledger.rejudge(judgement, releases, "review", Change("why", words))

    def waiting(self) -> list[str]:
        """The photos that wait to be judged again."""
        with self.database.reading() as connection:
            return [one.photo for one in rejudgings.waiting(connection)]

    def judge_again(self) -> list[str]:
        """Judge again what waits."""
        waiting = self.waiting()
        for photo in waiting:
            judgement, releases = self.judged(photo)
            self.ledger.rejudge(judgement, releases, "again", Change(""))
        return waiting

    def sweep(self, policy: Policy | None = None) -> bool:
        """What every command does first."""
        self.policy = policy or self.policy
        return sweep(
            self.database,
            consequences(self.policy),
            day_of(self.clock()),
            self.policy.version,
            "photogate",
        )

    def standing(self, photo: str | None = None) -> Mapping[str, frozenset[str]]:
        """Who can be seen on the copies that stand, by channel; of one photo, or of the first."""
        chosen = photo or next(iter(self.originals))
        with self.database.reading() as connection:
            found = stored.stored(connection, [chosen])[chosen]
        return {one.channel: self.copies[one.sha256] for one in found.releases}

    def release_number(self, photo: str, channel: str = "website") -> int:
        pull = self.pull(channel)
        return next(one.release for one in pull.standing() if self._is_of(one.sha256, photo))

    def _is_of(self, copy: str, photo: str) -> bool:
        _, releases = self.judged(photo)
        return copy in {one.sha256 for one in releases}

    def post(self, photo: str, channel: str = "website", where: str = "https://school/1") -> int:
        """Record that the newest copy was posted."""
        number = self.release_number(photo, channel)
        with self.database.transaction("web") as tx:
            return places.add(tx, number, PlaceKind.POSTED, where)

    def pull(self, channel: str = "website", folder: str = FOLDER) -> SqlPull:
        to = (channel, folder, f"ready/{channel}")
        return SqlPull(self.database, consequences(self.policy), "web", to)

    def takedowns(self, *, closed: bool = False) -> list[Takedown]:
        with self.database.reading() as connection:
            return list(
                takedowns.everything(connection) if closed else takedowns.pending(connection)
            )

    def places(self, photo: str) -> list[Place]:
        with self.database.reading() as connection:
            return list(places.of_photo(connection, photo))


@pytest.fixture
def out(register_url: str, clock: StandingClock) -> Out:
    """A register of P1, P2 and P3 without any photo."""
    found = Out(register_url, clock)
    clock.advance(timedelta(hours=-1))
    with found.database.transaction("admin") as tx:
        enter(tx, ["P1", "P2", "P3"])
    clock.advance(timedelta(hours=1))
    found.sweep()
    return found
