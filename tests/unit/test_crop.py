"""Cropping: covered heads at the edge are left out whole, and nobody who is shown is cut."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.crop import KEPT, MARGIN, crop
from gate.values import Box

SIZE = (1000, 600)
MIDDLE = Box(420, 200, 150, 200)
AT_THE_LEFT = Box(0, 150, 180, 250)
AT_THE_RIGHT = Box(820.5, 100, 120, 220)

boxes = st.builds(
    Box, st.floats(-100, 1100), st.floats(-100, 700), st.floats(0, 400), st.floats(0, 400)
)
groups = st.lists(boxes, max_size=5)


@settings(max_examples=300, deadline=None)
@given(groups, groups)
def test_a_crop_leaves_covered_heads_out_cuts_nobody_and_keeps_most(
    covered: list[Box], shown: list[Box]
) -> None:
    part = crop(SIZE, covered, shown)
    if part is None:
        return
    assert all(number == int(number) for number in (part.x, part.y, part.w, part.h))
    assert part.clipped(*SIZE) == part
    assert part.area >= KEPT * SIZE[0] * SIZE[1]
    for head in (box.clipped(*SIZE) for box in shown):
        assert part.overlap(head) == pytest.approx(head.area)
    inside = [box.clipped(*SIZE) for box in covered]
    assert any(box.area > 0 and part.overlap(box) == 0 for box in inside)


@pytest.mark.parametrize(
    ("covered", "kept"),
    [
        ([AT_THE_LEFT], Box(180, 0, 820, 600)),
        ([AT_THE_RIGHT], Box(0, 0, 820, 600)),
        ([AT_THE_LEFT, AT_THE_RIGHT], Box(180, 0, 640, 600)),
        ([Box(400, 500, 300, 100)], Box(0, 0, 1000, 500)),
        ([Box(400, 0, 300, 90)], Box(0, 90, 1000, 510)),
    ],
)
def test_a_head_at_any_edge_is_left_out(covered: list[Box], kept: Box) -> None:
    assert crop(SIZE, covered, [MIDDLE]) == kept


def test_as_many_heads_as_the_area_allows_are_left_out_the_cheapest_first() -> None:
    wide = Box(0, 100, 330, 300)
    part = crop(SIZE, [wide, AT_THE_RIGHT], [MIDDLE])
    assert part == Box(0, 0, 820, 600)


def test_a_head_among_shown_ones_is_not_cropped() -> None:
    beside = [Box(100, 200, 150, 200), Box(750, 200, 150, 200)]
    assert crop(SIZE, [MIDDLE], [*beside, Box(400, 0, 100, 90), Box(500, 500, 99, 99)]) is None


@pytest.mark.parametrize(("closer", "cut"), [(1, False), (0, True)])
def test_a_cut_keeps_its_distance_from_a_shown_head(closer: int, cut: bool) -> None:
    gap = MARGIN * MIDDLE.h - closer
    tall = Box(0, 0, MIDDLE.x - gap, 600)
    part = crop((1200, 600), [tall], [MIDDLE])
    assert part == (Box(400, 0, 800, 600) if cut else None)


def test_too_large_a_loss_is_no_crop() -> None:
    assert crop(SIZE, [Box(0, 0, 401, 600)], [Box(700, 200, 100, 100)]) is None
    assert crop(SIZE, [Box(0, 0, 400, 600)], [Box(700, 200, 100, 100)]) == Box(400, 0, 600, 600)


def test_without_anybody_shown_or_covered_nothing_is_cropped() -> None:
    assert crop(SIZE, [AT_THE_LEFT], []) is None
    assert crop(SIZE, [], [MIDDLE]) is None


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_head_that_lies_nowhere_stops_cropping(number: float) -> None:
    nowhere = Box(number, 0, 10, 10)
    assert crop(SIZE, [AT_THE_LEFT, nowhere], [MIDDLE]) is None
    assert crop(SIZE, [AT_THE_LEFT], [MIDDLE, nowhere]) is None
