"""Small pictures of faces that were not recognised, each beside a reference of whose it is.

Only people of the register are shown. Any other face in the cut-out is filled with grey.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from gate.arrays import Pixels
from gate.enrol import main_face
from gate.errors import LoadRefused
from gate.evaluation.labelled import Labels
from gate.evaluation.looking import Eyes, Sample, State, bytes_of
from gate.evaluation.protocol import Known, Split
from gate.find import find
from gate.load import load
from gate.values import Box

MOST = 24
"""Pictures on a page."""

_SIDE = 112
_MARGIN = 1.3
_GREY = 128
_SAME = 0.3
"""Overlap (IoU) from which a found box is the face itself and not somebody beside it."""

_MOSTLY = 0.8
"""Share of a found box inside the face's from which it is a part of the same face."""


@dataclass(frozen=True)
class Miss:
    """A face and a reference of its person, as JPEG files; ``why`` it was not recognised."""

    face: bytes
    reference: bytes
    height: int
    why: str


def misses(
    rows: Sequence[int], known: Known, split: Split, labels: Labels, eyes: Eyes
) -> tuple[Miss, ...]:
    """Pictures of at most 24 of these samples, largest faces first: those ought to be known."""
    inside = set(split.gallery.people)
    found: list[Miss] = []
    ranked = sorted(rows, key=lambda row: -(known.samples[row].height or 0))
    for row in ranked:
        sample = known.samples[row]
        if sample.place is None or sample.person not in inside or len(found) == MOST:
            continue
        face = cut_out(sample.photo, sample.place, eyes, _beside(sample, known))
        reference = _reference(sample.person, known, split, labels, eyes)
        if face is not None and reference is not None:
            why = "not recognised" if sample.state is State.READ else sample.state.value
            found.append(Miss(face, reference, round(sample.height or 0), why))
    return tuple(found)


def _reference(person: str, known: Known, split: Split, labels: Labels, eyes: Eyes) -> bytes | None:
    """The first reference photo of a person from which a face can be cut."""
    if person in labels.references:
        cuts = (cut_out(path, None, eyes) for path in labels.references[person])
    else:
        samples = [known.samples[row] for row in split.references[person]]
        cuts = (cut_out(s.photo, s.place, eyes, _beside(s, known)) for s in samples)
    return next((cut for cut in cuts if cut is not None), None)


def _beside(sample: Sample, known: Known) -> list[Box | None]:
    """Where the other labelled faces of the same photo are."""
    return [s.place for s in known.samples if s.photo == sample.photo and s is not sample]


def cut_out(
    path: Path, box: Box | None, eyes: Eyes, beside: Sequence[Box | None] = ()
) -> bytes | None:
    """One face as a small JPEG file; None where it cannot be had.

    ``box`` is in pixels of the upright original; None: the photo's main face. ``beside``: where
    other people's faces are known to be, whether they are found or not.
    """
    data = bytes_of(path)
    if data is None:
        return None
    try:
        picture = load(data, eyes.limits, long_edge=eyes.edge)
    except LoadRefused:
        return None
    faces = find(picture.pixels, eyes.engines.finder)[0]
    if box is None:
        main = main_face(picture.pixels, faces)[0]
        if main is None:
            return None
        place = main.box
    else:
        place = box.scaled(picture.scale)
    others = [face.box for face in faces if not _is_same(face.box, place)]
    others += [other.scaled(picture.scale) for other in beside if other is not None]
    return _jpeg(alone(picture.pixels, place, others))


def _is_same(found: Box, place: Box) -> bool:
    """Whether a found box is the face itself, or a part of it."""
    return found.iou(place) >= _SAME or found.overlap(place) >= _MOSTLY * found.area


def alone(pixels: Pixels, place: Box, others: Sequence[Box]) -> Pixels:
    """A square around a face, with every other face in it filled with grey."""
    filled = pixels.copy()
    for other in others:
        left, top, right, bottom = _corners(_grown(other, _MARGIN), pixels)
        filled[top:bottom, left:right] = _GREY
    left, top, right, bottom = _corners(place, pixels)
    filled[top:bottom, left:right] = pixels[top:bottom, left:right]
    for other in others:
        # Of two faces that overlap, only what is nobody else's is kept.
        left, top, right, bottom = _corners(other, pixels)
        filled[top:bottom, left:right] = _GREY
    x, y = place.centre
    side = _MARGIN * max(place.w, place.h)
    left, top, right, bottom = _corners(Box(x - side / 2, y - side / 2, side, side), pixels)
    return filled[top:bottom, left:right]


def _grown(box: Box, factor: float) -> Box:
    x, y = box.centre
    return Box(x - box.w * factor / 2, y - box.h * factor / 2, box.w * factor, box.h * factor)


def _corners(box: Box, pixels: Pixels) -> tuple[int, int, int, int]:
    inside = box.clipped(pixels.shape[1], pixels.shape[0])
    right, bottom = round(inside.x + inside.w), round(inside.y + inside.h)
    return (
        int(inside.x),
        int(inside.y),
        max(right, int(inside.x) + 1),
        max(bottom, int(inside.y) + 1),
    )


def _jpeg(pixels: Pixels) -> bytes | None:
    if not pixels.size:
        return None
    scale = _SIDE / max(pixels.shape[:2])
    size = max(round(pixels.shape[1] * scale), 1), max(round(pixels.shape[0] * scale), 1)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(small).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
