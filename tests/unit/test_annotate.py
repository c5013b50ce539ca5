from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from skimage.color import rgb2lab

from gate.annotate import STYLES, annotate
from gate.arrays import Pixels
from gate.values import Box, Outcome

OUTCOMES: tuple[Outcome | None, ...] = (*Outcome, None)
GREY = (90, 90, 90)

# Full protanopia, deuteranopia and tritanopia in linear light (Machado, Oliveira, Fernandes 2009).
BLINDNESS = (
    (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
)


def blank(width: int, height: int) -> Pixels:
    return np.full((height, width, 3), GREY, dtype=np.uint8)


def count(pixels: Pixels, outcome: Outcome | None) -> int:
    return int((pixels == STYLES[outcome].colour).all(axis=2).sum())


def boxes() -> st.SearchStrategy[Box]:
    side = st.floats(-2000, 2000, allow_nan=False)
    return st.builds(Box, side, side, st.floats(0, 3000), st.floats(0, 3000))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.lists(st.tuples(boxes(), st.sampled_from(OUTCOMES)), max_size=6),
)
def test_any_box_on_any_picture_gives_a_picture_of_the_same_size(
    width: int, height: int, marks: list[tuple[Box, Outcome | None]]
) -> None:
    before = blank(width, height)
    after = annotate(before, [box for box, _ in marks], [outcome for _, outcome in marks])
    assert after.shape == before.shape
    assert after.dtype == np.uint8
    assert (before == GREY).all()
    assert marks or (after == before).all()


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("size", [(200, 150), (600, 1200), (1280, 853)])
@pytest.mark.parametrize("place", [(-0.1, -0.1), (0.9, 0.9), (0.4, 0.4), (0.95, -0.05), (2.0, 2.0)])
def test_a_number_is_never_hidden_outside_the_picture(
    outcome: Outcome | None, size: tuple[int, int], place: tuple[float, float]
) -> None:
    width, height = size
    box = Box(place[0] * width, place[1] * height, width / 12, height / 10)
    after = annotate(blank(width, height), [box], [outcome])
    font = max(12.0, 0.028 * (width * height) ** 0.5)
    assert count(after, outcome) > 0.3 * font * font


@pytest.mark.parametrize("other", [1, 2, 3])
def test_two_numbers_do_not_hide_each_other(other: int) -> None:
    box = Box(300, 200, 60, 70)
    alone = count(annotate(blank(800, 600), [box], [Outcome.SHOWN]), Outcome.SHOWN)
    both = annotate(blank(800, 600), [box] * 2, [Outcome.SHOWN, OUTCOMES[other]])
    ring = 4 * 70 * 3
    assert count(both, Outcome.SHOWN) > alone - ring
    badge = annotate(blank(800, 600), [Box(300, 200, 1, 1)], [Outcome.SHOWN])
    assert count(both, Outcome.SHOWN) > 0.8 * (count(badge, Outcome.SHOWN) - 10)


def test_nothing_away_from_the_boxes_is_touched() -> None:
    after = annotate(blank(800, 600), [Box(300, 200, 60, 70)], [Outcome.VETO])
    assert (after[400:] == GREY).all()
    assert (after[:, 450:] == GREY).all()


def test_as_many_outcomes_as_boxes_are_needed() -> None:
    with pytest.raises(ValueError, match="argument"):
        annotate(blank(50, 50), [Box(1, 1, 5, 5)], [])


def test_outcomes_differ_in_their_line_and_not_in_colour_alone() -> None:
    lines = {(style.dash, style.double) for style in STYLES.values()}
    assert len(lines) == len(STYLES) == len(OUTCOMES)


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_colours_stay_apart_for_colour_blind_readers(
    blindness: tuple[tuple[float, float, float], ...],
) -> None:
    seen = [_seen(style.colour, blindness) for style in STYLES.values()]
    for first, second in itertools.combinations(seen, 2):
        assert np.linalg.norm(rgb2lab(first) - rgb2lab(second)) > 25


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_number_stands_out_from_its_badge(outcome: Outcome | None) -> None:
    style = STYLES[outcome]
    lighter, darker = sorted((_luminance(style.colour), _luminance(style.ink)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def _linear(colour: tuple[int, int, int]) -> NDArray[np.float64]:
    value = np.asarray(colour, dtype=np.float64) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _seen(
    colour: tuple[int, int, int], blindness: tuple[tuple[float, float, float], ...]
) -> NDArray[np.float64]:
    value = np.clip(np.asarray(blindness) @ _linear(colour), 0, 1)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)


def _luminance(colour: tuple[int, int, int]) -> float:
    return float(_linear(colour) @ np.asarray((0.2126, 0.7152, 0.0722)))
