"""A version of a photo is recognised, whatever was done to it; another photo never is."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gate.alike import fingerprint, question, sketch
from gate.alike_index import AlikeIndex
from gate.arrays import Pixels
from gate.cover import STYLES, cover
from gate.demo.cast import CAST
from gate.demo.features import person
from gate.demo.places import Place
from gate.demo.scene import group
from gate.kindred import heads_in, link
from gate.region import regions
from gate.same_photo import agreement
from gate.values import Box, Extent, Face, Sketch
from tests.bench.alike_pictures import (
    CHANGES,
    Moment,
    brightened,
    cropped,
    mirrored,
    next_shot,
    resized,
    saved,
    turned,
)

PEOPLE = (0, 1, 2, 3, 4)


@cache
def drawn(
    shot: int = 0, place: Place = Place.HALL, people: tuple[int, ...] = PEOPLE
) -> tuple[Pixels, list[Box]]:
    return group([person(CAST[i].seed) for i in people], shot, width=1200, height=800, place=place)


@cache
def original(shot: int = 0, place: Place = Place.HALL) -> Sketch:
    return sketch(drawn(shot, place)[0])


def is_version(pixels: Pixels, of: Sketch) -> bool:
    """Looked up by its fingerprint, and confirmed."""
    drawn_again = sketch(pixels)
    index = AlikeIndex()
    index.add([("original", fingerprint(of))])
    found = index.candidates(question(drawn_again), 1)
    return bool(found) and link("original", (drawn_again, of), (None, None)) is not None


@pytest.mark.parametrize("name", [n for n in CHANGES if "25 %" not in n and "35 %" not in n])
def test_a_changed_photo_is_linked(name: str) -> None:
    assert is_version(CHANGES[name](drawn()[0]), original())


@settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    keeps=st.floats(0.5, 1),
    right=st.floats(0, 1),
    down=st.floats(0, 1),
    factor=st.floats(0.5, 1),
    light=st.floats(-30, 30),
    degrees=st.floats(-2, 2),
    quality=st.integers(40, 95),
    is_mirrored=st.booleans(),
)
def test_several_changes_at_once_are_linked(
    keeps: float,
    right: float,
    down: float,
    factor: float,
    light: float,
    degrees: float,
    quality: int,
    is_mirrored: bool,
) -> None:
    pixels = cropped(turned(drawn()[0], degrees), keeps, right, down)
    pixels = brightened(resized(mirrored(pixels) if is_mirrored else pixels, factor), 1, light)
    assert is_version(saved(pixels, quality), original())


def test_the_link_says_what_was_done() -> None:
    part = saved(cropped(drawn()[0], 0.6, 0.3, 0.5))
    found = link("a", (sketch(mirrored(part)), original()), (None, None))
    back = link("b", (original(), sketch(part)), (None, None))
    assert found is not None
    assert (found.extent, found.mirrored, found.covered) == (Extent.PART, True, False)
    assert back is not None
    assert (back.extent, back.mirrored, back.covered) == (Extent.MORE, False, False)


@pytest.mark.parametrize("place", Place)
def test_people_in_one_place_a_moment_later_are_another_photo(place: Place) -> None:
    for other in range(1, 5):
        assert not is_version(drawn(other, place)[0], original(0, place))


@pytest.mark.parametrize("moment", [Moment(0.02, 3, 0), Moment(0.02, 3, 0.01), Moment(0.03, 1, 0)])
def test_the_next_shot_of_a_group_is_another_photo(moment: Moment) -> None:
    lot = np.random.default_rng(5)
    for _ in range(4):
        assert not is_version(next_shot(drawn()[0], moment, lot), original())


def test_a_next_shot_shares_most_details_and_is_still_told_apart() -> None:
    shot = sketch(next_shot(drawn()[0], Moment(0.02, 3, 0), np.random.default_rng(1)))
    found = agreement(shot, original())
    assert found is not None
    assert found.agreeing > 100
    assert not found.holds


def faces() -> list[Face]:
    points = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    return [
        Face(box, tuple((box.x + box.w * x, box.y + box.h * y) for x, y in points), 0.9)
        for box in drawn()[1]
    ]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("known_first", ["original", "copy"])
def test_a_copy_with_covered_faces_is_linked(style: str, known_first: str) -> None:
    pixels, hidden = drawn()[0], faces()[:3]
    copy = sketch(saved(cover(pixels, regions(pixels.shape, hidden, []), style, ovals=hidden)))
    heads = heads_in(original(), faces(), pixels.shape[1])
    if known_first == "original":
        found = link("a", (copy, original()), (None, heads))
    else:
        found = link("a", (original(), copy), (heads, None))
    assert found is not None
    assert found.covered


def test_heads_that_moved_are_not_taken_for_covered_ones() -> None:
    shot = sketch(next_shot(drawn()[0], Moment(0.02, 6, 0), np.random.default_rng(3)))
    heads = heads_in(original(), faces(), 1200)
    assert link("a", (shot, original()), (heads, heads)) is None


def test_a_fingerprint_is_small_and_holds_no_place() -> None:
    stored = fingerprint(original())
    assert len(stored) <= 768
    moved = Sketch(
        original().grey, original().cut_off, original().points[::-1], original().descriptors
    )
    assert fingerprint(moved) == stored


def test_an_empty_picture_is_like_no_other() -> None:
    blank = sketch(np.full((300, 400, 3), 200, np.uint8))
    assert fingerprint(blank) == b""
    index = AlikeIndex()
    index.add([("blank", b""), ("other", fingerprint(original()))])
    assert index.candidates(question(blank), 8) == []
    assert agreement(blank, blank) is None


def test_the_index_finds_the_same_however_it_grew() -> None:
    shots = [(f"{number}", fingerprint(original(number))) for number in range(5)]
    at_once, one_by_one = AlikeIndex(), AlikeIndex()
    at_once.add(shots)
    for shot in shots:
        one_by_one.add([shot])
    asked = question(sketch(saved(drawn(3)[0])))
    assert at_once.candidates(asked, 8) == one_by_one.candidates(asked, 8)
    assert at_once.candidates(asked, 8)[0].photo == "3"
    assert "3" not in [one.photo for one in at_once.candidates(asked, 8, but="3")]
