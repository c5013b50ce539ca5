"""Finding every face of a picture: several sizes, and turned where upright finds little.

The candidates of all searches are merged. Weak ones stay, marked as weak: they are covered, never
shown, because a face that was missed would be published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from gate.arrays import Pixels
from gate.ports import FaceFinder
from gate.values import Box, Face, Search

INSPECT_EDGE = 1600
"""Longest side, in pixels, at which photos are searched at least.

A channel that publishes larger copies has its photos searched at that size: no more is published
than was searched. A face too small to be found there is too small to be known in the copy."""

_SMALLEST_FOUND = 10.0
"""Height in pixels of the smallest faces that YuNet finds at all (its finest stride is 8)."""


_ON_TOP = 0.1
"""Share of a candidate's area on a plain face from which it is looked at again."""

_SECOND_LOOK = 96.0
"""Height in pixels to which a candidate is brought for the second look."""


@dataclass(frozen=True, slots=True)
class FindOptions:
    """How to search.

    ``candidate``: lowest score that counts at all. ``sure``: from here a face is not weak.
    ``plain``: with a face at least this sure, the picture is taken to be upright. ``coarse``:
    long edge of a second search, which finds faces that fill the picture. ``enlarge_below``:
    pictures smaller than this are searched enlarged, too.
    """

    candidate: float = 0.3
    sure: float = 0.5
    plain: float = 0.8
    coarse: int = 640
    enlarge_below: int = 800
    turned_edge: int = 1280


DEFAULTS = FindOptions()


def find(
    pixels: Pixels, finder: FaceFinder, options: FindOptions = DEFAULTS
) -> tuple[list[Face], Search]:
    """Every face, in pixels of ``pixels``, left to right; and what was searched."""
    edge = max(pixels.shape[:2])
    edges = _edges(edge, options)
    candidates = [f for size in edges for f in _at(pixels, size, finder, options.candidate)]
    turns = [0]
    if not any(face.score >= options.plain for face in candidates):
        for turn in (90, 180, 270):
            turns.append(turn)
            candidates += _turned(pixels, turn, finder, options)
    faces = [replace(face, weak=face.score < options.sure) for face in merge(candidates)]
    faces = _without_mistakes(faces, pixels, finder, options)
    smallest = _SMALLEST_FOUND * edge / max(edges)
    search = Search(tuple(edges), tuple(turns), options.candidate, smallest)
    return sorted(faces, key=lambda face: (face.box.x, face.box.y)), search


def _without_mistakes(
    faces: list[Face], pixels: Pixels, finder: FaceFinder, options: FindOptions
) -> list[Face]:
    """The faces without candidates that are parts of a surer face.

    On a face that fills the picture, cheeks and collars pass for faces at some size. Only a
    candidate on top of a plain face is in doubt, and only a second look at its own size, which
    does not find it, drops it; a real face there, behind a shoulder, is found again.
    """
    plain = [face.box for face in faces if face.score >= options.plain]
    return [
        face
        for face in faces
        if face.score >= options.plain
        or not any(face.box.overlap(box) > _ON_TOP * face.box.area for box in plain)
        or _is_there(face, pixels, finder, options)
    ]


def _is_there(face: Face, pixels: Pixels, finder: FaceFinder, options: FindOptions) -> bool:
    """Whether the finder sees this face, too, when shown its surroundings alone."""
    height, width = pixels.shape[:2]
    x, y = face.box.centre
    side = 2.5 * max(face.box.w, face.box.h)
    part = Box(x - side / 2, y - side / 2, side, side).clipped(width, height)
    left, top = int(part.x), int(part.y)
    crop = pixels[top : int(part.y + part.h) + 1, left : int(part.x + part.w) + 1]
    edge = max(round(max(crop.shape[:2]) * _SECOND_LOOK / max(face.box.h, 1.0)), 32)
    here = replace(face.box, x=face.box.x - left, y=face.box.y - top)
    return any(f.box.iou(here) >= 0.4 for f in _at(crop, edge, finder, options.candidate))


def _edges(edge: int, options: FindOptions) -> list[int]:
    edges = [edge]
    if edge < options.enlarge_below:
        edges.append(2 * edge)
    if edge >= 1.5 * options.coarse:
        edges.append(options.coarse)
    return edges


def _at(pixels: Pixels, edge: int, finder: FaceFinder, threshold: float) -> list[Face]:
    """Faces found with the picture at this long edge, in pixels of ``pixels``."""
    height, width = pixels.shape[:2]
    factor = edge / max(height, width)
    if factor == 1:
        return finder.find(pixels, threshold)
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    scaled: Pixels = np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)
    return [face.scaled(1 / factor) for face in finder.find(scaled, threshold)]


def _turned(pixels: Pixels, turn: int, finder: FaceFinder, options: FindOptions) -> list[Face]:
    height, width = pixels.shape[:2]
    turned = np.ascontiguousarray(np.rot90(pixels, turn // 90))
    edge = min(max(height, width), options.turned_edge)
    found = _at(turned, edge, finder, options.candidate)
    return [_turned_back(face, turn, (width, height)) for face in found]


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


def merge(candidates: Iterable[Face], iou: float = 0.4, inside: float = 0.65) -> list[Face]:
    """One face where several searches found the same one; the surest wins.

    Two boxes are the same face when they overlap by ``iou``, or when the smaller one lies by
    ``inside`` of its area in the other and they are of similar size (an eye taken for a face is a
    different find, and is kept).
    """
    kept: list[Face] = []
    for face in sorted(candidates, key=lambda face: -face.score):
        if not any(_same(face.box, other.box, iou, inside) for other in kept):
            kept.append(face)
    return kept


def _same(box: Box, other: Box, iou: float, inside: float) -> bool:
    if box.iou(other) >= iou:
        return True
    smaller = min(box.area, other.area)
    larger = max(box.area, other.area)
    return smaller > 0.25 * larger and box.overlap(other) >= inside * smaller
