"""Files that could not be taken this time, and when to try them again."""

from __future__ import annotations

from dataclasses import dataclass, field

from watch.scan import Snapshot, StagedFile

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
GIVEN_UP_AFTER = 5


@dataclass
class Setbacks:
    """How often each file was in vain, and until when it rests; times are monotonic seconds.

    A file that changed starts anew. Nothing is ever given up for good: ``given_up`` only tells a
    run that should come to an end which files not to wait for.
    """

    _known: dict[str, tuple[StagedFile, int, float]] = field(default_factory=dict)

    def add(self, file: StagedFile, now: float) -> int:
        """Note that a file was in vain; each time it rests twice as long. Says how often it was."""
        count = self._count(file) + 1
        pause = min(FIRST_PAUSE * 2 ** (count - 1), LONGEST_PAUSE)
        self._known[file.path] = file, count, now + pause
        return count

    def rest(self, file: StagedFile, until: float) -> None:
        """Let a file rest without counting it as in vain."""
        self._known[file.path] = file, self._count(file), until

    def rests(self, file: StagedFile, now: float) -> bool:
        """Whether it is too early to try this file again."""
        known = self._known.get(file.path)
        return known is not None and known[0] == file and now < known[2]

    def given_up(self, file: StagedFile) -> bool:
        """Whether this file was in vain so often that a run may end without it."""
        return self._count(file) >= GIVEN_UP_AFTER

    def forget_absent(self, snapshot: Snapshot) -> None:
        """Forget files that are gone or changed."""
        self._known = {
            path: known
            for path, known in self._known.items()
            if snapshot.files.get(path) == known[0]
        }

    def next_due(self, looked_at: float) -> float | None:
        """When the first file may be tried again that rested then; None without one."""
        return min((due for _, _, due in self._known.values() if due > looked_at), default=None)

    def _count(self, file: StagedFile) -> int:
        known = self._known.get(file.path)
        return known[1] if known is not None and known[0] == file else 0
