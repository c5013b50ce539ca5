"""What the intake tells while it works: for the log, the progress bar and the result pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_SHOWN_DIGITS = 12


class EventKind(StrEnum):
    """What happened."""

    STARTED = "started"
    LOOKED = "looked"
    TAKEN = "taken"
    JUDGED = "judged"
    DUPLICATE = "duplicate"
    ALREADY_RECORDED = "already_recorded"
    WAITING = "waiting"
    UNREADABLE = "unreadable"
    NOT_REMOVED = "not_removed"
    POSTPONED = "postponed"
    TROUBLE = "trouble"
    RECOVERED = "recovered"
    SHARE_MISSING = "share_missing"
    SHARE_BACK = "share_back"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Summary:
    """How far the intake is: ``left`` files seen in staging and not done, ``in_hand`` of them
    with a worker, and since the start: ``judged`` photos and ``duplicates``.
    """

    judged: int = 0
    duplicates: int = 0
    left: int = 0
    in_hand: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    ``photo`` is the SHA-256, "" where it is not known yet. ``inode`` finds such a file.
    ``verdicts`` has one word for every channel. ``cause`` is a sentence without names.
    ``original`` and ``event`` are the file's path and folder within staging: people name files
    after children, so these two are for the screen and the result pages, never for a log.
    """

    kind: EventKind
    summary: Summary
    photo: str = ""
    inode: int = 0
    verdicts: Mapping[str, str] = field(default_factory=dict)
    cause: str = ""
    original: str = ""
    event: str | None = None

    def for_log(self) -> dict[str, object]:
        """What a log may hold: nothing that can name a person, nothing empty."""
        everything: dict[str, object] = {
            "event": self.kind.value,
            "photo": self.photo[:_SHOWN_DIGITS],
            "inode": "" if self.photo else self.inode,
            "verdicts": dict(self.verdicts),
            "cause": self.cause,
            "left": self.summary.left,
        }
        return {name: value for name, value in everything.items() if value or name == "left"}
