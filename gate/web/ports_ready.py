"""What the screen "ready" asks: copies to use on a channel, and what must come down there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gate.acting import Acting


@dataclass(frozen=True, slots=True)
class ReadyCopy:
    """A copy that may be used. ``approved_at`` in UTC, ``width`` and ``height`` in pixels.

    ``event`` is its folder in ``ready/``; ``posted`` where it was published; ``taken`` whether
    this account downloaded it.
    """

    number: int
    event: str
    width: int
    height: int
    approved_at: datetime
    posted: tuple[str, ...] = ()
    taken: bool = False


@dataclass(frozen=True, slots=True)
class ToTakeDown:
    """A copy that must come down; ``since`` and ``due`` in UTC.

    ``about`` says whom it concerns without saying who. ``downloaded``: it lies where somebody
    saved it; ``by_pull``: the next pull into its folder removes it.
    """

    number: int
    channel: str
    where: str
    about: str
    since: datetime
    due: datetime
    is_late: bool
    downloaded: bool
    by_pull: bool


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel of the account, with how many copies may be used and how many must come down."""

    channel: str
    copies: int
    takedowns: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of a channel's copies, newest first; ``count`` is how many there are in all."""

    channel: str
    count: int
    pages: int
    copies: tuple[ReadyCopy, ...]
    takedowns: tuple[ToTakeDown, ...]


@dataclass(frozen=True, slots=True)
class Requests:
    """One page of the copies that must come down, most urgent first; ``count``: of them all."""

    count: int
    pages: int
    requests: tuple[ToTakeDown, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A ZIP file on its way: its ``parts``, and how many copies are in it and were left out."""

    parts: Iterator[bytes]
    copies: int
    left_out: int


class Ready(Protocol):
    """Copies that may be used. Every function about a channel is for those who serve it."""

    def channels(self, who: Acting) -> Sequence[ChannelState]:
        """The channels of this account."""
        ...

    def shelf(self, who: Acting, channel: str, page: int) -> Shelf | None:
        """One page of a channel; None when the site has no such channel."""
        ...

    def picture(self, who: Acting, channel: str, number: int, *, small: bool) -> bytes | None:
        """A copy that stands, as JPEG; reduced if ``small``; None without such a copy."""
        ...

    def bundle(self, who: Acting, channel: str, numbers: Collection[int]) -> Bundle | None:
        """These copies as a ZIP with their signed list, as far as they stand; None for none.

        Raises RegisterError while the register is too old to hand out anything.
        """
        ...

    def download(self, who: Acting, channel: str, number: int) -> tuple[str, bytes] | None:
        """Name and bytes of one copy; it counts as pulled. Raises like ``bundle``."""
        ...

    def posted(self, who: Acting, channel: str, number: int, where: str) -> bool | None:
        """Record where a copy was published: whether it stands; None without such a copy.

        Raises RegisterError when it is not said where.
        """
        ...

    def takedowns(self, who: Acting, page: int) -> Requests:
        """What must come down: on the account's channels, or anywhere for who sees to all."""
        ...

    def taken_down(self, who: Acting, channel: str, number: int, proof: str) -> bool:
        """Record that a copy came down; whether there is such a request on this channel.

        Raises RegisterError without a proof, or when the request is closed.
        """
        ...
