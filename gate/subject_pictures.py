"""A person's pictures as they are handed to that person: every other face is covered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gate.arrays import Pixels, Vectors
from gate.copies import Copier, Seen, StillMatched
from gate.enrol import most_prominent
from gate.errors import LoadRefused, PhotogateError
from gate.find import find
from gate.limits import Limits
from gate.load import load
from gate.match import Matcher
from gate.pipeline import READ_FROM
from gate.policy import Engines
from gate.statements import with_landmarks
from gate.stopwatch import Stopwatch
from gate.subject import SAME_FACE
from gate.values import Box, Channel, Face, Picture


class NoPicture(PhotogateError):
    """No picture can be handed over; the text says why, as a sentence."""


@dataclass(frozen=True)
class SubjectPictures:
    """Makes pictures with these models; ``matcher`` knows the register.

    ``inspect_edge``: longest side in pixels at which faces are searched, and which no picture
    exceeds.
    """

    engines: Engines
    matcher: Matcher
    limits: Limits
    inspect_edge: int

    def of_photo(self, data: bytes, own: Sequence[Box], known: Sequence[Face]) -> bytes:
        """A JPEG file in which only the faces in the boxes ``own`` are to be seen.

        Faces are searched anew; those ``known`` from when the photo was judged are covered, too,
        where they are not found again. Both are in pixels of the upright original. Raises
        NoPicture, and EngineError when a model fails.
        """
        picture = self._loaded(data)
        found = find(picture.pixels, self.engines.finder)[0]
        boxes = [box.scaled(picture.scale) for box in own]
        shown = list(dict.fromkeys(_found_at(box, found) for box in boxes))
        before = [face.scaled(picture.scale) for face in known]
        others = [face for face in found if face not in shown]
        others += [face for face in before if not _is_among(face, [*found, *shown])]
        return self._covered(picture, shown, others)

    def of_reference(self, data: bytes) -> bytes:
        """A reference photo as a JPEG file, with everybody covered but whom it is of.

        Raises like ``of_photo``.
        """
        picture = self._loaded(data)
        found = find(picture.pixels, self.engines.finder)[0]
        main, rivals = most_prominent(picture.pixels, found)
        if main is None or rivals:
            raise NoPicture("It is not certain which face in it is theirs.")
        return self._covered(picture, [main], [face for face in found if face is not main])

    def _loaded(self, data: bytes) -> Picture:
        try:
            return load(data, self.limits, long_edge=self.inspect_edge)
        except LoadRefused as error:
            raise NoPicture(f"It cannot be opened as a picture: {error}") from error

    def _covered(self, picture: Picture, shown: Sequence[Face], others: Sequence[Face]) -> bytes:
        faces = (*shown, *others)
        vectors = self._read(picture.pixels, faces)
        readable = [bool(row.any()) for row in vectors]
        matches = self.matcher.match(vectors, readable)
        copier = Copier(self.engines.finder, self.engines.reader, self.matcher, Stopwatch())
        covered = range(len(shown), len(faces))
        channel = Channel("subject", online=False, max_edge=self.inspect_edge)
        try:
            (copy,) = copier.copies_for(
                Seen(picture.pixels, faces, vectors, matches), covered, [channel]
            )
        except StillMatched as error:
            raise NoPicture("Somebody else in it could not be covered safely.") from error
        return copy.data

    def _read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        """One row a face, zero where nothing can be read of it."""
        reader = self.engines.reader
        if reader is None:
            return np.zeros((len(faces), 0), np.float32)
        vectors: Vectors = np.zeros((len(faces), reader.dimension), np.float32)
        wanted = [number for number, face in enumerate(faces) if face.box.h >= READ_FROM]
        vectors[wanted] = reader.read(pixels, [with_landmarks(faces[n]) for n in wanted])
        return vectors


def _found_at(box: Box, found: Sequence[Face]) -> Face:
    """The face that was found at this place; where there is none, a face of its own."""
    best = max(found, key=lambda face: face.box.iou(box), default=None)
    if best is not None and best.box.iou(box) >= SAME_FACE:
        return best
    return Face(box, (), 1.0)


def _is_among(face: Face, others: Sequence[Face]) -> bool:
    return any(face.box.iou(other.box) >= SAME_FACE for other in others)
