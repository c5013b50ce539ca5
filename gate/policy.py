"""What judging rests on: the settings of a site, the models, the day, the versions of it all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from gate.engine_names import engine_version
from gate.find import INSPECT_EDGE
from gate.load import Limits
from gate.ports import FaceFinder, FaceReader
from gate.second_look import SecondPolicy
from gate.values import (
    CLOCKS_DIFFER,
    Channel,
    Decision,
    Judgement,
    Reason,
    Thresholds,
    Verdict,
    Versions,
)


@dataclass(frozen=True)
class Policy:
    """What the settings of a site say about judging; ``version`` names this very content.

    ``fpir``: the share of strangers for which a calibration's thresholds are taken instead of
    ``thresholds``; None: never.
    """

    channels: tuple[Channel, ...]
    thresholds: Thresholds
    version: str
    limits: Limits = field(default_factory=Limits)
    leavers_may_be_shown: bool = False
    register_max_age: timedelta = timedelta(days=400)
    second: SecondPolicy | None = None
    fpir: float | None = None

    def is_current(self, confirmed_at: datetime | None, now: datetime) -> bool:
        """Whether a register that was confirmed then (UTC; None: never) may be relied on now."""
        if confirmed_at is None:
            return False
        return -CLOCKS_DIFFER <= now - confirmed_at <= self.register_max_age

    @property
    def inspect_edge(self) -> int:
        """Longest side at which photos are searched: that of the largest copy, or more."""
        return max(INSPECT_EDGE, *(channel.max_edge for channel in self.channels), 0)


@dataclass(frozen=True)
class Engines:
    """The models in use; ``second`` is the second reader, or None.

    Without a reader no face is ever compared, and people name the faces.
    """

    finder: FaceFinder
    reader: FaceReader | None
    second: FaceReader | None = None

    @property
    def version(self) -> str:
        """All models in one line."""
        readers = (self.reader, self.second)
        names = [reader.version for reader in readers if reader is not None]
        return engine_version(self.finder.version, *names)


@dataclass(frozen=True)
class Basis:
    """What a judgement rests on: the policy, the day, and the versions of everything."""

    policy: Policy
    on: date
    versions: Versions

    def blocked(self, photo: str, reason: Reason, detail: str = "") -> Judgement:
        """The judgement on a photo that could not be looked at: blocked on every channel."""
        decisions = tuple(
            Decision(channel.name, Verdict.BLOCK, reason) for channel in self.policy.channels
        )
        thresholds = self.policy.thresholds
        return Judgement(photo, 0, 0, self.on, self.versions, thresholds, decisions, detail=detail)
