"""When a file has come to rest: a state machine over snapshots, with time passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watch.scan import StagedFile


@dataclass(frozen=True, slots=True)
class Quiet:
    """A file that did not change for ``seconds``, as far as was looked."""

    file: StagedFile
    seconds: float


class Settler:
    """Watches files until size, time of change and identity stayed equal for ``settle`` seconds.

    Only differences between looks count, measured by the caller's monotonic clock: a camera or a
    file server may put any date on a file.
    """

    def __init__(self, settle: float) -> None:
        self._settle = settle
        self._since: dict[str, tuple[StagedFile, float]] = {}

    def look(self, files: Mapping[str, StagedFile], now: float) -> tuple[Quiet, ...]:
        """The files that have come to rest, longest resting first, then by path."""
        before = self._since
        self._since = {
            path: before[path] if path in before and before[path][0] == file else (file, now)
            for path, file in files.items()
        }
        resting = [
            Quiet(file, now - since)
            for file, since in self._since.values()
            if now - since >= self._settle
        ]
        return tuple(sorted(resting, key=lambda quiet: (-quiet.seconds, quiet.file.path)))

    def next_due(self, now: float) -> float | None:
        """When a file that still moves can have come to rest at the earliest; None without one."""
        moving = [since for _, since in self._since.values() if now - since < self._settle]
        return min(moving) + self._settle if moving else None


def may_be_taken(quiet: Quiet, complete: bool | None, patience: float) -> bool:
    """Whether a resting file is taken now.

    ``complete`` is False when its end is missing: then it is given ``patience`` seconds of rest
    in all for the rest to come, and taken after that, so that it is judged and its cause named.
    """
    return complete is not False or quiet.seconds >= patience
