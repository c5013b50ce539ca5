"""A canvas: smooth shapes painted on pixels, with soft edges where wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.arrays import Pixels

Points = NDArray[np.float64]
"""Positions as rows of (x, y)."""

Mask = NDArray[np.uint8]
"""How much of each pixel belongs to a shape, 0 to 255; shape (height, width)."""

Colour = tuple[float, float, float]
"""Red, green and blue, 0 to 255 each."""

_SHIFT = 4
_FEW = 3
_COARSE = 4
_UNSEEN = 0.01


def points(*pairs: tuple[float, float]) -> Points:
    """The pairs as an array."""
    return np.array(pairs, dtype=np.float64)


def smooth(corners: Points, *, closed: bool = True, steps: int = 8) -> Points:
    """A Catmull-Rom curve through the corners, with ``steps`` points for each of them."""
    if closed:
        ring = np.concatenate([corners[-1:], corners, corners[:2]])
    else:
        ends = 2 * corners[:1] - corners[1:2], 2 * corners[-1:] - corners[-2:-1]
        ring = np.concatenate([ends[0], corners, ends[1]])
    p0, p1, p2, p3 = (ring[i : len(ring) - 3 + i, None, :] for i in range(4))
    t = _steps(0, 1, steps, ends=False)[None, :, None]
    curve = p1 + 0.5 * t * (
        (p2 - p0) + t * ((2 * p0 - 5 * p1 + 4 * p2 - p3) + t * (3 * (p1 - p2) + p3 - p0))
    )
    flat: Points = curve.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, corners[-1:]])


def ellipse(x: float, y: float, rx: float, ry: float, *, steps: int = 28) -> Points:
    """An ellipse around (x, y) as a polygon."""
    return np.asarray(_circle(steps) * (rx, ry) + (x, y), dtype=np.float64)


def stroke(line: Points, width: float, *, taper: float = 1.0) -> Points:
    """The outline of a brush stroke along ``line``, thinner towards its ends by ``taper``."""
    along = np.empty_like(line)
    along[1:-1] = line[2:] - line[:-2]
    along[0], along[-1] = line[1] - line[0], line[-1] - line[-2]
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    half = width / 2 * (1 - taper * np.abs(_steps(-1, 1, len(line), ends=True)) ** 2.5)
    normal = along[:, ::-1] * (-1, 1) * (half / length)[:, None]
    return np.concatenate([line + normal, (line - normal)[::-1]])


@cache
def _steps(start: float, stop: float, count: int, *, ends: bool) -> NDArray[np.float64]:
    return np.linspace(start, stop, count, endpoint=ends)


@cache
def _circle(steps: int) -> Points:
    angle = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    return np.column_stack([np.cos(angle), np.sin(angle)])


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """``one`` with a share of ``other`` in it, 0 to 1."""
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def darker(colour: Colour, by: float) -> Colour:
    """The colour mixed with a warm black."""
    return mix(colour, (22.0, 10.0, 8.0), by)


def lighter(colour: Colour, by: float) -> Colour:
    """The colour mixed with white."""
    return mix(colour, (255.0, 252.0, 246.0), by)


class Canvas:
    """Paints on ``pixels`` in place, which may be a window into a larger picture."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels

    def mask(self, outline: Points) -> Mask:
        """The area within the outline, with smooth edges, in the canvas's size."""
        area = np.zeros(self.pixels.shape[:2], np.uint8)
        _fill(area, outline)
        return area

    def fill(
        self,
        outline: Points,
        colour: Colour,
        *,
        alpha: float = 1.0,
        soft: float = 0.0,
        clip: Mask | None = None,
    ) -> None:
        """Paint the area within the outline; ``soft`` is the blur of its edge in pixels."""
        if alpha < _UNSEEN:
            return
        if alpha >= 1 and soft < 1 and clip is None:
            _fill(self.pixels, outline, tuple(round(part) for part in colour))
            return
        window = self._window(outline, 2 * soft + 2)
        if window is None:
            return
        rows, columns = window
        area = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        _fill(area, outline - (columns.start, rows.start))
        if soft >= 1:
            side = 2 * round(soft) + 1
            area = np.asarray(cv2.stackBlur(area, (side, side)), dtype=np.uint8)
        if clip is not None:
            area = np.asarray(cv2.multiply(area, clip[rows, columns], scale=1 / 255), np.uint8)
        self._blend(window, area, colour, alpha)

    def fill_all(self, outlines: Sequence[Points], colour: Colour, *, alpha: float) -> None:
        """Paint many areas in one go; where they overlap, they do not add up."""
        window = self._window(np.vstack(outlines), 2) if outlines else None
        if window is None:
            return
        rows, columns = window
        area = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        for outline in outlines:
            _fill(area, outline - (columns.start, rows.start))
        self._blend(window, area, colour, alpha)

    def light(self, outline: Points, field: Callable[[Points], NDArray[np.float64]]) -> None:
        """Multiply what lies within the outline by a field of the place, as light and shade do."""
        window = self._window(outline, 2)
        if window is None:
            return
        rows, columns = window
        area = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        _fill(area, outline - (columns.start, rows.start))
        coarse = np.mgrid[rows.start : rows.stop : _COARSE, columns.start : columns.stop : _COARSE]
        factor = field(coarse[::-1].reshape(2, -1).T).reshape(coarse.shape[1:]).astype(np.float32)
        fine = cv2.resize(factor, area.shape[::-1], interpolation=cv2.INTER_LINEAR)
        share = 1 + (fine - 1) * (area.astype(np.float32) * np.float32(1 / 255))
        patch = self.pixels[rows, columns]
        patch[:] = (patch * cv2.merge([share] * 3) + np.float32(0.5)).clip(0, 255)

    def _blend(self, window: tuple[slice, slice], area: Mask, colour: Colour, alpha: float) -> None:
        patch = self.pixels[window]
        flat = np.full_like(patch, np.round(colour))
        share = area * np.float32(alpha / 255)
        patch[:] = cv2.blendLinear(patch, flat, 1 - share, share)

    def _window(self, outline: Points, spare: float) -> tuple[slice, slice] | None:
        height, width = self.pixels.shape[:2]
        left, top = np.floor(outline.min(axis=0) - spare).astype(int)
        right, bottom = np.ceil(outline.max(axis=0) + spare).astype(int)
        rows = slice(max(int(top), 0), min(int(bottom), height))
        columns = slice(max(int(left), 0), min(int(right), width))
        if rows.stop <= rows.start or columns.stop <= columns.start:
            return None
        return rows, columns


def _fill(area: Pixels, outline: Points, value: tuple[int, ...] = (255,)) -> None:
    if len(outline) >= _FEW:
        fixed = np.round(outline * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(area, [fixed], value, cv2.LINE_AA, _SHIFT)
