"""Who is enrolled, who is a stranger: the trials that recognition is measured by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.match import template

ONE_PERSON = 0.65
"""Two names of LFW with a pair of photos that are at least this similar count as one person."""

NEAR_YEARS = 3
"""With known ages, all photos of a person in a trial are this near to one of them."""


@dataclass(frozen=True)
class Faces:
    """Single faces: unit vectors, whose they are, and the age in years (-1: an adult of LFW)."""

    vectors: Vectors
    people: NDArray[np.str_]
    ages: NDArray[np.int64]

    def where(self, mask: NDArray[np.bool_]) -> Faces:
        return Faces(self.vectors[mask], self.people[mask], self.ages[mask])

    def of(self, names: list[str]) -> Faces:
        return self.where(np.isin(self.people, names))

    def names(self) -> list[str]:
        return [str(name) for name in np.unique(self.people)]

    def by_person(self) -> dict[str, NDArray[np.intp]]:
        return {name: np.flatnonzero(self.people == name) for name in self.names()}

    def parts(self, random: np.random.Generator, share: float) -> tuple[Faces, Faces]:
        names = [str(name) for name in random.permutation(self.names())]
        cut = round(len(names) * share)
        return self.of(names[:cut]), self.of(names[cut:])


@dataclass(frozen=True)
class Half:
    """Adults (LFW) and children and teenagers (the age-labelled set) of one half."""

    adults: Faces
    young: Faces

    def aged(self, low: int, high: int) -> Faces:
        return self.young.where((self.young.ages >= low) & (self.young.ages <= high))


@dataclass(frozen=True)
class Enrolled:
    """Templates of a register, and photos of its people with the row that is theirs."""

    templates: Vectors
    probes: Vectors
    owner: NDArray[np.intp]


@dataclass(frozen=True)
class Trial:
    """People with templates and photos; templates of more people; photos of strangers."""

    enrolled: Enrolled
    extra: Vectors
    strangers: Vectors


def read(folder: Path, without: Path, *, merge: bool) -> Half:
    """Everybody who may be used."""
    with np.load(folder / "lfw.npz") as stored:
        people = stored["identity"].astype(str)
        adults = Faces(_unit(stored["sface"]), people, np.full(len(people), -1))
    with np.load(folder / "ages.npz") as stored:
        names = stored["identity"].astype(str)
        young = Faces(_unit(stored["sface"]), names, stored["age"].astype(np.int64))
    kept = without.read_text(encoding="utf-8").split()
    adults = adults.where(~np.isin(adults.people, kept))
    return Half(_merged(adults) if merge else adults, young)


def _unit(vectors: NDArray[np.floating]) -> Vectors:
    wide = vectors.astype(np.float32)
    unit: Vectors = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return unit


def _merged(faces: Faces) -> Faces:
    similar = np.triu(faces.vectors @ faces.vectors.T)
    similar[faces.people[:, None] == faces.people[None]] = -1
    counts = {name: len(rows) for name, rows in faces.by_person().items()}
    pairs = [
        (str(faces.people[a]), str(faces.people[b])) for a, b in np.argwhere(similar >= ONE_PERSON)
    ]
    dropped = sorted({min(pair, key=lambda name: (counts[name], name)) for pair in pairs})
    print(f"{len(dropped)} of {len(counts)} names of LFW are taken for another's, and left out")
    return faces.where(~np.isin(faces.people, dropped))


def templates_of(faces: Faces, k: int, random: np.random.Generator) -> Enrolled:
    """Templates from k photos of everybody who has more, and up to 5 further photos of each.

    With known ages, all of a person's photos lie within 3 years of one of them.
    """
    templates: list[Vectors] = []
    probes: list[int] = []
    owner: list[int] = []
    for rows in faces.by_person().values():
        mixed = random.permutation(rows)
        near = mixed[np.abs(faces.ages[mixed] - faces.ages[mixed[0]]) <= NEAR_YEARS]
        if len(near) > k:
            probes += [int(row) for row in near[k : k + 5]]
            owner += [len(templates)] * len(near[k : k + 5])
            templates.append(template(faces.vectors[near[:k]])[0])
    stacked = np.array(templates, np.float32).reshape(len(templates), faces.vectors.shape[1])
    return Enrolled(stacked, faces.vectors[probes], np.array(owner, np.intp))


def adults_trial(half: Half, random: np.random.Generator, *, size: int, k: int) -> Trial:
    """A register of ``size`` adults; everybody else is a stranger, with up to 3 photos."""
    rows = {name: random.permutation(r) for name, r in half.adults.by_person().items()}
    names = [str(name) for name in random.permutation(list(rows))]
    rich = [name for name in names if len(rows[name]) > k]
    known = rich[: min(size, len(rich) // 2)]
    rest = [name for name in names if name not in set(known)]
    padding = size - len(known)
    faces = half.adults
    extra = [template(faces.vectors[rows[name][:k]])[0] for name in rest[:padding]]
    strangers = np.concatenate([rows[name][:3] for name in rest[padding:]])
    filled = np.array(extra, np.float32).reshape(len(extra), faces.vectors.shape[1])
    return Trial(templates_of(faces.of(known), k, random), filled, faces.vectors[strangers])


def young_trial(
    half: Half, random: np.random.Generator, *, ages: tuple[int, int], adults: int, k: int = 2
) -> Trial:
    """Six in ten of the young people and some adults enrolled; the other young are strangers."""
    known, strangers = half.aged(*ages).parts(random, 0.6)
    staff = half.adults.of([str(n) for n in random.permutation(half.adults.names())[:adults]])
    firsts = [rows[:k] for rows in staff.by_person().values()]
    extra = np.array([template(staff.vectors[rows])[0] for rows in firsts], np.float32)
    return Trial(templates_of(known, k, random), extra, strangers.vectors)
