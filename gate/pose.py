"""How a face lies in a picture: direction, size and turn, from its box and landmarks.

A covered head's outline is drawn from this, and an outline can be recognised, too. So every face
gets the same proportions, and how far it is turned counts in coarse steps only
(docs/covering.md has the attack).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gate.values import Face

_Points = NDArray[np.float64]

_SMALLEST = 12.0
"""Height in pixels below which a face is treated as if it had this height."""
_ASPECT = 0.77
"""Width of every face relative to its height: a wider or narrower one is rounded up to it."""
_TURNS = 0.5
"""Steps of ``Pose.turn``, rounded up: finer ones tell one person's habit from another's."""
_PROFILE = 0.24
"""Offset of the landmarks' middle from the box's, in face widths, of a full profile."""
_FRONTAL = 0.04
"""Offset, in face widths, up to which a face counts as seen from the front."""


@dataclass(frozen=True, slots=True)
class Pose:
    """A face in its own axes.

    ``centre`` in pixels; ``down`` is the direction from forehead to chin, of unit length;
    ``width`` and ``height`` in pixels along those axes. ``turn`` is 0 for a face seen from the
    front and -1 or 1 for a profile that looks to the left or right of the upright face.
    ``known`` is False when the landmarks make no sense, so that the direction is a guess.
    """

    centre: tuple[float, float]
    down: tuple[float, float]
    width: float
    height: float
    turn: float
    known: bool

    def place(self, points: _Points) -> _Points:
        """Points given as (across, down) in pixels from the centre, as (x, y) of the picture."""
        dx, dy = self.down
        axes = np.array(((dy, -dx), (dx, dy)))
        return np.asarray(points @ axes + np.array(self.centre), dtype=np.float64)


def pose(face: Face) -> Pose:
    """Direction, turn and size of a face, from its landmarks where they make sense."""
    box = face.box
    width, height = max(box.w, _SMALLEST * 0.75), max(box.h, _SMALLEST)
    down = _direction(face)
    if down is None:
        return Pose(box.centre, (0.0, 1.0), width, height, 0.0, known=False)
    upright, lying = down[1] ** 2, down[0] ** 2
    # The box of a tilted face is not tilted: its sides are mixtures of the face's own.
    wide, tall = upright * width + lying * height, upright * height + lying * width
    tall = max(tall, wide / _ASPECT)
    return Pose(box.centre, down, _ASPECT * tall, tall, _turn(face, down, wide), known=True)


def _direction(face: Face) -> tuple[float, float] | None:
    """From forehead to chin, of unit length; None when the landmarks make no sense."""
    points = np.array(face.landmarks, dtype=np.float64)
    if points.shape != (5, 2) or not np.isfinite(points).all():
        return None
    size, inside = max(face.box.w, face.box.h), np.abs(points - np.array(face.box.centre))
    if (inside > 0.5 * np.array((face.box.w, face.box.h)) + 0.25 * size).any():
        return None
    eyes, mouth = points[1] - points[0], points[4] - points[3]
    down = points[3:].mean(axis=0) - points[:2].mean(axis=0)
    if not 0.15 * size <= math.hypot(*down) <= 0.9 * size:
        return None
    # The lines of eyes and mouth, turned by a quarter, also point down; each counts by its length.
    quarters = np.stack((eyes, mouth))[:, ::-1] * (-1.0, 1.0)
    if (quarters @ down < -0.1 * size * math.hypot(*down)).any():
        return None
    whole = down + quarters.mean(axis=0)
    length = math.hypot(*whole)
    if length < 0.15 * size:
        return None
    return float(whole[0] / length), float(whole[1] / length)


def _turn(face: Face, down: tuple[float, float], width: float) -> float:
    """How far the landmarks are bunched to one side of the box, -1 to 1, in coarse steps."""
    middle = np.array(face.landmarks).mean(axis=0) - np.array(face.box.centre)
    offset = float(middle @ (down[1], -down[0])) / width
    amount = (abs(offset) - _FRONTAL) / (_PROFILE - _FRONTAL)
    steps = math.ceil(min(max(amount, 0.0), 1.0) / _TURNS)
    return math.copysign(steps * _TURNS, offset)
