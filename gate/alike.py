"""What a picture looks like, so that resized, cropped, mirrored and brightened versions are found.

A sketch is a small grey picture with its local features; it is held while a photo is judged, never
stored. A fingerprint is what is stored: for each of the strongest features 64 bits, without place,
size or direction. It tells that two pictures have details in common and shows none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.arrays import Grey, Pixels
from gate.scaling import shrunk
from gate.values import Sketch

Descriptors = Grey
Codes = NDArray[np.uint64]

CHECKED_EDGE = 640
"""Longest side, in pixels, at which two pictures are compared pixel by pixel."""

_FEATURES_EDGE = 384
_MOST_FEATURES = 300
_LEAST_CONTRAST = 0.015
_STORED = 96
"""Features of a fingerprint."""
_ASKED = 200
"""Features with which others are looked for: more, as a crop holds others than its original."""

_DARKEST, _BRIGHTEST = 3, 252
_BITS = 64
_MEDIANS = (
    11, -7, 34, 1, 10, 28, -1, -8, 0, -9, -2, -12, -35, -19, -19, 15, -9, -25, -12, -3, -13, -10,
    8, -5, -6, 9, -24, 12, -7, 5, 3, -7, 1, -10, -1, -10, 7, 23, -24, -13, -29, -26, -12, 7, -1,
    23, 11, 13, 28, 4, -28, 2, 19, -29, 20, 21, -21, 18, -10, -7, -16, -24, 15, -18,
)  # fmt: skip
"""Hundredths at which each bit is one for half of all features of 80 photos of public events."""


@dataclass(frozen=True)
class Question:
    """The bits to look for others with: of the picture and of its mirror image."""

    plain: Codes
    mirrored: Codes


def sketch(pixels: Pixels) -> Sketch:
    """The sketch of upright sRGB pixels; takes about 20 ms."""
    small = shrunk(pixels, CHECKED_EDGE)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    cut_off = ((small.min(axis=2) <= _DARKEST) | (small.max(axis=2) >= _BRIGHTEST)).astype(np.uint8)
    searched = _of_one_size(grey)
    found, descriptors = _detector().detectAndCompute(searched, None)
    order = sorted(range(len(found)), key=lambda i: -found[i].response)[:_MOST_FEATURES]
    if not order:
        return Sketch(grey, cut_off, np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))
    back = np.array(grey.shape[::-1]) / searched.shape[::-1]
    places = (np.array([found[i].pt for i in order]) + 0.5) * back - 0.5
    return Sketch(grey, cut_off, places.astype(np.float32), descriptors[order].astype(np.uint8))


def mirrored(of: Sketch) -> Sketch:
    """The sketch of the picture mirrored left to right."""
    points = of.points.copy()
    points[:, 0] = of.grey.shape[1] - 1 - points[:, 0]
    grey, cut_off = (np.ascontiguousarray(one[:, ::-1]) for one in (of.grey, of.cut_off))
    return Sketch(grey, cut_off, points, of.descriptors[:, _mirror()])


def fingerprint(of: Sketch) -> bytes:
    """What is stored of a picture: at most 768 bytes, which are best compared by ``AlikeIndex``."""
    return _codes(of.descriptors[:_STORED]).tobytes()


def codes_of(stored: bytes) -> Codes:
    """The codes in a fingerprint. Raises ValueError when it is none."""
    return np.frombuffer(stored, np.dtype("<u8"))


def question(of: Sketch) -> Question:
    """What to ask the index with."""
    asked = of.descriptors[:_ASKED]
    return Question(_codes(asked), _codes(asked[:, _mirror()]))


def unit(descriptors: Descriptors) -> NDArray[np.float32]:
    """RootSIFT: rows of unit length whose products are similarities (Arandjelovic 2012)."""
    rows = descriptors.astype(np.float32)
    root: NDArray[np.float32] = np.sqrt(rows / np.maximum(rows.sum(1, keepdims=True), 1))
    return root


def _of_one_size(grey: Grey) -> Grey:
    """Brought to the size at which features are looked for."""
    scale = _FEATURES_EDGE / max(grey.shape)
    size = max(round(grey.shape[1] * scale), 1), max(round(grey.shape[0] * scale), 1)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=way), np.uint8)


@cache
def _detector() -> cv2.SIFT:
    return cv2.SIFT.create(_MOST_FEATURES, 3, _LEAST_CONTRAST, 10)


def _codes(descriptors: Descriptors) -> Codes:
    """64 bits a feature: on which side of 64 fixed planes it lies."""
    planes, medians = _planes()
    bits = unit(descriptors) @ planes > medians
    return np.packbits(bits, axis=1).view(np.dtype("<u8")).ravel()


@cache
def _planes() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Each plane sets 32 of the 128 numbers against 32 others, by a lot that never changes."""
    lot = np.random.RandomState(20260301)
    planes = np.zeros((128, _BITS), np.float32)
    for bit in range(_BITS):
        order = lot.permutation(128)
        planes[order[:32], bit], planes[order[32:64], bit] = 1, -1
    return planes, (np.asarray(_MEDIANS) / 100).astype(np.float32)


@cache
def _mirror() -> NDArray[np.intp]:
    """Where each number of a SIFT descriptor (4 rows, 4 columns, 8 directions) goes in a mirror.

    Within the frame turned to the feature's own direction, a mirror swaps the rows and reverses
    the directions.
    """
    place = np.arange(128).reshape(4, 4, 8)
    return np.stack([place[::-1, :, (8 - way) % 8] for way in range(8)], axis=-1).ravel()
