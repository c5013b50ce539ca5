"""Cropping: leaving a covered head out of the copy where it stands at the picture's edge.

A single covered face among many tells everybody who is protected; a picture that ends before it
tells nothing. Pure geometry on boxes; what remains inside is covered as usual.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from gate.values import Box

KEPT = 0.6
"""Share of the picture's area that a copy keeps at least: less is another picture."""
MARGIN = 0.1
"""How far a cut stays away from a shown head, in its heights, unless the picture ends there."""


def crop(size: tuple[int, int], covered: Sequence[Box], shown: Sequence[Box]) -> Box | None:
    """The part of a picture of ``size`` (width, height) that leaves covered heads out.

    ``covered`` are the whole regions that covering would take, ``shown`` the whole heads that stay,
    both in pixels. The part lies on whole pixels, shares nothing with the regions it leaves out,
    holds every shown head with a margin, and at least ``KEPT`` of the area. None where no region
    can be left out; and where nobody is shown, because then there is nothing to crop to.
    """
    whole = Box(0, 0, *map(float, size))
    heads = [_with_margin(box).clipped(*size) for box in shown]
    if not heads or not all(map(_is_finite, (*covered, *heads))):
        return None
    regions = [box for box in (box.clipped(*size) for box in covered) if box.area > 0]
    kept = whole
    while cuts := list(_cuts(kept, regions, heads, KEPT * whole.area)):
        kept = max(cuts, key=lambda cut: (cut.area, cut.x, cut.y))
    return kept if kept != whole else None


def _cuts(kept: Box, regions: Sequence[Box], heads: Sequence[Box], least: float) -> Iterator[Box]:
    """Every part of ``kept`` that one more cut, along one region's side, leaves."""
    right, bottom = kept.x + kept.w, kept.y + kept.h
    for box in regions:
        if box.overlap(kept) <= 0:
            continue
        after, below = math.ceil(box.x + box.w), math.ceil(box.y + box.h)
        before, above = math.floor(box.x), math.floor(box.y)
        for part in (
            Box(after, kept.y, right - after, kept.h),
            Box(kept.x, below, kept.w, bottom - below),
            Box(kept.x, kept.y, before - kept.x, kept.h),
            Box(kept.x, kept.y, kept.w, above - kept.y),
        ):
            if part.w > 0 and part.h > 0 and part.area >= least and _hold(part, heads):
                yield part


def _hold(part: Box, heads: Sequence[Box]) -> bool:
    """Whether every head lies wholly inside, but for rounding."""
    right, bottom = part.x + part.w + 1e-6, part.y + part.h + 1e-6
    return all(
        head.x >= part.x
        and head.y >= part.y
        and head.x + head.w <= right
        and head.y + head.h <= bottom
        for head in heads
    )


def _with_margin(box: Box) -> Box:
    margin = MARGIN * box.h
    return Box(box.x - margin, box.y - margin, box.w + 2 * margin, box.h + 2 * margin)


def _is_finite(box: Box) -> bool:
    return all(math.isfinite(number) for number in (box.x, box.y, box.w, box.h))
