"""Children and adults in one register, one threshold for both; repeated on many random splits.

    python -m tests.bench.mixed EMBEDDINGS --without NAMES [--splits 20]

The arguments are those of tests.bench.derive_population. For every split, all people are cut into
two halves at random. Population statistics come from the first half; everybody who is recognised
or a stranger belongs to the second, so nothing about them was used.

Register: 45 children up to 12 with 2 references, all photos of a child within 3 years of each
other, and 300 adults with 2 references. Six in ten of the second half's children are enrolled and
their further photos (up to 5) are looked for; the register is filled up to 45 children with those
of the first half, who compete but are not looked for. Strangers: the other children of the second
half with all their photos, and its other adults with up to 3. The threshold is the higher one of
those that let pass 1 % (0.1 %) of the children and of the adults among the strangers.

Then the same for the shipped statistics: the second half is the one on which nothing at all was
tuned, and only who is enrolled changes from row to row. And 500 adults of LFW with 3 references,
as in tests.bench.derive_population.

Printed: mean and standard deviation over the splits, and the same with the photos of all splits
taken together. One split holds about 100 photos of strangers who are children, so that its
threshold for 0.1 % is that of its most similar one; together there are enough.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.match import DEFAULT_THRESHOLDS, Matcher
from gate.population import Population, shipped_centre, shipped_population
from gate.values import Gallery
from tests.bench.derive_population import (
    AGES,
    DRAWN,
    READERS,
    centre,
    centred,
    halves,
    judge,
    statistics,
)
from tests.bench.trials import Enrolled, Faces, Half, adults_trial, read, templates_of

CHILDREN, ADULTS, REFERENCES = 45, 300, 2
ENROLLED = 0.6
FPIRS = (0.01, 0.001)


@dataclass(frozen=True)
class Group:
    """Scores of one group: with the own template, the best other one, and of strangers.

    ``people``, ``strange``: whose photo each of the register's and of the strangers' is.
    """

    own: Vectors
    other: Vectors
    strangers: Vectors
    people: NDArray[np.str_]
    strange: NDArray[np.str_]

    def right(self, threshold: float) -> NDArray[np.bool_]:
        """Which of the register's photos are recognised."""
        found: NDArray[np.bool_] = (self.own >= threshold) & (self.own > self.other)
        return found

    def tpir(self, threshold: float) -> float:
        return float(np.mean(self.right(threshold)))


Groups = tuple[Group, Group]
"""Children, adults."""


def tpirs(groups: Groups) -> list[float]:
    """TPIR of children and adults at FPIR 1 %, then at 0.1 %, one threshold for both."""
    found = []
    for fpir in FPIRS:
        threshold = max(float(np.quantile(group.strangers, 1 - fpir)) for group in groups)
        found += [group.tpir(threshold) for group in groups]
    return found


def trial(first: Half, second: Half, population: Population, random: np.random.Generator) -> Groups:
    """One register, and the scores of everybody of the second half."""
    known, strange = second.aged(*AGES["0-12"]).parts(random, ENROLLED)
    children = templates_of(known, REFERENCES, random)
    fill = _some(first.aged(*AGES["0-12"]), CHILDREN - len(children.templates), random)
    staff, rest = _staff(second.adults, random)
    adults = templates_of(staff, REFERENCES, random)
    vectors = np.concatenate([children.templates, fill, adults.templates])
    people = tuple(f"p{number}" for number in range(len(vectors)))
    gallery = Gallery(people, vectors, (REFERENCES,) * len(people), "measured")
    matcher = Matcher(gallery, DEFAULT_THRESHOLDS, population)
    before = len(children.templates) + len(fill)
    return (
        _group(matcher, children, 0, strange),
        _group(matcher, adults, before, rest),
    )


def _some(faces: Faces, count: int, random: np.random.Generator) -> Vectors:
    """Templates of at most so many people who have enough photos."""
    made = templates_of(faces, REFERENCES - 1, random).templates
    return made[random.permutation(len(made))[: max(count, 0)]]


def _staff(adults: Faces, random: np.random.Generator) -> tuple[Faces, Faces]:
    """Adults with more photos than references; of all others up to 3 photos."""
    rows = {name: random.permutation(r) for name, r in adults.by_person().items()}
    names = [str(name) for name in random.permutation(list(rows))]
    staff = [name for name in names if len(rows[name]) > REFERENCES][:ADULTS]
    rest = np.concatenate([rows[name][:3] for name in names if name not in set(staff)])
    return adults.of(staff), Faces(adults.vectors[rest], adults.people[rest], adults.ages[rest])


def _group(matcher: Matcher, enrolled: Enrolled, start: int, strangers: Faces) -> Group:
    scores = matcher.scores(enrolled.probes)
    place = np.arange(len(scores)), enrolled.owner + start
    own = scores[place].copy()
    scores[place] = -np.inf
    strange = matcher.scores(strangers.vectors).max(axis=1)
    return Group(own, scores.max(axis=1), strange, enrolled.names, strangers.people)


def together(trials: list[Groups]) -> Groups:
    """The photos of all splits as if they were one."""
    joined = [
        Group(*(np.concatenate([getattr(g[n], part) for g in trials]) for part in _PARTS))
        for n in range(2)
    ]
    return joined[0], joined[1]


_PARTS = ("own", "other", "strangers", "people", "strange")


def measure(everybody: Half, reader: str, splits: int) -> list[Groups]:
    """The trials of all splits."""
    trials = []
    for seed in range(splits):
        random = np.random.default_rng(seed)
        (a1, a2), (y1, y2) = everybody.adults.parts(random, 0.5), everybody.young.parts(random, 0.5)
        first, second = Half(a1, y1), Half(a2, y2)
        if reader == "dlib":
            middle = centre(first)
            first, second = centred(first, middle), centred(second, middle)
        trials.append(trial(first, second, statistics(first, reader), random))
    return trials


def measure_shipped(derive: Half, validate: Half, reader: str, times: int) -> list[Groups]:
    """The trials with the shipped statistics, on the half on which nothing was tuned."""
    shipped = shipped_population(READERS[reader])
    if shipped is None:
        raise SystemExit("the statistics are not in their place")
    if reader == "dlib":
        middle = shipped_centre(READERS[reader])
        derive, validate = centred(derive, middle), centred(validate, middle)
    return [trial(derive, validate, shipped, np.random.default_rng(n)) for n in range(times)]


def print_adults(everybody: Half, reader: str, splits: int) -> None:
    """LFW, 500 people, 3 references: TPIR at FPIR 1 % and 0.1 %."""
    found = []
    for seed in range(splits):
        random = np.random.default_rng(seed)
        parts = zip(
            everybody.adults.parts(random, 0.5), everybody.young.parts(random, 0.5), strict=True
        )
        first, second = (Half(adults, young) for adults, young in parts)
        if reader == "dlib":
            middle = centre(first)
            first, second = centred(first, middle), centred(second, middle)
        chosen = adults_trial(second, random, size=500, k=3)
        outcome = judge(chosen, statistics(first, reader))
        found.append([outcome.tpir(outcome.at(fpir)) for fpir in FPIRS])
    mean, spread = np.mean(found, axis=0), np.std(found, axis=0)
    said = " / ".join(
        f"{100 * m:.1f} (sd {100 * s:.1f})" for m, s in zip(mean, spread, strict=True)
    )
    print(f"\n{reader}, LFW, 500 people, 3 references, {splits} splits: {said}\n", flush=True)


def row(name: str, values: NDArray[np.float64] | list[float]) -> str:
    """One row of the table, in per cent."""
    return f"| {name} | " + " | ".join(f"{100 * value:.1f}" for value in values) + " |"


def main() -> None:
    """Read the arguments, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("embeddings", type=Path)
    parser.add_argument("--without", type=Path, required=True)
    parser.add_argument("--splits", type=int, default=20)
    arguments = parser.parse_args()
    print("| TPIR | children, FPIR 1 % | adults | children, FPIR 0.1 % | adults |")
    print("|---|---|---|---|---|")
    for reader in DRAWN:
        everybody = read(arguments.embeddings, arguments.without, merge=True, reader=reader)
        trials = measure(everybody, reader, arguments.splits)
        each = np.array([tpirs(groups) for groups in trials])
        photos = [len(group.own) for group in together(trials)]
        print(row(f"{reader}, mean of {len(each)} splits", each.mean(axis=0)))
        print(row(f"{reader}, standard deviation", each.std(axis=0)))
        print(row(f"{reader}, all splits together {photos}", tpirs(together(trials))), flush=True)
        trials = measure_shipped(*halves(everybody), reader, arguments.splits)
        each = np.array([tpirs(groups) for groups in trials])
        print(row(f"{reader}, shipped, mean of {len(each)} registers", each.mean(axis=0)))
        print(row(f"{reader}, shipped, standard deviation", each.std(axis=0)))
        print(row(f"{reader}, shipped, all together", tpirs(together(trials))), flush=True)
        print_adults(everybody, reader, arguments.splits)


if __name__ == "__main__":
    main()
