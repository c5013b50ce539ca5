"""Rates with their intervals, thresholds for a stated FPIR, and the DET curve. Pure; numpy only.

Several faces of one person are not several independent trials, so every interval counts people:
Wilson's interval (Wilson 1927) with the number of trials that a simple sample would need for the
same variance, as Korn and Graubard (1998) do for clustered surveys.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating]
Rows = NDArray[np.intp]

_Z = 1.959963984540054
"""Of the normal distribution, for 95 %."""

_RESAMPLES = 1000

_ENOUGH = 5
"""People with the rarer outcome from which the variance between people is worth estimating; with
fewer, all trials of a person count as one."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval, and what it was counted on.

    ``faces`` and ``people`` are different ones; ``trials`` counts a face once for each time it
    was tried. Where there are no trials the share is None and the interval says nothing.
    """

    share: float | None
    low: float
    high: float
    trials: int
    faces: int
    people: int


NOTHING = Rate(None, 0.0, 1.0, 0, 0, 0)


def rate(hits: NDArray[np.bool_] | Numbers, person: Rows, face: Rows) -> Rate:
    """The share of hits (each 0 to 1) over trials, with the person and the face of each."""
    trials = len(hits)
    if not trials:
        return NOTHING
    values = np.asarray(hits, np.float64)
    share = float(values.mean())
    faces, people = len(np.unique(face)), len(np.unique(person))
    low, high = wilson(share, effective(values, person, faces))
    return Rate(share, low, high, trials, faces, people)


def effective(values: Numbers, person: Rows, faces: int) -> float:
    """How many independent trials these clustered ones are worth, from people up to faces.

    The variance of the share is that of a ratio of totals over people (Cochran 1977, section 6.3).
    """
    _, cluster = np.unique(person, return_inverse=True)
    size = np.bincount(cluster).astype(np.float64)
    total, people = size.sum(), len(size)
    share = float(values.mean())
    # People with many trials weigh more, which is worth less than as many alike (Kish 1965).
    least = float(total**2 / (size**2).sum())
    spread = share * (1 - share)
    rare = share if share < 0.5 else 1 - share
    with_rare = len(np.unique(cluster[(values > 0) if rare == share else (values < 1)]))
    residual = np.bincount(cluster, weights=values) - share * size
    variance = (residual**2).sum() * people / max(people - 1, 1) / total**2
    if with_rare < _ENOUGH or spread <= 0 or variance <= 0:
        return least
    return float(min(max(spread / variance, least), max(faces, least)))


def wilson(share: float, trials: float) -> tuple[float, float]:
    """Wilson's 95 % interval for a share of this many independent trials."""
    if trials <= 0:
        return 0.0, 1.0
    middle = share + _Z**2 / (2 * trials)
    half = _Z * math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    scale = 1 + _Z**2 / trials
    low, high = (middle - half) / scale, (middle + half) / scale
    return (0.0 if share <= 0 else max(low, 0.0)), (1.0 if share >= 1 else min(high, 1.0))


def strangers_needed(fpir: float) -> int:
    """How many different strangers it takes at least to tell such a rate from none."""
    return math.ceil(1 / fpir - 1e-9)


def threshold_at(fpir: float, scores: Numbers, weights: Numbers | None = None) -> float:
    """The lowest threshold that at most this share of the strangers' scores reaches.

    Raises ValueError where there is no score.
    """
    if not len(scores):
        raise ValueError("a threshold needs strangers")
    weights = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(-scores, kind="stable")
    ranked = np.asarray(scores, np.float64)[order]
    above = np.cumsum(weights[order]) / max(float(weights.sum()), 1e-12)
    allowed = int(np.searchsorted(above, fpir + 1e-12, side="right"))
    if allowed >= len(ranked):
        return float(ranked[-1])
    return float(np.nextafter(ranked[allowed], np.inf))


@dataclass(frozen=True)
class Trials:
    """Scores with the person of each: own (-inf where somebody else is first), and strangers'."""

    own: Numbers
    own_person: Rows
    own_face: Rows
    strangers: Numbers
    strangers_person: Rows


def tpir_at(fpir: float, trials: Trials, seed: int) -> tuple[Rate, float]:
    """The share recognised at the threshold for an FPIR, and that threshold.

    The interval covers the uncertainty of the threshold too: people are drawn anew 1,000 times
    (bootstrap), and the wider of that interval and ``rate``'s counts.
    """
    threshold = threshold_at(fpir, trials.strangers)
    plain = rate(trials.own >= threshold, trials.own_person, trials.own_face)
    if plain.share is None:
        return plain, threshold
    people = int(max(trials.own_person.max(), trials.strangers_person.max())) + 1
    present = np.unique(np.concatenate([trials.own_person, trials.strangers_person]))
    random = np.random.default_rng(seed)
    shares = []
    for _ in range(_RESAMPLES):
        drawn = random.choice(present, len(present))
        times = np.bincount(drawn, minlength=people).astype(np.float64)
        weights, own = times[trials.strangers_person], times[trials.own_person]
        if weights.sum() and own.sum():
            at = threshold_at(fpir, trials.strangers, weights)
            shares.append(float(((trials.own >= at) * own).sum() / own.sum()))
    low, high = np.quantile(shares, (0.025, 0.975)) if shares else (0.0, 1.0)
    widest = min(plain.low, float(low)), max(plain.high, float(high))
    return (
        Rate(plain.share, *widest, plain.trials, plain.faces, plain.people),
        threshold,
    )


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the DET curve: share of strangers let pass, share of own people missed."""

    threshold: float
    fpir: float
    fnir: float


def det(trials: Trials, points: int = 200) -> tuple[Point, ...]:
    """The detection error trade-off, from the lowest threshold to the highest; at most so many.

    The points lie at thresholds, not at single scores: none can be told from them.
    """
    finite = trials.own[np.isfinite(trials.own)]
    everything = np.concatenate([finite, trials.strangers]).astype(np.float64)
    if not len(everything):
        return ()
    low, high = float(everything.min()), float(everything.max())
    thresholds = np.round(np.arange(math.floor(low * 100), math.ceil(high * 100) + 2) / 100, 2)
    if len(thresholds) > points:
        thresholds = thresholds[np.linspace(0, len(thresholds) - 1, points).round().astype(int)]
    fpir = _share_from(trials.strangers, thresholds)
    tpir = _share_from(trials.own, thresholds)
    return tuple(
        Point(float(t), float(f), float(1 - g))
        for t, f, g in zip(thresholds, fpir, tpir, strict=True)
    )


def _share_from(scores: Numbers, thresholds: Numbers) -> Numbers:
    """The share of scores at or above each threshold; 0 where there is no score."""
    ranked = np.sort(np.asarray(scores, np.float64))
    reached = len(ranked) - np.searchsorted(ranked, thresholds, side="left")
    shares: Numbers = reached / max(len(ranked), 1)
    return shares


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many scores lie in each bin; ``edges`` has one entry more than the counts."""

    edges: tuple[float, ...]
    genuine: tuple[int, ...]
    strangers: tuple[int, ...]


def histogram(genuine: Numbers, strangers: Numbers, width: float = 0.05) -> Histogram:
    """Both kinds of score in bins of the same width; scores of -inf are left out."""
    own = genuine[np.isfinite(genuine)]
    both = np.concatenate([own, strangers])
    if not len(both):
        return Histogram((), (), ())
    first, last = math.floor(both.min() / width), math.floor(both.max() / width) + 1
    edges = np.round(np.arange(first, last + 1) * width, 6)
    counts: Sequence[tuple[int, ...]] = [
        tuple(int(n) for n in np.histogram(part, edges)[0]) for part in (own, strangers)
    ]
    return Histogram(tuple(float(edge) for edge in edges), counts[0], counts[1])
