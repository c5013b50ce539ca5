"""Tones for what is covered: greys that say next to nothing of what stands beside them.

Whatever repeats colours of hair ends, collars and places, however faintly, can be matched again:
a fade keeps all of it for whoever stretches the contrast. So a covered head gets the nearest of
three greys to the mean brightness around it, and nothing else that differs between photographs:
no grain and no shading either, which would tell exactly where in the photograph it lies.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.arrays import Mask, Pixels

Floats = NDArray[np.float32]

TONES = (60, 120, 180)
"""Grey levels, sRGB: what is covered is that dark, middling or light."""
_CELL = 4.5
"""How far apart two tones stand, in half widths of the widest place: one for every head or two."""


def toned(pixels: Pixels, unknown: Mask) -> Pixels:
    """Grey of this patch's shape, as light as what is known in it.

    ``unknown``, shape (height, width), is True where nothing is known; the pixels there must be 0.
    Where several heads lie side by side, their tones run into each other. Without a known pixel
    the tone is the middle one.
    """
    height, width = unknown.shape
    tones = np.ascontiguousarray(_tones(pixels, unknown))
    light = cv2.resize(tones, (width, height), interpolation=cv2.INTER_LINEAR)
    grey = np.asarray(np.clip(light + 0.5, 0, 255).astype(np.uint8))
    return np.asarray(np.repeat(grey[..., None], 3, axis=2))


def _tones(pixels: Pixels, unknown: Mask) -> Floats:
    """One of the tones for every cell of a coarse grid over the patch, shape (rows, columns)."""
    height, width = unknown.shape
    cell = _CELL * _half_width(unknown)
    columns, rows = max(round(width / cell), 1), max(round(height / cell), 1)
    light = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    known = (~unknown).astype(np.float32)
    sums, shares = (
        cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA).reshape(rows, columns)
        for values in (light, known)
    )
    everywhere = sums.sum() / shares.sum() if shares.any() else np.float32(TONES[1])
    means = np.where(shares > 0, sums / np.maximum(shares, np.float32(1e-9)), everywhere)
    levels = np.array(TONES, dtype=np.float32)
    return np.asarray(levels[np.abs(means[..., None] - levels).argmin(axis=2)])


def _half_width(unknown: Mask) -> float:
    """How far the innermost unknown pixel lies from a known one, in pixels, at least 1."""
    inside = cv2.copyMakeBorder(unknown.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    return max(float(cv2.distanceTransform(inside, cv2.DIST_L2, 3).max()), 1.0)
