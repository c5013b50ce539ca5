"""What the review screen asks: held photos, what is known of them, and what people say of them.

What somebody decides is carried out some seconds later, judged in the background. Until then
nothing of it has happened, so that taking it back takes back everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gate.acting import Acting
from gate.values import Box, Outcome, Verdict


class Line(StrEnum):
    """The two queues: photos that are held, and those that a veto blocks."""

    HELD = "held"
    VETOED = "vetoed"


@dataclass(frozen=True, slots=True)
class Begun:
    """That one person (``mine``: this one) released a vetoed photo; a second one must, too."""

    channel: str
    by: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Queued:
    """A line of a queue. ``photo`` is the SHA-256; ``channels`` those on which it waits.

    ``begun``: the channels on which only the second person is missing.
    """

    photo: str
    original: str
    event: str
    dropped_at: datetime
    faces: int
    channels: tuple[str, ...]
    why: str
    begun: tuple[Begun, ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of a queue, counted from 1; ``lines`` are the queues that this person may see."""

    line: Line
    items: tuple[Queued, ...]
    total: int
    page: int
    pages: int
    lines: tuple[Line, ...]
    first: str = ""


@dataclass(frozen=True, slots=True)
class Likely:
    """Somebody whom a face may be: ``places`` count their reference photos from 0."""

    ref: str
    name: str
    number: int
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face by its number, counted from 1; ``box`` in pixels of the upright photo.

    ``outcome``: what happens to it, on the strictest channel; None where it must not be told.
    ``person``: whom it was taken for. ``reasons``: why, in short, ``evidence``: in full; each with
    the channels that it is about ("" for all of them).
    """

    number: int
    box: Box
    outcome: Outcome | None
    person: str = ""
    reasons: tuple[tuple[str, str], ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    likely: tuple[Likely, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenChannel:
    """What was decided on a channel, and what may be done about it.

    ``signable``: one approval releases it. ``vetoed``: two people can; ``mine``: this person
    already has. ``refused``: somebody refused it for good.
    """

    name: str
    title: str
    verdict: Verdict
    sentences: tuple[str, ...]
    signable: bool = False
    vetoed: bool = False
    refused: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """Something that was said of the photo before; ``open``: it can be taken back."""

    number: int
    text: str
    by: str
    at: datetime
    reason: str
    open: bool
    taken_back_by: str = ""


@dataclass(frozen=True, slots=True)
class SeenPhoto:
    """A photo with all that this person may know of it.

    ``seen`` tells this judgement from a later one. ``place`` counts from 1 within the queue (0: it
    is not in it); ``before`` and ``after`` are its neighbours there ("" for none). ``may_say``:
    this person may say who is in it; ``may_cover``: they may release or refuse it on the channels
    that are told, and have faces covered; ``may_release``: they may release vetoed photos.
    ``busy``: something that was decided about it is not carried out yet.
    """

    photo: str
    original: str
    event: str
    dropped_at: datetime
    width: int
    height: int
    seen: int
    faces: tuple[SeenFace, ...]
    channels: tuple[SeenChannel, ...]
    past: tuple[Past, ...]
    line: Line
    place: int
    total: int
    before: str
    after: str
    may_say: bool
    may_cover: bool
    may_release: bool
    busy: bool


@dataclass(frozen=True, slots=True)
class OfFace:
    """What somebody says of the face with this number: named, covered or not_a_face.

    ``who``: the reference or the name that they typed.
    """

    number: int
    what: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """All that somebody says of a photo at once.

    ``do``: save, approve, refuse or release; ``channels``: on which (none: on all that wait, to
    refuse: on all). ``drawn``: boxes "x,y,width,height" with whom ("" for nobody).
    """

    do: str
    reason: str
    seen: int
    channels: tuple[str, ...] = ()
    faces: tuple[OfFace, ...] = ()
    drawn: tuple[tuple[str, str], ...] = ()
    rest_covered: bool = False
    taken_back: tuple[int, ...] = ()

    @property
    def names_people(self) -> bool:
        """Whether it says who somebody is, or that somebody is nobody."""
        drawn = any(who.strip() for _, who in self.drawn)
        return drawn or any(one.what != "covered" for one in self.faces)


class JobState(StrEnum):
    """How far something is that somebody decided."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Job:
    """Something that somebody decided: ``seconds`` until it is carried out.

    ``verdicts``: what holds on each channel (title) once it is done. ``problem``: why it was not.
    """

    number: int
    photo: str
    original: str
    do: str
    state: JobState
    seconds: int = 0
    verdicts: tuple[tuple[str, Verdict], ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody of the register."""

    ref: str
    name: str
    group: str


class Review(Protocol):
    """The queues of photos, and deciding about them."""

    def queue(self, who: Acting, line: Line | None, page: int) -> Queue:
        """A page of a queue (None: the first that they may see)."""
        ...

    def photo(self, who: Acting, photo: str, line: Line | None) -> SeenPhoto | None:
        """A photo; None where there is none that this person may decide about."""
        ...

    def picture(self, who: Acting, photo: str, edge: int) -> bytes | None:
        """The photo as JPEG, its longer side at most ``edge`` pixels; None as above."""
        ...

    def face(self, who: Acting, photo: str, number: int) -> bytes | None:
        """One face of it with what surrounds it, as JPEG."""
        ...

    def likeness(self, who: Acting, photo: str, number: int, place: int) -> bytes | None:
        """A reference photo of somebody whom face ``number`` may be, as JPEG.

        ``place`` counts over all reference photos of everybody likely.
        """
        ...

    def say(self, who: Acting, photo: str, word: Word) -> Job | None:
        """Take what somebody says, to be carried out soon. Raises RegisterError; None as above."""
        ...

    def undo(self, who: Acting, number: int) -> Job | None:
        """Take it back, as long as it waits; the job as it is now, None when it is not theirs."""
        ...

    def jobs(self, who: Acting) -> Sequence[Job]:
        """What this person decided a short while ago, newest first."""
        ...

    def people(self, who: Acting, text: str) -> Sequence[Found]:
        """People of the register whose name or reference holds every word of this; a few."""
        ...
