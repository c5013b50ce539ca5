"""Whether a face can be seen in a released copy: its pixels compared with the original's."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.values import Box

VISIBLE_FROM = 0.45
"""Correlation of fine structure with the original from which a face counts as visible.

Kept faces reach 0.9 and more after resizing and JPEG, covered ones stay below 0.2."""

Grey = NDArray[np.uint8]
"""Upright grey pixels, shape (height, width)."""

_SIDE = 64
_LOW_FREQUENCIES = 6
"""Standard deviation in pixels of a patch of what is taken away: light, shade, a smooth cover."""

_EDGE = 0.15
"""Share of the box left away on each side, so that nothing of a neighbour's shoulder is in it."""


def likeness(original: Grey, released: Grey, box: Box, width: int) -> float:
    """Correlation of the fine structure of a face in two pictures, -1 to 1; 0 where there is none.

    ``box`` is in pixels of a picture ``width`` pixels wide; both may have any size.
    """
    first, second = (
        structure(patch(picture, box, width)).ravel()
        for picture in (brought_to(released, original), released)
    )
    if first.std() < 1e-6 or second.std() < 1e-6:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def brought_to(smaller: Grey, original: Grey) -> Grey:
    """The original at the size of its copy, reduced as copies are.

    Otherwise the copy of a large photo lacks structure that the original has, and a face that is
    plain to see correlates badly.
    """
    height, width = smaller.shape
    if width >= original.shape[1]:
        return original
    return np.asarray(cv2.resize(original, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def patch(picture: Grey, box: Box, width: int) -> Grey:
    """The middle of a face, 64 x 64 pixels; flat grey where the box lies outside the picture."""
    face = box.scaled(picture.shape[1] / width)
    left, top = max(int(face.x + _EDGE * face.w), 0), max(int(face.y + _EDGE * face.h), 0)
    right, bottom = int(face.x + (1 - _EDGE) * face.w), int(face.y + (1 - _EDGE) * face.h)
    part = picture[top : max(bottom, 0), left : max(right, 0)]
    if not part.size:
        return np.zeros((_SIDE, _SIDE), np.uint8)
    return np.asarray(cv2.resize(part, (_SIDE, _SIDE)), np.uint8)


def structure(pixels: Grey) -> NDArray[np.float64]:
    """Fine structure of a grey patch: what is left when its low frequencies are taken away."""
    grey = pixels.astype(np.float32)
    rest = grey - cv2.GaussianBlur(grey, (0, 0), _LOW_FREQUENCIES)
    return rest.astype(np.float64)
