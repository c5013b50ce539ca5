"""Choosing seeds so that the real reader holds no two of the invented people to be alike.

After a change of the drawing: ``python -m gate.demo.choose [SEED ...]`` (some minutes) proposes a
seed for every role, leaving out the seeds named. Copy them into ``gate.demo.cast`` and run the
tests of the demo school, which look at faces in whole photos: where two come too near each other,
leave out one of their seeds and choose again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import numpy as np

from gate.arrays import Vectors
from gate.demo.cast import CAST, ENROLLED, Record, Role
from gate.demo.draw import portrait
from gate.demo.features import LONG_STYLES, SHORT_STYLES, DrawnPerson, person
from gate.engines.sface import SFace
from gate.engines.yunet import YuNet
from gate.ports import FaceFinder, FaceReader

CANDIDATES = 900
VARIATIONS = 3
_SURE, _STEADY = 0.85, 0.9
_SIZE = 240
_ROUNDS = 12
_SHARPNESS = 30.0
"""How much more a high similarity counts than a lower one; e to the power of 30 times it."""


def _short(who: DrawnPerson) -> bool:
    return who.hair in SHORT_STYLES


def _long(who: DrawnPerson) -> bool:
    return who.hair in LONG_STYLES and not _short(who) and not who.beard


LOOKS: dict[str, Callable[[DrawnPerson], bool]] = {
    "short": lambda who: who.age != "adult" and not who.cover and _short(who),
    "long": lambda who: who.age != "adult" and not who.cover and _long(who),
    "hijab": lambda who: who.age != "adult" and who.cover == "hijab",
    "turban": lambda who: who.age != "adult" and who.cover == "turban",
    "woman": lambda who: who.age == "adult" and not who.cover and _long(who),
    "bearded": lambda who: who.beard in ("full", "goatee"),
}
"""What each word for somebody's looks asks of the drawing."""


def embeddings(seed: int, finder: FaceFinder, reader: FaceReader) -> Vectors | None:
    """One row for each variation; None where the face is not found for sure or not steady."""
    rows = []
    for variation in range(VARIATIONS):
        pixels = portrait(person(seed), variation, size=_SIZE)
        faces = finder.find(pixels, 0.3)
        if len(faces) != 1 or faces[0].score < _SURE:
            return None
        rows.append(reader.read(pixels, faces)[0])
    vectors = np.array(rows, np.float32)
    return vectors if float((vectors @ vectors.T).min()) >= _STEADY else None


def choose(roles: Sequence[Role], seeds: Sequence[int], vectors: Vectors) -> list[int]:
    """One seed for each role, so that high similarities of two are few and low.

    Each role is filled, and then refilled in turn, with the candidate that is least similar to
    all others chosen. ``vectors`` has shape (seeds, variations, d); of two people the most
    similar variations count.
    """
    people = [person(seed) for seed in seeds]
    cost = np.exp(_SHARPNESS * _closest(vectors))
    fits = [np.array([LOOKS[role.looks](who) for who in people]) for role in roles]
    chosen: list[int] = []
    for turn in range(_ROUNDS * len(roles)):
        place = turn % len(roles)
        others = [i for i in range(len(chosen)) if i != place]
        rows = [chosen[i] for i in others]
        weight = np.array([_weight(roles[i], roles[place]) for i in others])
        total = cost[:, rows] @ weight
        total[~fits[place]] = np.inf
        total[rows] = np.inf
        chosen[place : place + 1] = [int(np.argmin(total))]
    return [seeds[row] for row in chosen]


def _closest(vectors: Vectors) -> Vectors:
    """The highest cosine of any variations of two people, shape (people, people)."""
    variations = range(vectors.shape[1])
    pairs = [vectors[:, i] @ vectors[:, j].T for i in variations for j in variations]
    closest: Vectors = np.maximum.reduce(pairs)
    return closest


def _weight(one: Role, other: Role) -> float:
    """How much it matters that two people are told apart.

    Most of all from a restricted person, who vetoes at a low score; more from somebody without a
    template, who has no better match, than from somebody with one.
    """
    if Record.RESTRICTED in (one.record, other.record):
        return float(np.exp(_SHARPNESS * 0.12))
    known = (one.record in ENROLLED) + (other.record in ENROLLED)
    return (0.1, float(np.exp(_SHARPNESS * 0.06)), 1.0)[known]


def main(left_out: Sequence[str]) -> None:
    """Print a seed for every role of the cast, in its order."""
    finder, reader = YuNet(), SFace()
    candidates = [seed for seed in range(CANDIDATES) if str(seed) not in left_out]
    found = {seed: embeddings(seed, finder, reader) for seed in candidates}
    steady = {seed: rows for seed, rows in found.items() if rows is not None}
    seeds = choose(CAST, list(steady), np.stack(list(steady.values())))
    sys.stdout.write(f"{seeds}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
