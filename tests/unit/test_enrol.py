"""A template is made of one person's photos, or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.enrol import Reading, Reference, enrol
from gate.match import are_of_one_person
from gate.values import Gallery

D = 256
NOBODY = Gallery((), np.zeros((0, D), np.float32), (), "fake")


def photos(person: int, count: int) -> Vectors:
    """Embeddings of one person, with cosine similarities of about 0.7 to each other."""

    def unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        lengths: NDArray[np.float64] = np.linalg.norm(vectors, axis=-1, keepdims=True)
        return vectors / lengths

    random = np.random.default_rng(person)
    centre, noise = unit(random.standard_normal((1, D))), unit(random.standard_normal((count, D)))
    return unit(centre + 0.6 * noise).astype(np.float32)


def reading(*vectors: Vectors) -> Reading:
    rows = np.concatenate(vectors)
    references = tuple(Reference(f"{n}.jpg", f"{n:064x}") for n in range(len(rows)))
    return Reading("P1", references, rows)


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_references_that_agree_make_a_template(count: int) -> None:
    made = enrol(reading(photos(1, count)), NOBODY)
    assert made.vector is not None
    assert made.counting == count


@pytest.mark.parametrize(("own", "strange"), [(1, 1), (2, 2), (3, 3)])
def test_no_template_is_made_of_two_people(own: int, strange: int) -> None:
    made = enrol(reading(photos(1, own), photos(2, strange)), NOBODY)
    assert made.vector is None
    assert "different people" in made.refused


def test_no_template_is_made_of_three_photos_of_three_people() -> None:
    made = enrol(reading(photos(1, 1), photos(2, 1), photos(3, 1)), NOBODY)
    assert made.vector is None


def test_references_that_cancel_each_other_out_are_refused() -> None:
    assert enrol(reading(photos(1, 1), -photos(1, 1)), NOBODY).vector is None


def test_one_wrong_photo_among_three_is_left_out_and_the_rest_counts() -> None:
    made = enrol(reading(photos(1, 2), photos(2, 1)), NOBODY)
    assert made.vector is not None
    assert [reference.counts for reference in made.references] == [True, True, False]


def test_references_may_hang_together_through_one_between_them() -> None:
    one, other = photos(1, 1)[0], photos(2, 1)[0]
    between = one + other
    assert not are_of_one_person(np.array([one, other]))
    assert are_of_one_person(np.array([one, between, other]))
    assert are_of_one_person(np.array([one, np.zeros(D, np.float32), one]))
    assert not are_of_one_person(np.zeros((2, D), np.float32))
