"""The life of one photo as a time line, and how much of it somebody may know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from gate.roles import Sight


class Happened(StrEnum):
    """What happened to a photo or one of its copies."""

    DROPPED = "dropped"
    DROPPED_AGAIN = "dropped_again"
    JUDGED = "judged"
    JUDGED_AGAIN = "judged_again"
    NAMED = "named"
    NOT_A_FACE = "not_a_face"
    COVERED = "covered"
    DRAWN = "drawn"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    SIGNED_OFF = "sign_off"
    VETO_LIFTED = "veto"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    PULLED = "pulled"
    POSTED = "posted"
    GONE = "gone"
    TAKEDOWN = "takedown"
    TAKEN_DOWN = "taken_down"
    LAPSED = "lapsed"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    ORIGINAL_DELETED = "original_deleted"


_OF_DROPS = frozenset({Happened.DROPPED, Happened.DROPPED_AGAIN, Happened.ORIGINAL_DELETED})
_OF_COPIES = frozenset({Happened.RELEASED, Happened.WITHDRAWN})
_OF_PLACES = frozenset(
    {
        Happened.PULLED,
        Happened.POSTED,
        Happened.GONE,
        Happened.TAKEDOWN,
        Happened.TAKEN_DOWN,
        Happened.LAPSED,
    }
)
_JUDGED = frozenset({Happened.JUDGED, Happened.JUDGED_AGAIN})
_PLAIN = _OF_COPIES | _OF_PLACES | _JUDGED


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened (``at`` with a time zone); what is empty is not known or not told.

    ``where``: the page or folder a copy is in. ``due``: until when it must come down.
    """

    at: datetime
    what: Happened
    by: str = ""
    channel: str = ""
    where: str = ""
    due: datetime | None = None


def told(
    moments: Iterable[Moment], sight: Sight, sees_places: Callable[[str], bool]
) -> tuple[Moment, ...]:
    """What somebody with this sight may know of a life, in the order in which it happened.

    Who acted, what people said and how often a photo was judged are evidence. ``sees_places``:
    whether they may know where copies for a channel went.
    """
    found = sorted(_told(moments, sight, sees_places), key=lambda one: one.at)
    if sight.evidence:
        return tuple(found)
    last = max((one.at for one in found if one.what in _JUDGED), default=None)
    return tuple(
        replace(one, what=Happened.JUDGED) if one.what in _JUDGED else one
        for one in found
        if one.what not in _JUDGED or one.at == last
    )


def _told(
    moments: Iterable[Moment], sight: Sight, sees_places: Callable[[str], bool]
) -> Iterator[Moment]:
    for one in moments:
        if one.what in _OF_PLACES and not sees_places(one.channel):
            continue
        if sight.evidence:
            yield one
        elif one.what in _PLAIN or (one.what in _OF_DROPS and sight.original):
            yield replace(one, by="")
