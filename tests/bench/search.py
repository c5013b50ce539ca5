"""How long one crowd takes in a very large register, and how much memory.

python -m tests.bench.search [PEOPLE] [FACES]

Invented people (unit vectors drawn from the shipped statistics); exact search, one thread where
OMP_NUM_THREADS=1 is set. The promise: 100,000 people by 100 faces in under a second.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from gate.arrays import Vectors
from gate.assign import assign
from gate.match import DEFAULT_THRESHOLDS, Matcher
from gate.population import shipped_population
from gate.values import Gallery

READER = "sface-2021dec"


def invented(count: int, seed: int) -> Vectors:
    """So many unit vectors, adults and children half and half."""
    population = shipped_population(READER)
    if population is None:
        raise SystemExit("the statistics are not in their place")
    random = np.random.default_rng(seed)
    parts = []
    for group in population.groups:
        noise = random.standard_normal((count // 2 + 1, len(group.mean))).astype(np.float32)
        parts.append(group.mean + noise @ group.factor.T)
    vectors = np.concatenate(parts)[:count]
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Time preparing the register and searching it, five times."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    faces = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    names = tuple(f"P{number:06}" for number in range(people))
    gallery = Gallery(names, invented(people, 1), (3,) * people, READER)
    probes = invented(faces, 2)
    before, start = _memory(), time.perf_counter()
    matcher = Matcher(gallery, DEFAULT_THRESHOLDS, shipped_population(READER))
    prepared = time.perf_counter() - start
    took = []
    for _ in range(5):
        start = time.perf_counter()
        matches = matcher.match(probes, [True] * faces)
        took.append(time.perf_counter() - start)
    start = time.perf_counter()
    assign(matches, DEFAULT_THRESHOLDS)
    assigned = time.perf_counter() - start
    print(
        f"{people:,} people: prepared in {prepared:.1f} s. {faces} faces: "
        f"{min(took):.2f} to {max(took):.2f} s, assigned in {assigned * 1000:.0f} ms. "
        f"Peak memory {_memory()} MB (templates {gallery.vectors.nbytes // 2**20} MB, "
        f"{before} MB before)."
    )


if __name__ == "__main__":
    main()
