"""How far chance goes in the children's figures of tests.bench.mixed: other people, other figures.

    python -m tests.bench.mixed_chance EMBEDDINGS --without NAMES [--half derive|validate]

The same registers twice: with the shipped statistics as they are, and without evening out the
differences within people. Then the children are drawn again with replacement, 2,000 times: each
stands for all photos of theirs, those that are looked for and those that are strangers'. Printed:
TPIR with the interval that 19 of 20 drawings stay within, and the same of the difference.

The validate half with the shipped statistics: nobody of it was used for anything. On the derive
half (60 splits of it) statistics come from the other people of each split.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.population import Population, shipped_population
from tests.bench.derive_population import READERS, halves, statistics
from tests.bench.mixed import FPIRS, Group, Groups, together, trial
from tests.bench.trials import Half, read

DRAWINGS = 2000
_NAMES = ("evened out", "as read")


def registers(half: Half, other: Half | None, times: int) -> Iterator[tuple[Groups, Groups]]:
    """The same trials with and without evening out; without another half, each splits this one."""
    for seed in range(times):
        random = np.random.default_rng(seed)
        first, second, population = other, half, shipped_population(READERS["sface"])
        if first is None:
            first, second = _split(half, random)
            population = statistics(first, "sface")
        if population is None:
            raise SystemExit("the statistics are not in their place")
        yield _twice(first, second, population, seed)


def _split(half: Half, random: np.random.Generator) -> tuple[Half, Half]:
    (a1, a2), (y1, y2) = half.adults.parts(random, 0.5), half.young.parts(random, 0.5)
    return Half(a1, y1), Half(a2, y2)


def _twice(first: Half, second: Half, population: Population, seed: int) -> tuple[Groups, Groups]:
    both = population, replace(population, evening=None)
    evened, as_read = (trial(first, second, p, np.random.default_rng(seed)) for p in both)
    return evened, as_read


def drawn_again(groups: Groups, fpir: float, times: NDArray[np.int64]) -> float:
    """TPIR of the children when each counts so many ``times``; adults as they are."""
    children, adults = groups
    known, strange = _counts(children.people, times), _counts(children.strange, times)
    threshold = max(
        highest_share(children.strangers, strange, fpir),
        float(np.quantile(adults.strangers, 1 - fpir)),
    )
    return float(np.average(children.right(threshold), weights=known))


def highest_share(scores: Vectors, weights: NDArray[np.int64], share: float) -> float:
    """The score above which this share of the weight lies."""
    order = np.argsort(-scores)
    above = np.cumsum(weights[order])
    place = int(np.searchsorted(above, share * above[-1], side="right"))
    return float(scores[order[min(place, len(order) - 1)]])


def _counts(people: NDArray[np.str_], times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of every photo how often its person was drawn. ``people``: numbers from 0."""
    counts: NDArray[np.int64] = times[people.astype(int)]
    return counts


def numbered(groups: Groups, names: list[str]) -> Groups:
    """The children's names as numbers of the list."""
    place = {name: str(number) for number, name in enumerate(names)}
    children = groups[0]
    people = np.array([place[str(name)] for name in children.people])
    strange = np.array([place[str(name)] for name in children.strange])
    return replace(children, people=people, strange=strange), groups[1]


def people_of(children: Group) -> list[str]:
    """Everybody behind a photo."""
    return sorted({str(name) for name in np.concatenate([children.people, children.strange])})


def print_chance(pairs: list[tuple[Groups, Groups]]) -> None:
    """TPIR of both, of all registers' photos together, and how far chance goes."""
    joined = [together(list(each)) for each in zip(*pairs, strict=True)]
    names = people_of(joined[0][0])
    joined = [numbered(groups, names) for groups in joined]
    children = joined[0][0]
    print(
        f"{len(names)} children; {len(set(children.people))} are looked for in {len(children.own)} "
        f"photos of {len(pairs)} registers ({len(children.own) / len(pairs):.0f} each)\n"
    )
    random, size = np.random.default_rng(0), len(names)
    draws = [np.ones(size, np.int64)]
    for _ in range(DRAWINGS):
        draws.append(np.bincount(random.integers(size, size=size), minlength=size))
    print("| TPIR of children | FPIR 1 % | FPIR 0.1 % |")
    print("|---|---|---|")
    found = np.array([[[drawn_again(g, f, d) for d in draws] for f in FPIRS] for g in joined])
    for name, values in zip((*_NAMES, "difference"), (*found, found[0] - found[1]), strict=True):
        print(f"| {name} | " + " | ".join(said(row) for row in values) + " |")
    worse = np.mean(found[0, :, 1:] <= found[1, :, 1:], axis=1)
    print("| drawings without a gain | " + " | ".join(f"{share:.1%}" for share in worse) + " |")


def said(values: NDArray[np.float64]) -> str:
    """The figure and the interval that 19 of 20 drawings stay within, in per cent."""
    low, high = np.quantile(values[1:], (0.025, 0.975))
    return f"{100 * values[0]:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def main() -> None:
    """Read the arguments, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("embeddings", type=Path)
    parser.add_argument("--without", type=Path, required=True)
    parser.add_argument("--half", choices=("derive", "validate"), default="validate")
    arguments = parser.parse_args()
    everybody = read(arguments.embeddings, arguments.without, merge=True, reader="sface")
    derive, validate = halves(everybody)
    if arguments.half == "validate":
        print_chance(list(registers(validate, derive, 20)))
    else:
        print_chance(list(registers(derive, None, 60)))


if __name__ == "__main__":
    main()
