"""What calibrating does to random registers: strangers that pass and people recognised.

python -m tests.bench.calibration EMBEDDINGS --without NAMES [--half derive] [--speed]

The embeddings and the halves are those of tests.bench.derive_population. Every register is
calibrated by its own references alone; then fresh photos of its people, and photos of everybody
else of the half, are judged by the shipped and by the calibrated thresholds. --speed measures the
time and memory of calibrating 2,000 invented people with 3 references each instead.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.calibrate import Subject, calibrate
from gate.calibration import Calibration
from gate.match import DEFAULT_THRESHOLDS, Matcher, template
from gate.population import shipped_population
from gate.values import Gallery, Person, References, Thresholds
from tests.bench.trials import NEAR_YEARS, Faces, Half, read

READER = "sface-2021dec"
FPIR = 0.001


@dataclass(frozen=True)
class School:
    """A register, further photos of its people with the row that is theirs, and strangers."""

    subject: Subject
    probes: Vectors
    owner: NDArray[np.intp]
    strangers: Vectors


@dataclass(frozen=True)
class Part:
    """Some of a school's people: their references and further photos, and strangers like them."""

    references: list[Vectors]
    probes: list[Vectors]
    strangers: Vectors
    person: Person


def drawn(faces: Faces, random: np.random.Generator, people: int, k: int, person: Person) -> Part:
    """So many people with k references each, all within three years where ages are known."""
    rows = {name: random.permutation(r) for name, r in faces.by_person().items()}
    near = {
        name: those[np.abs(faces.ages[those] - faces.ages[those[0]]) <= NEAR_YEARS]
        for name, those in rows.items()
    }
    names = [str(name) for name in random.permutation(list(near))]
    rich = sorted(names, key=lambda name: -min(len(near[name]), k + 1))
    known = rich[:people]
    others = [row for name in rich[people:] for row in rows[name][:5]]
    return Part(
        [faces.vectors[near[name][:k]] for name in known],
        [faces.vectors[near[name][k : k + 5]] for name in known],
        faces.vectors[others],
        person,
    )


def school(parts: list[Part]) -> School:
    """The parts as one register."""
    references = [those for part in parts for those in part.references]
    probes = [those for part in parts for those in part.probes]
    persons = [part.person for part in parts for _ in part.references]
    names = tuple(f"p{number:05}" for number in range(len(references)))
    counts = [len(those) for those in references]
    gallery = Gallery(
        names, np.array([template(those)[0] for those in references]), tuple(counts), READER
    )
    owners = tuple(np.repeat(names, counts).tolist())
    kept = References(owners, np.concatenate(references), (None,) * len(owners))
    subject = Subject(gallery, kept, dict(zip(names, persons, strict=True)))
    owner = np.repeat(np.arange(len(names)), [len(those) for those in probes])
    return School(
        subject,
        np.concatenate(probes),
        owner,
        np.concatenate([part.strangers for part in parts]),
    )


def schools(half: Half) -> Iterator[tuple[str, list[School]]]:
    """The kinds of register, each several times."""
    adult = Person("", "staff", "", "")
    child = Person("", "pupil", "", "", "2")
    teenager = Person("", "pupil", "", "", "9")
    for size, times in ((12, 40), (20, 40), (60, 30), (150, 15), (300, 10)):
        for k in (1, 3) if size in {60, 300} else (3,):
            yield (
                f"{size} adults, K={k}",
                [school([drawn(half.adults, r, size, k, adult)]) for r in _randoms(times)],
            )
    yield (
        "1,500 adults, K up to 3",
        [school([drawn(half.adults, r, 1500, 3, adult)]) for r in _randoms(4)],
    )
    kids, teens = half.aged(0, 12), half.aged(13, 17)
    for name, adults in (("20 aged 0-12", 0), ("20 aged 0-12, 10 adults", 10)):
        yield (
            f"{name}, K=2",
            [
                school(
                    [drawn(kids, r, 20, 2, child), drawn(half.adults, r, adults, 2, adult)][
                        : 1 + bool(adults)
                    ]
                )
                for r in _randoms(40)
            ],
        )
    mixed = (drawn(kids, r, 20, 2, child) for r in _randoms(12))
    yield (
        "20 aged 0-12, 10 aged 13-17, 150 adults, K=2",
        [
            school([part, drawn(teens, r, 10, 2, teenager), drawn(half.adults, r, 150, 2, adult)])
            for part, r in zip(mixed, _randoms(12), strict=True)
        ],
    )


def _randoms(times: int) -> Iterator[np.random.Generator]:
    return (np.random.default_rng(seed) for seed in range(times))


@dataclass(frozen=True)
class Achieved:
    """What thresholds did: strangers that passed, own people recognised, caught at the veto."""

    strangers: NDArray[np.bool_]
    right: NDArray[np.bool_]
    caught: NDArray[np.bool_]


def achieved(one: School, thresholds: Thresholds) -> Achieved:
    """Judge fresh photos by these thresholds."""
    matcher = Matcher(one.subject.gallery, thresholds, shipped_population(READER))
    scores = matcher.scores(one.probes)
    place = np.arange(len(scores)), one.owner
    own = scores[place].copy()
    scores[place] = -np.inf
    right = (own >= thresholds.show) & (own > scores.max(axis=1))
    best = matcher.scores(one.strangers).max(axis=1)
    return Achieved(best >= thresholds.show, right, own >= thresholds.veto)


def row(name: str, those: list[School]) -> str:
    """One line of the table."""
    population = shipped_population(READER)
    found: list[Calibration] = []
    shipped: list[Achieved] = []
    tuned: list[Achieved] = []
    for one in those:
        calibration = calibrate(one.subject, population, DEFAULT_THRESHOLDS, FPIR, date(2026, 1, 1))
        found.append(calibration)
        shipped.append(achieved(one, DEFAULT_THRESHOLDS))
        tuned.append(achieved(one, calibration.thresholds))
    shows = [one.thresholds.show for one in found]
    vetoes = [one.thresholds.veto for one in found]
    outcomes = [one.outcome for one in found]
    said = [one.expected.value for one in found if one.expected]
    high = [one.expected.high for one in found if one.expected]
    worst = [float(one.strangers.mean()) for one in tuned]
    within = [w <= h for w, h in zip(worst, high, strict=True)]
    tried = [one.recognised for one in found if one.recognised.of]
    promised = f"{np.mean([one.share for one in tried]):.1%}" if tried else "-"
    blocked = np.mean([one.blocked for one in found])
    return (
        f"| {name} | {len(those)}, {sum(len(one.strangers) for one in shipped):,} "
        f"| {outcomes.count('tightened')} / {outcomes.count('kept')} / "
        f"{outcomes.count('loosened')} | {np.mean(shows):.3f} ({min(shows):.2f}-{max(shows):.2f}) "
        f"| {_share([a.strangers for a in shipped])} -> {_share([a.strangers for a in tuned])} "
        f"| {max(worst):.2%} | {np.mean(said):.3%}, {np.mean(within):.0%} "
        f"| {_share([a.right for a in shipped], 1)} -> {_share([a.right for a in tuned], 1)} "
        f"| {promised} | {_share([a.caught for a in shipped], 2)} -> "
        f"{_share([a.caught for a in tuned], 2)} ({min(vetoes):.2f}) | {blocked:.2%} |"
    )


def _share(those: list[NDArray[np.bool_]], digits: int = 3) -> str:
    return f"{float(np.mean(np.concatenate(those))):.{digits}%}"


def print_table(title: str, half: Half) -> None:
    """One row for each kind of register."""
    print(f"\n{title}; asked for: FPIR {FPIR:.1%}; shipped -> calibrated\n")
    print(
        "| register | registers, strangers' photos | tightened / kept / loosened | show "
        "| FPIR | worst register | FPIR said, truth within its bound | TPIR | TPIR said "
        "| caught at veto (lowest veto) | others blocked per restricted person |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name, those in schools(half):
        print(row(name, those), flush=True)


def print_speed(people: int = 2_000, k: int = 3) -> None:
    """Seconds and peak memory for a large register of invented people."""
    population = shipped_population(READER)
    if population is None:
        raise SystemExit("the statistics are not in their place")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    group, random = population.groups[0], np.random.default_rng(0)
    centres = group.mean + random.standard_normal((people, 128)) @ group.factor.T
    photos = np.repeat(centres / np.linalg.norm(centres, axis=1, keepdims=True), k, axis=0)
    photos = photos + 0.05 * random.standard_normal(photos.shape)
    vectors = (photos / np.linalg.norm(photos, axis=1, keepdims=True)).astype(np.float32)
    parts = np.split(vectors, people)
    person = Person("", "pupil", "", "", "9")
    one = school([Part(list(parts), list(parts), vectors[:k], person)])
    start = time.perf_counter()
    calibrate(one.subject, population, DEFAULT_THRESHOLDS, FPIR, date(2026, 1, 1))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{people} people, {k} references each: {seconds:.1f} s, peak {peak} MB ({before} before)"
    )


def main() -> None:
    """Read the arguments and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("embeddings", type=Path)
    parser.add_argument("--without", type=Path, required=True)
    parser.add_argument("--half", choices=("derive", "validate"), default="validate")
    parser.add_argument("--speed", action="store_true")
    arguments = parser.parse_args()
    if arguments.speed:
        print_speed()
        return
    everybody = read(arguments.embeddings, arguments.without, merge=True)
    random = np.random.default_rng(2026)
    adults, young = everybody.adults.parts(random, 0.5), everybody.young.parts(random, 0.5)
    place = 0 if arguments.half == "derive" else 1
    print_table(f"{arguments.half} half", Half(adults[place], young[place]))


if __name__ == "__main__":
    main()
