"""Promises of matching: order means nothing, strangers help nobody, the unreadable is nobody."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.errors import EngineError, RegisterError
from gate.match import DEFAULT_THRESHOLDS, Matcher
from gate.population import Population, describe, even
from gate.values import Gallery, Match, Thresholds

D = 16
EVERYBODY = Thresholds(show=3.0, veto=-5.0, margin=0.0)
"""With this veto threshold every person is a candidate, so that all scores can be compared."""

seeds = st.integers(0, 2**32 - 1)


def scaled(vectors: NDArray[np.floating]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit_rows: Vectors = (vectors / lengths).astype(np.float32)
    return unit_rows


def unit(seed: int, rows: int) -> Vectors:
    return scaled(np.random.default_rng(seed).standard_normal((rows, D)))


EVENING = even([np.diag(np.arange(1.0, D + 1))])
GROUPS = (describe("adults", unit(1, 200)), describe("children", unit(2, 200)))
POPULATION = Population(GROUPS, EVENING)
DRAWN = POPULATION.draw()


def gallery(vectors: Vectors, names: list[str] | None = None) -> Gallery:
    people = tuple(names or [f"p{row:04}" for row in range(len(vectors))])
    return Gallery(people, vectors, (3,) * len(people), "fake")


def matcher(
    vectors: Vectors, thresholds: Thresholds = EVERYBODY, names: list[str] | None = None
) -> Matcher:
    return Matcher(gallery(vectors, names), thresholds, POPULATION)


def near(vector: Vectors, seed: int, rows: int = 1) -> Vectors:
    """Vectors whose cosine similarity to the given one is about 0.9."""
    return scaled(vector + 0.5 * unit(seed, rows))


def by_name(match: Match) -> dict[str, float]:
    return {candidate.person: candidate.score for candidate in match.candidates}


def plain_score(probe: Vectors, templates: Vectors, person: int, k: int) -> float:
    """The formula word for word, one pair at a time."""
    others = scaled(np.concatenate([np.delete(templates, person, axis=0), DRAWN]) @ EVENING)
    templates, probe = scaled(templates @ EVENING), scaled(probe[None] @ EVENING)[0]
    to_probe = np.sort(others @ probe)[-k:].mean()
    to_person = np.sort(others @ templates[person])[-k:].mean()
    return float(2 * (templates[person] @ probe) - to_probe - to_person)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, people=st.integers(1, 40), k=st.integers(1, 20))
def test_scores_follow_the_formula_pair_by_pair(seed: int, people: int, k: int) -> None:
    templates = unit(seed, people)
    probes = np.concatenate([near(templates[0], seed + 1), unit(seed + 2, 2)])
    scores = Matcher(gallery(templates), EVERYBODY, POPULATION, cohort_size=k).scores(probes)
    expected = [[plain_score(p, templates, row, k) for row in range(people)] for p in probes]
    assert scores == pytest.approx(np.array(expected), abs=1e-5)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, faces=st.integers(1, 8), data=st.data())
def test_permuting_the_faces_permutes_the_matches(
    seed: int, faces: int, data: st.DataObject
) -> None:
    probes = unit(seed, faces)
    readable = data.draw(st.lists(st.booleans(), min_size=faces, max_size=faces))
    order = data.draw(st.permutations(range(faces)))
    known = matcher(unit(seed + 1, 12))
    straight = known.match(probes, readable)
    turned = known.match(probes[order], [readable[i] for i in order])
    for place, i in enumerate(order):
        assert turned[place].readable == straight[i].readable
        assert by_name(turned[place]) == pytest.approx(by_name(straight[i]), abs=1e-5)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, people=st.integers(1, 30), data=st.data())
def test_the_order_of_the_people_does_not_change_a_score(
    seed: int, people: int, data: st.DataObject
) -> None:
    templates, names = unit(seed, people), [f"q{row}" for row in range(people)]
    order = data.draw(st.permutations(range(people)))
    probe = unit(seed + 1, 1)
    straight = matcher(templates, names=names).match(probe, [True])[0]
    turned = matcher(templates[order], names=[names[i] for i in order]).match(probe, [True])[0]
    assert by_name(turned) == pytest.approx(by_name(straight), abs=1e-5)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, people=st.integers(1, 30))
def test_one_more_person_never_raises_the_score_of_another(seed: int, people: int) -> None:
    templates, probes = unit(seed, people + 1), unit(seed + 1, 3)
    fewer, more = matcher(templates[:-1]).scores(probes), matcher(templates).scores(probes)
    assert (more[:, :people] <= fewer + 1e-5).all()


@settings(deadline=None, max_examples=30)
@given(seed=seeds, faces=st.integers(2, 6))
def test_a_face_is_matched_alike_alone_and_in_a_group(seed: int, faces: int) -> None:
    known, probes = matcher(unit(seed, 20)), unit(seed + 1, faces)
    together = known.match(probes, [True] * faces)
    for row in range(faces):
        alone = known.match(probes[row : row + 1], [True])[0]
        assert by_name(alone) == pytest.approx(by_name(together[row]), abs=1e-5)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, people=st.integers(1, 60))
def test_candidates_are_all_that_the_thresholds_ask_for_best_first(seed: int, people: int) -> None:
    thresholds = Thresholds(show=0.4, veto=0.1, margin=0.2)
    known = matcher(unit(seed, people), thresholds)
    probe = unit(seed + 1, 1)
    scores, match = known.scores(probe)[0], known.match(probe, [True])[0]
    found = [candidate.score for candidate in match.candidates]
    assert found == sorted(found, reverse=True)
    assert len(found) >= min(2, people)
    wanted = {f"p{i:04}" for i, s in enumerate(scores) if s >= 0.1 or s >= scores.max() - 0.2}
    assert wanted <= set(by_name(match))
    assert len(found) <= max(2, len(wanted))


@pytest.mark.parametrize("people", [1, 2, 3, 19, 20, 21, 22])
def test_the_right_person_is_found_in_a_register_of_any_size(people: int) -> None:
    templates = unit(3, people)
    for row in range(people):
        match = matcher(templates, DEFAULT_THRESHOLDS).match(near(templates[row], row), [True])[0]
        assert match.best is not None
        assert match.best.person == f"p{row:04}"
        assert match.best.score >= DEFAULT_THRESHOLDS.show


@pytest.mark.parametrize("people", [0, 1, 5, 50])
def test_there_are_as_many_matches_as_faces_whatever_the_register(people: int) -> None:
    known = matcher(unit(3, people))
    assert known.match(unit(4, 0), []) == ()
    assert [m.readable for m in known.match(unit(4, 2), [True, False])] == [True, False]


def test_an_empty_register_has_no_candidates_for_anybody() -> None:
    for population in (POPULATION, None):
        nobody = Gallery((), np.zeros((0, D), np.float32), (), "fake")
        known = Matcher(nobody, DEFAULT_THRESHOLDS, population)
        assert known.match(unit(4, 2), [True, True]) == (Match(), Match())


@pytest.mark.parametrize("broken", [0.0, np.nan, np.inf, -np.inf])
def test_a_vector_without_usable_numbers_is_nobody_and_spoils_no_other(broken: float) -> None:
    known, probes = matcher(unit(5, 10)), unit(6, 3)
    clean = known.match(probes, [True] * 3)
    probes[1] = broken
    spoilt = known.match(probes, [True] * 3)
    assert spoilt[1] == Match((), readable=False)
    for row in (0, 2):
        assert by_name(spoilt[row]) == pytest.approx(by_name(clean[row]), abs=1e-5)


def test_one_number_that_is_not_finite_makes_a_face_unreadable() -> None:
    probes = unit(6, 1)
    probes[0, 3] = np.nan
    assert matcher(unit(5, 10)).match(probes, [True]) == (Match((), readable=False),)


def test_a_face_marked_unreadable_has_no_candidates_even_if_it_is_the_template() -> None:
    templates = unit(5, 10)
    assert matcher(templates).match(templates[:1], [False]) == (Match((), readable=False),)


def test_the_length_of_a_vector_does_not_matter() -> None:
    known, probes = matcher(unit(5, 10)), unit(6, 2)
    assert known.scores(probes * 7) == pytest.approx(known.scores(probes), abs=1e-5)


def test_embeddings_and_marks_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="2 embeddings but 1"):
        matcher(unit(5, 3)).match(unit(6, 2), [True])


@pytest.mark.parametrize("broken", [0.0, np.nan, np.inf])
def test_a_damaged_template_stops_matching_and_names_the_person(broken: float) -> None:
    templates = unit(5, 4)
    templates[2] = broken
    with pytest.raises(RegisterError, match="p0002"):
        matcher(templates)


def test_a_register_with_more_people_than_templates_is_refused() -> None:
    with pytest.raises(RegisterError):
        Matcher(Gallery(("a", "b"), unit(5, 1), (1, 1), "fake"), EVERYBODY, POPULATION)


def test_a_small_register_without_population_statistics_is_refused() -> None:
    with pytest.raises(EngineError, match="fake"):
        Matcher(gallery(unit(5, 20)), EVERYBODY, None)
    assert Matcher(gallery(unit(5, 21)), EVERYBODY, None).match(unit(6, 1), [True])[0].best


def test_population_statistics_of_another_reader_are_refused() -> None:
    other = Population((describe("adults", unit(1, 50)[:, :8]),))
    with pytest.raises(EngineError, match="fake"):
        Matcher(gallery(unit(5, 30)), EVERYBODY, other)


def test_twins_are_both_candidates() -> None:
    templates = np.concatenate([unit(7, 30), near(unit(7, 30)[4], 8)])
    probe = near(templates[4], 9)
    match = matcher(templates, DEFAULT_THRESHOLDS).match(probe, [True])[0]
    assert {candidate.person for candidate in match.candidates[:2]} == {"p0004", "p0030"}


def test_a_register_searched_in_parts_gives_the_same_scores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    templates, probes = unit(7, 300), unit(8, 7)
    whole = matcher(templates).scores(probes)
    monkeypatch.setattr("gate.cohort._AT_ONCE", 1000)
    assert matcher(templates).scores(probes) == pytest.approx(whole, abs=1e-5)


def test_a_sampled_cohort_leaves_the_scores_about_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    templates, probes = unit(7, 2000), unit(8, 5)
    whole = matcher(templates).scores(probes)
    monkeypatch.setattr("gate.cohort._EXACT_COHORT", 1000)
    sampled = matcher(templates).scores(probes)
    assert np.abs(sampled - whole).mean() < 0.02
