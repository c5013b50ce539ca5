"""The cohort: everybody a face or a person is compared with, to tell how ordinary it looks.

How vectors are turned before they are compared, and m(x), the mean of x's highest similarities to
others, are reckoned here for the matcher and for calibrating, which leaves one person out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.errors import EngineError, RegisterError
from gate.population import Population
from gate.values import Gallery

COHORT_SIZE = 20
"""Of 5, 10, 20 and 40 the one with the most even thresholds over ages and sizes of register."""

_EXACT_COHORT = 10_000
"""Up to this many people every other one is looked at for m(person); above, a fixed sample."""

_AT_ONCE = 4_000_000
"""Similarities computed at a time: 16 MB, and about four times that while they are sorted."""


def cohort_of(gallery: Gallery, population: Population | None) -> Vectors:
    """The register's templates, then the drawn vectors; all as they are compared."""
    usable, templates = unit_rows(gallery.vectors)
    if len(templates) != len(gallery.people):
        raise RegisterError("The register holds another number of templates than of people.")
    if not usable.all():
        names = ", ".join(gallery.people[row] for row in np.flatnonzero(~usable))
        raise RegisterError(f"These face templates are damaged; enrol the people again: {names}")
    if population is None or not gallery.people:
        return templates
    drawn = population.draw()
    if drawn.shape[1] != templates.shape[1]:
        raise EngineError(f"The population statistics do not belong to {gallery.reader}.")
    return _evened(np.concatenate([templates, drawn]), population)


def sampled(cohort: Vectors, people: int, k: int) -> tuple[NDArray[np.intp], int]:
    """Rows of the cohort to look at for m(person), and how many of the highest to take.

    From a sample the same share is taken, so that the mean stays about the same.
    """
    if people <= _EXACT_COHORT:
        return np.arange(len(cohort)), k
    chosen = np.random.RandomState(0).permutation(people)[:_EXACT_COHORT]
    rows = np.concatenate([np.sort(chosen), np.arange(people, len(cohort))])
    return rows, max(1, round(k * len(rows) / len(cohort)))


def similar_to_others(
    cohort: Vectors, people: int, seen: NDArray[np.intp]
) -> Iterator[tuple[NDArray[np.intp], Vectors]]:
    """Similarities of the register's people to the ``seen`` rows of the cohort, part by part.

    Each part comes with its people's rows; everybody is at -inf to themselves.
    """
    place = np.full(len(cohort), -1)
    place[seen] = np.arange(len(seen))
    others = cohort[seen]
    for part in batches(np.arange(people), len(seen)):
        similar = cohort[part] @ others.T
        inside = np.flatnonzero(place[part] >= 0)
        similar[inside, place[part][inside]] = -np.inf
        yield part, similar


def subtract_ordinary(scores: Vectors, similar: Vectors, k: int) -> None:
    """Take m(face) from the scores (one row per face, one column per person), in place.

    ``similar``: similarities to the whole cohort, of which the people are the first columns. The
    mean is over everybody but the candidate: whoever is in it hands on to the next.
    """
    people = scores.shape[1]
    top = np.sort(highest(similar, k + 1), axis=1)
    scores -= top[:, 1:].mean(axis=1, keepdims=True)
    for row, (next_one, last_in) in enumerate(top[:, :2]):
        inside = np.flatnonzero(similar[row, :people] >= last_in)
        scores[row, inside] += (similar[row, inside] - next_one) / k


def highest(similar: Vectors, count: int) -> Vectors:
    """The ``count`` highest of every row, in no order."""
    width = similar.shape[1]
    highest: Vectors = np.partition(similar, width - count, axis=1)[:, width - count :]
    return highest


def compared(vectors: Vectors, population: Population | None) -> tuple[NDArray[np.bool_], Vectors]:
    """Which rows are usable, and the rows as they are compared, at unit length.

    With statistics of how photos of one person differ, what differs much counts for less.
    """
    usable, unit = unit_rows(vectors)
    return usable, _evened(unit, population)


def _evened(unit: Vectors, population: Population | None) -> Vectors:
    if population is None or population.evening is None or not unit.size:
        return unit
    # In place, as a large register's templates take most of the memory there is.
    evened: Vectors = unit @ population.evening
    length = np.sqrt(np.einsum("nd,nd->n", evened, evened))
    evened /= np.maximum(length, 1e-6)[:, None]
    return evened


def unit_rows(vectors: Vectors) -> tuple[NDArray[np.bool_], Vectors]:
    """Which rows are usable, and the rows at unit length (unusable ones are zero)."""
    wide = vectors.astype(np.float64)
    length = np.linalg.norm(wide, axis=1)
    usable = np.isfinite(length) & (length > 1e-6)
    unit = np.zeros(vectors.shape, np.float32)
    unit[usable] = wide[usable] / length[usable, None]
    return usable, unit


def batches(rows: NDArray[np.intp], width: int) -> Iterator[NDArray[np.intp]]:
    """The rows in parts that fit into memory when each is compared with ``width`` others."""
    size = max(1, _AT_ONCE // max(width, 1))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
