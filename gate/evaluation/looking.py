"""Looking once at every labelled photo: the labelled faces and their embeddings, no pixels."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from gate.arrays import Pixels, Vectors
from gate.engines.both import BothReaders
from gate.enrol import Reading, is_fit_to_enrol, most_prominent, read_references
from gate.errors import EngineError, LoadRefused
from gate.evaluation.labelled import LabelledFace, LabelledPhoto
from gate.find import find
from gate.limits import Limits
from gate.load import load
from gate.pipeline import READ_FROM
from gate.policy import Engines
from gate.ports import FaceReader
from gate.values import Box, Face

Progress = Callable[[Sequence[Any], str], Iterable[Any]]
"""Goes through items and shows how far it is; the text says what is being done."""

_SAME_PLACE = 0.2
"""Overlap (IoU) with the labelled box from which a found face is the labelled one.

Labelled boxes are drawn to different rules, so little is asked; the middle must lie inside too."""


class State(StrEnum):
    """What became of a labelled face when the photo was searched."""

    READ = "read"
    NOT_FOUND = "not found"
    WEAK = "not found for sure"
    SMALL = "too small to be read"
    UNCLEAR = "one of several faces that stand out alike"


@dataclass(frozen=True)
class Sample:
    """One labelled face as it was seen.

    ``found``: its box in pixels of the upright original, None where it was not found. ``vector``
    is None unless the face was read. ``fit``: whether it could serve as a reference; then
    ``second`` is what the second reader gave, where there is one.
    """

    photo: Path
    label: LabelledFace
    state: State
    found: Box | None = None
    vector: Vectors | None = None
    fit: bool = False
    second: Vectors | None = None

    @property
    def person(self) -> str:
        """Whose face it is."""
        return self.label.person

    @property
    def place(self) -> Box | None:
        """Where it is by the label, or else where it was found, or None."""
        return self.label.box or self.found

    @property
    def height(self) -> float | None:
        """Height of the face in pixels of the original, where it is known."""
        box = self.found or self.label.box
        return box.h if box else None


@dataclass(frozen=True)
class Looked:
    """What was seen of all photos.

    ``unreadable``: photos that cannot be judged, with the reason. ``copies``: photos left out
    because the same file was looked at already. ``fingerprint``: SHA-256 over all files, in hex.
    """

    samples: tuple[Sample, ...]
    photos: int
    unreadable: tuple[tuple[Path, str], ...]
    copies: tuple[Path, ...]
    fingerprint: str

    def causes(self) -> dict[str, int]:
        """How many photos could not be read, by the reason."""
        return dict(sorted(Counter(reason for _, reason in self.unreadable).items()))


@dataclass(frozen=True)
class Eyes:
    """The models and limits that everything is looked at with.

    ``edge``: the longest side at which photos are searched, in pixels.
    """

    engines: Engines
    limits: Limits
    edge: int

    @property
    def reader(self) -> FaceReader:
        """The model that reads faces. Raises EngineError where there is none."""
        if self.engines.reader is None:
            raise EngineError("Without a model that reads faces there is no matching to measure.")
        return self.engines.reader


def look_at_photos(
    photos: Sequence[LabelledPhoto], enrolled: Iterable[str], eyes: Eyes, progress: Progress
) -> Looked:
    """The labelled faces of all photos; one picture is held at a time.

    A file that was seen already, or is a reference (``enrolled`` holds their SHA-256), is left
    out, so that no photo is compared with itself. Raises EngineError when a model fails.
    """
    samples: list[Sample] = []
    unreadable: list[tuple[Path, str]] = []
    seen = set(enrolled)
    copies: list[Path] = []
    for photo in progress(photos, "Looking at labelled photos"):
        data = bytes_of(photo.path)
        digest = hashlib.sha256(data or b"").hexdigest()
        if data is not None and digest in seen:
            copies.append(photo.path)
            continue
        seen.add(digest)
        try:
            samples += look(photo, data, eyes)
        except LoadRefused as error:
            unreadable.append((photo.path, error.reason.value))
        except OSError:
            unreadable.append((photo.path, "cannot be opened"))
    read = len(photos) - len(unreadable) - len(copies)
    everything = hashlib.sha256("".join(sorted(seen)).encode()).hexdigest()
    return Looked(tuple(samples), read, tuple(unreadable), tuple(copies), everything)


def bytes_of(path: Path) -> bytes | None:
    """The content of a file, or None where it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def look(photo: LabelledPhoto, data: bytes | None, eyes: Eyes) -> list[Sample]:
    """The labelled faces of one photo. Raises LoadRefused, and OSError where there is no data."""
    if data is None:
        raise OSError(f"{photo.path} cannot be opened")
    picture = load(data, eyes.limits, long_edge=eyes.edge)
    found = find(picture.pixels, eyes.engines.finder)[0]
    if photo.faces and photo.faces[0].box is None:
        main, rivals = most_prominent(picture.pixels, found)
        if rivals:
            return [Sample(photo.path, photo.faces[0], State.UNCLEAR)]
        places: list[Face | None] = [main]
    else:
        places = same_faces([label.box for label in photo.faces], found, picture.scale)
    wanted = [face for face in places if face is not None and _state(face) is State.READ]
    rows = iter(eyes.reader.read(picture.pixels, wanted))
    samples = []
    for label, face in zip(photo.faces, places, strict=True):
        if face is None:
            samples.append(Sample(photo.path, label, State.NOT_FOUND))
            continue
        state, box = _state(face), face.box.scaled(1 / picture.scale)
        if state is not State.READ:
            samples.append(Sample(photo.path, label, state, box))
            continue
        vector = np.asarray(next(rows), np.float32).copy()
        fit = is_fit_to_enrol(picture.pixels, face)
        second = _second(picture.pixels, face, eyes) if fit else None
        samples.append(Sample(photo.path, label, state, box, vector, fit, second))
    return samples


def _second(pixels: Pixels, face: Face, eyes: Eyes) -> Vectors | None:
    """What the second reader gives for a possible reference; it is asked about no other face."""
    reader = eyes.engines.second
    return None if reader is None else np.asarray(reader.read(pixels, [face])[0], np.float32).copy()


def _state(face: Face) -> State:
    if face.weak:
        return State.WEAK
    return State.READ if face.box.h >= READ_FROM else State.SMALL


def same_faces(
    labelled: Sequence[Box | None], found: Sequence[Face], scale: float
) -> list[Face | None]:
    """For every labelled box the face that was found there, or None; no face serves two boxes.

    ``labelled`` is in pixels of the original, ``found`` in those of a picture ``scale`` times as
    large.
    """
    boxes = [box.scaled(scale) if box else None for box in labelled]
    pairs = [
        (box.iou(face.box), place, number)
        for place, box in enumerate(boxes)
        for number, face in enumerate(found)
        if box and box.iou(face.box) >= _SAME_PLACE and _holds(box, face.box.centre)
    ]
    result: list[Face | None] = [None] * len(boxes)
    taken: set[int] = set()
    for _, place, number in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        if result[place] is None and number not in taken:
            result[place] = found[number]
            taken.add(number)
    return result


def _holds(box: Box, point: tuple[float, float]) -> bool:
    x, y = point
    return box.x <= x <= box.x + box.w and box.y <= y <= box.y + box.h


def look_at_references(
    references: Mapping[str, tuple[Path, ...]], eyes: Eyes, progress: Progress
) -> tuple[dict[str, Reading], dict[str, Vectors]]:
    """The reference photos of everybody who has a folder of them, looked at as enrolment does.

    Also, by person, what the second reader gave for the same references; nothing without one.
    """
    finder, second = eyes.engines.finder, eyes.engines.second
    both = None if second is None else BothReaders(eyes.reader, second)
    readings, seconds = {}, {}
    for person in progress(sorted(references), "Reading reference photos"):
        files = {path.name: bytes_of(path) or b"" for path in references[person]}
        reading = read_references(person, files, finder, both or eyes.reader, eyes.limits)
        if both is not None:
            vectors, seconds[person] = both.apart(reading.vectors)
            reading = replace(reading, vectors=vectors)
        readings[person] = reading
    return readings, seconds
