"""What the gate asks of the world around it: models, register, ledger, clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gate.arrays import Pixels, Vectors
from gate.statements import Change, Word
from gate.values import Arrival, Face, Judgement, Link, RegisterSnapshot

Clock = Callable[[], datetime]
"""The time now, in UTC, with its time zone."""


class FaceFinder(Protocol):
    """Finds faces in one picture as it is: no scaling, no turning."""

    @property
    def version(self) -> str:
        """Model and weights, for the record."""
        ...

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        """Faces with at least this score, strongest first, in pixels of the picture."""
        ...


class FaceReader(Protocol):
    """Turns faces into embeddings."""

    @property
    def version(self) -> str:
        """Model and weights, for the record; embeddings of two versions never meet."""
        ...

    @property
    def dimension(self) -> int:
        """Length of an embedding."""
        ...

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        """One row of unit length per face, in the order given."""
        ...


class Register(Protocol):
    """The people and their permissions."""

    def revision(self) -> int:
        """Rises with every change; cheap to ask."""
        ...

    def snapshot(self) -> RegisterSnapshot:
        """All that deciding needs. Raises RegisterUnreachable."""
        ...


class StatementBook(Protocol):
    """What people said about photos."""

    def about(self, photo: str) -> tuple[Word, ...]:
        """All that was said about the photo with this SHA-256 and not taken back, oldest first.

        Raises RegisterUnreachable.
        """
        ...


@dataclass(frozen=True, slots=True)
class StoredFingerprint:
    """A fingerprint with its number, which rises, and its photo's SHA-256."""

    number: int
    photo: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """The faces that were found in a photo, in pixels of its upright original, so many wide."""

    faces: tuple[Face, ...]
    width: int


class KinBook(Protocol):
    """Which photos are versions of each other. Every method raises RegisterUnreachable."""

    def since(self, number: int) -> Sequence[StoredFingerprint]:
        """All fingerprints of the present version with a higher number, in their order."""
        ...

    def about(self, photo: str) -> tuple[Link, ...] | None:
        """The links of a photo whose fingerprint is stored; None where it is not."""
        ...

    def original_of(self, photo: str) -> str | None:
        """The photo of which these very bytes were released as a copy at some time, or None."""
        ...

    def seen(self, photo: str) -> Seen | None:
        """What was seen when this photo was judged last; None when it never was."""
        ...

    def barred(self, photo: str, links: Sequence[Link]) -> Mapping[str, str]:
        """The channels on which a version of a photo with these links is blocked, with which."""
        ...


class LateLook(Protocol):
    """Compares a photo that is to be recorded with those that came up while it was judged."""

    def misses(self, judgement: Judgement, newer: Sequence[StoredFingerprint]) -> bool:
        """Whether the photo is, or may be, a version of one of these and does not know of it."""
        ...

    def keep(self, judgement: Judgement) -> None:
        """Remember a photo that is now on record, to compare others with it."""
        ...


@dataclass(frozen=True, slots=True)
class Release:
    """A copy on its way to ``ready/``: ``path`` is relative to the site, with forward slashes."""

    channel: str
    path: str
    sha256: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class Drop:
    """A file that was dropped: when, and of which earlier drop it is a duplicate (its path)."""

    arrival: Arrival
    at: datetime
    duplicate_of: str | None


class Ledger(Protocol):
    """Every photo that was dropped, every decision, every released copy."""

    def knows(self, photo: str) -> bool:
        """Whether this SHA-256 was judged already, with a result that is not worth a new try."""
        ...

    def has_drop(self, arrival: Arrival) -> bool:
        """Whether this very file (path, content, modification time) is recorded for good."""
        ...

    def record(
        self, arrival: Arrival, judgement: Judgement, releases: Sequence[Release]
    ) -> tuple[Release, ...]:
        """Store drop, judgement and releases with their audit entries in one transaction.

        Returns the copies that thereby ended, those of other versions of the photo included.
        Raises RegisterChanged, and stores nothing, when the register's revision, the day, what
        people said or what other versions there are is no longer what the judgement rests on.
        """
        ...

    def rejudge(
        self, judgement: Judgement, releases: Sequence[Release], cause: str, change: Change
    ) -> tuple[Release, ...]:
        """Store a new judgement of a photo with what led to it, in one transaction.

        Returns the copies that thereby ended. Raises like ``record``; the judgement must know of
        ``change``.
        """
        ...

    def record_duplicate(self, arrival: Arrival) -> None:
        """Store that the bytes of a photo that was judged before were dropped again."""
        ...

    def releases(self) -> Mapping[str, Release]:
        """Every copy that should lie in ``ready/`` now, by its path."""
        ...

    def removals(self) -> Mapping[str, str]:
        """The SHA-256 of every copy that ended and may still lie in ``ready/``, by its path."""
        ...

    def discharge(self, paths: Collection[str]) -> None:
        """Record that ended copies no longer lie at these paths."""
        ...

    def has_ended(self, path: str, sha256: str) -> bool:
        """Whether a copy with these bytes was released to this path at some time, and ended."""
        ...

    def lose(self, paths: Collection[str]) -> None:
        """Record that copies are no longer in ``ready/``, though nobody ended them.

        They end, and their photos are judged again, so that right ones take their place.
        """
        ...

    def reopen(self, paths: Collection[str]) -> None:
        """Void the judgements behind these releases that rest on what is no longer so.

        That is another register, day or policy than now. All copies of such a photo end, and it
        is to be judged again.
        """
        ...


class KeyKind(StrEnum):
    """What a key is for; destroying it makes all that was sealed with it unreadable for ever.

    ``person``: names and reasons, by reference. ``template``: face templates and reference photos,
    by reference; it goes when the biometric permission goes. ``photo``: the original, its file
    names and what people wrote about it, by SHA-256. ``secret``: secrets of the site, by name.
    """

    PERSON = "person"
    TEMPLATE = "template"
    PHOTO = "photo"
    SECRET = "secret"  # noqa: S105


class Sealer(Protocol):
    """Seals what shows or names somebody, with a key for each person and photo.

    ``context`` says what it is ("people.names"): what was sealed for one place opens in no other.
    Every method raises KeysUnusable.
    """

    def seal(self, kind: KeyKind, subject: str, plain: bytes, *, context: str) -> bytes:
        """The sealed bytes, always longer by the same number; the key is made when there is none.

        Two calls never give the same bytes.
        """
        ...

    def open(self, kind: KeyKind, subject: str, sealed: bytes, *, context: str) -> bytes:
        """What was sealed. Raises Erased when the key was destroyed."""
        ...

    def prepare(self, kind: KeyKind, subjects: Collection[str]) -> None:
        """Make the keys that are missing, all at once: much quicker than one by one."""
        ...

    def fetch(self, kind: KeyKind, subjects: Collection[str] | None = None) -> None:
        """Have these keys (None: all of the kind) at hand, all at once."""
        ...

    def refresh(self) -> None:
        """Forget keys that others destroyed or replaced since the last look; cheap."""
        ...

    def destroy(self, kind: KeyKind, subject: str) -> bool:
        """Destroy a key for ever; whether there was one."""
        ...

    def index(self, context: str, text: str) -> str:
        """64 hexadecimal digits that are equal for equal texts and say nothing of the text."""
        ...

    def secret(self, name: str) -> bytes:
        """32 random bytes that belong to the site, made when first asked for."""
        ...


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as it is stored: ``id`` tells it from earlier ones of its subject.

    ``wrapped`` is the key sealed with the site key, or None once it was destroyed.
    """

    id: bytes
    wrapped: bytes | None


class KeyStore(Protocol):
    """Where wrapped keys are kept, outside of the site. Every method raises KeysUnusable."""

    def check(self) -> bytes:
        """What only the site key opens, so that a wrong one is noticed."""
        ...

    def generation(self) -> int:
        """Rises when a key is destroyed and when all are wrapped anew."""
        ...

    def read(self, kind: str, subjects: Collection[str] | None = None) -> dict[str, StoredKey]:
        """The keys of these subjects (None: of all) that there are, also destroyed ones."""
        ...

    def add(self, kind: str, keys: Mapping[str, StoredKey], check: bytes) -> bool:
        """Store keys of subjects that have none, or a destroyed one, unless ``check`` is outdated.

        Whether it was done.
        """
        ...

    def destroy(self, kind: str, subject: str) -> bool:
        """Overwrite a key; whether there was one."""
        ...

    def rewrap(self, change: Callable[[str, str, bytes], bytes], check: bytes) -> int:
        """Replace every wrapped key (of kind and subject) as one; how many there were."""
        ...


class KeySource(Protocol):
    """Where the site key comes from. Every method raises KeysUnusable."""

    @property
    def place(self) -> str:
        """Where the key is, for messages."""
        ...

    def make(self) -> bytes:
        """The first key of a new site, kept durably."""
        ...

    def load(self) -> tuple[bytes, ...]:
        """The key (32 bytes), and behind it the one that is about to replace it, if any."""
        ...

    def begin(self) -> bytes:
        """A new key, kept durably beside the one in use."""
        ...

    def finish(self) -> None:
        """The new key is the only one from now on."""
        ...
