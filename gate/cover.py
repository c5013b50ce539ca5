"""Covering: what takes the place of a head, computed from the pixels outside it only.

Anything computed from a face itself, a Gaussian or a mosaic included, can be matched again
(McPherson et al. 2016). So the region is erased first, and every style sees only what is left.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from gate.arrays import Mask, Pixels
from gate.continuation import continued, grain
from gate.region import extent
from gate.tones import toned
from gate.values import Box, Face

NOTHING_KNOWN = 128
"""Grey level of the style ``fill``, and of a picture that is covered whole."""
OVAL_TONE = (205, 200, 194)
"""Colour of a drawn face shape, sRGB: near no skin more than any other."""
_OVAL = (0.3, 0.39)
"""Its half axes, in sizes (square root of the area) of its head's box: the same for everybody."""
_LOW = 0.55
"""How far down in its head's box the middle of a face lies."""
_WIDEST_RING = 160
"""Most pixels around a region that its tone is taken from; usually a third of its size are."""


def cover(pixels: Pixels, mask: Mask, style: str, *, ovals: Sequence[Face] = ()) -> Pixels:
    """A copy of the picture with the masked pixels replaced.

    ``style`` is ``smooth`` (grey, the nearest of three tones to the brightness around it),
    ``fill`` (one grey, the same everywhere), ``oval`` (a plain face shape for each of ``ovals``
    that is surely a face, over ``smooth``) or ``blend`` (the surroundings run on into the region:
    no seam is seen, and their colours are repeated). The result depends on the mask, on where
    the heads of ``ovals`` lie, and on the pixels outside the mask; never on a pixel inside it.
    Raises ValueError for an unknown style or a mask of another size.
    """
    if style not in STYLES:
        raise ValueError(f"no style of covering is called {style!r}; there are {', '.join(STYLES)}")
    if mask.shape != pixels.shape[:2] or mask.dtype != np.bool_:
        raise ValueError("the mask must be true or false for every pixel of the picture")
    result = _erased(pixels, mask)
    if mask.all():
        result[:] = NOTHING_KNOWN
        return result
    for patch in list(_patches(result, mask)):  # all are taken before the first is filled
        patch.write(STYLES[style](patch))
    if style == "oval":
        _draw_ovals(result, mask, ovals)
    return result


def _erased(pixels: Pixels, mask: Mask) -> Pixels:
    """A copy with nothing left of the masked pixels: whatever follows cannot know them."""
    empty = np.zeros_like(pixels, order="C")
    return np.asarray(cv2.copyTo(pixels, (~mask).view(np.uint8), empty), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class _Patch:
    """A part of the picture with whole regions in it, and a ring of what surrounds them.

    ``pixels`` and ``unknown`` include the ring; ``inner`` is the part without it, which is
    written back into ``target``. ``place`` is the patch's top left corner, as (x, y).
    """

    pixels: Pixels
    unknown: Mask
    inner: tuple[slice, slice]
    target: Pixels
    place: tuple[int, int]

    def write(self, filling: Pixels) -> None:
        """Put these pixels into the regions, and nowhere else."""
        inside = self.unknown[self.inner].view(np.uint8)
        cv2.copyTo(np.ascontiguousarray(filling[self.inner]), inside, self.target)


def _patches(picture: Pixels, mask: Mask) -> Iterator[_Patch]:
    """Patches whose inner parts are disjoint and together hold the whole mask."""
    for left, top, right, bottom in _rectangles(mask):
        ring = min(max((right - left + bottom - top) // 6, 8), _WIDEST_RING)
        x, y = max(left - ring, 0), max(top - ring, 0)
        around = (slice(y, bottom + ring), slice(x, right + ring))
        inner = (slice(top - y, bottom - y), slice(left - x, right - x))
        target = picture[top:bottom, left:right]
        yield _Patch(picture[around].copy(), mask[around].copy(), inner, target, (x, y))


def _rectangles(mask: Mask) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom of disjoint rectangles around the connected regions."""
    contours, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    done: list[tuple[int, int, int, int]] = []
    for contour in contours:
        x, y, w, h = cv2.boundingRect(contour)
        box = (x, y, x + w, y + h)
        while met := next((other for other in done if _meet(box, other)), None):
            done.remove(met)
            low, high = np.minimum(box, met).tolist(), np.maximum(box, met).tolist()
            box = (low[0], low[1], high[2], high[3])
        done.append(box)
    return done


def _meet(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _smooth(patch: _Patch) -> Pixels:
    """Grey, as light as the surroundings."""
    return toned(patch.pixels, patch.unknown)


def _blend(patch: _Patch) -> Pixels:
    """The harmonic continuation of the surroundings, with their grain."""
    filled = continued(patch.pixels.astype(np.float32), (~patch.unknown).astype(np.float32))
    filled += grain(patch.pixels, patch.unknown, patch.place)
    return np.asarray(np.clip(filled + 0.5, 0, 255).astype(np.uint8))


def _fill(patch: _Patch) -> Pixels:
    """One grey, the same on every picture: even the surroundings' mean colour tells of clothes."""
    return np.full_like(patch.pixels, NOTHING_KNOWN)


STYLES: dict[str, Callable[[_Patch], Pixels]] = {
    "smooth": _smooth,
    "fill": _fill,
    "oval": _smooth,
    "blend": _blend,
}


def _draw_ovals(picture: Pixels, mask: Mask, ovals: Sequence[Face]) -> None:
    """A plain face shape, upright, for each of these faces, inside the mask only.

    It is placed by the box of the head's region, as the outline shows it: placed by the face
    itself, it told more than the outline does.
    """
    height, width = mask.shape
    # A weak candidate is a patch of hedge more often than a head.
    for head in (extent(face, (width, height)) for face in ovals if not face.weak):
        around = mask[_slices(head)]
        x, y, w, h = cv2.boundingRect(np.ascontiguousarray(around).view(np.uint8))
        if w == 0:
            continue
        here = _slices(Box(head.x + x, head.y + y, w, h))
        shape = np.zeros((h, w), dtype=np.uint8)
        size = math.sqrt(w * h)
        middle = (w / 2, h * _LOW)
        axes = (2 * _OVAL[0] * size, 2 * _OVAL[1] * size)
        cv2.ellipse(shape, (middle, axes, 0.0), 255, -1, cv2.LINE_AA)
        share = np.where(mask[here], shape, 0)[..., None].astype(np.float32) / 255
        mixed = picture[here] * (1 - share) + np.array(OVAL_TONE, dtype=np.float32) * share
        picture[here] = np.rint(mixed).astype(np.uint8)


def _slices(box: Box) -> tuple[slice, slice]:
    """Rows and columns of a box on whole pixels within the picture."""
    left, top = int(box.x), int(box.y)
    return slice(top, top + int(box.h)), slice(left, left + int(box.w))
