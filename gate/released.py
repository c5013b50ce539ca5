"""What becomes of a copy after its release, as values: whether it stands, where it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from gate.statements import Word
from gate.values import (
    WORTH_TRYING_AGAIN,
    FaceReason,
    Judgement,
    Match,
    Outcome,
    Reason,
    RegisterSnapshot,
    Verdict,
)

if TYPE_CHECKING:
    from gate.ports import Release

VISIBLE = (Outcome.SHOWN, Outcome.NO_FACE)
"""Outcomes that leave a face as it was."""

_SAME_FACE = 0.5
"""Intersection over union from which boxes of two judgements of one photo are the same face."""


class Stand(StrEnum):
    """Whether a copy may still be used.

    ``unsure``: what was seen when the photo was judged does not say; it must be judged again, and
    the copy is not to be used meanwhile.
    """

    STANDS = "stands"
    FALLS = "falls"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the copy for one channel still stands on today's register, and why not.

    ``person``: because of whom. ``differs``: judging again would decide otherwise about a face or
    the photo, also where the copy stands.
    """

    stand: Stand
    reason: FaceReason | Reason | None = None
    person: str | None = None
    differs: bool = False


Standings = Callable[[Judgement, Sequence[Word], RegisterSnapshot, date], Mapping[str, Standing]]
"""For every channel that a stored judgement decided about, whether its copy still stands.

The statements are those that stand about the photo; the day is the one to ask permissions for.
"""


class PlaceKind(StrEnum):
    """How a copy got to where it is: taken by ``pull``, or told by a person."""

    PULLED = "pulled"
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a copy of a photo is, or was until ``gone_at``; instants in UTC.

    ``where`` is an address, a page, or the folder of a pull, in which it is called ``name``.
    ``photo`` is the original's SHA-256.
    """

    id: int
    photo: str
    release: Release
    kind: PlaceKind
    where: str
    name: str
    at: datetime
    by: str
    gone_at: datetime | None = None
    gone_by: str | None = None


@dataclass(frozen=True, slots=True)
class Takedown:
    """A copy that must come down: because of what and, for those who may know, of whom.

    ``person_kind`` is ``pupil``, ``staff``, ``visitor``, or "" when it is about the photo itself.
    It is open until ``done_at``, or until it is allowed again (``lapsed_at``). Instants in UTC.
    """

    id: int
    place: Place
    since: datetime
    due: datetime
    reason: str
    person: str | None
    person_kind: str
    done_at: datetime | None = None
    done_by: str | None = None
    proof: str | None = None
    lapsed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to take the copy down."""
        return self.done_at is None and self.lapsed_at is None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A copy that may be used now: its release's number, its path in the site, what it must be.

    ``name`` is its path within a pulled folder, with forward slashes. ``size`` in bytes, ``width``
    and ``height`` in pixels, ``approved_at`` in UTC.
    """

    release: int
    path: str
    name: str
    sha256: str
    size: int
    width: int
    height: int
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A copy that was pulled into the folder before: the number of its place, and its release."""

    place: int
    release: int
    name: str
    sha256: str


def mentioned(judgement: Judgement) -> frozenset[str]:
    """Everybody whose permissions a judgement rests on, or might after a change of theirs.

    Those are the people whom a face may be (at the veto threshold, or within the margin of a best
    match that counts), whom the second reader named, and whom people named.
    """
    decided = (face.person for one in judgement.decisions for face in one.faces)
    matched = (ref for match in judgement.matches for ref in _mentioned(match, judgement))
    return frozenset(ref for ref in (*decided, *matched) if ref is not None)


def _mentioned(match: Match, judgement: Judgement) -> list[str]:
    veto, show = judgement.thresholds.veto, judgement.thresholds.show
    best = match.best
    near = float("inf")
    if best is not None and not best.score < show:
        near = best.score - judgement.thresholds.margin
    # Written so that a score that is no number counts as a mention.
    first = [c.person for c in match.candidates if not c.score < veto or not c.score < near]
    return first + [c.person for c in match.second]


def fallen_by(before: Judgement, after: Judgement, channel: str) -> Standing:
    """Whether a copy of an earlier judgement may stay where it is, by a later one's decision.

    It falls when the later one blocks the photo for a reason that is about people, or covers a
    face that the copy shows. When the photo could not be looked at, nobody can tell.
    """
    new = next((one for one in after.decisions if one.channel == channel), None)
    old = next((one for one in before.decisions if one.channel == channel), None)
    if old is None or new is None:
        return Standing(Stand.FALLS, Reason.CHANNEL_GONE)
    if new.reason in WORTH_TRYING_AGAIN:
        return Standing(Stand.UNSURE, new.reason)
    for shown in (face for face in old.faces if face.outcome in VISIBLE):
        box = before.faces[shown.face].box
        for face in new.faces:
            hides = face.outcome not in VISIBLE
            if hides and box.iou(after.faces[face.face].box) >= _SAME_FACE:
                return Standing(Stand.FALLS, face.reason, face.person or shown.person)
    if new.verdict is Verdict.BLOCK:
        vetoed = next((f.person for f in new.faces if f.outcome is Outcome.VETO), None)
        return Standing(Stand.FALLS, new.reason, vetoed)
    return Standing(Stand.STANDS)
