"""What the screen "drop" asks: files go in, answers come out, event by event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gate.acting import Acting
from gate.values import Reason
from gate.words import Status


@dataclass(frozen=True, slots=True)
class Dropped:
    """An event's folder: ``index`` stands for its name in addresses.

    ``files`` were judged, ``waiting`` are the names of files that still lie in staging.
    ``takes_more``: files can be dropped into it through the console. ``held`` files wait for
    somebody, or must not be shown on some channel; ``unchecked`` ones could not be checked.
    """

    index: str
    name: str
    files: int
    waiting: tuple[str, ...] = ()
    takes_more: bool = False
    held: int = 0
    unchecked: int = 0


@dataclass(frozen=True, slots=True)
class ChannelAnswer:
    """What may be told of one channel; ``copy`` is the number of the copy to use, if any."""

    channel: str
    status: Status
    reason: Reason
    copy: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One dropped file. ``number`` grows with each drop; ``at`` is in UTC.

    ``photo`` is the SHA-256 of its bytes; ``same_as`` the path of an earlier drop of them, or "".
    """

    number: int
    photo: str
    name: str
    at: datetime
    same_as: str
    channels: tuple[ChannelAnswer, ...]

    @property
    def trouble(self) -> Status | None:
        """What somebody should look at: it could not be checked, or else is held somewhere."""
        found = {one.status for one in self.channels}
        return next((one for one in (Status.UNCHECKED, Status.HELD) if one in found), None)


class Taken(StrEnum):
    """What became of a file: it waits to be judged, waited already, or was judged already."""

    STAGED = "staged"
    WAITING = "waiting"
    JUDGED = "judged"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A file that was taken. ``event`` is the event's index, ``answer`` there where it was judged
    before, ``last`` the number of the newest drop into the event (0: none).
    """

    taken: Taken
    photo: str
    event: str
    last: int
    answer: Answer | None = None


class Receiving(Protocol):
    """A file on its way into staging; nothing sees it before it is whole."""

    def write(self, data: bytes) -> None:
        """Add the next bytes. Raises UploadRefused when there are too many, or SiteError."""
        ...

    def finish(self) -> Receipt:
        """Give it its name. Raises UploadRefused, RegisterUnreachable or SiteError."""
        ...

    def abandon(self) -> None:
        """Delete what came of it; nothing happens after ``finish``."""
        ...


class Drop(Protocol):
    """Dropping files, and what became of them."""

    def most_bytes(self) -> int:
        """How large a file may be."""
        ...

    def is_watched(self) -> bool:
        """Whether the watcher is running, which judges what is dropped."""
        ...

    def events(self, who: Acting) -> Sequence[Dropped]:
        """The newest events, newest first; those with waiting files before them."""
        ...

    def event(self, who: Acting, index: str) -> Dropped | None:
        """The event with this index."""
        ...

    def answers(
        self, who: Acting, index: str, page: int, only: Status | None = None
    ) -> tuple[Sequence[Answer], int]:
        """One page of an event's files, newest first, and how many pages there are.

        ``only`` those held, or those that could not be checked.
        """
        ...

    def news(self, who: Acting, index: str, after: int) -> Sequence[Answer]:
        """What was judged after the drop with this number, oldest first; some at a time."""
        ...

    def known(self, who: Acting, event: str, photo: str) -> Receipt | None:
        """What became of the file with this SHA-256, if it was dropped into this event before."""
        ...

    def receive(self, who: Acting, event: str, name: str) -> Receiving:
        """Begin to take a file. Raises UploadRefused when the event or the name cannot be."""
        ...

    def picture(self, who: Acting, number: int, *, small: bool) -> bytes | None:
        """A released copy that stands, as JPEG; reduced if ``small``; None without such a copy."""
        ...

    def download(self, who: Acting, number: int) -> tuple[str, bytes] | None:
        """Name and bytes of a copy, after the rules were asked again; it counts as pulled."""
        ...
