"""Finding every face of a picture: several sizes, and turned, the more so where upright finds none.

The candidates of all searches are merged, and doubtful ones are looked at again. Weak ones that
remain are covered, never shown, because a face that was missed would be published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from gate.arrays import Pixels
from gate.doubts import Doubts, confirmed, shows_people
from gate.look import Sizes, look
from gate.ports import FaceFinder
from gate.values import Box, Face, Search

INSPECT_EDGE = 1600
"""Longest side, in pixels, at which photos are searched at least.

A channel that publishes larger copies has its photos searched at that size: no more is published
than was searched. A face too small to be found there is too small to be known in the copy."""

_SMALLEST_FOUND = 10.0
"""Height in pixels of the smallest faces that YuNet finds at all (its finest stride is 8)."""

_TURNS = (180, 90, 270)
"""In this order the finder meets fewer changes of shape, each of which costs it time."""

_SAME_IOU = 0.4
_SAME_INSIDE = 0.65
"""From these overlaps two boxes are one face; see ``merge``."""


@dataclass(frozen=True, slots=True)
class FindOptions:
    """How to search.

    ``sure``: from this score a face is not weak. ``doubts``: which candidates are looked at again.
    ``coarse``: long edge of a search that finds faces which fill the picture. Pictures smaller
    than ``large`` are searched enlarged, too, by each of ``enlarge``, up to ``largest``; there
    candidates count from ``candidate``, in large ones from ``candidate_large``. Turned, a picture
    with people is searched at ``coarse``; any other at ``turned_edge`` (twice its size below
    ``turned_twice_below``), too.
    """

    candidate: float = 0.2
    candidate_large: float = 0.3
    sure: float = 0.5
    coarse: int = 640
    large: int = 1600
    enlarge: tuple[float, ...] = (1.4, 2.0, 3.0)
    largest: int = 2048
    turned_edge: int = 1280
    turned_twice_below: int = 800
    doubts: Doubts = field(default_factory=Doubts)


DEFAULTS = FindOptions()


def find(
    pixels: Pixels, finder: FaceFinder, options: FindOptions = DEFAULTS
) -> tuple[list[Face], Search]:
    """Every face, in pixels of ``pixels``, left to right; and what was searched."""
    edge = max(pixels.shape[:2])
    threshold = options.candidate if edge < options.large else options.candidate_large
    edges, sizes = _edges(edge, options), Sizes(pixels)
    upright = merge(f for size in edges for f in look(sizes, finder, threshold, edge=size))
    people = shows_people(upright, pixels, finder, options.doubts)
    turned = (min(edge, options.coarse),) if people else _turned_edges(edge, options)
    lying = [
        f
        for size in turned
        for turn in _TURNS
        for f in look(sizes, finder, threshold, edge=size, turn=turn)
    ]
    if people:
        # They stand upright here, yet one of them may lie in the grass.
        lying = confirmed(_new(lying, upright), pixels, finder, options.doubts, people=False)
    candidates = merge([*upright, *lying])
    if not people:
        # What was found upright was asked already.
        new = [face for face in candidates if face not in upright]
        people = shows_people(new, pixels, finder, options.doubts)
    kept = confirmed(candidates, pixels, finder, options.doubts, people=people)
    faces = [replace(face, weak=face.score < options.sure) for face in kept]
    smallest = _SMALLEST_FOUND * edge / max(edges)
    dropped = len(candidates) - len(kept)
    search = Search(edges, (0, *sorted(_TURNS)), threshold, smallest, turned, dropped)
    return sorted(faces, key=lambda face: (face.box.x, face.box.y)), search


def _new(candidates: Iterable[Face], known: Sequence[Face]) -> list[Face]:
    """One face for each of the candidates that are none of the known faces."""
    return [
        face
        for face in merge(candidates)
        if not any(_same(face.box, other.box, _SAME_IOU, _SAME_INSIDE) for other in known)
    ]


def _edges(edge: int, options: FindOptions) -> tuple[int, ...]:
    edges = [edge]
    if edge < options.large:
        sizes = [round(edge * factor) for factor in options.enlarge]
        edges += [size for size in sizes if size <= options.largest] or [options.largest]
    if edge >= 1.5 * options.coarse:
        edges.append(options.coarse)
    return tuple(edges)


def _turned_edges(edge: int, options: FindOptions) -> tuple[int, ...]:
    edges = [min(edge, options.turned_edge)]
    if edge < options.turned_twice_below:
        edges.append(2 * edge)
    if edge >= 1.5 * options.coarse:
        edges.append(options.coarse)
    return tuple(edges)


def merge(
    candidates: Iterable[Face], iou: float = _SAME_IOU, inside: float = _SAME_INSIDE
) -> list[Face]:
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
