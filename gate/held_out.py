"""Scores as they would be with one person of the register left out: who they are to the others.

For calibrating. The formula is the matcher's own, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.cohort import (
    COHORT_SIZE,
    batches,
    cohort_of,
    compared,
    highest,
    sampled,
    similar_to_others,
    subtract_ordinary,
)
from gate.population import Population
from gate.values import Gallery

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Batch:
    """Some probes: their row numbers, their score with everybody else, and with their own person.

    ``others`` has shape (rows, people) and is -inf where the probe's own person stands. ``own``
    is NaN where no template was given to compare with.
    """

    rows: Rows
    others: Vectors
    own: Vectors


class HeldOut:
    """One register, from which the person behind each probe is left out while it is compared."""

    def __init__(self, gallery: Gallery, population: Population | None) -> None:
        """Compute what depends on the register alone; raises what ``Matcher`` raises."""
        self._cohort = cohort_of(gallery, population)
        self._people = len(gallery.people)
        self._population = population
        self._seen, self._k = sampled(self._cohort, self._people, COHORT_SIZE)
        self._sampled = np.zeros(len(self._cohort), bool)
        self._sampled[self._seen] = True
        self._top = np.zeros((self._people, self._k + 1), np.float32)
        for part, similar in similar_to_others(self._cohort, self._people, self._seen):
            self._top[part] = -np.sort(-highest(similar, self._k + 1), axis=1)

    def batches(self, probes: Vectors, owner: Rows, own: Vectors | None = None) -> Iterator[Batch]:
        """The scores of every probe (one row each), in parts that fit into memory.

        ``owner``: the register's row of the person behind each probe. ``own``: for each probe a
        template of its person to compare it with, made without it; zero rows for none.
        """
        _, unit = compared(probes, self._population)
        usable, templates = np.zeros(len(probes), bool), unit
        if own is not None:
            usable, templates = compared(own, self._population)
        for part in batches(np.arange(len(probes)), 2 * len(self._cohort)):
            similar, level = self._without(unit[part], owner[part])
            others = 2 * similar[:, : self._people] - self._levels(owner[part])
            subtract_ordinary(others, similar, COHORT_SIZE)
            others[np.arange(len(part)), owner[part]] = -np.inf
            score: Vectors = np.full(len(part), np.nan, np.float32)
            with_own = np.flatnonzero(usable[part])
            if len(with_own):
                rows = part[with_own]
                _, ordinary = self._without(templates[rows], owner[rows])
                alike = np.einsum("nd,nd->n", unit[rows], templates[rows])
                score[with_own] = 2 * alike - level[with_own] - ordinary
            yield Batch(part, others, score)

    def _without(self, unit: Vectors, owner: Rows) -> tuple[Vectors, Vectors]:
        """Similarities with the owner at -inf, and m(x) over everybody but the owner."""
        similar = unit @ self._cohort.T
        similar[np.arange(len(unit)), owner] = -np.inf
        level: Vectors = highest(similar, COHORT_SIZE).mean(axis=1)
        return similar, level

    def _levels(self, owner: Rows) -> Vectors:
        """m(person) of every person (column) without the owner of each row."""
        level = self._top[:, :-1].mean(axis=1)
        last_in, next_one = self._top[:, -2], self._top[:, -1]
        similar = self._cohort[owner] @ self._cohort[: self._people].T
        # The same similarity reckoned in another batch may differ in its last digit.
        inside = (similar >= last_in - 1e-6) & self._sampled[owner][:, None]
        levels: Vectors = level - np.where(inside, (similar - next_one) / self._k, 0)
        return levels
