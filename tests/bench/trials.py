"""Who is enrolled, who is a stranger: the trials that recognition is measured by."""

from __future__ import annotations

from collections.abc import Callable
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

    def seen(self, see: Callable[[Vectors], Vectors]) -> Half:
        """The same faces with every vector changed."""
        adults, young = self.adults, self.young
        return Half(
            Faces(see(adults.vectors), adults.people, adults.ages),
            Faces(see(young.vectors), young.people, young.ages),
        )


@dataclass(frozen=True)
class Enrolled:
    """Templates of a register, and photos of its people with the row that is theirs.

    ``names``: whose photo each one is.
    """

    templates: Vectors
    probes: Vectors
    owner: NDArray[np.intp]
    names: NDArray[np.str_]


@dataclass(frozen=True)
class Trial:
    """People with templates and photos; templates of more people; photos of strangers."""

    enrolled: Enrolled
    extra: Vectors
    strangers: Vectors


def read(folder: Path, without: Path, *, merge: bool, reader: str = "sface") -> Half:
    """Everybody who may be used, as one reader sees them (``sface`` or ``dlib``).

    Who is left out does not depend on the reader, so that trials of two readers with the same
    random numbers consist of the same photos in the same order.
    """
    with np.load(folder / "lfw.npz") as stored:
        people = stored["identity"].astype(str)
        kept = ~np.isin(people, without.read_text(encoding="utf-8").split())
        alone = np.full(len(people), -1)
        adults = Faces(unit(stored[reader]), people, alone).where(kept)
        judged = Faces(unit(stored["sface"]), people, alone).where(kept)
    with np.load(folder / "ages.npz") as stored:
        names = stored["identity"].astype(str)
        young = Faces(unit(stored[reader]), names, stored["age"].astype(np.int64))
    if merge:
        adults = adults.where(~np.isin(adults.people, _taken_for_another(judged)))
    return Half(adults, young)


def unit(vectors: NDArray[np.floating]) -> Vectors:
    wide = vectors.astype(np.float32)
    rows: Vectors = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return rows


def _taken_for_another(faces: Faces) -> list[str]:
    """Names that share a photo pair with another name, as SFace sees them."""
    similar = np.triu(faces.vectors @ faces.vectors.T)
    similar[faces.people[:, None] == faces.people[None]] = -1
    counts = {name: len(rows) for name, rows in faces.by_person().items()}
    pairs = [
        (str(faces.people[a]), str(faces.people[b])) for a, b in np.argwhere(similar >= ONE_PERSON)
    ]
    dropped = sorted({min(pair, key=lambda name: (counts[name], name)) for pair in pairs})
    print(f"{len(dropped)} of {len(counts)} names of LFW are taken for another's, and left out")
    return dropped


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
    names = faces.people[probes]
    return Enrolled(stacked, faces.vectors[probes], np.array(owner, np.intp), names)


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
