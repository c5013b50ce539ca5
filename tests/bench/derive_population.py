"""Derive the shipped population statistics and thresholds, and print what they let pass and catch.

python -m tests.bench.derive_population EMBEDDINGS --without NAMES [--reader dlib] [--write FILE]

EMBEDDINGS holds lfw.npz (identity, sface, dlib) and ages.npz (the same, and age); NAMES is a text
file with the people who are kept for other measurements, one a line. All others are cut into two
halves by person: statistics and thresholds come from the first ("derive"), the tables from the
second ("validate"). Two names of LFW that share a pair of photos with a cosine similarity of 0.65
or more count as one person (misspelt and wrong labels), unless --as-labelled is given.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.match import DEFAULT_THRESHOLDS, Matcher, looks_like_someone_else, template
from gate.population import (
    DRAWN_PER_GROUP,
    Population,
    describe,
    even,
    scatter_within,
    shipped_centre,
    shipped_population,
)
from gate.second_reader import DLIB_THRESHOLDS
from gate.values import Gallery, Thresholds
from tests.bench.trials import (
    NEAR_YEARS,
    Faces,
    Half,
    Trial,
    adults_trial,
    read,
    unit,
    young_trial,
)

READERS = {"sface": "sface-2021dec", "dlib": "dlib-resnet-2017-centred"}
THRESHOLDS = {"sface": DEFAULT_THRESHOLDS, "dlib": DLIB_THRESHOLDS}
DRAWN = {"sface": (100, 100), "dlib": (4000, 300)}
"""Adults and children in every cohort. dlib's strangers come nearer to a person than numbers drawn
from its mean and covariance do: with 100 of each, a register of 20 people needs a far higher
threshold than one of 500."""

EVENED = ("sface",)
"""Readers whose differences within people are evened out; dlib's recognition gains nothing."""

SIZES = (20, 60, 100, 500, 2000)
AGES = {"0-12": (0, 12), "0-3": (0, 3), "4-12": (4, 12), "13-17": (13, 17)}


Make = Callable[[Half, np.random.Generator], Trial]


@dataclass(frozen=True)
class Outcome:
    """For photos of the register's people: the own score and the best of anybody else's.

    ``others``: a sample of the scores of anybody's photo against somebody else.
    ``strangers``: the best score of every stranger's photo.
    """

    own: Vectors
    other: Vectors
    others: Vectors
    strangers: Vectors

    def tpir(self, threshold: float) -> float:
        return float(np.mean((self.own >= threshold) & (self.own > self.other)))

    def fpir(self, threshold: float) -> float:
        return float(np.mean(self.strangers >= threshold))

    def at(self, fpir: float) -> float:
        return float(np.quantile(self.strangers, 1 - fpir))


def judge(trial: Trial, population: Population) -> Outcome:
    """All scores of one trial."""
    vectors = np.concatenate([trial.enrolled.templates, trial.extra])
    people = tuple(f"p{number}" for number in range(len(vectors)))
    gallery = Gallery(people, vectors, (1,) * len(people), "measured")
    matcher = Matcher(gallery, DEFAULT_THRESHOLDS, population)
    scores = matcher.scores(trial.enrolled.probes)
    place = np.arange(len(scores)), trial.enrolled.owner
    own = scores[place].copy()
    scores[place] = -np.inf
    strangers = matcher.scores(trial.strangers)
    known = len(trial.enrolled.templates)
    sample = np.concatenate([scores[:, :known].ravel(), strangers[:, :known].ravel()])
    return Outcome(own, scores.max(axis=1), sample[np.isfinite(sample)], strangers.max(axis=1))


def repeat(
    make: Make, half: Half, times: int, population: Population | None, reader: str
) -> Outcome:
    """Several random trials as one; without a population, each describes people it leaves out."""
    outcomes = []
    for seed in range(times):
        random = np.random.default_rng(seed)
        tested, used = half, population
        if used is None:
            (a1, a2), (y1, y2) = half.adults.parts(random, 0.4), half.young.parts(random, 0.4)
            tested, used = Half(a2, y2), statistics(Half(a1, y1), reader)
        outcomes.append(judge(make(tested, random), used))
    return Outcome(
        *(np.concatenate([getattr(o, part.name) for o in outcomes]) for part in fields(Outcome))
    )


def statistics(half: Half, reader: str) -> Population:
    """The shipped statistics: single faces of adults, and of children up to 12."""
    faces = {"adults": half.adults, "children": half.aged(*AGES["0-12"])}
    groups = tuple(
        replace(describe(name, group.vectors), drawn=drawn)
        for (name, group), drawn in zip(faces.items(), DRAWN[reader], strict=True)
    )
    if reader not in EVENED:
        return Population(groups)
    return Population(groups, even([scatter_within(f.vectors, f.people) for f in faces.values()]))


def centre(half: Half) -> Vectors:
    """The middle between the means of adults' and children's faces, shape (d,)."""
    means = [half.adults.vectors.mean(axis=0), half.aged(*AGES["0-12"]).vectors.mean(axis=0)]
    middle: Vectors = np.array(means).mean(axis=0).astype(np.float16).astype(np.float32)
    return middle


def centred(half: Half, middle: Vectors) -> Half:
    """The half as gate.engines.dlib_resnet gives its faces."""
    return half.seen(lambda vectors: unit(vectors - middle))


def halves(everybody: Half) -> tuple[Half, Half]:
    """The derive half and the validate half."""
    random = np.random.default_rng(2026)
    adults, young = everybody.adults.parts(random, 0.5), everybody.young.parts(random, 0.5)
    return Half(adults[0], young[0]), Half(adults[1], young[1])


def protocols(people: int) -> Iterator[tuple[str, Make, int]]:
    """Name, trial and repetitions of what can be measured on a half with so many adults."""
    for k in (1, 3):
        for size in [size for size in SIZES if size < 0.8 * people]:
            times = max(3, min(20, 4000 // size))
            yield f"adults, G={size}, K={k}", partial(adults_trial, size=size, k=k), times
    for name, ages in AGES.items():
        for adults in (10, 300):
            yield (
                f"ages {name} and {adults} adults, K=2",
                partial(young_trial, ages=ages, adults=adults),
                60,
            )


def print_table(title: str, half: Half, population: Population | None, reader: str) -> None:
    """One row per protocol, in per cent unless it is a score."""
    d: Thresholds = THRESHOLDS[reader]
    print(f"\n{title}; show {d.show}, veto {d.veto}, margin {d.margin}\n")
    print(
        "| register | photos, strangers | score at FPIR 1 / 0.1 | TPIR there | TPIR | FPIR |"
        " caught | blocked per restricted person | second within margin |"
        " wrong person, then not confusable |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, make, times in protocols(len(half.adults.names()) if population else 1600):
        o = repeat(make, half, times, population, reader)
        one, tenth = o.at(0.01), o.at(0.001)
        wrong = (o.other >= d.show) & (o.other > o.own)
        lost = wrong & (o.own < o.other - d.margin)
        close = (o.own >= d.show) & (o.other >= o.own - d.margin) & ~wrong
        print(
            f"| {name} | {len(o.own)}, {len(o.strangers)} | {one:.2f} / {tenth:.2f} "
            f"| {o.tpir(one):.1%} / {o.tpir(tenth):.1%} | {o.tpir(d.show):.1%} "
            f"| {o.fpir(d.show):.3%} | {np.mean(o.own >= d.veto):.2%} "
            f"| {np.mean(o.others >= d.veto):.2%} | {np.mean(close):.2%} "
            f"| {np.mean(wrong):.2%}, {np.mean(lost):.2%} |",
            flush=True,
        )


def print_references(half: Half) -> None:
    """How the checks of references do: a foreign photo among three, and none."""
    print(
        "\n| references | own one left out | foreign one left out | said to be another's"
        " | foreign one said |\n|---|---|---|---|---|"
    )
    for name, faces in {"adults": half.adults, "0-12": half.aged(*AGES["0-12"])}.items():
        counts = np.zeros(5)
        for seed in range(4 if name == "adults" else 40):
            counts += _check_references(faces, np.random.default_rng(seed))
        print(f"| {name} |", " | ".join(f"{share:.1%}" for share in counts[:4] / counts[4]), "|")


def _check_references(faces: Faces, random: np.random.Generator) -> NDArray[np.float64]:
    """Own left out, foreign left out, false alarm, foreign noticed, tries."""
    photos = {}
    for name, rows in faces.by_person().items():
        mixed = random.permutation(rows)
        near = mixed[np.abs(faces.ages[mixed] - faces.ages[mixed[0]]) <= NEAR_YEARS]
        if len(near) > 3:
            photos[name] = near
    names = list(photos)
    vectors = np.array([template(faces.vectors[photos[name][:3]])[0] for name in names])
    counts = np.zeros(5)
    for place, name in enumerate(names):
        own, foreign = photos[name][:3], photos[names[place - 1]][3]
        mixed = np.array([*own[:2], foreign])
        keep = [row for row in range(len(names)) if row != place]
        others = Gallery(
            tuple(names[row] for row in keep), vectors[keep], (3,) * len(keep), "measured"
        )
        counts += [
            bool(template(faces.vectors[own])[1]),
            template(faces.vectors[mixed])[1] == (2,),
            looks_like_someone_else(faces.vectors[own], others) is not None,
            looks_like_someone_else(faces.vectors[mixed], others) == names[place - 1],
            1,
        ]
    return counts


def write(path: Path, population: Population, middle: Vectors | None) -> None:
    """Store the statistics in half precision."""
    arrays: dict[str, NDArray[np.generic]] = {
        "groups": np.array([group.name for group in population.groups])
    }
    for group in population.groups:
        arrays[f"{group.name}_mean"] = group.mean.astype(np.float16)
        arrays[f"{group.name}_factor"] = group.factor.astype(np.float16)
        if group.drawn != DRAWN_PER_GROUP:
            arrays[f"{group.name}_drawn"] = np.array(group.drawn)
    if population.evening is not None:
        arrays["evening"] = population.evening.astype(np.float16)
    if middle is not None:
        arrays["centre"] = middle.astype(np.float16)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def main() -> None:
    """Read the arguments, cut the people into halves, print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("embeddings", type=Path)
    parser.add_argument("--without", type=Path, required=True)
    parser.add_argument("--reader", choices=sorted(READERS), default="sface")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--as-labelled", action="store_true")
    arguments = parser.parse_args()
    reader: str = arguments.reader
    everybody = read(
        arguments.embeddings, arguments.without, merge=not arguments.as_labelled, reader=reader
    )
    derive, validate = halves(everybody)
    middle = None
    if reader == "dlib":
        middle = centre(derive)
        derive, validate = centred(derive, middle), centred(validate, middle)
    if arguments.write:
        write(arguments.write, statistics(derive, reader), middle)
    if middle is not None and not np.array_equal(middle, shipped_centre(READERS[reader])):
        raise SystemExit("the shipped centre is another one: use --write first")
    print_table("Derive half", derive, None, reader)
    shipped = shipped_population(READERS[reader])
    if shipped is None:
        raise SystemExit("the statistics are not in their place: use --write first")
    print_table("Validate half", validate, shipped, reader)
    print_references(validate)


if __name__ == "__main__":
    main()
