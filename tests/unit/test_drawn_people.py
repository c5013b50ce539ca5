"""The drawing of invented people: always the same, found by the real finder, told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.demo.canvas import Canvas, ellipse
from gate.demo.cast import CAST, ENROLLED
from gate.demo.choose import LOOKS, choose
from gate.demo.draw import portrait
from gate.demo.features import person
from gate.demo.places import Place
from gate.demo.scene import group
from gate.engines.sface import SFace
from gate.engines.yunet import YuNet

SEEDS = st.integers(min_value=0, max_value=2**31 - 1)


@pytest.fixture(scope="module")
def finder() -> YuNet:
    return YuNet()


@given(seed=SEEDS)
def test_a_seed_is_always_the_same_person(seed: int) -> None:
    assert person(seed) == person(seed)


@given(seed=SEEDS)
def test_children_have_no_beards_and_no_lines(seed: int) -> None:
    who = person(seed)
    assert who.age == "adult" or (not who.beard and who.lines == 0)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, variation=st.integers(min_value=0, max_value=1000))
def test_a_portrait_is_always_the_same_picture(seed: int, variation: int) -> None:
    once = portrait(person(seed), variation, size=96)
    again = portrait(person(seed), variation, size=96)
    assert once.shape == (96, 96, 3)
    assert once.dtype == np.uint8
    assert np.array_equal(once, again)


def test_another_variation_is_another_picture_of_the_same_person() -> None:
    who = person(CAST[0].seed)
    one, other = portrait(who, 1, size=96), portrait(who, 2, size=96)
    assert np.abs(one.astype(int) - other).mean() > 2


@pytest.mark.parametrize("place", list(Place))
def test_an_empty_place_has_no_boxes_and_no_face(place: Place, finder: YuNet) -> None:
    pixels, boxes = group([], 3, width=600, height=400, place=place)
    assert boxes == []
    assert pixels.shape == (400, 600, 3)
    assert finder.find(pixels, 0.3) == []


@pytest.mark.parametrize("count", [1, 4, 9, 14])
def test_every_drawn_face_is_found_where_its_box_says(count: int, finder: YuNet) -> None:
    pixels, boxes = group([person(role.seed) for role in CAST[:count]], 5, width=900, height=640)
    found = finder.find(pixels, 0.8)
    assert len(boxes) == count
    assert len(found) == count
    assert all(max(box.iou(face.box) for face in found) > 0.6 for box in boxes)


@pytest.mark.parametrize("width", [40, 90, 200])
def test_small_and_large_faces_are_found(width: int, finder: YuNet) -> None:
    pixels = portrait(person(CAST[2].seed), 4, size=round(width / 0.45))
    (face,) = finder.find(pixels, 0.8)
    assert face.box.w == pytest.approx(width, rel=0.25)


def test_the_order_of_boxes_is_the_order_of_people(finder: YuNet) -> None:
    cast = [person(role.seed) for role in CAST[:3]]
    pixels, boxes = group(cast, 2, width=900, height=600)
    reader = SFace()
    found = [max(finder.find(pixels, 0.8), key=lambda face: box.iou(face.box)) for box in boxes]
    in_group = reader.read(pixels, found)
    alone = [portrait(who, 1, size=200) for who in cast]
    references = np.vstack([reader.read(one, finder.find(one, 0.8)) for one in alone])
    assert (in_group @ references.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_the_people_of_the_school_look_as_their_roles_ask() -> None:
    assert all(LOOKS[role.looks](person(role.seed)) for role in CAST)
    assert len({role.seed for role in CAST}) == len(CAST)
    assert all(role.ref for role in CAST if role.record in ENROLLED)


def test_choosing_takes_those_that_are_least_alike() -> None:
    seeds = [seed for seed in range(300) if LOOKS["long"](person(seed))][:6]
    vectors = np.eye(6, dtype=np.float32)[:, None, :]
    vectors[1] = vectors[0]
    vectors[5] = vectors[4]
    pupils = [replace(role, looks="long") for role in CAST[:4]]
    chosen = choose(pupils, seeds, vectors)
    assert len(set(chosen)) == 4
    assert not {seeds[0], seeds[1]} <= set(chosen)
    assert not {seeds[4], seeds[5]} <= set(chosen)


def test_painting_outside_the_canvas_changes_nothing() -> None:
    pixels = np.full((20, 20, 3), 128, np.uint8)
    canvas = Canvas(pixels)
    for alpha, soft in ((1.0, 0.0), (0.5, 3.0)):
        canvas.fill(ellipse(-60, -60, 5, 5), (0, 0, 0), alpha=alpha, soft=soft)
    assert np.all(pixels == 128)
