"""Copies: whatever was inside the covered regions, the very same file is published."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.arrays import Pixels, Vectors
from gate.copies import Copier, Seen
from gate.cover import STYLES
from gate.match import DEFAULT_THRESHOLDS, Matcher
from gate.region import regions
from gate.stopwatch import Stopwatch
from gate.values import Box, Channel, Face, Gallery, Match

SHAPE = (180, 240)


class FindsNothing:
    """A second look that sees no face, so that the region stays as it is."""

    version = "nothing"

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        return []


class ReadsNothing:
    version = "nothing"
    dimension = 128

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        return np.zeros((len(faces), self.dimension), np.float32)


def copier() -> Copier:
    nobody = Gallery((), np.zeros((0, 128), np.float32), (), "nothing")
    matcher = Matcher(nobody, DEFAULT_THRESHOLDS, None)
    return Copier(FindsNothing(), ReadsNothing(), matcher, Stopwatch())


def face_at(x: float, y: float, height: float) -> Face:
    width = 0.77 * height
    marks = ((-0.2, -0.1), (0.2, -0.1), (0.0, 0.1), (-0.15, 0.25), (0.15, 0.25))
    points = tuple((x + a * width, y + b * height) for a, b in marks)
    return Face(Box(x - width / 2, y - height / 2, width, height), points, 0.9)


faces = st.builds(face_at, st.floats(-10, 250), st.floats(-10, 190), st.floats(8, 130))


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=25, deadline=None)
@given(
    st.lists(faces, min_size=1, max_size=3),
    st.lists(faces, max_size=2),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
@example([face_at(250, 0, 8)], [], False, 0)
@example([face_at(0, 0, 8), face_at(0, 0, 43)], [face_at(24, 0, 8)], True, 0)
def test_other_heads_in_the_regions_give_the_same_files(
    style: str, covered: list[Face], shown: list[Face], crops: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.integers(0, 256, (2, *SHAPE, 3), dtype=np.uint8)
    outside = ~regions(SHAPE, covered, shown)
    other[outside] = one[outside]
    channels = [
        Channel(name, max_edge=edge, cover=style, crop_covered=crops)
        for name, edge in (("website", 240), ("print", 200))
    ]
    everybody = tuple(covered + shown)
    made = []
    for pixels in (one, other):
        rows = np.ones((len(everybody), 128), np.float32)
        seen = Seen(pixels, everybody, rows, (Match(),) * len(everybody))
        made.append(copier().copies_for(seen, range(len(covered)), channels))
    assert [copy.data for copy in made[0]] == [copy.data for copy in made[1]]
    assert all(copy.width <= SHAPE[1] and copy.height <= SHAPE[0] for copy in made[0])


@pytest.mark.parametrize("covered", [[], [0]])
def test_channels_share_a_copy_exactly_where_they_publish_the_same_size(covered: list[int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (*SHAPE, 3), dtype=np.uint8)
    seen = Seen(pixels, (face_at(60, 60, 40),), np.ones((1, 128), np.float32), (Match(),))
    edges = {"website": 1600, "social": 200, "print": 240, "hall": 200}
    channels = [Channel(name, max_edge=edge) for name, edge in edges.items()]
    copies = {copy.channel: copy for copy in copier().copies_for(seen, covered, channels)}
    assert list(copies) == list(edges)
    assert [copy.width for copy in copies.values()] == [240, 200, 240, 200]
    assert copies["website"].data == copies["print"].data
    assert copies["social"].data == copies["hall"].data
