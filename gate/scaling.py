"""Making pixels smaller, and turning them upright."""

from __future__ import annotations

import cv2
import numpy as np

from gate.arrays import Pixels


def shrunk(pixels: Pixels, long_edge: int) -> Pixels:
    """The picture with a longer side of at most ``long_edge`` pixels, by averaging areas.

    Takes grey (height, width) and colour (height, width, 3). Never enlarges.
    """
    height, width = pixels.shape[:2]
    scale = long_edge / max(height, width)
    if scale >= 1:
        return pixels
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def lies_on_its_side(orientation: int) -> bool:
    """Whether width and height change places when a picture is turned upright."""
    return orientation >= 5


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Turned and mirrored as the EXIF orientation, 1 to 8, says (CIPA DC-008, tag 274)."""
    if lies_on_its_side(orientation):
        pixels = np.asarray(cv2.transpose(pixels), dtype=np.uint8)
    if flip := _FLIPS.get(orientation):
        pixels = np.asarray(cv2.flip(pixels, flip[0]), dtype=np.uint8)
    return pixels


_LEFT_RIGHT, _TOP_BOTTOM, _BOTH = (1,), (0,), (-1,)
_FLIPS = {
    2: _LEFT_RIGHT,
    3: _BOTH,
    4: _TOP_BOTTOM,
    6: _LEFT_RIGHT,
    7: _BOTH,
    8: _TOP_BOTTOM,
}
"""OpenCV's flip codes; 5 to 8 are transposed first."""
