"""What programs that follow a channel ask: its copies, what changed, and what they report back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gate.acting import Acting


@dataclass(frozen=True, slots=True)
class Item:
    """A released copy: nothing about who is in it, nor about the file that was dropped.

    ``number`` is that of its release, ``event`` its folder in ``ready/<channel>/`` ("" for none),
    ``name`` its file name there. ``size`` in bytes, ``width`` and ``height`` in pixels,
    ``released_at`` in UTC.
    """

    number: int
    channel: str
    event: str
    name: str
    media_type: str
    size: int
    width: int
    height: int
    sha256: str
    released_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A copy was released, or has ended: then ``revoked``. ``at`` in UTC; ``number`` grows."""

    number: int
    revoked: bool
    at: datetime
    item: Item


@dataclass(frozen=True, slots=True)
class Batch:
    """Some copies of a channel; ``after`` is where the next batch begins, ``more`` if it is due."""

    items: Sequence[Item]
    after: int
    more: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """Some changes of a channel, as ``Batch``.

    ``handing_out``: whether copies can be downloaded, which they cannot while the register was not
    confirmed for too long.
    """

    changes: Sequence[Change]
    after: int
    more: bool
    handing_out: bool


@dataclass(frozen=True, slots=True)
class Newest:
    """Numbers of the newest change of a channel and of its newest copy that stands; 0: none."""

    change: int
    item: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy with its bytes, which are those that were released."""

    item: Item
    data: bytes


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a copy was published is on record; ``takedown`` asks for it to come down again."""

    place: int
    stands: bool
    takedown: int | None


@dataclass(frozen=True, slots=True)
class Request:
    """A copy that must come down; ``since`` and ``due`` in UTC.

    ``kind``: ``posted``, ``downloaded``, or ``pulled`` into a folder; ``where`` and ``name`` say
    where it is. ``own``: whether the very account that asks downloaded or posted it.
    """

    number: int
    item: int
    sha256: str
    kind: str
    own: bool
    where: str
    name: str
    since: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class Requests:
    """Some of the copies that must come down, as ``Batch``."""

    requests: Sequence[Request]
    after: int
    more: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """The newest copies of a channel and its newest revocations, newest first.

    ``site`` tells this site from others; ``updated_at`` (UTC) is None before anything was released.
    """

    site: str
    channel: str
    title: str
    items: Sequence[Item]
    revoked: Sequence[Change]
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel, how many of its copies may be used and how many must come down."""

    channel: str
    title: str
    items: int
    takedowns: int


class Api(Protocol):
    """Every function about a channel is for those who serve it; None: there is no such thing.

    Whatever is handed out or listed as usable was asked about at that very moment, as at every
    pull. Functions that hand out copies raise CopyRevoked for what has ended, and RegisterOutdated
    while the register was not confirmed for too long.
    """

    def channels(self, who: Acting) -> Sequence[ChannelState]:
        """The channels of this token."""
        ...

    def newest(self, channel: str) -> Newest:
        """Where a channel is by now; asks nothing, and costs little."""
        ...

    def items(self, who: Acting, channel: str, after: int, limit: int) -> Batch | None:
        """The next copies that may be used, in the order of their release."""
        ...

    def changes(self, who: Acting, channel: str, after: int, limit: int) -> Changes | None:
        """The next changes in the order in which they were stored.

        Every revocation is among them once. That a copy was released is left out once it ended.
        """
        ...

    def item(self, who: Acting, channel: str, number: int) -> Item | None:
        """One copy that may be used."""
        ...

    def download(self, who: Acting, channel: str, number: int) -> Copy | None:
        """One copy with its bytes; it is on record as downloaded from then on."""
        ...

    def posted(self, who: Acting, channel: str, number: int, where: str) -> Recorded | None:
        """Record where a copy was published, also when it has ended; saying it twice is once.

        Raises RegisterError when it is not said where.
        """
        ...

    def takedowns(self, who: Acting, channel: str, after: int, limit: int) -> Requests | None:
        """The next copies that must come down on a channel, in the order of asking."""
        ...

    def taken_down(self, who: Acting, number: int, proof: str) -> datetime | None:
        """Record that a copy came down: since when that is on record (UTC).

        Raises RegisterError without a proof, RegisterChanged when the copy may stay by now.
        """
        ...

    def feed(self, who: Acting, channel: str, limit: int) -> Feed | None:
        """What a feed of the channel shows."""
        ...
