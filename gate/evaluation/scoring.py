"""The scores of every split: faces of people who are enrolled, and of people who are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.evaluation.looking import Sample
from gate.evaluation.protocol import Split
from gate.match import Matcher
from gate.population import shipped_population
from gate.values import Thresholds

Rows = NDArray[np.intp]
Part = TypeVar("Part", "Genuine", "Strangers")


@dataclass(frozen=True)
class Genuine:
    """Faces of the register's people: one entry for each face in each split.

    ``own``: the score with the right person, -inf where the face was not read. ``other``: the
    best score of anybody else. ``vetoed``: the share of all others whose veto it would reach.
    ``person`` and ``face`` are numbers of people and of samples.
    """

    own: Vectors
    other: Vectors
    vetoed: Vectors
    person: Rows
    face: Rows

    @property
    def read(self) -> NDArray[np.bool_]:
        """Where the face was found and read."""
        return np.isfinite(self.own)

    def recognised(self, threshold: float) -> NDArray[np.bool_]:
        """Where the right person is first, and at the threshold."""
        return (self.own >= threshold) & (self.own > self.other)

    def mistaken(self, threshold: float) -> NDArray[np.bool_]:
        """Where somebody else is first, and at the threshold."""
        return (self.other >= threshold) & (self.other >= self.own)


@dataclass(frozen=True)
class Strangers:
    """Faces that were read of people who are not enrolled, with their best score."""

    best: Vectors
    person: Rows
    face: Rows


@dataclass(frozen=True)
class Scores:
    """All splits together."""

    genuine: Genuine
    strangers: Strangers
    people: tuple[str, ...]


def score(samples: Sequence[Sample], splits: Sequence[Split], thresholds: Thresholds) -> Scores:
    """Compare every probe with the register of its split, as the gate does."""
    people = tuple(sorted({sample.person for sample in samples}))
    numbers = {person: number for number, person in enumerate(people)}
    genuine, strangers = [], []
    for split in splits:
        population = shipped_population(split.gallery.reader)
        matcher = Matcher(split.gallery, thresholds, population)
        genuine.append(_genuine(samples, split, matcher, numbers))
        strangers.append(_strangers(samples, split, matcher, numbers))
    return Scores(_joined(Genuine, genuine), _joined(Strangers, strangers), people)


def _genuine(
    samples: Sequence[Sample], split: Split, matcher: Matcher, numbers: dict[str, int]
) -> Genuine:
    rows = split.probes
    own = np.full(len(rows), -np.inf, np.float32)
    other, vetoed = own.copy(), np.zeros(len(rows), np.float32)
    read = [place for place, row in enumerate(rows) if samples[row].vector is not None]
    if read:
        scores = matcher.scores(_stacked(samples, [rows[place] for place in read]))
        column = {person: number for number, person in enumerate(split.gallery.people)}
        columns = [column[samples[rows[place]].person] for place in read]
        place_of = np.arange(len(read)), np.array(columns, np.intp)
        own[read] = scores[place_of]
        scores[place_of] = -np.inf
        other[read] = scores.max(axis=1)
        others = max(scores.shape[1] - 1, 1)
        vetoed[read] = (scores >= matcher.thresholds.veto).sum(axis=1) / others
    return Genuine(own, other, vetoed, *_numbers(samples, rows, numbers))


def _strangers(
    samples: Sequence[Sample], split: Split, matcher: Matcher, numbers: dict[str, int]
) -> Strangers:
    rows = [row for row in split.strangers if samples[row].vector is not None]
    best = np.zeros(0, np.float32)
    if rows and split.gallery.people:
        best = matcher.scores(_stacked(samples, rows)).max(axis=1)
    else:
        rows = []
    return Strangers(best, *_numbers(samples, rows, numbers))


def _stacked(samples: Sequence[Sample], rows: Sequence[int]) -> Vectors:
    found = [samples[row].vector for row in rows]
    return np.array([vector for vector in found if vector is not None], np.float32)


def _numbers(
    samples: Sequence[Sample], rows: Sequence[int], numbers: dict[str, int]
) -> tuple[Rows, Rows]:
    person = np.array([numbers[samples[row].person] for row in rows], np.intp)
    return person, np.array(rows, np.intp)


def _joined(kind: type[Part], parts: Sequence[Part]) -> Part:
    names = [part.name for part in fields(kind)]
    return kind(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
