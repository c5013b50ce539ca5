"""The register against itself: everybody's reference photos as strangers, and as themselves.

What ``calibrate`` draws its conclusions from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gate import tails
from gate.arrays import Vectors
from gate.calibration import Pair
from gate.held_out import HeldOut, Rows
from gate.match import Matcher, template
from gate.population import Population
from gate.values import Gallery, References, Thresholds

PAIRS_FROM = 0.10
"""Score of one's template with another from which two people are kept as a pair."""

_MOST = 6_000
"""Photos that are compared at most; of larger registers a fixed random part of the people."""

_BESTS = 4
"""Best others kept for every photo, so that relatives can be left out afterwards."""

_BY_CHANCE = 0.05
"""Pairs are relatives where no pair of the register would be so alike but with this chance."""

_INVENTED = 2_000
_BINS = np.linspace(-6, 4, 2001)
_SEED = 20260103


@dataclass(frozen=True)
class Rehearsal:
    """One entry per photo. ``owner``: the register's row of its person. ``nearest``: its highest
    score with anybody else while its person is left out; ``best``: the same without relatives.
    ``own``: its score with a template of the person's other photos (NaN where there are none).
    ``invented``: best scores of invented people. ``pairs`` are sorted, most alike first;
    ``related`` were left out of ``best``.
    """

    owner: Rows
    nearest: Vectors
    best: Vectors
    own: Vectors
    pairs: tuple[Pair, ...]
    related: tuple[Pair, ...]
    invented: Vectors
    counts: NDArray[np.int64]

    @property
    def people(self) -> int:
        """How many people took part."""
        return len(np.unique(self.owner))

    def share_of_others(self, score: float) -> float:
        """The share of other people's photos that reach this score with one person."""
        reaching = self.counts[np.searchsorted(_BINS, score, side="left") :].sum()
        return float(reaching / max(1, self.counts.sum()))


def rehearse(gallery: Gallery, references: References, population: Population | None) -> Rehearsal:
    """Compare everybody whose references were kept. Raises what ``Matcher`` raises."""
    owner, vectors = _photos(gallery, references)
    held_out = HeldOut(gallery, population)
    own = np.full(len(owner), np.nan, np.float32)
    kept = min(_BESTS, max(1, len(gallery.people)))
    scores = np.full((len(owner), kept), -np.inf, np.float32)
    who = np.zeros((len(owner), kept), np.intp)
    counts = np.zeros(len(_BINS) + 1, np.int64)
    for part in held_out.batches(vectors, owner, _without_each(vectors, owner)):
        own[part.rows] = part.own
        columns = np.argsort(-part.others, axis=1)[:, :kept]
        who[part.rows] = columns
        scores[part.rows] = np.take_along_axis(part.others, columns, axis=1)
        finite = part.others[np.isfinite(part.others)]
        counts += np.bincount(np.digitize(finite, _BINS), minlength=len(counts))
    best, related = _without_relatives(gallery.people, owner, scores, who)
    return Rehearsal(
        owner,
        scores[:, 0],
        best,
        own,
        _pairs(gallery, held_out),
        related,
        _invented(gallery, population),
        counts,
    )


def _photos(gallery: Gallery, references: References) -> tuple[Rows, Vectors]:
    """The kept photos of the gallery's people: the row of each one's person, and the vectors."""
    row_of = {person: row for row, person in enumerate(gallery.people)}
    known = [
        number
        for number, person in enumerate(references.people)
        if person in row_of and references.vectors[number].any()
    ]
    owner = np.array([row_of[references.people[number]] for number in known], np.intp)
    if len(owner) > _MOST:
        order = np.random.RandomState(_SEED).permutation(len(gallery.people))
        place = np.argsort(order)[owner]
        within = np.sort(np.argsort(place, kind="stable")[:_MOST])
        owner, known = owner[within], [known[number] for number in within]
    return owner, references.vectors[known].astype(np.float32)


def _without_each(vectors: Vectors, owner: Rows) -> Vectors:
    """For every photo the template of the same person's others; zero where there are none."""
    others = np.zeros(vectors.shape, np.float32)
    order = np.argsort(owner, kind="stable")
    ends = [0, *(np.flatnonzero(np.diff(owner[order])) + 1), len(order)]
    for start, end in pairwise(ends):
        rows = order[start:end]
        for row in rows:
            rest = rows[rows != row]
            if len(rest):
                others[row] = _template_or_zero(vectors[rest])
    return others


def _template_or_zero(vectors: Vectors) -> Vectors:
    try:
        return template(vectors)[0]
    except ValueError:  # they cancel each other out
        return np.zeros(vectors.shape[1], np.float32)


def _without_relatives(
    people: Sequence[str], owner: Rows, scores: Vectors, who: Rows
) -> tuple[Vectors, tuple[Pair, ...]]:
    """The best score of every photo without those of pairs too alike to be strangers by chance.

    At most one pair in a hundred people, and always one, can be set aside so: a register in which
    many people are alike must not be taken for one of many relatives.
    """
    if not len(owner):
        return np.zeros(0, np.float32), ()
    limit = tails.fit(scores[:, 0], owner).level(_BY_CHANCE / len(owner))
    alike: dict[tuple[int, int], float] = {}
    for row, column in np.argwhere(scores >= limit):
        one, other = sorted((int(owner[row]), int(who[row, column])))
        alike[one, other] = max(alike.get((one, other), 0.0), float(scores[row, column]))
    worst = sorted(alike, key=lambda pair: (-alike[pair], pair))[: max(1, len(people) // 100)]
    set_aside = set(worst)
    best = scores[:, 0].copy()
    for row in np.flatnonzero(scores[:, 0] >= limit):
        strangers = [
            float(score)
            for score, other in zip(scores[row], who[row], strict=True)
            if (min(owner[row], other), max(owner[row], other)) not in set_aside
        ]
        best[row] = strangers[0] if strangers else scores[row, -1]
    return best, tuple(Pair(people[a], people[b], alike[a, b]) for a, b in worst)


def _pairs(gallery: Gallery, held_out: HeldOut) -> tuple[Pair, ...]:
    """Everybody's template as a stranger: the pairs of people who resemble each other."""
    alike: dict[tuple[int, int], float] = {}
    for part in held_out.batches(gallery.vectors, np.arange(len(gallery.people))):
        for row, column in np.argwhere(part.others >= PAIRS_FROM):
            one, other = sorted((int(part.rows[row]), int(column)))
            score = float(part.others[row, column])
            alike[one, other] = max(alike.get((one, other), score), score)
    names = gallery.people
    ranked = sorted(alike.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Pair(names[a], names[b], round(score, 4)) for (a, b), score in ranked)


def _invented(gallery: Gallery, population: Population | None) -> Vectors:
    """Best scores of single faces of invented adults and children with this register."""
    if population is None or not gallery.people:
        return np.zeros(0, np.float32)
    random = np.random.RandomState(_SEED)
    faces = [
        group.mean + random.standard_normal((_INVENTED, len(group.mean))) @ group.factor.T
        for group in population.groups
    ]
    matcher = Matcher(gallery, Thresholds(1.0, 0.0, 0.0), population)
    best: Vectors = matcher.scores(np.concatenate(faces).astype(np.float32)).max(axis=1)
    return best
