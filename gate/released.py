"""What becomes of a copy after its release, as values: whether it stands, where it went."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from gate.statements import Word
from gate.values import (
    WORTH_TRYING_AGAIN,
    Box,
    Decision,
    FaceDecision,
    FaceReason,
    Judgement,
    Match,
    Outcome,
    Reason,
    RegisterSnapshot,
    Thresholds,
    Verdict,
)

if TYPE_CHECKING:
    from gate.ports import Release

VISIBLE = (Outcome.SHOWN, Outcome.NO_FACE)
"""Outcomes that leave a face as it was."""

_SAME_FACE = 0.5
"""Intersection over union from which boxes of two judgements of one photo are the same face."""

_INSIDE = 0.8
"""Share of a face's box from which a covered box hides it, which may be larger."""


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


class Standings(Protocol):
    """The rules by which released copies stand or fall."""

    def __call__(
        self, judgement: Judgement, words: Sequence[Word], snapshot: RegisterSnapshot, on: date, /
    ) -> Mapping[str, Standing]:
        """For every channel that a stored judgement decided about, whether its copy still stands.

        ``words`` are those that stand about the photo; the day is the one to ask permissions for.
        """
        ...

    def template_gone(
        self, judgement: Judgement, snapshot: RegisterSnapshot, on: date, /
    ) -> frozenset[str]:
        """Everybody who is shown because of a template that may no longer exist on this day."""
        ...

    def is_the_same_by(
        self, matches: Sequence[Match], before: Thresholds, now: Thresholds, /
    ) -> bool:
        """Whether other thresholds change nothing about these faces, whoever permits what."""
        ...

    def thresholds(self, snapshot: RegisterSnapshot, /) -> Thresholds:
        """The thresholds now in force."""
        ...


class PlaceKind(StrEnum):
    """How a copy got to where it is: taken by ``pull``, or told by a person."""

    PULLED = "pulled"
    POSTED = "posted"


_DOWNLOADS = "Downloads of "


def downloads_of(account: str) -> str:
    """Where copies are that somebody took along by hand; no folder on a disk is called so."""
    return f"{_DOWNLOADS}{account}"


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

    @property
    def is_downloaded(self) -> bool:
        """Whether somebody took it along by hand, so that no later pull removes it."""
        return self.kind is PlaceKind.PULLED and self.where.startswith(_DOWNLOADS)


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


def mentioned(judgement: Judgement, now: Thresholds | None = None) -> frozenset[str]:
    """Everybody whose permissions a judgement rests on, or might after a change of theirs.

    Those are the people whom a face may be (at the veto threshold, or within the margin of a best
    match that counts), whom the second reader named, and whom people named. ``now``: thresholds
    that came into force later; whoever is meant by either counts.
    """
    old = judgement.thresholds
    widest = old
    if now is not None:
        show, veto = min(old.show, now.show), min(old.veto, now.veto)
        widest = Thresholds(show, veto, max(old.margin, now.margin))
    decided = (face.person for one in judgement.decisions for face in one.faces)
    matched = (ref for match in judgement.matches for ref in _mentioned(match, widest))
    return frozenset(ref for ref in (*decided, *matched) if ref is not None)


def _mentioned(match: Match, by: Thresholds) -> list[str]:
    best = match.best
    near = float("inf")
    if best is not None and not best.score < by.show:
        near = best.score - by.margin
    # Written so that a score that is no number counts as a mention.
    first = [c.person for c in match.candidates if not c.score < by.veto or not c.score < near]
    return first + [c.person for c in match.second]


def was_compared(face: FaceDecision) -> bool:
    """Whether a face is shown because it was compared with a template, and not by a person's word.

    Only then does it rest on permission for that template.
    """
    return face.reason is FaceReason.PERMITTED and face.statement is None


def fallen_by(
    before: Judgement, after: Judgement, channel: str, spared: Container[str] = ()
) -> Standing:
    """Whether a copy of an earlier judgement may stay where it is, by a later one's decision.

    It falls when the later one blocks the photo for a reason that is about people, or covers a
    face that the copy shows, whether it was found then or not. ``spared`` are people whose
    templates are gone: that they are no longer recognised says nothing about what they permit.
    When the photo could not be looked at, nobody can tell.
    """
    new = next((one for one in after.decisions if one.channel == channel), None)
    old = next((one for one in before.decisions if one.channel == channel), None)
    if old is None or new is None:
        return Standing(Stand.FALLS, Reason.CHANNEL_GONE)
    if new.reason in WORTH_TRYING_AGAIN:
        return Standing(Stand.UNSURE, new.reason)
    vetoed = next((f.person for f in new.faces if f.outcome is Outcome.VETO), None)
    blocks = new.verdict is Verdict.BLOCK
    covered = [before.faces[f.face].box for f in old.faces if f.outcome not in VISIBLE]
    for face in new.faces:
        if face.outcome in VISIBLE:
            continue
        box = after.faces[face.face].box
        shown = list(_shown_at(box, before, old))
        if not shown and any(_covers(one, box) for one in covered):
            continue
        if shown and all(_is_spared(face, one, spared) for one in shown):
            continue
        whom = vetoed or face.person or next((one.person for one in shown), None)
        return Standing(Stand.FALLS, new.reason if blocks else face.reason, whom)
    if blocks:
        return Standing(Stand.FALLS, new.reason, vetoed)
    return Standing(Stand.STANDS)


def _shown_at(box: Box, before: Judgement, old: Decision) -> Iterator[FaceDecision]:
    """The faces at this place that the copy shows."""
    for face in old.faces:
        if face.outcome in VISIBLE and before.faces[face.face].box.iou(box) >= _SAME_FACE:
            yield face


def _covers(one: Box, box: Box) -> bool:
    return one.iou(box) >= _SAME_FACE or one.overlap(box) >= _INSIDE * box.area


def _is_spared(new: FaceDecision, old: FaceDecision, spared: Container[str]) -> bool:
    return new.reason is FaceReason.NOT_RECOGNISED and was_compared(old) and old.person in spared
