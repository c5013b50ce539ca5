"""Rates, intervals, thresholds and the DET curve, against cases that were reckoned by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.evaluation.figures import (
    Rate,
    Trials,
    det,
    effective,
    histogram,
    rate,
    strangers_needed,
    threshold_at,
    tpir_at,
    wilson,
)


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.intp)


def alone(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.intp)


@pytest.mark.parametrize(
    ("share", "trials", "low", "high"),
    [
        # From the formula with z = 1.96: (p + z2/2n +- z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n).
        (0.5, 10, 0.2366, 0.7634),
        (0.0, 10, 0.0, 0.2775),
        (1.0, 10, 0.7225, 1.0),
        (0.1, 100, 0.0552, 0.1744),
    ],
)
def test_wilson_gives_the_known_interval(
    share: float, trials: float, low: float, high: float
) -> None:
    assert wilson(share, trials) == pytest.approx((low, high), abs=1e-4)


def test_without_a_trial_nothing_is_claimed() -> None:
    nothing = rate(np.array([], bool), rows(), rows())
    assert nothing == Rate(None, 0.0, 1.0, 0, 0, 0)


def test_a_rate_counts_trials_faces_and_people() -> None:
    found = rate(np.array([True, True, False, True]), rows(7, 7, 7, 9), rows(1, 2, 1, 3))
    assert (found.share, found.trials, found.faces, found.people) == (0.75, 4, 3, 2)


def test_ten_photos_of_one_person_are_worth_one_trial() -> None:
    one = rate(np.ones(10, bool), np.zeros(10, np.intp), alone(10))
    assert (one.low, one.high) == pytest.approx(wilson(1.0, 1))
    ten = rate(np.ones(10, bool), alone(10), alone(10))
    assert (ten.low, ten.high) == pytest.approx(wilson(1.0, 10))


def test_photos_that_go_together_by_person_are_worth_as_many_trials_as_people() -> None:
    # 20 people, 4 photos each: ten people always, ten never. Variance of the mean of people:
    # 0.25 * 20/19 / 20, so that the worth is 0.25 over that: 19, but never less than people.
    people = np.repeat(alone(20), 4)
    always = (people < 10).astype(float)
    assert effective(always, people, 80) == pytest.approx(20)


def test_photos_that_differ_within_every_person_are_worth_all_of_them() -> None:
    # Every person has one hit and one miss: no variance between people at all, so the count of
    # people is taken; with some variance, at most the number of faces.
    people = np.repeat(alone(20), 2)
    assert effective(np.tile([0.0, 1.0], 20), people, 40) == pytest.approx(20)
    mixed = np.tile([0.0, 1.0], 20)
    mixed[:4] = [1, 1, 0, 0]
    assert 20 < effective(mixed, people, 40) <= 40


def test_the_same_faces_tried_again_do_not_narrow_the_interval() -> None:
    random = np.random.default_rng(5)
    hits = random.random(60) < 0.7
    people, faces = np.repeat(alone(30), 2), alone(60)
    once = rate(hits, people, faces)
    again = rate(np.tile(hits, 20), np.tile(people, 20), np.tile(faces, 20))
    assert again.trials == 20 * once.trials
    assert (again.low, again.high) == pytest.approx((once.low, once.high))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=1, max_size=60))
def test_an_interval_holds_its_share(trials: list[tuple[bool, int]]) -> None:
    hits = np.array([hit for hit, _ in trials])
    found = rate(hits, rows(*(person for _, person in trials)), alone(len(trials)))
    assert found.share is not None
    assert 0 <= found.low <= found.share <= found.high <= 1


@pytest.mark.parametrize(("fpir", "needed"), [(0.1, 10), (0.01, 100), (0.001, 1000)])
def test_a_rate_takes_as_many_strangers_as_one_in_so_many(fpir: float, needed: int) -> None:
    assert strangers_needed(fpir) == needed


def test_the_threshold_is_just_above_the_first_score_that_must_not_pass() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    assert threshold_at(0.1, scores) == pytest.approx(0.9)
    assert np.mean(scores >= threshold_at(0.1, scores)) == 0.1
    assert np.mean(scores >= threshold_at(0.0, scores)) == 0.0
    assert threshold_at(1.0, scores) == 0.1
    # Equal scores pass together or not at all.
    assert np.mean(np.array([0.5, 0.5, 0.1]) >= threshold_at(0.4, np.array([0.5, 0.5, 0.1]))) == 0


def test_a_person_drawn_twice_weighs_twice() -> None:
    scores, weights = np.array([0.9, 0.5, 0.1]), np.array([1.0, 2.0, 1.0])
    assert threshold_at(0.25, scores, weights) == pytest.approx(0.5)
    assert threshold_at(0.75, scores, weights) == pytest.approx(0.1)


@given(
    st.lists(st.floats(-1, 2), min_size=1, max_size=50),
    st.floats(0, 1),
)
def test_never_more_than_the_stated_share_passes(scores: list[float], fpir: float) -> None:
    found = np.array(scores)
    assert np.mean(found >= threshold_at(fpir, found)) <= fpir + 1e-9


def test_a_threshold_without_strangers_is_refused() -> None:
    with pytest.raises(ValueError, match="strangers"):
        threshold_at(0.1, np.array([]))


def trials(own: list[float], strangers: list[float]) -> Trials:
    return Trials(
        np.array(own),
        alone(len(own)),
        alone(len(own)),
        np.array(strangers),
        alone(len(strangers)) + len(own),
    )


def test_tpir_is_counted_at_the_strangers_threshold_and_allows_for_its_uncertainty() -> None:
    strangers = [0.01 * n for n in range(100)]
    own = [0.97] * 50 + [1.5] * 50
    found, threshold = tpir_at(0.01, trials(own, strangers), seed=1)
    assert threshold == pytest.approx(0.98)
    assert found.share == 0.5
    plain = rate(np.array(own) >= threshold, alone(100), alone(100))
    # Where at most one of the three highest strangers is drawn, the 0.97 pass too.
    assert found.high == 1.0 > plain.high
    assert found.low <= plain.low
    assert tpir_at(0.01, trials(own, strangers), seed=1)[0] == found


def test_det_goes_from_everybody_passes_to_everybody_missed() -> None:
    points = det(trials([0.5, 0.9, -np.inf], [0.1, 0.6]))
    assert points[0].fpir == 1.0
    assert points[0].fnir == pytest.approx(1 / 3)
    assert (points[-1].fpir, points[-1].fnir) == (0.0, 1.0)
    at = next(p for p in points if p.threshold == 0.55)
    assert at.fpir == 0.5
    assert at.fnir == pytest.approx(2 / 3)
    assert all(a.fpir >= b.fpir and a.fnir <= b.fnir for a, b in pairwise(points))


def test_det_has_a_bounded_number_of_points() -> None:
    assert len(det(trials([-3.0, 9.0], [0.0]), points=50)) == 50
    assert det(trials([], [])) == ()


def test_histogram_counts_every_finite_score_once() -> None:
    found = histogram(np.array([0.5, 0.52, -np.inf, 1.0]), np.array([-0.01, 0.0, 0.04]), 0.05)
    assert sum(found.genuine) == 3
    assert sum(found.strangers) == 3
    assert len(found.edges) == len(found.genuine) + 1
    place = found.edges.index(0.5)
    assert found.genuine[place] == 2
    assert found.strangers[found.edges.index(0.0)] == 2
