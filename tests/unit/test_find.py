"""Every face that any search finds is kept once, wherever and however it was found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from gate.arrays import Pixels
from gate.find import find, merge
from gate.values import Box, Face


def face(x: float, y: float, w: float = 40, h: float = 50, score: float = 0.9) -> Face:
    return Face(Box(x, y, w, h), ((x, y), (x + w, y), (x, y), (x, y + h), (x + w, y + h)), score)


@dataclass
class BrightSpots:
    """A finder that takes every bright block for a face, and notes what it was shown."""

    score: float = 0.9
    smallest: int = 1
    upright_only: bool = False
    seen: list[tuple[int, int]] = field(default_factory=list)
    version: str = "bright spots"

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        height, width = pixels.shape[:2]
        self.seen.append((width, height))
        bright = pixels[..., 0] > 128
        rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
        if not len(rows) or self.score < threshold:
            return []
        w, h = columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1
        if w < self.smallest or (self.upright_only and w > h):
            return []
        return [face(float(columns[0]), float(rows[0]), float(w), float(h), self.score)]


class OneOfTwo:
    """Finds a plain face and, far from it, something unsure; in small parts a face fills half."""

    version = "one of two"

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        if max(pixels.shape[:2]) < 600:
            half = max(pixels.shape[:2]) / 2.5
            return [face(half * 0.75, half * 0.75, half * 0.8, half)]
        if pixels.shape[1] < 600 or not pixels[: pixels.shape[0] // 2].any():
            return []  # turned
        scale = pixels.shape[1] / 1700
        return [face(50, 50).scaled(scale), face(900, 300, score=0.31).scaled(scale)]


class OnlyInTheWholePicture(BrightSpots):
    """Sees a face in the whole picture, and nothing when shown a part of it."""

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        found = super().find(pixels, threshold)
        return [replace(f, score=0.7) for f in found] if max(pixels.shape[:2]) >= 400 else []


@dataclass
class OneUprightOneLying:
    """Sees the red block as it stands, and the blue one only where it stands upright."""

    lying: float = 0.9
    version: str = "upright and lying"

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        red, blue = (np.zeros_like(pixels) for _ in range(2))
        red[..., 0] = np.where(pixels[..., 1] > 128, pixels[..., 0], 0)
        blue[..., 0] = np.where(pixels[..., 1] > 128, 0, pixels[..., 2])
        stands = BrightSpots(upright_only=True)
        lies = BrightSpots(score=self.lying, upright_only=True)
        return stands.find(red, threshold) + lies.find(blue, threshold)


def picture(width: int, height: int, box: tuple[int, int, int, int]) -> Pixels:
    pixels = np.zeros((height, width, 3), np.uint8)
    x, y, w, h = box
    pixels[y : y + h, x : x + w] = 255
    return pixels


def near(box: Box, expected: tuple[float, float, float, float], by: float = 3) -> bool:
    found = (box.x, box.y, box.w, box.h)
    return all(abs(a - b) <= by for a, b in zip(found, expected, strict=True))


def test_one_face_found_at_several_sizes_is_one_face() -> None:
    faces, search = find(picture(1200, 900, (100, 200, 80, 100)), BrightSpots())
    assert len(faces) == 1
    assert near(faces[0].box, (100, 200, 80, 100))
    assert search.long_edges == (1200, 1680, 640)
    assert search.turned_edges == (640,)


def test_a_small_picture_is_searched_enlarged_too() -> None:
    finder = BrightSpots()
    _, search = find(picture(250, 250, (50, 50, 60, 80)), finder)
    assert (500, 500) in finder.seen
    assert search.long_edges == (250, 350, 500, 750)


@pytest.mark.parametrize("size", [(700, 400), (400, 700)])
def test_a_face_lying_on_its_side_is_found_where_it_lies(size: tuple[int, int]) -> None:
    finder = BrightSpots(upright_only=True)
    faces, search = find(picture(*size, (300, 150, 90, 60)), finder)
    assert search.turns == (0, 90, 180, 270)
    assert near(faces[0].box, (300, 150, 90, 60))
    for x, y in faces[0].landmarks:
        assert 295 <= x <= 395
        assert 145 <= y <= 215


def test_where_upright_finds_only_something_unsure_the_picture_is_turned_at_every_size() -> None:
    _, search = find(picture(700, 400, (300, 150, 60, 90)), BrightSpots(score=0.7))
    assert search.turns == (0, 90, 180, 270)
    assert search.turned_edges == (700, 1400)


def test_a_face_lying_beside_a_plain_one_is_found() -> None:
    pixels = picture(1600, 1200, (100, 100, 100, 130))
    pixels[700:800, 900:1040, 2] = 255
    faces, search = find(pixels, OneUprightOneLying())
    assert len(faces) == 2
    assert near(faces[1].box, (900, 700, 140, 100))
    assert search.turns == (0, 90, 180, 270)


def test_turned_beside_a_plain_face_what_is_no_face_alone_is_dropped() -> None:
    pixels = picture(1600, 1200, (100, 100, 100, 130))
    pixels[700:800, 900:1040, 2] = 255
    assert len(find(pixels, OneUprightOneLying(lying=0.4))[0]) == 1


def test_unsure_candidates_beside_a_plain_face_are_kept_and_marked_weak() -> None:
    faces, _ = find(picture(1700, 900, (50, 50, 60, 80)), OneOfTwo())
    assert [f.weak for f in faces] == [False, True]


def test_a_large_picture_is_not_searched_enlarged() -> None:
    _, search = find(picture(1700, 900, (50, 50, 60, 80)), BrightSpots())
    assert search.long_edges == (1700, 640)


def test_a_candidate_that_no_second_look_sees_is_dropped_and_counted() -> None:
    faces, search = find(picture(700, 400, (300, 150, 60, 90)), OnlyInTheWholePicture())
    assert faces == []
    assert search.dropped == 1


def test_no_face_says_what_was_searched() -> None:
    faces, search = find(np.zeros((900, 1200, 3), np.uint8), BrightSpots())
    assert faces == []
    assert search.turns == (0, 90, 180, 270)
    assert search.turned_edges == (1200, 640)
    assert search.smallest == pytest.approx(10 * 1200 / 1680)


def test_the_surest_of_several_boxes_of_one_face_wins() -> None:
    kept = merge([face(0, 0, score=0.5), face(2, 3, score=0.8), face(4, 4, score=0.6)])
    assert [f.score for f in kept] == [0.8]


def test_neighbouring_faces_stay_two() -> None:
    assert len(merge([face(0, 0), face(30, 0)])) == 2


def test_a_small_face_inside_a_large_box_is_kept() -> None:
    assert len(merge([face(0, 0, 200, 250), face(80, 100, 40, 50)])) == 2
