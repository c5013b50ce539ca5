"""Matching: whom of the register each face resembles, or honestly nobody. Exact; numpy only.

The score of a face and a person is 2 s - m(face) - m(person): s is the cosine similarity of the
face's embedding and the person's template, once differences between photos of one person are
evened out (``Population.evening``), and m(x) the mean of the ``cohort_size`` highest
similarities of x to other people. Those others are the register and a fixed number of vectors
drawn from population statistics. A face that resembles everybody (a toddler among toddlers) thus
has to resemble its own person all the more, and one threshold serves all ages. As the drawn
vectors are always there, one more person in the register can only lower the scores of others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

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
    unit_rows,
)
from gate.errors import EngineError
from gate.population import Population
from gate.values import Candidate, Gallery, Match, Thresholds

DEFAULT_THRESHOLDS = Thresholds(show=0.49, veto=0.20, margin=0.25)
"""For SFace with the shipped population statistics, in units of ``Candidate.score``.

Derived by tests/bench/derive_population.py; what they let pass and catch: docs/matching.md.
"""

OUTLIER = 0.30
"""Likeness to the mean of a person's other references below which a reference is left out."""

SWAPPED = 0.50
"""Likeness to another's template from which a reference may be that person's."""

SWAPPED_LEAD = 0.10
"""How much more a reference must be like somebody else than like the person's own others."""

SWAPPED_SINGLE = 0.60
"""As SWAPPED, for a person with one reference, which has nothing of its own to be compared to."""

SAME_PERSON = 0.70
"""Likeness of two people's templates from which they are taken for one person's."""


class Matcher:
    """Compares faces with one register. Holds the templates and what was computed of them."""

    def __init__(
        self,
        gallery: Gallery,
        thresholds: Thresholds,
        population: Population | None,
        *,
        cohort_size: int = COHORT_SIZE,
    ) -> None:
        """Compute what depends on the register alone.

        Raises RegisterError when a template is not a vector of finite numbers, and EngineError
        when the population statistics are another reader's, or missing while the register is
        too small to do without (it needs more than ``cohort_size`` people).
        """
        self.thresholds = thresholds
        self._people = gallery.people
        self._cohort_size = cohort_size
        self._population = population
        self._cohort = cohort_of(gallery, population)
        if self._people and len(self._cohort) <= cohort_size:
            raise EngineError(
                f"There are no population statistics for {gallery.reader}, and the register holds "
                f"too few people ({len(self._people)}) to be compared with each other alone."
            )
        self._level = self._register_level()

    def match(self, probes: Vectors, readable: Sequence[bool]) -> tuple[Match, ...]:
        """The candidates of every face, in the order of ``probes`` (one row each).

        A face that is not readable, or whose row is zero or not finite, has no candidates.
        Raises ValueError when the two differ in number.
        """
        if len(probes) != len(readable):
            raise ValueError(f"{len(probes)} embeddings but {len(readable)} marks")
        usable, unit = compared(probes, self._population)
        rows = np.flatnonzero(usable & np.asarray(readable, bool))
        matches = [Match(readable=False)] * len(probes)
        for part in batches(rows, len(self._cohort)):
            for row, scores in zip(part, self._scores(unit[part]), strict=True):
                matches[row] = Match(self._candidates(scores))
        return tuple(matches)

    def scores(self, probes: Vectors) -> Vectors:
        """The score of every face (row) and every person (column); NaN rows for unusable ones."""
        usable, unit = compared(probes, self._population)
        scores: Vectors = np.full((len(probes), len(self._people)), np.nan, np.float32)
        for part in batches(np.flatnonzero(usable), len(self._cohort)):
            scores[part] = self._scores(unit[part])
        return scores

    def _scores(self, unit: Vectors) -> Vectors:
        people = len(self._people)
        if not people:
            return np.zeros((len(unit), 0), np.float32)
        similar = unit @ self._cohort.T
        scores: Vectors = 2 * similar[:, :people]
        scores -= self._level
        subtract_ordinary(scores, similar, self._cohort_size)
        return scores

    def _candidates(self, scores: Vectors) -> tuple[Candidate, ...]:
        if not len(scores):
            return ()
        best = float(scores.max())
        second = float(np.partition(scores, -2)[-2]) if len(scores) > 1 else best
        floor = min(self.thresholds.veto, best - self.thresholds.margin, second)
        found = [
            Candidate(self._people[i], float(scores[i])) for i in np.flatnonzero(scores >= floor)
        ]
        return tuple(sorted(found, key=lambda candidate: (-candidate.score, candidate.person)))

    def _register_level(self) -> Vectors:
        """m(person) for every person, shape (people,)."""
        people = len(self._people)
        seen, k = sampled(self._cohort, people, self._cohort_size)
        level: Vectors = np.zeros(people, np.float32)
        for part, similar in similar_to_others(self._cohort, people, seen):
            level[part] = highest(similar, k).mean(axis=1)
        return level


def template(vectors: Vectors) -> tuple[Vectors, tuple[int, ...]]:
    """A person's template, shape (d,), and the rows of ``vectors`` that were left out of it.

    The template is the normalised mean of the reference embeddings (one row each). Left out, one
    after the other while three are left, is the one least like the mean of the rest, if it is
    less like it than ``OUTLIER``; and every row that is zero or not finite. Of two that disagree
    nobody can say which is wrong: both stay. Raises ValueError when no row can be used.
    """
    usable, unit = unit_rows(vectors)
    kept = [int(row) for row in np.flatnonzero(usable)]
    if not kept:
        raise ValueError("a template needs at least one usable embedding")
    while len(kept) > 2:
        own = _likeness_to_the_rest(unit[kept])
        worst = int(own.argmin())
        if own[worst] >= OUTLIER:
            break
        del kept[worst]
    usable, mean = unit_rows(unit[kept].mean(axis=0, keepdims=True))
    if not usable.all():
        raise ValueError("the references cancel each other out")
    return mean[0], tuple(row for row in range(len(vectors)) if row not in kept)


def looks_like_someone_else(vectors: Vectors, others: Gallery) -> str | None:
    """The other person whom these references of one person resemble too much, or None.

    ``others`` must not hold the person. Either one reference is more like somebody else's
    template than like the person's own other references (a photo in the wrong folder), or all
    together are as like it as two templates of one person (a folder swapped or enrolled twice).
    Twins can give the second; a person has to look. Compares cosine similarities.
    """
    usable, unit = unit_rows(vectors)
    _, templates = unit_rows(others.vectors)
    unit = unit[usable]
    if not len(unit) or not others.people:
        return None
    similar = unit @ templates.T
    needed = np.full(len(unit), SWAPPED_SINGLE)
    if len(unit) > 1:
        needed = np.maximum(SWAPPED, _likeness_to_the_rest(unit) + SWAPPED_LEAD)
    excess = similar.max(axis=1) - needed
    if excess.max() >= 0:
        return others.people[int(similar[int(excess.argmax())].argmax())]
    alike = templates @ template(unit)[0]
    return others.people[int(alike.argmax())] if alike.max() >= SAME_PERSON else None


def are_of_one_person(vectors: Vectors) -> bool:
    """Whether the references of one person hang together, each by a likeness of ``OUTLIER``.

    A template made of two people's photos passes for both. Compares cosine similarities, along
    chains: a reference counts when it is like any that counts. False without a usable row.
    """
    usable, unit = unit_rows(vectors)
    alike = (unit @ unit.T >= OUTLIER) & usable
    reached = np.zeros(len(unit), np.bool_)
    reached[np.flatnonzero(usable)[:1]] = True
    for _ in unit:
        reached |= alike[reached].any(axis=0)
    return bool(usable.any() and reached[usable].all())


def _likeness_to_the_rest(unit: Vectors) -> Vectors:
    """Cosine similarity of every row to the mean of the other rows, shape (n,)."""
    rest = unit.sum(axis=0) - unit
    length = np.maximum(np.linalg.norm(rest, axis=1), 1e-6)
    likeness: Vectors = np.einsum("nd,nd->n", unit, rest) / length
    return likeness
