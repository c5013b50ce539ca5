"""The check whether one picture is a version of another: laid over each other, pixel by pixel.

Features give the affine map from one picture to the other. Then every place of the overlap that
has texture must look the same, whatever the brightness and contrast there. Two shots of one scene
differ wherever somebody moved, and that is what tells them from one shot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.alike import mirrored, unit
from gate.covered_heads import covered_heads
from gate.values import Extent, Sketch

Affine = NDArray[np.float64]
Plane = NDArray[np.float32]
Flags = NDArray[np.bool_]
Heads = tuple[Flags | None, Flags | None]

_LEAST_AGREEING = 12
"""Features that must lie where the map says."""
_ALIKE, _ALIKE_NEAR = 0.8, 0.7
"""Similarity of two features, anywhere and where the map says."""
_OFF = 3.0
"""How far a feature may be from where the map says, in pixels."""
_MOST_SCALE, _MOST_STRETCH = 6.0, 1.35

_SOFTENING = 1.5
"""Standard deviation, in pixels, to which both are softened, so that JPEG's own marks are gone."""
_WINDOW = 17
"""Side in pixels of what is compared at each place."""
_TEXTURE = 36.0
"""Variance in grey levels from which a place has something to compare."""
_DARKEST, _BRIGHTEST = 6, 249
"""Beyond these, brightening has cut off what was there."""
_AROUND = np.ones((7, 7), np.uint8)
_SPECK = np.ones((3, 3), np.uint8)
_SAME, _OTHER = 0.8, 0.6
"""Correlation from which a place is the same, and below which it is another."""

LEAST_SAME = 0.93
"""Share of the places with texture that must be the same."""
MOST_OTHER = 0.005
"""Share of them that may be another."""
LARGEST_OTHER = 0.0012
"""Of these, the largest patch that hangs together, as a share of the overlap."""
_LEAST_PLACES = 2_000
_LEAST_OVERLAP = 0.85
"""Share of the one picture or the other that the overlap must take: a crop lies within."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two pictures lie on each other.

    ``agreeing``: features. ``same``, ``other``: shares of the places with texture; ``largest``:
    the largest patch that is another, as a share of the overlap. ``overlaps``: the shares of the
    one and of the other that lie on each other. ``places``: pixels with texture. ``matrix``: from
    the one to the other, in pixels of their sketches. ``excused``: heads covered in one of them.
    """

    agreeing: int
    same: float
    other: float
    largest: float
    overlaps: tuple[float, float]
    places: int
    matrix: Affine
    mirrored: bool = False
    excused: int = 0

    @property
    def holds(self) -> bool:
        """Whether it is one photo."""
        return (
            self.agreeing >= _LEAST_AGREEING
            and self.places >= _LEAST_PLACES
            and max(self.overlaps) >= _LEAST_OVERLAP
            and self.same >= LEAST_SAME
            and self.other <= MOST_OTHER
            and self.largest <= LARGEST_OTHER
        )

    @property
    def extent(self) -> Extent:
        """Whether the one shows all of the other, a part of it, or more than it."""
        one, other = (share >= _LEAST_OVERLAP for share in self.overlaps)
        if one and other:
            return Extent.WHOLE
        return Extent.PART if one else Extent.MORE


def agreement(one: Sketch, other: Sketch, heads: Heads = (None, None)) -> Agreement | None:
    """How ``one`` lies on ``other``, plain or mirrored; None when it does in no way.

    ``heads``: where heads are in the one and the other, which may be covered in one of the two;
    masks of the size of each sketch, or None.
    """
    plain = _aligned(one, other)
    found = None
    if plain is not None:
        found = _compared(_Pair(one, other, plain[0], False, plain[1]), heads)
    if found is not None and found.holds:
        return found
    # Also where much agrees as it is: halls and facades are their own mirror images.
    turned = _aligned(mirrored(one), other)
    if turned is None:
        return found
    first = None if heads[0] is None else np.ascontiguousarray(heads[0][:, ::-1])
    back = _compared(_Pair(mirrored(one), other, turned[0], True, turned[1]), (first, heads[1]))
    return back if found is None or back.holds or back.agreeing > found.agreeing else found


def _aligned(one: Sketch, other: Sketch) -> tuple[Affine, int] | None:
    """The map from one to the other, and how many features agree with it."""
    if min(len(one.points), len(other.points)) < _LEAST_AGREEING:
        return None
    alike = unit(one.descriptors) @ unit(other.descriptors).T
    best = alike.argmax(axis=1)
    rows = np.arange(len(best))
    mutual = (alike.argmax(axis=0)[best] == rows) & (alike[rows, best] > _ALIKE)
    if mutual.sum() < _LEAST_AGREEING:
        return None
    matrix, _ = cv2.estimateAffine2D(
        one.points[mutual], other.points[best[mutual]], ransacReprojThreshold=_OFF
    )
    return None if matrix is None or not _is_sane(matrix) else _refined(one, other, alike, matrix)


def _is_sane(matrix: Affine) -> bool:
    """Scaled, shifted, slightly stretched, not mirrored."""
    if not np.isfinite(matrix).all() or np.linalg.det(matrix[:, :2]) <= 0:
        return False
    large, small = np.linalg.svd(matrix[:, :2], compute_uv=False)
    within = small > 1 / _MOST_SCALE and large < _MOST_SCALE
    return bool(within and large / small < _MOST_STRETCH)


def _refined(
    one: Sketch, other: Sketch, alike: NDArray[np.float32], matrix: Affine
) -> tuple[Affine, int] | None:
    """The map again from all features that lie where it says, with their number."""
    agreeing = 0
    for off in (2 * _OFF, _OFF):
        said = one.points @ matrix[:, :2].T + matrix[:, 2]
        away = np.linalg.norm(said[:, None] - other.points[None], axis=2)
        near = np.where(away < off, alike, 0)
        best = near.argmax(axis=1)
        good = near[np.arange(len(best)), best] > _ALIKE_NEAR
        agreeing = int(good.sum())
        if agreeing < _LEAST_AGREEING:
            return None
        here = np.column_stack((one.points[good], np.ones(agreeing)))
        matrix = np.linalg.lstsq(here, other.points[best[good]], rcond=None)[0].T
    return (matrix, agreeing) if _is_sane(matrix) else None


@dataclass(frozen=True)
class _Pair:
    """Two pictures, the map from the first to the second, and how it came about."""

    one: Sketch
    other: Sketch
    matrix: Affine
    mirrored: bool
    agreeing: int

    @property
    def scale(self) -> float:
        """Pixels of the second for each of the first."""
        return math.sqrt(float(np.linalg.det(self.matrix[:, :2])))

    def together(self, one: Plane, other: Plane) -> tuple[Plane, Plane]:
        """Both in the frame of the coarser one; zero where there is nothing."""
        if self.scale <= 1:
            size = self.other.grey.shape[1], self.other.grey.shape[0]
            return _plane(cv2.warpAffine(one, self.matrix, size)), other
        size = self.one.grey.shape[1], self.one.grey.shape[0]
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return one, _plane(cv2.warpAffine(other, self.matrix, size, flags=flags))

    def overlaps(self, shared: int) -> tuple[float, float]:
        """The shares of the one and of the other that so many pixels of the frame are."""
        one = self.one.grey.size * min(self.scale, 1.0) ** 2
        other = self.other.grey.size / max(self.scale, 1.0) ** 2
        return shared / max(one, 1.0), shared / max(other, 1.0)

    def softened(self) -> tuple[Plane, Plane]:
        """Both together, as soft as the coarser one."""
        finer = max(self.scale, 1 / self.scale)
        soft = 0.5 * math.sqrt(max(finer**2 - 1, 0))
        one, other = _plane(self.one.grey), _plane(self.other.grey)
        if soft > 0.2 and self.scale <= 1:
            one = _soft(one, soft)
        elif soft > 0.2:
            other = _soft(other, soft)
        one, other = self.together(one, other)
        return _soft(one, _SOFTENING), _soft(other, _SOFTENING)


def _compared(pair: _Pair, heads: Heads) -> Agreement:
    one, other = pair.softened()
    extents = np.ones(pair.one.grey.shape, np.float32), np.ones(pair.other.grey.shape, np.float32)
    inside_one, inside_other = pair.together(*extents)
    inside = (inside_one > 0.99) & (inside_other > 0.99)
    exposed = _is_exposed(one) & _is_exposed(other) & _cut_off_alike(pair)
    alike, texture = _correlation(one, other, _eroded(inside & exposed))
    excused, count = covered_heads((one, other), _heads(pair, heads), alike < _OTHER)
    places = texture & ~excused
    total = max(int(places.sum()), 1)
    strange = places & (alike < _OTHER)
    return Agreement(
        pair.agreeing,
        float((places & (alike > _SAME)).sum() / total),
        float(strange.sum() / total),
        _largest(strange) / max(int(inside.sum()), 1),
        pair.overlaps(int(inside.sum())),
        int(places.sum()),
        pair.matrix,
        pair.mirrored,
        count,
    )


def _heads(pair: _Pair, heads: Heads) -> Flags:
    """Where either picture has a head, in the common frame."""
    shapes = pair.one.grey.shape, pair.other.grey.shape
    masks = [
        np.zeros(shape, np.float32) if mask is None else mask.astype(np.float32)
        for mask, shape in zip(heads, shapes, strict=True)
    ]
    one, other = pair.together(*masks)
    return np.asarray((one > 0.5) | (other > 0.5))


def _is_exposed(grey: Plane) -> Flags:
    cut_off = ((grey < _DARKEST) | (grey > _BRIGHTEST)).astype(np.uint8)
    return np.asarray(cv2.dilate(cut_off, _AROUND) == 0)


def _cut_off_alike(pair: _Pair) -> Flags:
    """Where brightening or darkening has not cut off in one what there is in the other."""
    cut = pair.one.cut_off.astype(np.float32), pair.other.cut_off.astype(np.float32)
    one, other = pair.together(*cut)
    differ = cv2.morphologyEx((abs(one - other) > 0.5).astype(np.uint8), cv2.MORPH_OPEN, _SPECK)
    return np.asarray(cv2.dilate(differ, _AROUND) == 0)


def _eroded(flags: Flags) -> Flags:
    return np.asarray(cv2.erode(flags.astype(np.uint8), _AROUND) > 0)


def _correlation(one: Plane, other: Plane, seen: Flags) -> tuple[Plane, Flags]:
    """Correlation around each place, over what is seen there, and where there is texture."""
    weight = seen.astype(np.float32)
    filled = np.maximum(_mean(weight), np.float32(1e-6))

    def mean(plane: Plane) -> Plane:
        return _plane(_mean(plane * weight) / filled)

    first, second = mean(one), mean(other)
    varies = np.maximum(mean(one * one) - first * first, 0)
    varies_too = np.maximum(mean(other * other) - second * second, 0)
    together = mean(one * other) - first * second
    alike = _plane(together / np.sqrt((varies + 4) * (varies_too + 4)))
    return alike, seen & (filled > 0.5) & (np.maximum(varies, varies_too) > _TEXTURE)


def _plane(values: NDArray[Any]) -> Plane:
    return np.asarray(values, np.float32)


def _soft(plane: Plane, deviation: float) -> Plane:
    return _plane(cv2.GaussianBlur(plane, (0, 0), deviation))


def _mean(plane: Plane) -> Plane:
    side = (_WINDOW, _WINDOW)
    return _plane(cv2.boxFilter(plane, -1, side, borderType=cv2.BORDER_CONSTANT))


def _largest(flags: Flags) -> int:
    """Pixels of the largest patch that hangs together."""
    _, _, figures, _ = cv2.connectedComponentsWithStats(flags.astype(np.uint8))
    return int(figures[1:, cv2.CC_STAT_AREA].max(initial=0))
