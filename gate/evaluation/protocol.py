"""The protocol: who is enrolled, with which references, and who stays a stranger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gate.arrays import Vectors
from gate.enrol import Enrolment, Reading, Reference, enrol, with_second
from gate.errors import LabelsRefused
from gate.evaluation.looking import Sample, State
from gate.values import Gallery


@dataclass(frozen=True, slots=True)
class Options:
    """What somebody may choose.

    ``strangers``: the share of people who are not enrolled. ``references``: how many photos of
    each person are enrolled at most. ``repeat``: how often photos go through the whole gate, with
    permissions drawn anew; ``judged``: how many photos each time at most.
    """

    seed: int = 0
    strangers: float = 0.3
    references: int = 3
    repeat: int = 1
    judged: int = 500


@dataclass(frozen=True)
class Split:
    """One cut of the people into register and strangers.

    ``gallery`` holds the templates of the register; ``probes`` the rows of samples of its people
    that are no reference; ``strangers`` those of everybody else. ``refused`` is how many people
    enrolment refused; they have no template, so they count as strangers. ``second``: the second
    reader's templates of the same people from the same references, where there is such a reader.
    """

    gallery: Gallery
    probes: tuple[int, ...]
    strangers: tuple[int, ...]
    references: Mapping[str, tuple[int, ...]]
    refused: int = 0
    second: Gallery | None = None


@dataclass(frozen=True)
class Known:
    """All that splits are made of: samples, references read on their own, the reader's version.

    ``second``: the second reader's version, "" for none; ``seconds``: its rows by person, one for
    each row of ``readings``.
    """

    samples: tuple[Sample, ...]
    readings: Mapping[str, Reading]
    reader: str
    second: str = ""
    seconds: Mapping[str, Vectors] = field(default_factory=dict)

    @property
    def people(self) -> list[str]:
        """Everybody with a sample that can be used."""
        return sorted({s.person for s in self.samples if s.state is not State.UNCLEAR})

    def rows(self, person: str) -> list[int]:
        """The usable samples of a person."""
        return [
            row
            for row, sample in enumerate(self.samples)
            if sample.person == person and sample.state is not State.UNCLEAR
        ]


def how_many_splits(people: int) -> int:
    """More cuts where there are few people, as each one says little then."""
    return 20 if people <= 200 else 5 if people <= 1000 else 2


def make_splits(known: Known, options: Options) -> list[Split]:
    """The cuts that everything is measured on; the same for the same seed.

    One alone where there is nothing to choose. Raises LabelsRefused where nobody can be enrolled
    and then be looked for.
    """
    people = known.people
    if len(people) < 2:
        raise LabelsRefused(
            f"There are usable photos of {len(people)} people; at least two people are needed, "
            "one to enrol and one to be the stranger."
        )
    able = _can_be_enrolled(known)
    if not set(able) & set(people):
        raise LabelsRefused(
            "Nobody can be enrolled and then be looked for: that takes at least two photos of "
            "one person, one of them with a sharp face at least 48 pixels high."
        )
    random = np.random.default_rng(options.seed)
    never = [person for person in people if person not in able]
    missing = max(round(options.strangers * len(people)), 1) - len(never)
    aside = min(max(missing, 0), len(able) - 1)
    spare = any(len(rows) > options.references for rows in able.values())
    count = how_many_splits(len(people)) if aside or spare else 1
    return [_split(known, able, aside, options, random) for _ in range(count)]


def _can_be_enrolled(known: Known) -> dict[str, list[int]]:
    """By person, what may be a reference: rows of their reading, or of the samples."""
    if known.readings:
        found = {p: list(range(len(r.vectors))) for p, r in known.readings.items()}
        return {person: rows for person, rows in found.items() if rows}
    able = {}
    for person in known.people:
        rows = known.rows(person)
        fit = [row for row in rows if known.samples[row].fit]
        if fit and len(rows) > 1:
            able[person] = fit
    return able


def _split(
    known: Known,
    able: Mapping[str, Sequence[int]],
    aside: int,
    options: Options,
    random: np.random.Generator,
) -> Split:
    left_out = {str(person) for person in random.choice(sorted(able), aside, replace=False)}
    chosen: dict[str, tuple[int, ...]] = {}
    for person in sorted(set(able) - left_out):
        rows = random.permutation(able[person])
        # One good photo at least is kept to look for, or only bad ones would be left.
        most = len(rows) if known.readings else max(len(rows) - 1, 1)
        count = min(options.references, len(rows), most)
        chosen[person] = tuple(int(row) for row in rows[:count])
    enrolled = _enrolled(known, chosen)
    gallery, second = _galleries(known, enrolled)
    used = set() if known.readings else {row for rows in chosen.values() for row in rows}
    rest = [
        row
        for row, sample in enumerate(known.samples)
        if row not in used and sample.state is not State.UNCLEAR
    ]
    inside = set(gallery.people)
    return Split(
        gallery,
        tuple(row for row in rest if known.samples[row].person in inside),
        tuple(row for row in rest if known.samples[row].person not in inside),
        {person: rows for person, rows in chosen.items() if person in inside},
        len(chosen) - len(enrolled),
        second,
    )


def _enrolled(known: Known, chosen: Mapping[str, tuple[int, ...]]) -> dict[str, Enrolment]:
    """Templates made as enrolment makes them, with all its checks; without those it refused."""
    people = list(chosen)
    vectors = [_vectors(known, person, chosen[person]) for person in people]
    means = np.array([_unit(part.mean(axis=0)) for part in vectors], np.float32)
    made: dict[str, Enrolment] = {}
    for place, person in enumerate(people):
        others = Gallery(
            tuple(people[:place] + people[place + 1 :]),
            np.delete(means, place, axis=0),
            (1,) * (len(people) - 1),
            known.reader,
        )
        used = tuple(Reference(str(row), "") for row in chosen[person])
        enrolment = enrol(Reading(person, used, vectors[place]), others)
        if known.second:
            enrolment = with_second(enrolment, _second_vectors(known, person, chosen[person]))
        if enrolment.vector is not None:
            made[person] = enrolment
    return made


def _galleries(known: Known, made: Mapping[str, Enrolment]) -> tuple[Gallery, Gallery | None]:
    """The templates of the reader, and of the second one where there is one."""
    first = _gallery(made, [e.vector for e in made.values()], known.reader)
    if not known.second:
        return first, None
    return first, _gallery(made, [e.second for e in made.values()], known.second)


def _gallery(
    made: Mapping[str, Enrolment], vectors: Sequence[Vectors | None], reader: str
) -> Gallery:
    stacked = np.array([vector for vector in vectors if vector is not None], np.float32)
    counts = tuple(enrolment.counting for enrolment in made.values())
    return Gallery(tuple(made), stacked.reshape(len(made), -1 if made else 0), counts, reader)


def _second_vectors(known: Known, person: str, rows: Sequence[int]) -> Vectors:
    if known.readings:
        return known.seconds[person][list(rows)]
    found = [known.samples[row].second for row in rows]
    return np.array([vector for vector in found if vector is not None], np.float32)


def _vectors(known: Known, person: str, rows: Sequence[int]) -> Vectors:
    if known.readings:
        return known.readings[person].vectors[list(rows)]
    found = [known.samples[row].vector for row in rows]
    return np.array([vector for vector in found if vector is not None], np.float32)


def _unit(vector: Vectors) -> Vectors:
    unit: Vectors = vector / max(float(np.linalg.norm(vector)), 1e-6)
    return unit
