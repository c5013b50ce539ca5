"""What the screen "why" asks of the register and the site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from gate.acting import Acting
from gate.explain import Explanation
from gate.life import Moment


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for; what is empty does not count.

    ``text``: the name of a file as it was dropped, the beginning of an id, or the path or SHA-256
    of a copy. ``event`` a folder, ``person`` a reference, ``verdict`` a word of the ledger,
    ``since`` and ``until`` the first and the last day on which it was dropped.
    """

    text: str = ""
    event: str = ""
    person: str = ""
    verdict: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """By what somebody may look for photos besides the text; ``all``: also by nothing at all."""

    event: bool
    person: bool
    all: bool


@dataclass(frozen=True, slots=True)
class OnChannel:
    """What became of a photo on a channel: a verdict of the ledger, or a plain status."""

    channel: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Row:
    """One photo that was found. ``original`` is "" for those who may not know the file's name."""

    photo: str
    original: str
    at: datetime
    channels: tuple[OnChannel, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found."""

    rows: tuple[Row, ...]
    count: int
    page: int = 1
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Locked:
    """That a photo is locked, for those who may know; since when (UTC)."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """Everything that one person may know about one photo."""

    explanation: Explanation
    original: str
    life: tuple[Moment, ...]
    has_picture: bool
    locked: Locked | None = None


class Why(Protocol):
    """Why photos were approved, blurred, held or blocked."""

    def ways(self, who: Acting) -> Ways:
        """By what this person may look for photos."""
        ...

    def search(self, who: Acting, asked: Asked, page: int) -> Found:
        """The photos that this person asked for, newest first; what they may not ask is left out.

        Nothing is found for a question of which nothing is left, unless they may see all.
        """
        ...

    def photo(self, who: Acting, photo: str) -> PhotoPage | None:
        """The photo with this SHA-256, as far as this person may know; None where there is none."""
        ...

    def picture(self, who: Acting, photo: str) -> bytes | None:
        """A JPEG of the dropped photo with numbered boxes, made now and kept nowhere.

        None where this person may not see it, or there is none.
        """
        ...
