"""Scores as they would be with one person of the register left out: who they are to the others.

For calibrating. The formula is the matcher's own, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.match import COHORT_SIZE, _batches, _cohort, _highest, _sample, _unit
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
        self._cohort = _cohort(gallery, population)
        self._people = len(gallery.people)
        self._seen, self._k = _sample(self._cohort, self._people, COHORT_SIZE)
        self._sampled = np.zeros(len(self._cohort), bool)
        self._sampled[self._seen] = True
        self._top = np.zeros((self._people, self._k + 1), np.float32)
        others = self._cohort[self._seen]
        place = np.full(len(self._cohort), -1)
        place[self._seen] = np.arange(len(self._seen))
        for part in _batches(np.arange(self._people), len(others)):
            similar = self._cohort[part] @ others.T
            inside = np.flatnonzero(place[part] >= 0)
            similar[inside, place[part][inside]] = -np.inf
            self._top[part] = -np.sort(-_highest(similar, self._k + 1), axis=1)

    def batches(self, probes: Vectors, owner: Rows, own: Vectors | None = None) -> Iterator[Batch]:
        """The scores of every probe (one row each), in parts that fit into memory.

        ``owner``: the register's row of the person behind each probe. ``own``: for each probe a
        template of its person to compare it with, made without it; zero rows for none.
        """
        _, unit = _unit(probes)
        usable, templates = _unit(own) if own is not None else (np.zeros(len(probes), bool), unit)
        for part in _batches(np.arange(len(probes)), 2 * len(self._cohort)):
            similar, level = self._without(unit[part], owner[part])
            others = 2 * similar[:, : self._people] - self._levels(owner[part])
            others -= level[:, None]
            self._hand_on(others, similar, owner[part])
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
        level: Vectors = _highest(similar, COHORT_SIZE).mean(axis=1)
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

    def _hand_on(self, scores: Vectors, similar: Vectors, owner: Rows) -> None:
        """m(probe) is over everybody but the candidate: whoever is in it hands on to the next."""
        k = COHORT_SIZE
        top = np.sort(_highest(similar, k + 1), axis=1)
        for row, (next_one, last_in) in enumerate(top[:, :2]):
            inside = np.flatnonzero(similar[row, : self._people] >= last_in)
            scores[row, inside] += (similar[row, inside] - next_one) / k
        scores[np.arange(len(scores)), owner] = -np.inf
