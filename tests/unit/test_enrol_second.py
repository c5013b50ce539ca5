"""Templates of two readers rest on the same references; nobody gets only one of the two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from gate.arrays import Pixels, Vectors
from gate.engines.both import BothReaders
from gate.enrol import Reading, Reference, enrol, with_second
from gate.values import Box, Face, Gallery

NOBODY = Gallery((), np.zeros((0, 4), np.float32), (), "first")
FIRST: Vectors = np.array([[1, 0, 0, 0], [1, 0.1, 0, 0], [1, 0, 0.1, 0], [0, 0, 0, 1]], np.float32)
SECOND: Vectors = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)


def reading() -> Reading:
    """Five photos, of which the third could not be read and the last is of somebody else."""
    names = ("1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg")
    refused = ("", "", "no face was found", "", "")
    references = tuple(Reference(n, n, r) for n, r in zip(names, refused, strict=True))
    return Reading("P1", references, FIRST)


def test_a_reference_that_is_left_out_is_left_out_of_both() -> None:
    enrolment = with_second(enrol(reading(), NOBODY), SECOND)
    assert [r.counts for r in enrolment.references] == [True, True, False, True, False]
    assert enrolment.second == pytest.approx(np.array([2, 1, 0]) / np.sqrt(5), abs=1e-6)


def test_who_has_no_second_template_gets_no_first_one() -> None:
    cancelling: Vectors = np.array([[1, 0], [-0.5, 0], [-0.5, 0], [0, 1]], np.float32)
    enrolment = with_second(enrol(reading(), NOBODY), cancelling)
    assert (enrolment.vector, enrolment.second) == (None, None)
    assert "second reader" in enrolment.refused


def test_who_is_refused_by_the_first_stays_refused() -> None:
    nothing = Reading("P1", (Reference("1.jpg", "1", "too blurred"),), FIRST[:0])
    enrolment = with_second(enrol(nothing, NOBODY), SECOND[:0])
    assert (enrolment.vector, enrolment.second) == (None, None)


def test_two_readers_as_one_give_the_rows_of_both() -> None:
    class Fixed:
        def __init__(self, row: Vectors) -> None:
            self.row, self.version, self.dimension = row, f"of {len(row)}", len(row)

        def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
            return np.repeat(self.row[None], len(faces), axis=0)

    first, second = Fixed(FIRST[1]), Fixed(SECOND[2])
    both = BothReaders(first, second)
    face = Face(Box(0, 0, 9, 9), (), 0.9)
    rows = both.read(np.zeros((9, 9, 3), np.uint8), [face, face])
    assert rows.shape == (2, both.dimension) == (2, 7)
    one, other = both.apart(rows)
    assert np.array_equal(one[1], FIRST[1])
    assert np.array_equal(other[0], SECOND[2])
