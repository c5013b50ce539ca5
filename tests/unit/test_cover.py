"""Covering: nothing of what was inside a region can be told from the covered picture."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gate.arrays import Mask, Pixels
from gate.cover import NOTHING_KNOWN, STYLES, cover
from gate.region import regions
from gate.tones import TONES
from gate.values import Box, Face, Landmarks

MARKS: Landmarks = ((53, 52), (71, 52), (62, 62), (55, 72), (69, 72))
FACE = Face(Box(44, 35, 36, 46), MARKS, 0.9)

every_style = pytest.mark.parametrize("style", STYLES)


def scene(height: int = 120, width: int = 160, *, noise: float = 3.0, seed: int = 1) -> Pixels:
    """A soft slope of colour with a wall, a shirt and camera noise."""
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    colour = np.stack((80 + rows * 0.8, 160 - columns * 0.4, 90 + columns * 0.5), axis=2)
    colour[int(height * 0.75) :] = (40, 60, 130)
    grain = np.random.default_rng(seed).normal(0, noise, (height, width, 1))
    return np.asarray(np.clip(colour + grain, 0, 255), dtype=np.uint8)


def region(height: int = 120, width: int = 160) -> Mask:
    return regions((height, width), [FACE], [])


@st.composite
def masked_pictures(draw: st.DrawFn) -> tuple[Pixels, Pixels, Mask]:
    """A picture, a second one with other content inside, and a mask of several rectangles."""
    height, width = draw(st.integers(1, 70)), draw(st.integers(1, 70))
    mask = np.zeros((height, width), dtype=np.bool_)
    for _ in range(draw(st.integers(0, 4))):
        top, left = draw(st.integers(-9, height)), draw(st.integers(-9, width))
        tall, wide = draw(st.integers(1, 60)), draw(st.integers(1, 60))
        mask[max(top, 0) : max(top + tall, 0), max(left, 0) : max(left + wide, 0)] = True
    if draw(st.booleans()):
        mask ^= draw(arrays.arrays(np.bool_, (height, width)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    one, other = rng.integers(0, 256, (2, height, width, 3), dtype=np.uint8)
    other[~mask] = one[~mask]
    return one, other, mask


@every_style
@settings(max_examples=60, deadline=None)
@given(masked_pictures())
def test_other_content_inside_gives_the_same_picture(
    style: str, drawn: tuple[Pixels, Pixels, Mask]
) -> None:
    one, other, mask = drawn
    assert np.array_equal(
        cover(one, mask, style, ovals=[FACE]), cover(other, mask, style, ovals=[FACE])
    )


@every_style
@settings(max_examples=60, deadline=None)
@given(masked_pictures())
def test_no_pixel_outside_changes(style: str, drawn: tuple[Pixels, Pixels, Mask]) -> None:
    pixels, _, mask = drawn
    assert np.array_equal(cover(pixels, mask, style, ovals=[FACE])[~mask], pixels[~mask])


@every_style
def test_other_content_inside_a_head_gives_the_same_picture(style: str) -> None:
    mask = region()
    light, dark, striped = scene(), scene(), scene()
    light[mask], dark[mask] = 255, 0
    striped[::2][mask[::2]] = (255, 0, 128)
    covered = [cover(picture, mask, style, ovals=[FACE]) for picture in (light, dark, striped)]
    assert np.array_equal(covered[0], covered[1])
    assert np.array_equal(covered[0], covered[2])


@every_style
def test_the_input_stays_as_it_was(style: str) -> None:
    pixels, mask = scene(), region()
    before = pixels.copy()
    result = cover(pixels, mask, style, ovals=[FACE])
    assert np.array_equal(pixels, before)
    assert not np.shares_memory(result, pixels)


@every_style
def test_a_picture_that_cannot_be_written_to_is_covered_as_well(style: str) -> None:
    pixels, mask = scene(), region()
    wanted = cover(pixels, mask, style, ovals=[FACE])
    turned = np.rot90(np.rot90(pixels).copy(), -1)
    for array in (pixels, mask, turned):
        array.setflags(write=False)
    assert np.array_equal(cover(turned, mask, style, ovals=[FACE]), wanted)


@every_style
def test_without_a_region_the_picture_is_copied(style: str) -> None:
    pixels = scene()
    assert np.array_equal(cover(pixels, np.zeros((120, 160), dtype=np.bool_), style), pixels)


@every_style
@pytest.mark.parametrize("size", [(1, 1), (7, 300), (90, 121)])
def test_a_picture_that_is_covered_whole_becomes_plain_grey(
    style: str, size: tuple[int, int]
) -> None:
    result = cover(scene(*size), np.ones(size, dtype=np.bool_), style, ovals=[FACE])
    assert (result == NOTHING_KNOWN).all()


@pytest.mark.parametrize("style", ["smooth", "oval"])
@pytest.mark.parametrize(("known", "tone"), [(0, 60), (111, 120), (255, 180)])
def test_one_known_pixel_is_enough(style: str, known: int, tone: int) -> None:
    mask = np.ones((33, 57), dtype=np.bool_)
    mask[4, 50] = False
    pixels = scene(33, 57)
    pixels[4, 50] = known
    assert abs(cover(pixels, mask, style)[mask].mean() - tone) < 1


@every_style
def test_the_same_picture_is_covered_in_the_same_way_every_time(style: str) -> None:
    results = [cover(scene(), region(), style, ovals=[FACE]) for _ in range(2)]
    assert np.array_equal(results[0], results[1])


def test_two_regions_near_each_other_do_not_darken_each_other() -> None:
    pixels = np.full((90, 120, 3), 200, dtype=np.uint8)
    mask = np.zeros((90, 120), dtype=np.bool_)
    mask[20:70, 10:55] = mask[20:70, 58:110] = True
    assert abs(cover(pixels, mask, "smooth")[mask].mean() - max(TONES)) < 1


def test_smooth_has_no_colour() -> None:
    inside = cover(scene(), region(), "smooth")[region()]
    assert (inside == inside[:, :1]).all()


def test_smooth_tells_nothing_of_its_surroundings_but_one_of_three_tones() -> None:
    """Whatever the border's colours, where lights stand, and how grainy it is."""
    mask = region()
    surroundings = [scene(noise=noise, seed=7) for noise in (0, 3, 20)]
    surroundings += [
        np.flip(picture, axis).copy() for picture in surroundings for axis in (0, 1, 2)
    ]
    surroundings += [np.full((120, 160, 3), level, dtype=np.uint8) for level in range(0, 256, 5)]
    results = {cover(picture, mask, "smooth")[mask].tobytes() for picture in surroundings}
    assert len(results) == len(TONES)


@pytest.mark.parametrize(
    ("outside", "tone"), [(20, 60), (89, 60), (91, 120), (149, 120), (151, 180)]
)
def test_smooth_is_about_as_light_as_its_surroundings(outside: int, tone: int) -> None:
    pixels = np.full((120, 160, 3), outside, dtype=np.uint8)
    assert abs(cover(pixels, region(), "smooth")[region()].mean() - tone) < 4


def test_heads_far_apart_in_one_row_have_their_own_tones() -> None:
    pixels = np.full((60, 600, 3), 20, dtype=np.uint8)
    pixels[:, 300:] = 240
    mask = np.zeros((60, 600), dtype=np.bool_)
    mask[10:50, 20:580] = True
    result = cover(pixels, mask, "smooth")
    assert abs(result[10:50, 30:90].mean() - min(TONES)) < 3
    assert abs(result[10:50, 510:570].mean() - max(TONES)) < 3


def test_blend_stays_within_the_colours_of_its_border() -> None:
    pixels, mask = scene(noise=0), region()
    ring = cv2.dilate(mask.view(np.uint8), np.ones((3, 3), np.uint8)).view(np.bool_) & ~mask
    inside = cover(pixels, mask, "blend")[mask].astype(int)
    assert (inside >= pixels[ring].min(axis=0).astype(int) - 2).all()
    assert (inside <= pixels[ring].max(axis=0).astype(int) + 2).all()


def test_blend_continues_a_slope_without_a_seam() -> None:
    columns = np.linspace(20, 220, 160)
    pixels = np.repeat(np.repeat(columns[None, :, None], 120, 0), 3, 2).astype(np.uint8)
    difference = cover(pixels, region(), "blend").astype(int) - pixels
    assert np.abs(difference).max() <= 12


@pytest.mark.parametrize("noise", [0.0, 1.5, 3.0])
def test_blend_is_as_grainy_as_its_surroundings(noise: float) -> None:
    mask = region(240, 240)
    flat = np.random.default_rng(5).normal(120, noise, (240, 240, 1)).round().repeat(3, 2)
    result = cover(flat.astype(np.uint8), mask, "blend")
    inner = cv2.erode(mask.view(np.uint8), np.ones((15, 15), np.uint8)).view(np.bool_)
    assert float(result[inner].std()) == pytest.approx(noise, abs=0.35 * noise + 0.3)


def test_fill_is_the_same_grey_whatever_surrounds_it() -> None:
    mask = region()
    pictures = (scene(), np.full((120, 160, 3), 7, dtype=np.uint8))
    assert all((cover(picture, mask, "fill")[mask] == NOTHING_KNOWN).all() for picture in pictures)


def test_a_weak_candidate_gets_no_face_shape() -> None:
    mask, weak = region(), replace(FACE, weak=True)
    smooth = cover(scene(), mask, "smooth")
    assert np.array_equal(cover(scene(), mask, "oval", ovals=[weak]), smooth)
    assert not np.array_equal(cover(scene(), mask, "oval", ovals=[weak, FACE]), smooth)


def test_an_oval_is_drawn_over_smooth_and_not_beyond_the_region() -> None:
    pixels, mask = scene(), region()
    mask[60:] = False
    smooth, oval = cover(pixels, mask, "smooth"), cover(pixels, mask, "oval", ovals=[FACE])
    changed = (smooth != oval).any(axis=2)
    assert changed[50, 62]
    assert not changed[~mask].any()
    assert np.array_equal(cover(pixels, mask, "oval"), smooth)


@settings(max_examples=60, deadline=None)
@given(st.floats(-300, 300), st.floats(-300, 300), st.floats(1, 400))
def test_ovals_may_lie_outside_the_picture(x: float, y: float, size: float) -> None:
    face = Face(Box(x, y, size, size), (), 0.5, weak=True)
    assert cover(scene(40, 50), np.eye(40, 50, dtype=np.bool_), "oval", ovals=[face]).shape == (
        40,
        50,
        3,
    )


def test_the_oval_has_the_same_shape_for_a_narrow_and_a_wide_face() -> None:
    mask = np.ones((300, 300), dtype=np.bool_)
    mask[0] = False
    pixels = scene(300, 300)
    narrow, wide = (
        cover(pixels, mask, "oval", ovals=[Face(Box(150 - w / 2, 150 - h / 2, w, h), (), 0.9)])
        for w, h in ((60, 90), (90, 60))
    )
    assert np.array_equal(narrow, wide)


def test_the_oval_tells_no_more_of_a_face_than_the_outline_does() -> None:
    """Two faces whose heads' regions are one and the same."""
    mask = region()
    slim, broad = (replace(FACE, box=Box(62 - w / 2, 35, w, 46)) for w in (30, 35))
    assert np.array_equal(regions(mask.shape, [slim], []), regions(mask.shape, [broad], []))
    results = [cover(scene(), mask, "oval", ovals=[face]) for face in (slim, broad)]
    assert np.array_equal(results[0], results[1])
    assert not np.array_equal(results[0], cover(scene(), mask, "smooth"))


@pytest.mark.parametrize("style", ["", "blur", "gaussian", "SMOOTH", "none"])
def test_an_unknown_style_is_refused(style: str) -> None:
    with pytest.raises(ValueError, match="no style"):
        cover(scene(), region(), style)


@pytest.mark.parametrize(
    "mask",
    [np.ones((120, 159), dtype=np.bool_), np.ones((120, 160), dtype=np.uint8)],
)
def test_a_mask_that_does_not_fit_is_refused(mask: Mask) -> None:
    with pytest.raises(ValueError, match="mask"):
        cover(scene(), mask, "smooth")
