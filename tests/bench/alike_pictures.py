"""Versions of one photo, and photos that are not: what tests/bench/alike.py compares."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gate.arrays import Pixels

Change = Callable[[Pixels], Pixels]


def saved(pixels: Pixels, quality: int = 85) -> Pixels:
    """The picture after a JPEG file of this quality."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def resized(pixels: Pixels, factor: float) -> Pixels:
    """Made smaller or larger by this factor."""
    height, width = pixels.shape[:2]
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def cropped(pixels: Pixels, keeps: float, right: float, down: float, taller: float = 1.0) -> Pixels:
    """A part with this share of the area; where, from 0 (left, top) to 1 (right, bottom)."""
    height, width = pixels.shape[:2]
    tall = min(1.0, keeps**0.5 * taller)
    wide = min(1.0, keeps / tall)
    tall = keeps / wide
    x, y = int((1 - wide) * right * width), int((1 - tall) * down * height)
    return np.ascontiguousarray(pixels[y : y + int(tall * height), x : x + int(wide * width)])


def brightened(pixels: Pixels, contrast: float, light: float) -> Pixels:
    """Every number times ``contrast`` plus ``light``, cut off at both ends."""
    changed = np.clip(pixels.astype(np.float32) * contrast + light, 0, 255)
    return np.asarray(changed, np.uint8)


def gamma(pixels: Pixels, power: float) -> Pixels:
    """Brighter (below 1) or darker in the middle tones."""
    return np.asarray(255 * (pixels / 255.0) ** power + 0.5, np.uint8)


def turned(pixels: Pixels, degrees: float) -> Pixels:
    """Turned a little, and cut so that no corner is empty."""
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    whole = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC)
    slope = float(np.tan(abs(np.radians(degrees))))
    x, y = int(height / 2 * slope) + 1, int(width / 2 * slope) + 1
    return np.ascontiguousarray(whole[y : height - y, x : width - x])


def mirrored(pixels: Pixels) -> Pixels:
    """Left and right change places."""
    return np.ascontiguousarray(pixels[:, ::-1])


def grey(pixels: Pixels) -> Pixels:
    """Without colour."""
    return np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


CHANGES: Mapping[str, Change] = {
    "saved at quality 30": lambda p: saved(p, 30),
    "saved at quality 95": lambda p: saved(p, 95),
    "half the size": lambda p: saved(resized(p, 0.5)),
    "a quarter of the size": lambda p: saved(resized(p, 0.25), 90),
    "mirrored": lambda p: saved(mirrored(p)),
    "brighter by 40": lambda p: saved(brightened(p, 1, 40)),
    "darker by 40": lambda p: saved(brightened(p, 1, -40)),
    "contrast x 1.4": lambda p: saved(brightened(p, 1.4, -50)),
    "contrast x 0.6": lambda p: saved(brightened(p, 0.6, 50)),
    "gamma 0.6": lambda p: saved(gamma(p, 0.6)),
    "gamma 1.6": lambda p: saved(gamma(p, 1.6)),
    "grey": lambda p: saved(grey(p)),
    "turned by 1 degree": lambda p: saved(turned(p, 1)),
    "turned by -2 degrees": lambda p: saved(turned(p, -2)),
    "crop of 90 %": lambda p: saved(cropped(p, 0.9, 0.9, 0.2)),
    "crop of 75 %, off-centre": lambda p: saved(cropped(p, 0.75, 0.1, 0.8)),
    "crop of 50 %, off-centre": lambda p: saved(cropped(p, 0.5, 0.9, 0.1)),
    "crop of 50 %, square": lambda p: saved(cropped(p, 0.5, 0.5, 0.5, 1.3)),
    "crop of 35 %": lambda p: saved(cropped(p, 0.35, 0.2, 0.9)),
    "crop of 25 %": lambda p: saved(cropped(p, 0.25, 0.7, 0.4)),
    "crop of 50 %, mirrored": lambda p: saved(mirrored(cropped(p, 0.5, 0.2, 0.3)), 80),
    "crop of 75 %, mirrored, half the size, brighter, quality 50": lambda p: saved(
        brightened(resized(mirrored(cropped(p, 0.75, 0.8, 0.3)), 0.5), 1.1, 20), 50
    ),
    "crop of 50 %, a quarter of the size, quality 50": lambda p: saved(
        resized(cropped(p, 0.5, 0.7, 0.7), 0.25), 50
    ),
}
"""What is done to a photo and leaves it the same photo."""


@dataclass(frozen=True)
class Moment:
    """How the next shot of a scene differs: lengths in shares of the picture's longer side.

    ``moved``: how far each of ``people`` moved, on the spot, as if part of the picture were of
    rubber; ``hand``: how far the camera moved.
    """

    moved: float
    people: int
    hand: float


def next_shot(pixels: Pixels, moment: Moment, lot: np.random.Generator) -> Pixels:
    """The same scene a moment later, with its own noise, saved at quality 88."""
    height, width = pixels.shape[:2]
    edge = max(height, width)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    x, y = columns.copy(), rows.copy()
    for _ in range(moment.people):
        weight = _around(rows, columns, lot)
        way = lot.uniform(0, 2 * np.pi)
        x += weight * np.float32(moment.moved * edge * np.cos(way))
        y += weight * np.float32(moment.moved * edge * np.sin(way))
    shift = lot.uniform(-moment.hand, moment.hand, 3)
    scale = np.float32(1 + shift[2])
    x, y = x * scale + np.float32(shift[0] * edge), y * scale + np.float32(shift[1] * edge)
    shot = cv2.remap(pixels, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    noisy = np.clip(shot + lot.normal(0, 3, shot.shape), 0, 255).astype(np.uint8)
    return saved(noisy, 88)


def _around(
    rows: NDArray[np.float32], columns: NDArray[np.float32], lot: np.random.Generator
) -> NDArray[np.float32]:
    """1 around some place as large as a person, 0 elsewhere, and soft between."""
    height, width = rows.shape
    edge = max(height, width)
    across, along = lot.uniform(0.05, 0.09) * edge, lot.uniform(0.08, 0.16) * edge
    x, y = lot.uniform(0.15, 0.85) * width, lot.uniform(0.2, 0.8) * height
    away = np.sqrt(((columns - x) / across) ** 2 + ((rows - y) / along) ** 2)
    return np.asarray(np.clip(2 - 2 * away, 0, 1), np.float32)
