"""One look: the finder on the picture at one size, turned by quarters."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from gate.arrays import Pixels
from gate.ports import FaceFinder
from gate.values import Box, Face


def look(
    pixels: Pixels, finder: FaceFinder, threshold: float, *, edge: int, turn: int = 0
) -> list[Face]:
    """Faces found with the picture at this long edge, in pixels of ``pixels`` as it lies.

    ``turn``: degrees counter-clockwise, 0, 90, 180 or 270, by which it is turned before.
    """
    height, width = pixels.shape[:2]
    upright = np.ascontiguousarray(np.rot90(pixels, turn // 90)) if turn else pixels
    found = _at(upright, edge, finder, threshold)
    return [_turned_back(face, turn, (width, height)) for face in found] if turn else found


def lies_turned(face: Face) -> int:
    """By which turn the face stands upright, to the nearest quarter: from eyes to mouth is down."""
    right_eye, left_eye, _, right_mouth, left_mouth = face.landmarks
    across = right_mouth[0] + left_mouth[0] - right_eye[0] - left_eye[0]
    down = right_mouth[1] + left_mouth[1] - right_eye[1] - left_eye[1]
    if abs(down) >= abs(across):
        return 0 if down >= 0 else 180
    return 90 if across < 0 else 270


def _at(pixels: Pixels, edge: int, finder: FaceFinder, threshold: float) -> list[Face]:
    height, width = pixels.shape[:2]
    factor = edge / max(height, width)
    if factor == 1:
        return finder.find(pixels, threshold)
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    scaled: Pixels = np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)
    return [face.scaled(1 / factor) for face in finder.find(scaled, threshold)]


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
