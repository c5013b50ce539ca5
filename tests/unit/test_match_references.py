"""Promises of templates and of the check for swapped references."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.match import looks_like_someone_else, template
from gate.values import Gallery

D = 256
seeds = st.integers(0, 2**32 - 1)


def unit(vectors: NDArray[np.floating]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = (vectors / lengths).astype(np.float32)
    return scaled


def photos(person: int, count: int, seed: int = 0) -> Vectors:
    """Embeddings of one person, with cosine similarities of about 0.7 to each other."""
    centre = unit(np.random.default_rng(person).standard_normal((1, D)))
    noise = unit(np.random.default_rng([person, seed]).standard_normal((count, D)))
    return unit(centre + 0.6 * noise)


@cache
def gallery(people: range) -> Gallery:
    vectors = np.array([template(photos(person, 3, 1))[0] for person in people])
    names = tuple(f"p{person}" for person in people)
    return Gallery(names, vectors, (3,) * len(names), "fake")


@settings(deadline=None, max_examples=30)
@given(person=st.integers(0, 999), count=st.integers(1, 6))
def test_references_that_agree_all_count(person: int, count: int) -> None:
    vectors = photos(person, count)
    vector, left_out = template(vectors)
    assert left_out == ()
    assert vector == pytest.approx(unit(vectors.mean(axis=0)), abs=1e-5)


@settings(deadline=None, max_examples=30)
@given(person=st.integers(0, 999), place=st.integers(0, 4))
def test_a_reference_of_somebody_else_is_left_out_and_named(person: int, place: int) -> None:
    vectors = np.insert(photos(person, 4), place, photos(person + 1000, 1)[0], axis=0)
    vector, left_out = template(vectors)
    assert left_out == (place,)
    assert vector == pytest.approx(template(photos(person, 4))[0], abs=1e-5)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, count=st.integers(1, 7), data=st.data())
def test_the_order_of_the_references_does_not_matter(
    seed: int, count: int, data: st.DataObject
) -> None:
    vectors = unit(np.random.default_rng(seed).standard_normal((count, D)))
    order = data.draw(st.permutations(range(count)))
    straight, turned = template(vectors), template(vectors[order])
    assert turned[0] == pytest.approx(straight[0], abs=1e-5)
    assert {order[row] for row in turned[1]} == set(straight[1])


@settings(deadline=None, max_examples=30)
@given(seed=seeds, count=st.integers(1, 7))
def test_a_template_has_unit_length_and_at_least_half_stays_of_four(seed: int, count: int) -> None:
    vectors = unit(np.random.default_rng(seed).standard_normal((count, D)))
    vector, left_out = template(vectors)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert len(left_out) <= max(0, count - 2)


def test_two_references_that_disagree_both_count() -> None:
    assert template(np.concatenate([photos(1, 1), photos(2, 1)]))[1] == ()


@pytest.mark.parametrize("broken", [0.0, np.nan, np.inf])
def test_a_reference_without_usable_numbers_is_left_out(broken: float) -> None:
    vectors = photos(1, 3)
    vectors[1] = broken
    vector, left_out = template(vectors)
    assert left_out == (1,)
    assert np.isfinite(vector).all()


def test_no_template_is_made_of_nothing() -> None:
    for vectors in (np.zeros((0, D), np.float32), np.zeros((2, D), np.float32)):
        with pytest.raises(ValueError, match="at least one"):
            template(vectors)


def test_no_template_is_made_of_opposites() -> None:
    with pytest.raises(ValueError, match="cancel"):
        template(np.concatenate([photos(1, 1), -photos(1, 1)]))


@settings(deadline=None, max_examples=30)
@given(person=st.integers(100, 999), count=st.integers(1, 5))
def test_ones_own_photos_look_like_nobody_else(person: int, count: int) -> None:
    assert looks_like_someone_else(photos(person, count), gallery(range(40))) is None


@settings(deadline=None, max_examples=30)
@given(other=st.integers(0, 39), place=st.integers(0, 3))
def test_one_photo_of_somebody_enrolled_is_noticed(other: int, place: int) -> None:
    vectors = np.insert(photos(500, 3), place, photos(other, 1)[0], axis=0)
    assert looks_like_someone_else(vectors, gallery(range(40))) == f"p{other}"


@settings(deadline=None, max_examples=30)
@given(other=st.integers(0, 39), count=st.integers(1, 4))
def test_a_whole_folder_of_somebody_enrolled_is_noticed(other: int, count: int) -> None:
    assert looks_like_someone_else(photos(other, count), gallery(range(40))) == f"p{other}"


def test_with_nobody_else_enrolled_there_is_nobody_to_look_like() -> None:
    nobody = Gallery((), np.zeros((0, D), np.float32), (), "fake")
    assert looks_like_someone_else(photos(1, 3), nobody) is None
    assert looks_like_someone_else(photos(1, 3)[:0], gallery(range(3))) is None
