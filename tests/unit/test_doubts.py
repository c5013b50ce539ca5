"""Only a candidate that is seen nowhere when looked at by itself is dropped."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.arrays import Pixels
from gate.doubts import DEFAULTS, confirmed, has_evidence, shows_people
from gate.values import Box, Face

PICTURE: Pixels = np.zeros((600, 800, 3), np.uint8)


def face(x: float, y: float, score: float, size: tuple[float, float] = (40, 50)) -> Face:
    w, h = size
    points = ((x, y), (x + w, y), (x + w / 2, y + h / 2), (x, y + h), (x + w, y + h))
    return Face(Box(x, y, w, h), points, score)


def on_its_side(x: float, y: float, score: float) -> Face:
    """A face whose chin points to the right."""
    points = ((x, y + 40), (x, y), (x + 25, y + 20), (x + 50, y + 40), (x + 50, y))
    return Face(Box(x, y, 50, 40), points, score)


@dataclass
class Middle:
    """Sees a face of 4 to 5 in the middle of every picture, this sure; notes what it was shown."""

    score: float
    shown: list[tuple[int, int]] = field(default_factory=list)
    version: str = "middle"

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        height, width = pixels.shape[:2]
        self.shown.append((width, height))
        h = max(height, width) / 2.5
        w = 0.8 * h
        return [face((width - w) / 2, (height - h) / 2, self.score, (w, h))]


def kept(faces: list[Face], sees: float, *, people: bool = True) -> list[float]:
    finder = Middle(sees)
    return [f.score for f in confirmed(faces, PICTURE, finder, DEFAULTS, people=people)]


def test_beside_a_plain_face_what_is_not_faint_stays_without_being_asked() -> None:
    finder = Middle(0)
    faces = [face(100, 100, 0.9), face(400, 300, 0.31)]
    assert confirmed(faces, PICTURE, finder, DEFAULTS, people=True) == faces
    assert finder.shown == []


@pytest.mark.parametrize(("sees", "stays"), [(0.0, [0.9]), (0.2, [0.9, 0.25])])
def test_beside_a_plain_face_what_is_faint_stays_when_it_is_seen_again(
    sees: float, stays: list[float]
) -> None:
    assert kept([face(100, 100, 0.9), face(400, 300, 0.25)], sees) == stays


@pytest.mark.parametrize(("sees", "stays"), [(0.0, [0.9]), (0.6, [0.9, 0.4])])
def test_on_top_of_a_plain_face_only_what_is_seen_again_stays(
    sees: float, stays: list[float]
) -> None:
    assert kept([face(100, 100, 0.9, (200, 250)), face(110, 120, 0.4)], sees) == stays


@pytest.mark.parametrize(("sees", "stays"), [(0.3, []), (0.75, [0.4])])
def test_alone_a_candidate_must_be_seen_surely_again(sees: float, stays: list[float]) -> None:
    assert kept([face(300, 300, 0.4)], sees, people=False) == stays


def test_a_plain_face_is_never_dropped() -> None:
    assert kept([face(300, 300, 0.8)], 0) == [0.8]
    assert kept([face(300, 300, 0.8)], 0, people=False) == [0.8]


@pytest.mark.parametrize(("score", "sees", "says"), [(0.9, 0.6, True), (0.9, 0.4, False)])
def test_people_are_told_by_a_plain_face_that_is_seen_again(
    score: float, sees: float, says: bool
) -> None:
    assert shows_people([face(300, 300, score)], PICTURE, Middle(sees)) is says


def test_nobody_is_told_by_an_unsure_face_however_often_it_is_seen() -> None:
    assert not shows_people([face(300, 300, 0.79)], PICTURE, Middle(0.9))


def test_beside_a_plain_face_that_is_not_seen_again_candidates_count_as_alone() -> None:
    assert kept([face(100, 100, 0.85), face(400, 300, 0.4)], 0.3, people=False) == [0.85]


@pytest.mark.parametrize(
    ("needed", "sees", "looks"),
    [(0.45, 0.5, [48, 96]), (0.3, 0.5, [48]), (0.5, 0.1, [48]), (0.2, 0.0, []), (0.75, 0.9, [])],
)
def test_the_second_looks_are_at_two_sizes_of_the_face_until_the_answer_is_certain(
    needed: float, sees: float, looks: list[int]
) -> None:
    finder = Middle(sees)
    has_evidence(face(300, 300, 0.4), needed, PICTURE, finder)
    assert [max(size) / 2.5 for size in finder.shown] == pytest.approx(looks, rel=0.05)


@given(st.floats(0, 1), st.lists(st.floats(0, 1), min_size=2, max_size=2), st.floats(0, 1))
def test_looking_less_never_changes_the_answer(
    score: float, sees: list[float], needed: float
) -> None:
    @dataclass
    class InTurn(Middle):
        def find(self, pixels: Pixels, threshold: float) -> list[Face]:
            self.score = sees[len(self.shown)]
            return super().find(pixels, threshold)

    answer = has_evidence(face(300, 300, score), needed, PICTURE, InTurn(0))
    assert answer is ((score + sum(sees) / 2) / 2 >= needed)


def test_a_face_on_its_side_is_looked_at_upright() -> None:
    lying = on_its_side(300, 300, 0.4)
    assert has_evidence(lying, 0.6 - 1e-9, PICTURE, Middle(0.8))
    assert not has_evidence(lying, 0.6 + 1e-9, PICTURE, Middle(0.8))


@pytest.mark.parametrize("corner", [(-20.0, -20.0), (780.0, 570.0), (900.0, 700.0)])
def test_a_candidate_that_reaches_out_of_the_picture_is_looked_at_all_the_same(
    corner: tuple[float, float],
) -> None:
    assert has_evidence(face(*corner, 0.4), 0.2, PICTURE, Middle(0.8))
    assert not has_evidence(face(*corner, 0.4), 0.61, PICTURE, Middle(0.8))
