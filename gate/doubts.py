"""A second look: each doubtful candidate alone, enlarged or reduced, and upright.

The finder is noisy: what it takes for a face at one size it does not see at the next, unless it is
one. So a candidate is judged by the mean of what all looks said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gate.arrays import Pixels
from gate.look import Sizes, lies_turned, look
from gate.ports import FaceFinder
from gate.values import Box, Face

_HEIGHTS = (48.0, 96.0)
"""Heights in pixels to which a candidate is brought for the second look."""

_AROUND = 2.5
"""Size of the surroundings that are looked at, relative to the candidate."""

_LEAST_EDGE = 32
"""Long edge in pixels of the smallest picture that is looked at."""

_SEEN_FROM = 0.05
"""Lowest finder score that counts as a trace of a face in a second look."""

_SAME_PLACE = 0.4
"""Intersection over union with the candidate from which a second look has seen it."""

_ON_TOP = 0.1
"""Share of a candidate's area on a plain face from which it is looked at again."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """Who is looked at again, and from which evidence a candidate stays.

    ``plain``: faces at least this sure are not in doubt. One of them with the evidence ``speaks``
    tells that the picture shows people. There, only candidates with a score below ``faint`` are
    in doubt, of which ``among_people`` is asked, and those on top of a plain face, of which
    ``on_top`` is asked. In other pictures all candidates are in doubt, and ``alone`` is asked: a
    face by itself is seen at every size, a leaf is not.
    """

    plain: float = 0.8
    speaks: float = 0.7
    faint: float = 0.3
    among_people: float = 0.2
    on_top: float = 0.25
    alone: float = 0.56


DEFAULTS = Doubts()


def shows_people(
    faces: Sequence[Face], pixels: Pixels, finder: FaceFinder, doubts: Doubts = DEFAULTS
) -> bool:
    """Whether one of the plain faces is seen again when looked at alone, the surest first."""
    plain = sorted((f for f in faces if f.score >= doubts.plain), key=lambda face: -face.score)
    return any(has_evidence(face, doubts.speaks, pixels, finder) for face in plain)


def confirmed(
    faces: Sequence[Face], pixels: Pixels, finder: FaceFinder, doubts: Doubts, *, people: bool
) -> list[Face]:
    """The faces without those candidates that a second look does not see; in pixels of ``pixels``.

    ``people``: what ``shows_people`` says. On a face that fills the picture, cheeks and collars
    pass for faces at some size; in a picture without people, leaves and windows do. A real face
    there, behind a shoulder, is seen again.
    """
    plain = [face.box for face in faces if people and face.score >= doubts.plain]
    return [
        face
        for face in faces
        if not (needed := _needed(face, plain, doubts))
        or has_evidence(face, needed, pixels, finder)
    ]


def _needed(face: Face, plain: Sequence[Box], doubts: Doubts) -> float:
    """The evidence that is asked of a candidate; 0 where it is not in doubt."""
    if face.score >= doubts.plain:
        return 0.0
    if not plain:
        return doubts.alone
    if any(face.box.overlap(box) > _ON_TOP * face.box.area for box in plain):
        return doubts.on_top
    return doubts.among_people if face.score < doubts.faint else 0.0


def has_evidence(face: Face, needed: float, pixels: Pixels, finder: FaceFinder) -> bool:
    """Whether the evidence for the candidate reaches ``needed``.

    The evidence is its own score and the mean of the second looks, one half each; 0 to 1. It is
    looked at no longer than until the looks that are left, 0 to 1 each, can change nothing.
    """
    total, left = 0.0, len(_HEIGHTS)
    for height in _HEIGHTS:
        if _evidence(face, total) >= needed or _evidence(face, total + left) < needed:
            break
        total, left = total + _look(face, height, pixels, finder), left - 1
    return _evidence(face, total) >= needed


def _evidence(face: Face, looks: float) -> float:
    return (face.score + looks / len(_HEIGHTS)) / 2


def _look(face: Face, height: float, pixels: Pixels, finder: FaceFinder) -> float:
    """The score that the finder gives the face when shown its surroundings alone, 0 if none."""
    rows, columns = pixels.shape[:2]
    x, y = face.box.centre
    side = _AROUND * max(face.box.w, face.box.h)
    part = Box(x - side / 2, y - side / 2, side, side).clipped(columns, rows)
    left, top = int(part.x), int(part.y)
    crop = pixels[top : int(part.y + part.h) + 1, left : int(part.x + part.w) + 1]
    if not crop.size:  # a box beside the picture
        return 0.0
    here = replace(face.box, x=face.box.x - left, y=face.box.y - top)
    turn = lies_turned(face)
    tall = here.w if turn in (90, 270) else here.h
    edge = max(round(max(crop.shape[:2]) * height / max(tall, 1.0)), _LEAST_EDGE)
    found = look(Sizes(crop), finder, _SEEN_FROM, edge=edge, turn=turn)
    return max((seen.score for seen in found if seen.box.iou(here) >= _SAME_PLACE), default=0.0)
