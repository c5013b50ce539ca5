"""Where heads are: what a region must hold, and what it must leave."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.arrays import Mask
from gate.pose import pose
from gate.region import extent, regions
from gate.values import Box, Face, Landmarks

SHAPE = (240, 320, 3)


def drawn_face(
    x: float = 160, y: float = 120, height: float = 60, *, tilt: float = 0, turn: float = 0
) -> Face:
    """A face with this middle; ``tilt`` in degrees clockwise, ``turn`` -1 to 1 to its side."""
    width = 0.77 * height
    slim = 1 - 0.7 * abs(turn)
    upright = np.array([(-0.22, -0.08), (0.22, -0.08), (0, 0.1), (-0.17, 0.27), (0.17, 0.27)])
    upright = upright * (width * slim, height) + (0.26 * turn * width, 0)
    c, s = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    points = upright @ np.array(((c, s), (-s, c))) + (x, y)
    wide, tall = math.hypot(width * c, height * s), math.hypot(width * s, height * c)
    marks: Landmarks = tuple((float(a), float(b)) for a, b in points)
    return Face(Box(x - wide / 2, y - tall / 2, wide, tall), marks, 0.9)


def box_pixels(face: Face, mask: Mask) -> Mask:
    """The part of a mask that lies in the face's box."""
    box = face.box
    left, top = max(math.floor(box.x), 0), max(math.floor(box.y), 0)
    right, bottom = max(math.ceil(box.x + box.w), 0), max(math.ceil(box.y + box.h), 0)
    return mask[top:bottom, left:right]


def ellipse(face: Face, factor: float) -> Mask:
    """The pixels of an ellipse in an upright face's box, this many times as large."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    (x, y), box = face.box.centre, face.box
    across, along = (columns + 0.5 - x) / (box.w / 2), (rows + 0.5 - y) / (box.h / 2)
    return np.asarray(across**2 + along**2 <= factor**2)


coordinates = st.floats(-400, 700)
sizes = st.floats(0, 300)
points = st.tuples(coordinates, coordinates)
wild_faces = st.builds(
    Face,
    st.builds(Box, coordinates, coordinates, sizes, sizes),
    st.lists(points, max_size=6).map(tuple),
    st.just(0.5),
    st.booleans(),
)
good_faces = st.builds(
    drawn_face,
    st.floats(-20, 340),
    st.floats(-20, 260),
    st.floats(4, 150),
    tilt=st.floats(-180, 180),
    turn=st.floats(-1, 1),
)
faces = st.one_of(good_faces, wild_faces)
groups = st.lists(faces, max_size=4)


@settings(max_examples=60, deadline=None)
@given(groups, groups)
def test_every_pixel_of_a_covered_face_is_taken_whoever_stands_beside_it(
    covered: list[Face], shown: list[Face]
) -> None:
    mask = regions(SHAPE, covered, shown)
    assert all(box_pixels(face, mask).all() for face in covered)


@settings(max_examples=60, deadline=None)
@given(groups, groups, faces)
def test_one_more_covered_face_uncovers_nothing(
    covered: list[Face], shown: list[Face], more: Face
) -> None:
    before, after = regions(SHAPE, covered, shown), regions(SHAPE, [*covered, more], shown)
    assert not (before & ~after).any()


@settings(max_examples=60, deadline=None)
@given(groups, groups, faces)
def test_covering_a_shown_face_uncovers_nothing(
    covered: list[Face], shown: list[Face], changed: Face
) -> None:
    before = regions(SHAPE, covered, [*shown, changed])
    after = regions(SHAPE, [*covered, changed], shown)
    assert not (before & ~after).any()


@settings(max_examples=60, deadline=None)
@given(groups, groups)
def test_the_order_of_faces_does_not_matter(covered: list[Face], shown: list[Face]) -> None:
    forward = regions(SHAPE, covered, shown)
    assert np.array_equal(forward, regions(SHAPE, covered[::-1], shown[::-1]))


@settings(max_examples=60, deadline=None)
@given(faces, st.floats(1, 2), st.floats(0.05, 1))
def test_a_larger_grow_never_takes_less(face: Face, grow: float, more: float) -> None:
    small, large = (regions(SHAPE, [face], [], grow=g) for g in (grow, grow + more))
    assert large.sum() >= small.sum()


@pytest.mark.parametrize("grow", [0.99, 0.0, -1.0, float("nan")])
def test_a_region_cannot_shrink(grow: float) -> None:
    with pytest.raises(ValueError, match="only grow"):
        regions(SHAPE, [drawn_face()], [], grow=grow)


def test_without_covered_faces_nothing_is_taken() -> None:
    assert not regions(SHAPE, [], [drawn_face()]).any()


@pytest.mark.parametrize("tilt", range(-180, 180, 30))
def test_hair_ears_and_chin_are_taken_at_every_tilt(tilt: int) -> None:
    mask = regions(SHAPE, [drawn_face(height=60, tilt=tilt)], [])
    c, s = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    # Crown, ears and the line of the neck of a face 60 pixels high, in its own upright axes.
    for across, along in ((0, -53), (-34, -5), (34, -5), (0, 36), (-28, -40), (28, -40)):
        x, y = across * c - along * s + 160, across * s + along * c + 120
        assert mask[round(y), round(x)], (across, along)
    assert mask.mean() < 0.14


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("tilt", [0, 25, -25])
def test_the_back_of_a_profiles_skull_is_taken(side: int, tilt: int) -> None:
    mask = regions(SHAPE, [drawn_face(height=60, tilt=tilt, turn=side)], [])
    c, s = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    behind, before = (
        mask[round(a * s - 10 * c + 120), round(a * c + 10 * s + 160)]
        for a in (-70 * side, 70 * side)
    )
    assert behind
    assert not before


@pytest.mark.parametrize("tilt", range(-180, 180, 45))
@pytest.mark.parametrize("turn", [-0.8, 0, 0.8])
def test_the_landmarks_tell_tilt_and_turn(tilt: int, turn: float) -> None:
    seen = pose(drawn_face(tilt=tilt, turn=turn))
    assert seen.known
    wanted = (-math.sin(math.radians(tilt)), math.cos(math.radians(tilt)))
    assert seen.down == pytest.approx(wanted, abs=0.05)
    assert np.sign(round(seen.turn, 3)) == np.sign(turn)


nowhere = ((float("nan"), 0.0),) * 5
nonsense: list[Landmarks] = [
    (),
    ((160.0, 120.0),) * 5,
    ((0.0, 0.0),) * 5,
    nowhere,
    ((150.0, 140.0), (170.0, 140.0), (160.0, 120.0), (170.0, 100.0), (150.0, 139.0)),
    ((160.0, 120.0),) * 4,
]


@pytest.mark.parametrize("marks", nonsense)
def test_landmarks_that_make_no_sense_leave_a_region_for_every_direction(marks: Landmarks) -> None:
    face = Face(drawn_face().box, marks, 0.3, weak=True)
    assert not pose(face).known
    mask = regions(SHAPE, [face], [])
    assert (mask | ~ellipse(drawn_face(), 1.5)).all()


def test_the_hair_of_a_shown_head_beside_a_covered_one_stays() -> None:
    covered, shown = drawn_face(130, 120, 60), drawn_face(182, 120, 60)
    mask = regions(SHAPE, [covered], [shown])
    assert regions(SHAPE, [covered], [])[100, 165]
    # Towards the covered head: the temple stays; its own half of the gap is the covered one's.
    assert not mask[100, 165]
    assert mask[100, 150]
    assert box_pixels(covered, mask).all()


def test_the_ear_of_a_covered_head_is_not_left_to_a_shown_one_beside_it() -> None:
    covered, shown = drawn_face(130, 120, 60), drawn_face(186, 120, 60)
    assert regions(SHAPE, [covered], [shown])[110, 161]


def test_a_small_gap_between_covered_heads_is_covered_unless_somebody_is_shown_there() -> None:
    ring = [drawn_face(*at, 60) for at in ((104, 120), (216, 120), (160, 65), (160, 199))]
    alone = np.logical_or.reduce([regions(SHAPE, [face], []) for face in ring])
    assert not alone[122, 160]
    assert regions(SHAPE, ring, [])[122, 160]
    assert not regions(SHAPE, ring, [drawn_face(160, 122, 12)])[122, 160]


def test_the_outline_does_not_tell_the_proportions_of_a_face() -> None:
    slim, broad = (
        Face(Box(160 - w / 2, 120 - h / 2, w, h), drawn_face(160, 120, 60).landmarks, 0.9)
        for w, h in ((40, 60), (46.2, 56))
    )
    assert np.array_equal(regions(SHAPE, [slim], []), regions(SHAPE, [broad], []))


def test_the_outline_tells_a_turn_in_coarse_steps_only() -> None:
    turns = {pose(drawn_face(turn=turn / 20)).turn for turn in range(-20, 21)}
    assert turns == {-1.0, -0.5, 0.0, 0.5, 1.0}


@settings(max_examples=60, deadline=None)
@given(faces)
def test_the_extent_of_a_face_holds_all_that_covering_it_takes(face: Face) -> None:
    box = extent(face, (SHAPE[1], SHAPE[0]))
    outside = regions(SHAPE, [face], [])
    outside[int(box.y) : int(box.y + box.h), int(box.x) : int(box.x + box.w)] = False
    assert not outside.any()


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1e9])
@pytest.mark.parametrize("place", ["x", "y", "w", "h"])
def test_a_covered_face_that_lies_nowhere_takes_the_whole_picture(
    number: float, place: str
) -> None:
    numbers = {"x": 10.0, "y": 10.0, "w": 20.0, "h": 20.0, place: number}
    assert regions(SHAPE, [Face(Box(**numbers), (), 0.5)], [drawn_face()]).all()


@pytest.mark.parametrize(
    ("x", "y", "strip"),
    [
        (45, 120, np.s_[120, :45]),
        (275, 120, np.s_[120, 275:]),
        (160, 62, np.s_[:62, 160]),
        (160, 194, np.s_[194:, 160]),
    ],
)
def test_a_head_near_an_edge_reaches_it(x: float, y: float, strip: tuple[slice, int]) -> None:
    assert regions(SHAPE, [drawn_face(x, y, 50)], [])[strip].all()


def test_a_tiny_face_takes_more_than_its_box() -> None:
    mask = regions(SHAPE, [Face(Box(100, 100, 2, 2), (), 0.4, weak=True)], [])
    assert mask[93:109, 93:109].all()


@pytest.mark.parametrize("distance", [56, 65, 80])
def test_a_shown_face_beside_a_covered_one_stays_whole(distance: int) -> None:
    shown, covered = drawn_face(130), drawn_face(130 + distance)
    mask = regions(SHAPE, [covered], [shown])
    assert not (mask & ellipse(shown, 1.0)).any()
    assert box_pixels(covered, mask).all()


def test_where_two_faces_overlap_the_covered_one_is_taken_whole() -> None:
    shown, covered = drawn_face(150), drawn_face(175)
    mask = regions(SHAPE, [covered], [shown])
    assert (mask | ~ellipse(covered, 1.1)).all()
    assert not mask[120, 130]


def test_a_head_found_twice_stays_covered_though_one_finding_is_shown() -> None:
    whole, lower = drawn_face(160, 120, 60), drawn_face(160, 132, 40)
    for covered, shown in ((whole, lower), (lower, whole)):
        alone = regions(SHAPE, [covered], [])
        assert np.array_equal(regions(SHAPE, [covered], [shown]), alone)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), groups, groups)
def test_tiny_pictures_have_regions_too(
    height: int, width: int, covered: list[Face], shown: list[Face]
) -> None:
    mask = regions((height, width, 3), covered, shown)
    assert mask.shape == (height, width)
    assert mask.dtype == np.bool_
