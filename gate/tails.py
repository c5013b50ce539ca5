"""The upper tail of strangers' best scores: what one in a thousand reaches, from far fewer.

Above the level that one in ten reaches, the excess is taken for exponential (peaks over a
threshold; the best of many scores has a tail no heavier than that, Gumbel's domain). Uncertainty
comes from drawing the people, not their photos, with replacement (cluster bootstrap).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gate.arrays import Vectors

USUAL_EXCESS = 0.05
"""Mean excess that registers of 12 to 300 adults show: 0.047 to 0.068."""

_USUAL_COUNTS_AS = 20
"""So many people above the level does ``USUAL_EXCESS`` count as: small registers lean on it."""

_FEW = 100
_TIMES = 200
_SEED = 20260102


@dataclass(frozen=True, slots=True)
class Tail:
    """``share`` of the strangers score ``start`` or more, on average by ``excess`` more."""

    start: float
    share: float
    excess: float

    def level(self, share: float) -> float:
        """The score that this (smaller) share of strangers reaches."""
        return self.start + self.excess * float(np.log(self.share / share))

    def above(self, score: float) -> float:
        """The share of strangers that reaches this score; below ``start``: at least ``share``."""
        return self.share * float(np.exp(min(0.0, (self.start - score) / self.excess)))


def fit(best: Vectors, owner: NDArray[np.intp]) -> Tail:
    """The tail of these best scores, shape (n,), of the photos of people with these numbers.

    Raises ValueError when there are none.
    """
    if not len(best):
        raise ValueError("a tail needs scores")
    share = 0.1 if len(best) >= _FEW else 0.2
    start = float(np.quantile(best, 1 - share))
    over = best > start
    people = len(np.unique(owner[over]))
    mean = float((best[over] - start).mean()) if people else USUAL_EXCESS
    weight = people + _USUAL_COUNTS_AS
    return Tail(start, share, (people * mean + _USUAL_COUNTS_AS * USUAL_EXCESS) / weight)


def resampled(best: Vectors, owner: NDArray[np.intp]) -> tuple[Tail, ...]:
    """Tails of the same people drawn with replacement; always the same draws."""
    # RandomState: its stream is frozen for ever, a Generator's may change with numpy.
    random = np.random.RandomState(_SEED)
    order = np.argsort(owner, kind="stable")
    _, starts, counts = np.unique(owner[order], return_index=True, return_counts=True)
    tails = []
    for _ in range(_TIMES):
        drawn = random.randint(0, len(starts), len(starts))
        rows = np.concatenate([order[starts[i] : starts[i] + counts[i]] for i in drawn])
        numbers = np.repeat(np.arange(len(drawn)), counts[drawn])
        tails.append(fit(best[rows], numbers))
    return tuple(tails)
