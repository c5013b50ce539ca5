"""What the first page shows besides what waits: how much was judged, and how strictly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from gate.acting import Acting


@dataclass(frozen=True, slots=True)
class Day:
    """What became of a day's new photos, counted once for each channel.

    ``held``: all that was not released, for whatever cause.
    """

    day: date
    whole: int
    covered: int
    held: int

    @property
    def all(self) -> int:
        """All of them."""
        return self.whole + self.covered + self.held


@dataclass(frozen=True, slots=True)
class Throughput:
    """The last days, oldest first, without gaps; and how many new photos there were in them."""

    days: tuple[Day, ...]
    photos: int


@dataclass(frozen=True, slots=True)
class LastEvent:
    """An event into which photos were dropped; ``index`` stands for its name in addresses."""

    index: str
    name: str
    files: int


@dataclass(frozen=True, slots=True)
class Strictness:
    """What faces are compared by.

    ``show``, ``veto``: scores. ``asked``: strangers in 1,000 that may pass as somebody; None where
    the settings name the thresholds. ``at``: when the calibration in force was made (UTC), None
    without one; ``people`` had templates then, and of their reference photos the share
    ``recognised`` would be recognised, as far as that is known.
    """

    show: float
    veto: float
    asked: float | None = None
    at: datetime | None = None
    people: int = 0
    recognised: float | None = None


class Figures(Protocol):
    """What has been done. Each answers with nothing to those who may not see it."""

    def throughput(self, who: Acting) -> Throughput | None:
        """The last two weeks."""
        ...

    def events(self, who: Acting) -> Sequence[LastEvent]:
        """The last events, newest first."""
        ...

    def strictness(self, who: Acting) -> Strictness | None:
        """The thresholds in force; None also where people name the faces."""
        ...
