"""What the screen "audit log" asks of the register."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from gate.acting import Acting


@dataclass(frozen=True, slots=True)
class Entries:
    """Which entries to look for; what is empty does not count.

    ``since`` and ``until``: the first and the last day. ``action`` is one, or a whole family
    ("consent"). ``subject`` is whole, or the beginning of a SHA-256. ``before``: with a lower
    number than this.
    """

    since: date | None = None
    until: date | None = None
    action: str = ""
    subject: str = ""
    actor: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the log; ``details`` are pairs of a name and what it says."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check of the whole log found: how many entries, or in ``problem`` what is wrong.

    ``checkpoint``: what a checkpoint file that was given says of the log, "" without one, and
    whether it ``holds``.
    """

    entries: int
    problem: str = ""
    checkpoint: str = ""
    holds: bool = True


class Audit(Protocol):
    """The log of everything that was done."""

    def newest(self, who: Acting, wanted: Entries) -> tuple[tuple[Line, ...], bool]:
        """A page of entries, newest first, and whether there are older ones."""
        ...

    def verify(self, who: Acting, checkpoint: tuple[str, bytes] | None) -> Verified:
        """Check the whole log, and a checkpoint file (its name and bytes) against it."""
        ...

    def export(self, who: Acting) -> Iterator[str]:
        """The whole log as JSON, one entry a line, in parts."""
        ...

    def checkpoint(self, who: Acting) -> tuple[str, bytes]:
        """A new signed checkpoint: the file's name and bytes. That it was made is on record.

        Raises AuditBroken.
        """
        ...
