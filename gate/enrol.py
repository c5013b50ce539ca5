"""Enrolment: from reference photos of one person to a template, or to a reason why not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import cv2
import numpy as np

from gate.arrays import Pixels, Vectors
from gate.errors import LoadRefused
from gate.find import find
from gate.load import Limits, load
from gate.match import are_of_one_person, looks_like_someone_else, template
from gate.ports import FaceFinder, FaceReader
from gate.taken import taken_on
from gate.values import Face, Gallery

RECOMMENDED = 3
"""References from which recognition is as good as measured in docs/matching.md."""

UNLIKE = "unlike this person's other references"
"""Why a reference that could be read was left out of the template."""

_LONG_EDGE = 1200
_SMALLEST_FACE = 48.0
"""Height in pixels of the smallest face that makes a reference."""

_BYSTANDER = 0.6
"""Another face may have at most this share of the main face's prominence."""

_DIFFERENT = "the references seem to show different people; add or replace some"

_SHARPEST_BLUR = 8.0
"""Variance of the Laplacian of a 112-pixel face below which a reference is too blurred."""


@dataclass(frozen=True)
class Reference:
    """One reference photo: its checksum, and either an embedding or the reason for refusing it.

    ``taken_on``: the day that the camera wrote down, if any; its clock may have been wrong.
    """

    name: str
    sha256: str
    refused: str = ""
    sharpness: float = 0.0
    face_height: float = 0.0
    taken_on: date | None = None

    @property
    def counts(self) -> bool:
        """Whether it is used."""
        return not self.refused


@dataclass(frozen=True)
class Reading:
    """The references of one person, with one row of ``vectors`` per reference that counts."""

    person: str
    references: tuple[Reference, ...]
    vectors: Vectors


@dataclass(frozen=True)
class Enrolment:
    """What came of one person's references; ``vector`` is None when no template can be made.

    ``vectors``: the embeddings of the references that count, in their order.
    ``second``: the template of the second reader, from the same references.
    """

    person: str
    references: tuple[Reference, ...]
    vector: Vectors | None
    refused: str = ""
    vectors: Vectors | None = None
    second: Vectors | None = None

    @property
    def counting(self) -> int:
        """How many references stand behind the template."""
        return sum(reference.counts for reference in self.references)


def read_references(
    person: str, files: Mapping[str, bytes], finder: FaceFinder, reader: FaceReader, limits: Limits
) -> Reading:
    """Look at every reference photo of one person. ``files``: their bytes by file name."""
    references, vectors = [], []
    for name, data in files.items():
        reference = Reference(name, hashlib.sha256(data).hexdigest())
        try:
            pixels = load(data, limits, long_edge=_LONG_EDGE).pixels
        except LoadRefused as error:
            references.append(replace(reference, refused=f"cannot be read: {error}"))
            continue
        face, problem = main_face(pixels, find(pixels, finder)[0])
        if face is None:
            references.append(replace(reference, refused=problem))
            continue
        sharp = sharpness(pixels, face)
        measured = replace(reference, sharpness=sharp, face_height=face.box.h)
        if sharp < _SHARPEST_BLUR:
            references.append(replace(measured, refused="the face is too blurred"))
            continue
        references.append(replace(measured, taken_on=taken_on(data)))
        vectors.append(reader.read(pixels, [face])[0])
    stacked: Vectors = np.array(vectors, np.float32).reshape(len(vectors), reader.dimension)
    return Reading(person, tuple(references), stacked)


def main_face(pixels: Pixels, faces: Sequence[Face]) -> tuple[Face | None, str]:
    """The one face that a reference photo is about, or None and the reason.

    A bystander who is much smaller, or at the edge, does no harm.
    """
    best, rivals = most_prominent(pixels, faces)
    if best is None:
        return None, "no face was found"
    if rivals:
        return None, f"{rivals + 1} faces are equally prominent; use a photo of one person"
    if best.box.h < _SMALLEST_FACE:
        return None, f"the face is too small ({best.box.h:.0f} pixels; {_SMALLEST_FACE:.0f} needed)"
    return best, ""


def most_prominent(pixels: Pixels, faces: Sequence[Face]) -> tuple[Face | None, int]:
    """The sure face that stands out most, and how many others stand out nearly as much."""
    ranked = sorted(
        (face for face in faces if not face.weak), key=lambda face: -_prominence(face, pixels)
    )
    if not ranked:
        return None, 0
    least = _BYSTANDER * _prominence(ranked[0], pixels)
    return ranked[0], sum(_prominence(face, pixels) > least for face in ranked[1:])


def _prominence(face: Face, pixels: Pixels) -> float:
    """Area, less where the face is away from the middle: at a corner a quarter counts."""
    height, width = pixels.shape[:2]
    x, y = face.box.centre
    away = max(abs(x / width - 0.5), abs(y / height - 0.5)) * 2
    return float(face.box.area * (1 - 0.75 * min(away, 1.0)))


def is_fit_to_enrol(pixels: Pixels, face: Face) -> bool:
    """Whether a face is sure, large and sharp enough to serve as a reference."""
    large = not face.weak and face.box.h >= _SMALLEST_FACE
    return large and sharpness(pixels, face) >= _SHARPEST_BLUR


def sharpness(pixels: Pixels, face: Face) -> float:
    """Variance of the Laplacian of the grey face, brought to 112 pixels; higher is sharper."""
    height, width = pixels.shape[:2]
    box = face.box.clipped(width, height)
    part = pixels[int(box.y) : int(box.y + box.h) + 1, int(box.x) : int(box.x + box.w) + 1]
    grey = cv2.cvtColor(
        cv2.resize(part, (112, 112), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY
    )
    edges = np.asarray(cv2.Laplacian(grey, cv2.CV_64F), np.float64)
    return float(edges.var())


def enrol(reading: Reading, others: Gallery) -> Enrolment:
    """Make the template of one person, checked against everybody else's.

    ``others`` are the templates of the other people, this run's included. References unlike the
    rest of the person's own are left out; a person whose references resemble somebody else is
    refused, because photos may have been swapped, and so is one whose remaining references
    disagree: nobody can say whose they are, and a template of both would pass for both.
    """
    counting = [place for place, ref in enumerate(reading.references) if ref.counts]
    references = list(reading.references)
    if not counting:
        return Enrolment(reading.person, tuple(references), None, "no reference can be used")
    swapped = looks_like_someone_else(reading.vectors, others)
    if swapped is not None:
        words = f"looks more like {swapped}: were photos swapped?"
        return Enrolment(reading.person, tuple(references), None, words)
    try:
        vector, left_out = template(reading.vectors)
    except ValueError:
        return Enrolment(reading.person, tuple(references), None, _DIFFERENT)
    if not are_of_one_person(np.delete(reading.vectors, left_out, axis=0)):
        return Enrolment(reading.person, tuple(references), None, _DIFFERENT)
    for row in left_out:
        place = counting[row]
        references[place] = replace(references[place], refused=UNLIKE)
    kept = [row for row in range(len(counting)) if row not in left_out]
    vectors = reading.vectors[kept]
    return Enrolment(reading.person, tuple(references), vector, vectors=vectors)


def with_second(enrolment: Enrolment, vectors: Vectors) -> Enrolment:
    """The enrolment with the second reader's template.

    ``vectors``: what the second reader gave, one row for every reference that could be read. The
    template is the normalised mean of those that the first reader's template rests on. A person
    whose second template cannot be made is refused, so that nobody has only one of the two.
    """
    if enrolment.vector is None:
        return enrolment
    read = [ref for ref in enrolment.references if ref.counts or ref.refused == UNLIKE]
    mean = vectors[[row for row, ref in enumerate(read) if ref.counts]].mean(axis=0)
    length = float(np.linalg.norm(mean))
    if not 1e-6 < length < np.inf:
        words = "the second reader cannot make a template of these photos"
        return replace(enrolment, vector=None, refused=words)
    return replace(enrolment, second=(mean / length).astype(np.float32))
