"""One reader, the other, both: what they recognise, let pass, catch and block by mistake.

    python -m tests.bench.readers EMBEDDINGS --without NAMES [--derive]

The arguments are those of tests.bench.derive_population, and so are the halves: statistics,
thresholds and weights come from the first ("derive"), which --derive prints; the table is of the
second, on which nothing was tuned.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.match import DEFAULT_THRESHOLDS, Matcher
from gate.population import Population, shipped_centre, shipped_population
from gate.second_reader import DLIB_THRESHOLDS, SECOND_THRESHOLDS
from gate.values import Gallery, Thresholds
from tests.bench.derive_population import (
    DRAWN,
    READERS,
    Make,
    centre,
    centred,
    halves,
    statistics,
)
from tests.bench.trials import Half, Trial, adults_trial, read, young_trial

Pair = NDArray[np.float32]
"""Scores of both readers: the first column is SFace's, the second dlib's."""


@dataclass(frozen=True)
class Scores:
    """What both readers say of the photos of one or many trials.

    ``own``, ``other``: shape (photos, 2), the score with the right person and the best of anybody
    else. ``foreign``: shape (n, 2), photos with one other person's template. ``strangers``: shape
    (photos, 2), the best score of every stranger's photo; ``agreed``: whether both name the same
    person there.
    """

    own: Pair
    other: Pair
    foreign: Pair
    strangers: Pair
    agreed: NDArray[np.bool_]


@dataclass(frozen=True)
class Row:
    """One way of using the readers, measured; all are shares."""

    tpir: float
    fpir: float
    caught: float
    blocked: float


def both(trials: tuple[Trial, Trial], populations: tuple[Population, Population]) -> Scores:
    """The scores of one trial; the two trials are the same photos as the two readers see them."""
    of = [_scores(t, p) for t, p in zip(trials, populations, strict=True)]
    enrolled = trials[0].enrolled
    known, rows = len(enrolled.templates), np.arange(len(enrolled.owner))
    own = np.stack([probes[rows, enrolled.owner] for probes, _ in of], axis=1)
    rest = [probes.copy() for probes, _ in of]
    for probes in rest:
        probes[rows, enrolled.owner] = -np.inf
    foreign = np.concatenate(
        [
            np.stack([probes[:, :known].ravel() for probes in rest], axis=1),
            np.stack([strangers[:, :known].ravel() for _, strangers in of], axis=1),
        ]
    )
    return Scores(
        own,
        np.stack([probes.max(axis=1) for probes in rest], axis=1),
        foreign[np.isfinite(foreign).all(axis=1)],
        np.stack([strangers.max(axis=1) for _, strangers in of], axis=1),
        of[0][1].argmax(axis=1) == of[1][1].argmax(axis=1),
    )


def _scores(trial: Trial, population: Population) -> tuple[Vectors, Vectors]:
    vectors = np.concatenate([trial.enrolled.templates, trial.extra])
    people = tuple(f"p{number}" for number in range(len(vectors)))
    gallery = Gallery(people, vectors, (1,) * len(people), "measured")
    matcher = Matcher(gallery, DEFAULT_THRESHOLDS, population)
    return matcher.scores(trial.enrolled.probes), matcher.scores(trial.strangers)


def repeat(
    make: Make, seen: tuple[Half, Half], times: int, shipped: tuple[Population, Population] | None
) -> Scores:
    """Several random trials as one; without statistics, each describes people it leaves out."""
    parts = []
    for seed in range(times):
        tested, populations = seen, shipped
        if populations is None:
            tested, populations = _cut(seen, seed)
        trials = [make(half, np.random.default_rng(seed)) for half in tested]
        parts.append(both((trials[0], trials[1]), populations))
    joined = {f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Scores)}
    return Scores(**joined)


def _cut(
    seen: tuple[Half, Half], seed: int
) -> tuple[tuple[Half, Half], tuple[Population, Population]]:
    """The people to test on, and statistics of four in ten others, as both readers see them."""
    tested, populations = [], []
    for half, reader in zip(seen, DRAWN, strict=True):
        random = np.random.default_rng(1000 + seed)
        (a1, a2), (y1, y2) = half.adults.parts(random, 0.4), half.young.parts(random, 0.4)
        tested.append(Half(a2, y2))
        populations.append(statistics(Half(a1, y1), reader))
    return (tested[0], tested[1]), (populations[0], populations[1])


def alone(s: Scores, column: int, t: Thresholds) -> Row:
    """One reader, nothing else."""
    own, other = s.own[:, column], s.other[:, column]
    return Row(
        float(np.mean((own >= t.show) & (own > other))),
        float(np.mean(s.strangers[:, column] >= t.show)),
        float(np.mean(own >= t.veto)),
        float(np.mean(s.foreign[:, column] >= t.veto)),
    )


def must_agree(s: Scores, t: Thresholds, second: Thresholds) -> Row:
    """A face is shown if both name the same person; a veto of either blocks.

    The veto of the second counts in the product only for faces that would be shown; here it is
    counted for every photo, as an upper limit of both what it catches and blocks.
    """
    limits = np.array([t.show, second.show])
    right = np.all((s.own >= limits) & (s.own > s.other), axis=1)
    passed = np.all(s.strangers >= limits, axis=1) & s.agreed
    veto = may_veto(s, t, second)
    return Row(float(right.mean()), float(passed.mean()), veto.caught, veto.blocked)


def may_veto(s: Scores, t: Thresholds, second: Thresholds) -> Row:
    """Shown by the first reader's word; a veto of either blocks."""
    first, limits = alone(s, 0, t), np.array([t.veto, second.veto])
    caught, blocked = (float(np.mean(np.any(x >= limits, axis=1))) for x in (s.own, s.foreign))
    return Row(first.tpir, first.fpir, caught, blocked)


def caught_at(own: Vectors, foreign: Vectors, blocked: float) -> float:
    """Share of own photos caught where this share of foreign ones is blocked by mistake."""
    return float(np.mean(own >= np.quantile(foreign, 1 - blocked)))


def protocols() -> Iterator[tuple[str, Make, int]]:
    """Name, trial and repetitions."""
    yield "adults, G=500, K=3", partial(adults_trial, size=500, k=3), 8
    yield "adults, G=100, K=1", partial(adults_trial, size=100, k=1), 20
    yield "adults, G=20, K=3", partial(adults_trial, size=20, k=3), 40
    for name, ages in {"0-12": (0, 12), "0-3": (0, 3), "4-12": (4, 12)}.items():
        make: Make = partial(young_trial, ages=ages, adults=300)
        yield f"ages {name} and 300 adults, K=2", make, 60


def print_table(
    title: str, seen: tuple[Half, Half], shipped: tuple[Population, Population] | None
) -> None:
    """One row per register and way of using the readers, in per cent."""
    first = DEFAULT_THRESHOLDS
    second = SECOND_THRESHOLDS
    print(
        f"\n{title}; SFace {first}, dlib alone {DLIB_THRESHOLDS}, dlib beside SFace {second}"
        "\n\n| register | readers | TPIR | FPIR | caught | blocked by mistake |\n"
        "|---|---|---|---|---|---|"
    )
    for name, make, times in protocols():
        s = repeat(make, seen, times, shipped)
        rows = {
            "sface alone": alone(s, 0, first),
            "dlib alone": alone(s, 1, DLIB_THRESHOLDS),
            "must agree": must_agree(s, first, second),
            "may veto": may_veto(s, first, second),
        }
        for way, row in rows.items():
            print(
                f"| {name} | {way} | {row.tpir:.1%} | {row.fpir:.3%} | {row.caught:.2%}"
                f" | {row.blocked:.2%} |"
            )
        print_fair(s, rows, first)


def print_fair(s: Scores, rows: dict[str, Row], first: Thresholds) -> None:
    """What SFace alone does with other thresholds, at the same price as the second reader."""
    agreed, vetoed = rows["must agree"], rows["may veto"]
    for price in (rows["sface alone"].blocked, vetoed.blocked):
        own, foreign = s.own, s.foreign
        ways = {"sface": (own[:, 0], foreign[:, 0])} | {
            f"sum, dlib x {w}": (own @ np.array([1, w]), foreign @ np.array([1, w]))
            for w in (0.2, 0.35)
        }
        said = ", ".join(f"{way} {caught_at(o, f, price):.2%}" for way, (o, f) in ways.items())
        print(f"  caught where {price:.2%} are blocked by mistake: {said}")
    fpir = agreed.fpir
    if not fpir:
        return
    t = float(np.quantile(s.strangers[:, 0], 1 - fpir))
    strict = alone(s, 0, Thresholds(t, first.veto, 0))
    print(f"  sface alone at FPIR {fpir:.3%} (show {t:.2f}): TPIR {strict.tpir:.1%}", flush=True)


def main() -> None:
    """Read the arguments, cut the people into halves, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("embeddings", type=Path)
    parser.add_argument("--without", type=Path, required=True)
    parser.add_argument("--derive", action="store_true")
    arguments = parser.parse_args()
    everybody = [
        read(arguments.embeddings, arguments.without, merge=True, reader=r) for r in READERS
    ]
    first, second = (halves(one) for one in everybody)
    middle = centre(second[0])
    if not np.array_equal(middle, shipped_centre(READERS["dlib"])):
        raise SystemExit("the shipped centre is not that of the derive half")
    if arguments.derive:
        print_table("Derive half", (first[0], centred(second[0], middle)), None)
        return
    shipped = [shipped_population(version) for version in READERS.values()]
    if shipped[0] is None or shipped[1] is None:
        raise SystemExit("the statistics are not in their place")
    seen = first[1], centred(second[1], middle)
    print_table("Validate half", seen, (shipped[0], shipped[1]))


if __name__ == "__main__":
    main()
