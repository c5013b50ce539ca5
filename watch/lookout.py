"""Looking at staging: when to look, what lies there, and which files are ready to be taken."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from watch.scan import Snapshot, StagedFile, scan
from watch.setbacks import Setbacks
from watch.settle import Quiet, Settler

_SHORTEST_GAP = 0.1
_SHARE_OF_LOOKING = 5  # at most one part in so many of the time goes into looking

Clock = Callable[[], float]
"""Monotonic seconds."""


class Lookout:
    """Keeps what is known of staging; ``settle`` and ``poll`` are in seconds.

    ``left``: the files that lie there and are not done, by path. ``unreadable``: folders that
    cannot be listed. ``fresh``: whether nothing was taken away since the last look. ``wanted``:
    set it to look as soon as it makes sense.
    """

    def __init__(
        self, staging: Path, settle: float, poll: float, clock: Clock = time.monotonic
    ) -> None:
        self.left: dict[str, StagedFile] = {}
        self.unreadable: tuple[str, ...] = ()
        self.setbacks = Setbacks()
        self.fresh = False
        self.wanted = False
        self._staging = staging
        self._settler = Settler(settle)
        self._poll = poll
        self._clock = clock
        self._looked_at = float("-inf")
        self._took = 0.0
        self._settled_at: float | None = None

    def look(self, in_hand: frozenset[str]) -> list[Quiet]:
        """Files to take now, apart from those in hand; raises StagingMissing."""
        now = self._looked_at = self._clock()
        self.wanted = False
        snapshot = scan(self._staging)
        self._remember(snapshot)
        resting = self._settler.look(snapshot.files, now)
        self._settled_at = self._settler.next_due(now)
        self._took = self._clock() - now
        return [
            quiet
            for quiet in resting
            if quiet.file.path not in in_hand and not self.setbacks.rests(quiet.file, now)
        ]

    def next_look(self) -> float:
        """The time of the next look: soon when wanted, else when something is due."""
        earliest = self._looked_at + max(_SHORTEST_GAP, _SHARE_OF_LOOKING * self._took)
        if self.wanted:
            return earliest
        due = (self._settled_at, self.setbacks.next_due(self._looked_at))
        wanted = [self._looked_at + self._poll, *(time for time in due if time is not None)]
        return max(earliest, min(wanted))

    def forget(self, file: StagedFile) -> None:
        """Note that a file was taken out of staging."""
        self.left.pop(file.path, None)
        self.fresh = False

    @property
    def only_hopeless_left(self) -> bool:
        """Whether every file that is left was given up for this run."""
        return all(self.setbacks.given_up(file) for file in self.left.values())

    def _remember(self, snapshot: Snapshot) -> None:
        self.left = dict(snapshot.files)
        self.unreadable = snapshot.unreadable
        self.setbacks.forget_absent(snapshot)
        self.fresh = True
