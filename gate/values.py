"""The values that pass between the stages; frozen, without behaviour beyond geometry.

Only the standard library is imported at run time, so that the rules of deciding, which work on
these values, depend on nothing else. Arrays appear as types alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.arrays import Grey, Pixels, Points, Vectors


CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clocks of two computers that share a register may be apart."""


def day_of(moment: datetime) -> date:
    """The day of a moment where the school is; permissions begin and end with local days."""
    return moment.astimezone().date()


# --- the photo and what is seen in it -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels: left, top, width, height; (0, 0) is the top left corner."""

    x: float
    y: float
    w: float
    h: float

    @property
    def area(self) -> float:
        """Width times height, in square pixels."""
        return max(self.w, 0.0) * max(self.h, 0.0)

    @property
    def centre(self) -> tuple[float, float]:
        """The middle, as (x, y)."""
        return self.x + self.w / 2, self.y + self.h / 2

    def scaled(self, factor: float) -> Box:
        """The same box in a picture that is ``factor`` times as large."""
        return Box(self.x * factor, self.y * factor, self.w * factor, self.h * factor)

    def clipped(self, width: float, height: float) -> Box:
        """The part that lies inside a picture of this size (may have no area)."""
        left, top = max(self.x, 0.0), max(self.y, 0.0)
        right, bottom = min(self.x + self.w, width), min(self.y + self.h, height)
        return Box(left, top, max(right - left, 0.0), max(bottom - top, 0.0))

    def shifted(self, dx: float, dy: float) -> Box:
        """The same box, moved to the right and down."""
        return Box(self.x + dx, self.y + dy, self.w, self.h)

    def overlap(self, other: Box) -> float:
        """The shared area, in square pixels."""
        width = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        height = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        return max(width, 0.0) * max(height, 0.0)

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        shared = self.overlap(other)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0


Landmarks = tuple[tuple[float, float], ...]
"""Right eye, left eye, nose tip, right and left corner of the mouth, as (x, y) in pixels.

Right and left are the person's own."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face that was found.

    ``score`` is the finder's confidence, 0 to 1. ``weak`` faces are candidates that were not
    confirmed: they are covered, never shown.
    """

    box: Box
    landmarks: Landmarks
    score: float
    weak: bool = False

    def scaled(self, factor: float) -> Face:
        """The same face in a picture that is ``factor`` times as large."""
        points = tuple((x * factor, y * factor) for x, y in self.landmarks)
        return Face(self.box.scaled(factor), points, self.score, self.weak)

    def shifted(self, dx: float, dy: float) -> Face:
        """The same face, moved to the right and down."""
        points = tuple((x + dx, y + dy) for x, y in self.landmarks)
        return Face(self.box.shifted(dx, dy), points, self.score, self.weak)


@dataclass(frozen=True, slots=True)
class Search:
    """What was searched for faces, so that "no faces" can be judged by a reader.

    ``long_edges`` are the sizes of the picture that were searched, in pixels; ``turns`` the
    rotations in degrees; ``threshold`` the lowest score that counted; ``smallest`` the height in
    pixels of the original of the smallest face that such a search finds. ``turned_edges`` are the
    sizes at which it was searched turned; ``dropped`` is how many candidates a second look at
    them alone did not confirm.
    """

    long_edges: tuple[int, ...]
    turns: tuple[int, ...]
    threshold: float
    smallest: float
    turned_edges: tuple[int, ...] = ()
    dropped: int = 0


@dataclass(frozen=True)
class Picture:
    """A decoded photo: upright sRGB pixels without metadata, at most the size that is searched.

    ``width`` and ``height`` are those of the upright original, in pixels. ``scale`` is this
    picture's size divided by the original's (at most 1).
    """

    pixels: Pixels
    width: int
    height: int

    @property
    def scale(self) -> float:
        """Size of ``pixels`` relative to the original, at most 1."""
        return float(max(self.pixels.shape[:2]) / max(self.width, self.height))


# --- the register -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the register. ``kind`` is ``pupil``, ``staff`` or ``visitor``."""

    ref: str
    kind: str
    given_name: str
    family_name: str
    year_group: str | None = None
    left_on: date | None = None


class ConsentStatus(StrEnum):
    """What somebody entitled said; any other word is an error, never a yes."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One statement about images of a person on one channel. Records are added, never changed.

    ``given_by`` says who spoke (parent, mother, carer, self ...). ``valid_until`` is the last day
    on which a grant counts. ``names_online_use`` says whether the wording named online use.
    """

    id: int
    person: str
    channel: str
    status: ConsentStatus
    given_by: str
    method: str
    obtained_on: date
    valid_from: date
    valid_until: date | None
    names_online_use: bool


@dataclass(frozen=True, slots=True)
class BiometricRecord:
    """One statement about making a face template of a person; a ledger of its own."""

    id: int
    person: str
    status: ConsentStatus
    given_by: str
    method: str
    obtained_on: date
    valid_until: date | None = None


def voice(given_by: str) -> str:
    """Who spoke, however the name was typed: two records of one voice compare equal."""
    return given_by.strip().casefold()


ALL_CHANNELS = "all"


@dataclass(frozen=True, slots=True)
class Restriction:
    """A person who must not be shown. ``channels`` holds channel names, or only ``all``.

    ``valid_until`` is the last day of it; None: until lifted.
    """

    id: int
    person: str
    channels: frozenset[str]
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True)
class Gallery:
    """The templates of the people who may be recognised: row i of ``vectors`` is ``people[i]``.

    ``references`` is how many reference photos stand behind each template.
    """

    people: tuple[str, ...]
    vectors: Vectors
    references: tuple[int, ...]
    reader: str


@dataclass(frozen=True)
class References:
    """The reference photos behind the templates of one reader, one row each.

    ``people[i]`` is whose, ``vectors[i]`` its embedding (zero where none was kept), ``taken_on[i]``
    the day it was taken (None: not known).
    """

    people: tuple[str, ...]
    vectors: Vectors
    taken_on: tuple[date | None, ...]


@dataclass(frozen=True)
class RegisterSnapshot:
    """All that deciding needs of the register, as it was at one revision.

    ``revision`` rises with every change. ``confirmed_at`` (UTC) is when the register was last
    imported or changed; None when nothing was ever put in. ``second`` holds the templates of the
    second reader, where one is in use. ``calibration`` is the newest one of the gallery's reader.
    """

    revision: int
    confirmed_at: datetime | None
    people: Mapping[str, Person]
    consents: Mapping[str, tuple[ConsentRecord, ...]]
    biometrics: Mapping[str, tuple[BiometricRecord, ...]]
    restrictions: Mapping[str, tuple[Restriction, ...]]
    gallery: Gallery
    second: Gallery | None = None
    calibration: Calibrated | None = None


# --- matching and deciding ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person that a face resembles; ``score`` is the cohort-normalised similarity."""

    person: str
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """What matching found for one face.

    ``candidates`` holds, best first, every person at or above the veto threshold or within the
    margin of the best one, and at least the best two where the register has as many.
    ``readable`` is False when the face is too small or too weak to be read: it has no candidates.
    ``second`` holds the candidates of the second reader, whose scores are not comparable; none
    when there is no second reader or it was not asked about this face.
    """

    candidates: tuple[Candidate, ...] = ()
    readable: bool = True
    second: tuple[Candidate, ...] = ()

    @property
    def best(self) -> Candidate | None:
        """The most similar person, or None."""
        return self.candidates[0] if self.candidates else None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores in the units of ``Candidate.score``.

    ``show``: at or above it, a face counts as that person. ``veto``: at or above it, a face may
    be that person, which is enough to block where the person is restricted. ``margin``: how much
    less a score may be and still leave the two people confusable.
    """

    show: float
    veto: float
    margin: float


class SecondMode(StrEnum):
    """What the second reader's word counts for; it never shows a face and never lifts a veto."""

    MUST_AGREE = "must_agree"
    MAY_VETO = "may_veto"


@dataclass(frozen=True, slots=True)
class Second:
    """The second reader: what it is asked for, its version, and thresholds in its own scores."""

    mode: SecondMode
    reader: str
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Thresholds that a calibration found: for which reader and FPIR, when (UTC), its number."""

    id: int
    at: datetime
    reader: str
    fpir: float
    thresholds: Thresholds


class Verdict(StrEnum):
    """What happens to a photo on one channel."""

    APPROVE = "approve"
    BLUR = "blur"
    BLOCK = "block"
    REVIEW = "review"


RELEASING = frozenset({Verdict.APPROVE, Verdict.BLUR})
"""Verdicts by which a copy is released."""


class Outcome(StrEnum):
    """What happens to one face on one channel.

    ``no_face``: somebody said that it is none, and nothing contradicts; it is left as it is.
    """

    SHOWN = "shown"
    COVERED = "covered"
    VETO = "veto"
    NO_FACE = "no_face"


class FaceReason(StrEnum):
    """Why a face is shown, covered, or vetoes the photo."""

    NOT_NAMED = "not_named"
    NAMED_TWICE = "named_twice"
    NAMED_ELSEWHERE = "named_elsewhere"
    ASKED_TO_COVER = "asked_to_cover"
    NOT_A_FACE = "not_a_face"

    PERMITTED = "permitted"
    RESTRICTED = "restricted"
    NOT_RECOGNISED = "not_recognised"
    CONFUSABLE = "confusable"
    CLAIMED_TWICE = "claimed_twice"
    READERS_DISAGREE = "readers_disagree"
    UNREADABLE = "unreadable"
    NO_CONSENT = "no_consent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    WORDING_NOT_ONLINE = "wording_not_online"
    LEFT_SCHOOL = "left_school"
    COVER_EVERYONE = "cover_everyone"
    TEMPLATE_GONE = "template_gone"


class Reason(StrEnum):
    """Why a photo got its verdict on a channel."""

    ALL_SHOWN = "all_shown"
    NO_FACES = "no_faces"
    SOME_COVERED = "some_covered"
    ALL_COVERED = "all_covered"
    SINGLED_OUT = "singled_out"
    SIGN_OFF = "sign_off"
    RESTRICTED_PERSON = "restricted_person"
    STILL_MATCHED = "still_matched"
    NAMES_NEEDED = "names_needed"
    REFUSED_BY_HAND = "refused_by_hand"
    LOCKED = "locked"
    CHANNEL_GONE = "channel_gone"
    LIKE_BLOCKED = "like_blocked"
    ORIGINAL_GONE = "original_gone"
    KEPT_LONG_ENOUGH = "kept_long_enough"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    DAMAGED = "damaged"
    INCOMPLETE = "incomplete"
    ANIMATED = "animated"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_SMALL = "too_small"
    EMPTY_FILE = "empty_file"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out_of_memory"
    ENGINE_FAILED = "engine_failed"
    REGISTER_STALE = "register_stale"
    REGISTER_UNREACHABLE = "register_unreachable"


WORTH_TRYING_AGAIN = frozenset(
    {
        Reason.TIMED_OUT,
        Reason.CRASHED,
        Reason.OUT_OF_MEMORY,
        Reason.ENGINE_FAILED,
        Reason.REGISTER_STALE,
        Reason.REGISTER_UNREACHABLE,
        Reason.ORIGINAL_GONE,
    }
)
"""Causes that lie outside the photo: the same bytes dropped again are judged again."""


@dataclass(frozen=True, slots=True)
class FaceDecision:
    """What happens to the face with this number (its place in ``Judgement.faces``), and why.

    ``person``: whom the face was taken for; None when honestly nobody. ``score`` and
    ``runner_up`` are the first reader's; None where the second reader vetoed. ``consent`` is the
    id of the consent record that counted, ``restriction`` that of the restriction that vetoed,
    ``statement`` that of what a person said about this face.
    """

    face: int
    outcome: Outcome
    reason: FaceReason
    person: str | None = None
    score: float | None = None
    runner_up: Candidate | None = None
    consent: int | None = None
    restriction: int | None = None
    statement: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict for one channel, with one entry for every face."""

    channel: str
    verdict: Verdict
    reason: Reason
    faces: tuple[FaceDecision, ...] = ()


@dataclass(frozen=True, slots=True)
class Channel:
    """How copies for one channel are made, and what a photo must fulfil there.

    ``max_edge``: longest side of a published copy, in pixels. ``cover``: style of covering.
    ``sign_off``: a person must approve before release. ``cover_everyone``: no face is shown.
    ``hold_if_singled_out``: hold when at most this many faces would be covered while others are
    shown (0: never). ``hold_if_all_covered``: hold when no face could be shown.
    ``crop_covered``: where it is possible without harm, end the copy before a covered head at the
    edge instead of covering it. ``no_faces``: ``approve`` or ``review`` for photos without any
    face.
    """

    name: str
    online: bool = True
    max_edge: int = 1600
    cover: str = "smooth"
    sign_off: bool = False
    cover_everyone: bool = False
    hold_if_singled_out: int = 0
    hold_if_all_covered: bool = False
    crop_covered: bool = False
    no_faces: str = "approve"


@dataclass(frozen=True, slots=True)
class Versions:
    """What a judgement rests on, so that it can be explained and repeated."""

    software: str
    policy: str
    engine: str
    register: int


@dataclass(frozen=True)
class Rendition:
    """A released copy: the encoded file and what it is. ``suffix`` includes the dot."""

    channel: str
    data: bytes
    sha256: str
    width: int
    height: int
    suffix: str = ".jpg"


FINGERPRINT_VERSION = 1
"""Of the way fingerprints are made; those of two versions never meet."""


@dataclass(frozen=True)
class Sketch:
    """A picture as it is compared with others; held while a photo is judged, never stored.

    ``grey``: upright and small, never enlarged. ``cut_off``: 1 where red, green or blue is as dark
    or as bright as can be. ``points``: the places of its features in ``grey``, strongest first.
    ``descriptors``: what they look like (SIFT), shape (n, 128).
    """

    grey: Grey
    cut_off: Grey
    points: Points
    descriptors: Grey


class Extent(StrEnum):
    """What of another photo a version of it shows."""

    WHOLE = "whole"
    PART = "part"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Link:
    """That a photo is a version of another one, whose SHA-256 is ``other``.

    ``score``: the share of the picture that is the same, 0 to 1. ``covered``: heads are covered
    in one of the two.
    """

    other: str
    score: float
    extent: Extent = Extent.WHOLE
    mirrored: bool = False
    covered: bool = False


@dataclass(frozen=True)
class Kinship:
    """Of which photos a photo is a version, and how that was found.

    ``fingerprint``: what to store of it; empty where it is stored. ``known_to``: the number of the
    newest fingerprint that it was compared with. ``barred``: the channels on which a version of it
    is blocked, each with that photo. ``sketch``: what to compare it by, not stored.
    """

    fingerprint: bytes
    known_to: int
    links: tuple[Link, ...] = ()
    barred: Mapping[str, str] = field(default_factory=dict)
    sketch: Sketch | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Judgement:
    """All that judging one photo gave; it is stored whole, apart from the pixels.

    ``faces`` are in pixels of the upright original, ``matches`` in the same order. ``width`` and
    ``height`` are 0 when the file could not be read. ``on`` is the day that permissions were
    asked for. Every configured channel has exactly one decision; only ``approve`` and ``blur``
    have a rendition. ``statements`` are the ids of all that people said about the photo and that
    this judgement knows of; they are checked when it is stored, and not stored with it.
    ``second`` says what the second reader was asked for; None without one. ``kinship``: None where
    versions of the photo were not looked for.
    """

    photo: str
    width: int
    height: int
    on: date
    versions: Versions
    thresholds: Thresholds
    decisions: tuple[Decision, ...]
    faces: tuple[Face, ...] = ()
    matches: tuple[Match, ...] = ()
    search: Search | None = None
    renditions: tuple[Rendition, ...] = ()
    detail: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    statements: tuple[int, ...] = ()
    second: Second | None = None
    kinship: Kinship | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that was taken from staging.

    ``original`` is its path within staging, with forward slashes; ``event`` its folder there
    ("" for none); ``size`` in bytes; ``modified_ns`` its modification time, which tells a file
    from a later one of the same name.
    """

    photo: str
    original: str
    event: str
    size: int
    modified_ns: int
