"""How long what is kept is kept: what is held and since when goes in, what must go comes out. Pure.

The audit log is no kind: it holds references and SHA-256 only, and proves what was deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What is kept for a number of days of its own.

    ``originals``: of photos of which a copy was released; ``blocked``: of all other photos.
    ``released``: copies in ``ready/``; ``references``: reference photos (templates stay);
    ``leavers``: people who left; ``logs``: result pages, quarantined files, ended logins.
    """

    ORIGINALS = "originals"
    BLOCKED = "blocked"
    RELEASED = "released"
    REFERENCES = "references"
    LEAVERS = "leavers"
    LOGS = "logs"


OF_PHOTOS = frozenset({Kind.ORIGINALS, Kind.BLOCKED, Kind.RELEASED})
"""Kinds of which ``what`` is a photo's SHA-256."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Something that is held since then (UTC): a photo's SHA-256, a reference, a file's path.

    ``channel``: of a released copy. ``stays``: why it is kept whatever the period says.
    """

    kind: Kind
    what: str
    since: datetime
    channel: str = ""
    stays: str = ""


@dataclass(frozen=True, slots=True)
class Disposal:
    """Something that is not kept any longer, since when it was held (UTC), and why it goes."""

    kind: Kind
    what: str
    since: datetime
    why: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Spared:
    """Something whose time is over and that stays all the same, and why."""

    kind: Kind
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes and what stays although its time is over; each in a fixed order."""

    disposals: tuple[Disposal, ...] = ()
    spared: tuple[Spared, ...] = ()


_ORDER = {kind: place for place, kind in enumerate(Kind)}
_NEEDED = "It is part of an incident, or a copy of it must still be taken down."
_WHY = {
    Kind.ORIGINALS: "The photo was dropped {days} days ago or more; so long are originals kept of "
    "which copies were released.",
    Kind.BLOCKED: "The photo was dropped {days} days ago or more; so long are originals kept of "
    "which nothing was released.",
    Kind.RELEASED: "The copy was released {days} days ago or more; so long are copies kept ready.",
    Kind.REFERENCES: "The face template was made {days} days ago or more; so long are reference "
    "photos kept.",
    Kind.LEAVERS: "They left {days} days ago or more; so long are people kept who left.",
    Kind.LOGS: "It is {days} days old or older; so long are such files and records kept.",
}


def plan(
    holdings: Iterable[Holding],
    days: Mapping[Kind, int],
    now: datetime,
    is_kept: Callable[[str], bool],
) -> Plan:
    """What must go now. ``days``: how long each kind is kept; 0, or no entry, is for ever.

    ``is_kept``: whether a photo (SHA-256) must stay, as evidence or for another reason.
    """
    disposals: set[Disposal] = set()
    spared: set[Spared] = set()
    for one in holdings:
        period = days.get(one.kind, 0)
        if period <= 0 or now - one.since < timedelta(days=period):
            continue
        stays = one.stays or (_NEEDED if one.kind in OF_PHOTOS and is_kept(one.what) else "")
        if stays:
            spared.add(Spared(one.kind, one.what, stays))
        else:
            why = _WHY[one.kind].format(days=period)
            disposals.add(Disposal(one.kind, one.what, one.since, why, one.channel))
    return Plan(
        tuple(sorted(disposals, key=lambda d: (_ORDER[d.kind], d.since, d.what, d.channel))),
        tuple(sorted(spared, key=lambda s: (_ORDER[s.kind], s.what))),
    )
