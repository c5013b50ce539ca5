"""What people say about the faces of a photo, and which face each statement is about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from gate.approvals import Approval
from gate.values import ALL_CHANNELS, Box, Face

SAME_PLACE = 0.5
"""Intersection over union from which two boxes are about the same face."""
_WHOLE = 0.95
"""Share of a drawn box within another one from which it asks for no more than that one."""


_UPRIGHT = ((0.26, 0.38), (0.74, 0.38), (0.5, 0.58), (0.3, 0.73), (0.7, 0.73))
"""Landmarks of an upright face, as shares of its box: YuNet's mean over 150 portraits."""


class StatementKind(StrEnum):
    """What a person says."""

    NAMED = "named"
    NOT_A_FACE = "not_a_face"
    COVERED = "covered"
    DRAWN = "drawn"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a person said about a photo.

    ``box`` is in pixels of the upright original; only ``refused``, which is about the whole photo,
    has none, and has a ``channel`` instead: a name, or ``all``. ``person`` is whom the face is
    said to be: always with ``named``, perhaps with ``drawn`` (a face that was missed).
    """

    id: int
    kind: StatementKind
    box: Box | None = None
    person: str | None = None
    channel: str | None = None

    def __post_init__(self) -> None:
        whole = self.kind is StatementKind.REFUSED
        named = self.kind is StatementKind.NAMED
        if (self.box is None) != whole or (self.channel is not None) != whole:
            raise ValueError("a photo is refused for a channel; anything else is about a box")
        if named and not self.person:
            raise ValueError("a name is missing")
        if self.person is not None and self.kind not in (StatementKind.NAMED, StatementKind.DRAWN):
            raise ValueError("only a named or a drawn face has a person")

    @property
    def only_covers(self) -> bool:
        """Whether it says of a place that it is to be covered, and nothing else."""
        unnamed = self.kind is StatementKind.DRAWN and self.person is None
        return unnamed or self.kind is StatementKind.COVERED


@dataclass(frozen=True, slots=True)
class Lock:
    """That the safeguarding lead locked the photo: nothing of it may be made, shown or released.

    It is no statement of its own and is kept elsewhere, so that its id is that of none.
    """

    id: int = 0


Word: TypeAlias = Statement | Approval | Lock
"""Anything that a person says about a photo and that deciding hears."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one person adds to, or takes back of, what was said about one photo, and why.

    ``said`` have the ids that they will get; ``taken_back`` are ids of earlier statements.
    """

    reason: str
    said: tuple[Word, ...] = ()
    taken_back: tuple[int, ...] = ()

    def applied(self, before: Iterable[Word]) -> tuple[Word, ...]:
        """All that is said afterwards, oldest first."""
        kept = (one for one in before if one.id not in self.taken_back)
        return (*kept, *self.said)


@dataclass(frozen=True)
class Said:
    """What was said about a photo, by number of the face that it is about.

    ``faces``: what a face is said to be, ``covered``: that it is to be covered whatever it is.
    ``refused`` are channels, or ``all``. ``names_needed``: nobody is recognised here, so that
    somebody must say of every face whose it is. ``approvals`` are those of anybody for any channel.
    ``locked``: nobody may use the photo for anything.
    """

    faces: Mapping[int, Statement] = field(default_factory=lambda: MappingProxyType({}))
    refused: frozenset[str] = frozenset()
    names_needed: bool = False
    approvals: tuple[Approval, ...] = ()
    locked: bool = False
    covered: Mapping[int, Statement] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def spoken(self) -> frozenset[int]:
        """The faces about which something was said."""
        return frozenset((*self.faces, *self.covered))

    def is_refused(self, channel: str) -> bool:
        """Whether a person refused the photo for this channel."""
        return bool(self.refused & {channel, ALL_CHANNELS})

    def named(self, person: str) -> tuple[int, ...]:
        """The faces that are said to be this person."""
        return tuple(n for n, one in self.faces.items() if one.person == person)


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class Placed:
    """The faces of a photo with those that people added at the end, and what was said of them.

    ``aside``: numbers of faces that only a person sees, or that a person calls no face. Their
    place never keeps anything visible of a covered neighbour.
    """

    faces: tuple[Face, ...]
    said: Said
    aside: frozenset[int]


def place(
    found: Sequence[Face],
    words: Sequence[Word],
    *,
    scale: float = 1.0,
    names_needed: bool = False,
) -> Placed:
    """Find the face that each statement is about.

    ``found`` are in pixels of a picture that is ``scale`` times the upright original;
    ``words`` come oldest first. Of several that say what one place is, the newest counts. Each
    takes the face that its box fits best, and no face is taken twice. What is only to be covered
    is covered whatever else is said, unless something newer says what that face is: one more such
    word never uncovers anything. A named, covered or drawn box without a face becomes a face of
    its own, without landmarks; what is not a face and was not found either says nothing.
    """
    statements = [one for one in words if isinstance(one, Statement)]
    scaled = [replace(one, box=one.box.scaled(scale)) if one.box else one for one in statements]
    standing = _newest([one for one in scaled if not one.only_covers])
    taken = _paired(found, standing)
    faces, said = list(found), dict(taken)
    paired = {one.id for one in taken.values()}
    for one in standing:
        if one.id in paired or one.box is None or one.kind is StatementKind.NOT_A_FACE:
            continue
        said[len(faces)] = one
        faces.append(Face(one.box, (), 1.0))
    covered = _covered(faces, said, [one for one in scaled if one.only_covers])
    called_none = {n for n, one in said.items() if one.kind is StatementKind.NOT_A_FACE}
    refused = frozenset(one.channel for one in statements if one.channel is not None)
    locked = is_locked(words)
    return Placed(
        tuple(faces),
        Said(
            MappingProxyType(said),
            refused | {ALL_CHANNELS} if locked else refused,
            names_needed,
            tuple(one for one in words if isinstance(one, Approval)),
            locked,
            MappingProxyType(covered),
        ),
        frozenset(range(len(found), len(faces))) | called_none,
    )


def is_locked(words: Iterable[Word]) -> bool:
    """Whether the photo of which all this is said is locked."""
    return any(isinstance(one, Lock) for one in words)


def with_landmarks(face: Face) -> Face:
    """The face, with landmarks where an upright face of its box has them if it has none.

    Good enough to read it, so that a restricted person in a box that was drawn may still veto.
    """
    if face.landmarks:
        return face
    box = face.box
    points = tuple((box.x + x * box.w, box.y + y * box.h) for x, y in _UPRIGHT)
    return Face(box, points, face.score, face.weak)


def _newest(statements: Sequence[Statement]) -> list[Statement]:
    """Statements about faces without those that a newer one is in the place of, oldest first."""
    kept: list[Statement] = []
    for one in sorted(statements, key=lambda s: s.id, reverse=True):
        box = one.box
        if box is None or any(o.box is not None and _same_place(box, o.box) for o in kept):
            continue
        kept.append(one)
    return kept[::-1]


def _covered(
    faces: list[Face], said: Mapping[int, Statement], covers: Iterable[Statement]
) -> dict[int, Statement]:
    """The faces that are to be covered; those that only these words see are added to ``faces``."""
    covered: dict[int, Statement] = {}
    for one in sorted(covers, key=lambda s: s.id):
        if one.box is None:
            continue
        near = [n for n, face in enumerate(faces) if _same_place(face.box, one.box)]
        corrected = [n for n in near if n in said and said[n].id > one.id]
        covered |= dict.fromkeys((n for n in near if n not in corrected), one)
        if not corrected and not any(_holds(faces[n].box, one) for n in near):
            covered[len(faces)] = one
            faces.append(Face(one.box, (), 1.0))
    return covered


def _holds(box: Box, one: Statement) -> bool:
    """Whether a face at the place of this word is all that it is about.

    A drawn box may be larger on purpose; any other is that of a face.
    """
    if one.kind is not StatementKind.DRAWN or one.box is None:
        return True
    return one.box.overlap(box) >= _WHOLE * one.box.area


def _paired(found: Sequence[Face], standing: Sequence[Statement]) -> dict[int, Statement]:
    pairs = [
        (face.box.iou(one.box), one.id, number, one)
        for one in standing
        if one.box is not None
        for number, face in enumerate(found)
        if _same_place(face.box, one.box)
    ]
    taken: dict[int, Statement] = {}
    used: set[int] = set()
    for _, _, number, one in sorted(pairs, key=lambda pair: (-pair[0], -pair[1], pair[2])):
        if number not in taken and one.id not in used:
            taken[number] = one
            used.add(one.id)
    return taken


def _same_place(one: Box, other: Box) -> bool:
    return one.iou(other) >= SAME_PLACE
