"""One look: the finder on the picture at one size, turned by quarters."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from gate.arrays import Pixels
from gate.ports import FaceFinder
from gate.values import Box, Face

_ROTATIONS = {
    90: cv2.ROTATE_90_COUNTERCLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_CLOCKWISE,
}


class Sizes:
    """One picture at several sizes, each made once; ``edge`` is its long edge as it is."""

    def __init__(self, pixels: Pixels) -> None:
        self.height, self.width = int(pixels.shape[0]), int(pixels.shape[1])
        self.edge = max(self.height, self.width)
        self._made = {self.edge: pixels}

    def at(self, edge: int) -> Pixels:
        """The picture with this long edge in pixels, enlarged or reduced."""
        if edge not in self._made:
            factor = edge / self.edge
            size = max(round(self.width * factor), 1), max(round(self.height * factor), 1)
            method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
            made = cv2.resize(self._made[self.edge], size, interpolation=method)
            self._made[edge] = np.asarray(made, np.uint8)
        return self._made[edge]


def look(
    sizes: Sizes, finder: FaceFinder, threshold: float, *, edge: int, turn: int = 0
) -> list[Face]:
    """Faces found with the picture at this long edge, in pixels of the picture as it is and lies.

    ``turn``: degrees counter-clockwise, 0, 90, 180 or 270, by which it is turned before.
    """
    scaled = sizes.at(edge)
    if turn:
        # Reduced first: there is less to turn, and every turn shares the reducing.
        scaled = np.asarray(cv2.rotate(scaled, _ROTATIONS[turn]), np.uint8)
    found = [face.scaled(sizes.edge / edge) for face in finder.find(scaled, threshold)]
    size = sizes.width, sizes.height
    return [_turned_back(face, turn, size) for face in found] if turn else found


def lies_turned(face: Face) -> int:
    """By which turn the face stands upright, to the nearest quarter: from eyes to mouth is down."""
    right_eye, left_eye, _, right_mouth, left_mouth = face.landmarks
    across = right_mouth[0] + left_mouth[0] - right_eye[0] - left_eye[0]
    down = right_mouth[1] + left_mouth[1] - right_eye[1] - left_eye[1]
    if abs(down) >= abs(across):
        return 0 if down >= 0 else 180
    return 90 if across < 0 else 270


def _turned_back(face: Face, turn: int, size: tuple[int, int]) -> Face:
    """A face found in the picture turned counter-clockwise by ``turn``, as it lies upright."""

    def back(x: float, y: float) -> tuple[float, float]:
        width, height = size
        return {90: (width - y, x), 180: (width - x, height - y), 270: (y, height - x)}[turn]

    box = face.box
    ax, ay = back(box.x, box.y)
    bx, by = back(box.x + box.w, box.y + box.h)
    upright = Box(min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by))
    return replace(face, box=upright, landmarks=tuple(back(x, y) for x, y in face.landmarks))
