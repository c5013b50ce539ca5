"""Promises of the population statistics: small, the same for ever, and about nobody."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import gate.population
from gate.engines.dlib_resnet import DLIB
from gate.errors import EngineError
from gate.match import DEFAULT_THRESHOLDS, Matcher
from gate.population import (
    Population,
    describe,
    even,
    scatter_within,
    shipped_centre,
    shipped_population,
)
from gate.values import Gallery

READER = "sface-2021dec-int8bq"
FILE = Path(gate.population.__file__).parent / "data" / "population_sface.npz"


def shipped() -> Population:
    population = shipped_population(READER)
    assert population is not None
    return population


def test_the_shipped_file_is_small_and_holds_statistics_of_many_people_only() -> None:
    assert FILE.stat().st_size < 150_000
    with np.load(FILE) as stored:
        shapes = {name: stored[name].shape for name in stored.files}
    assert shapes == {
        "groups": (2,),
        "adults_mean": (128,),
        "adults_factor": (128, 128),
        "children_mean": (128,),
        "children_factor": (128, 128),
        "evening": (128, 128),
    }


def test_both_precisions_of_the_reader_share_the_statistics_and_others_have_none() -> None:
    assert [group.name for group in shipped().groups] == ["adults", "children"]
    assert shipped_population("sface-2021dec") is not None
    assert shipped_population("dlib-resnet-v1") is None


def test_the_statistics_of_dlib_say_how_many_to_draw_and_where_the_middle_is() -> None:
    population = shipped_population(DLIB)
    assert population is not None
    assert [group.drawn for group in population.groups] == [4000, 300]
    assert population.draw().shape == (4300, 128)
    # The middle was taken away before they were described, so none of it is left in them.
    assert float(np.linalg.norm(shipped_centre(DLIB))) > 0.8
    means = np.array([group.mean for group in population.groups])
    assert np.linalg.norm(means.mean(axis=0)) < 0.2


def test_a_reader_without_a_middle_has_none_to_subtract() -> None:
    for reader in (READER, "dlib-resnet-v1"):
        with pytest.raises(EngineError, match="missing or damaged"):
            shipped_centre(reader)


def test_drawing_twice_gives_the_same_invented_people() -> None:
    assert np.array_equal(shipped().draw(), shipped().draw())


def test_drawn_people_are_unit_vectors_and_as_many_of_every_group() -> None:
    drawn = shipped().draw(50)
    assert drawn.shape == (100, 128)
    assert np.linalg.norm(drawn, axis=1) == pytest.approx(1, abs=1e-5)


def test_children_resemble_each_other_more_than_adults_do() -> None:
    drawn = shipped().draw(100)
    adults, children = drawn[:100], drawn[100:]
    likeness = [(group @ group.T)[np.triu_indices(100, 1)].mean() for group in (adults, children)]
    assert likeness[1] > likeness[0] + 0.1


def test_invented_people_are_not_recognised_as_each_other() -> None:
    people = np.random.default_rng(0).permutation(shipped().draw(400)[100:400])[:60]
    gallery = Gallery(tuple(f"p{n}" for n in range(40)), people[:40], (1,) * 40, READER)
    scores = Matcher(gallery, DEFAULT_THRESHOLDS, shipped()).scores(people[40:])
    assert scores.max() < DEFAULT_THRESHOLDS.show


def test_a_description_gives_back_mean_and_covariance() -> None:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((5000, 4)) @ np.diag([1, 2, 3, 4]) + [1, 0, 0, 0]
    group = describe("some", vectors.astype(np.float32))
    assert group.mean == pytest.approx([1, 0, 0, 0], abs=0.2)
    assert np.diag(group.factor @ group.factor.T) == pytest.approx([1, 4, 9, 16], rel=0.12)


def test_fewer_vectors_than_dimensions_can_be_described() -> None:
    vectors = np.random.default_rng(0).standard_normal((10, 64)).astype(np.float32)
    assert np.isfinite(Population((describe("few", vectors),)).draw(5)).all()
    with pytest.raises(ValueError, match="two"):
        describe("one", vectors[:1])


def test_differences_between_people_do_not_count_as_differences_within_them() -> None:
    random = np.random.default_rng(0)
    people = np.repeat(np.arange(400), 5).astype(str)
    between = np.repeat(random.standard_normal((400, 3)) * [9, 1, 1], 5, axis=0)
    within = random.standard_normal((2000, 3)) * [1, 2, 3]
    scatter = scatter_within((between + within).astype(np.float32), people)
    assert np.diag(scatter) == pytest.approx([1, 4, 9], rel=0.1)
    with pytest.raises(ValueError, match="two faces"):
        scatter_within(within[:3].astype(np.float32), np.array(["a", "b", "c"]))


def test_what_differs_most_within_people_counts_least() -> None:
    scatters = [np.diag([1.0, 4.0, 9.0]), np.diag([3.0, 4.0, 7.0])]
    wholly = even(scatters, 1.0)
    mean = np.diag([2.0, 4.0, 8.0])
    assert wholly @ mean @ wholly == pytest.approx(np.eye(3) * 14 / 3, abs=1e-4)
    partly = np.diag(even(scatters))
    assert 1.2 > partly[0] > partly[1] > partly[2] > 0.8
    assert even(scatters, 0.0) == pytest.approx(np.eye(3), abs=1e-6)


def test_only_the_first_reader_evens_out_differences_within_people() -> None:
    evening = shipped().evening
    assert evening is not None
    assert evening == pytest.approx(evening.T, abs=1e-6)
    assert 0.5 < np.linalg.eigvalsh(evening).min() < np.linalg.eigvalsh(evening).max() < 1.2
    dlib = shipped_population(DLIB)
    assert dlib is not None
    assert dlib.evening is None


@pytest.mark.parametrize("evening", [np.eye(64), np.ones(128), np.full((128, 128), np.nan)])
def test_a_damaged_evening_is_an_error_and_never_left_out(
    evening: NDArray[np.float64], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    with np.load(FILE) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["evening"] = evening
    np.savez(tmp_path / "data" / "population_sface.npz", **arrays)
    monkeypatch.setattr("gate.population.resources.files", lambda name: tmp_path)
    with pytest.raises(EngineError, match="damaged"):
        shipped_population(READER)


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_an_error_and_never_an_empty_population(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "population_sface.npz").write_bytes(content)
    monkeypatch.setattr("gate.population.resources.files", lambda name: tmp_path)
    with pytest.raises(EngineError, match="damaged"):
        shipped_population(READER)


def test_a_missing_file_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.population.resources.files", lambda name: tmp_path)
    with pytest.raises(EngineError, match="missing"):
        shipped_population(READER)
