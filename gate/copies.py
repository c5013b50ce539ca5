"""Making a released copy: crop, cover, render, and look again at what would be published.

Where a channel asks for it, a copy ends before a covered head at the picture's edge. After covering
the rest, the finder and the reader are run once more on the encoded copy around every covered face.
A face that can still be matched to whom it was, is covered on a larger region; when that does not
help either, no copy is made.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from PIL import Image

from gate.arrays import Mask, Pixels, Vectors
from gate.cover import cover
from gate.crop import crop
from gate.match import Matcher
from gate.ports import FaceFinder, FaceReader
from gate.region import extent, regions
from gate.render import render
from gate.stopwatch import Stopwatch
from gate.values import Box, Channel, Face, Match, Rendition

GROWTH = (1.0, 1.25, 1.6)
"""Sizes of the covered region that are tried in turn, relative to the usual one."""

SAME_FACE = 0.3
"""Cosine similarity to the face as it was, from which it counts as still readable.

Below SFace's own threshold for the same person (0.363), so rather covering too much: 2 of 1,680
covered regions reach it by chance (tests/bench/second_look.py)."""

LOOK_AGAIN = 0.5
"""Finder score from which something in a covered region is read again."""

_CROP_EDGE = 128
"""Long edge in pixels to which a covered head's surroundings are brought: a face 51 high."""


Part = tuple[slice, slice]
_WHOLE: Part = (slice(None), slice(None))


class StillMatched(Exception):
    """A covered face can still be matched to its person, however large the region."""


@dataclass(frozen=True)
class Seen:
    """What was seen of one photo: inspected pixels, faces, their embeddings and matches.

    ``aside``: numbers of faces that keep nothing visible of a covered neighbour.
    """

    pixels: Pixels
    faces: tuple[Face, ...]
    vectors: Vectors
    matches: tuple[Match, ...]
    aside: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Copier:
    """Makes copies with these models; ``matcher`` knows the register.

    Without a reader nothing is read again: no face was ever read.
    """

    finder: FaceFinder
    reader: FaceReader | None
    matcher: Matcher
    watch: Stopwatch

    def copies_for(
        self, seen: Seen, covered: Sequence[int], channels: Sequence[Channel]
    ) -> tuple[Rendition, ...]:
        """The copies for channels that cover the same faces in the same way, in their order.

        ``covered`` are numbers of faces, ``channels`` alike in style and cropping. The pixels are
        covered once; of the copies, which differ in size only, the largest is looked at again.
        Raises StillMatched when covering does not help.
        """
        if not covered:
            with self.watch("encode"):
                return _rendered(seen.pixels, channels)
        without = seen.aside | set(covered)
        shown = [number for number in range(len(seen.faces)) if number not in without]
        heads = [seen.faces[number] for number in covered]
        beside = [seen.faces[number] for number in shown]
        size = seen.pixels.shape[:2]
        part = _part(seen, heads, beside) if channels[0].crop_covered else _WHOLE
        seen, covered = _within(seen, covered, part)
        ovals = [seen.faces[number] for number in covered]
        for growth in GROWTH:
            with self.watch("cover"):
                # Of the whole picture, so that a cut changes nothing about what is covered.
                mask = np.ascontiguousarray(regions(size, heads, beside, grow=growth)[part])
                pixels = cover(seen.pixels, mask, channels[0].cover, ovals=ovals)
            with self.watch("encode"):
                copies = _rendered(pixels, channels)
            with self.watch("look again"):
                largest = max(copies, key=lambda copy: copy.width)
                if not self.still_matched(largest, seen, covered, mask):
                    return copies
        raise StillMatched

    def still_matched(
        self, rendition: Rendition, seen: Seen, covered: Sequence[int], mask: Mask
    ) -> bool:
        """Whether a covered face of the encoded copy can still be matched to whom it was.

        ``mask`` is True where the inspected pixels were covered.
        """
        if self.reader is None:
            return False
        with Image.open(io.BytesIO(rendition.data)) as image:
            published = np.asarray(image, np.uint8)
        factor = rendition.width / seen.pixels.shape[1]
        # A face that nothing could be read of has nothing left to be matched by.
        for number in (n for n in covered if seen.vectors[n].any()):
            crop, offset = around(published, seen.faces[number].box.scaled(factor))
            found = [
                face
                for face in self.finder.find(crop, LOOK_AGAIN)
                if is_inside(face.box, offset, factor, mask)
            ]
            if any(self._is_same(row, number, seen) for row in self.reader.read(crop, found)):
                return True
        return False

    def _is_same(self, vector: Vectors, number: int, seen: Seen) -> bool:
        if float(vector @ seen.vectors[number]) >= SAME_FACE:
            return True
        before = seen.matches[number].best
        after = self.matcher.match(vector[None], [True])[0]
        veto = self.matcher.thresholds.veto
        return before is not None and any(
            candidate.person == before.person and candidate.score >= veto
            for candidate in after.candidates
        )


def _rendered(pixels: Pixels, channels: Sequence[Channel]) -> tuple[Rendition, ...]:
    """The copies of one picture for channels, in their order; equal sizes are encoded once."""
    made: dict[int, Rendition] = {}
    copies = []
    for channel in channels:
        edge = min(channel.max_edge, max(pixels.shape[:2]))
        if edge not in made:
            made[edge] = render(pixels, channel)
        copies.append(replace(made[edge], channel=channel.name))
    return tuple(copies)


def _part(seen: Seen, covered: Sequence[Face], shown: Sequence[Face]) -> Part:
    """Rows and columns of what remains when covered heads are left out at the edges.

    A weak candidate is no reason to crop: where it remains, it is covered.
    """
    size = seen.pixels.shape[1], seen.pixels.shape[0]
    sure = [extent(face, size) for face in covered if not face.weak]
    part = crop(size, sure, [extent(face, size) for face in shown])
    if part is None:
        return _WHOLE
    left, top = int(part.x), int(part.y)
    return slice(top, top + int(part.h)), slice(left, left + int(part.w))


def _within(seen: Seen, covered: Sequence[int], part: Part) -> tuple[Seen, Sequence[int]]:
    """What was seen, as it lies in a part of the picture; and the numbers of those still in it."""
    if part == _WHOLE:
        return seen, covered
    pixels = np.ascontiguousarray(seen.pixels[part])
    height, width = pixels.shape[:2]
    faces = tuple(face.shifted(-part[1].start, -part[0].start) for face in seen.faces)
    inside = [number for number in covered if extent(faces[number], (width, height)).area > 0]
    return replace(seen, pixels=pixels, faces=faces), inside


def around(pixels: Pixels, box: Box) -> tuple[Pixels, tuple[float, float, float]]:
    """The surroundings of a box, enlarged or reduced; and where they lie: left, top, factor."""
    size = 2.5 * max(box.w, box.h, 8.0)
    x, y = box.centre
    part = Box(x - size / 2, y - size / 2, size, size).clipped(pixels.shape[1], pixels.shape[0])
    # Of a box beyond the edge, the edge: there is no picture of no pixels.
    left, top = min(int(part.x), pixels.shape[1] - 1), min(int(part.y), pixels.shape[0] - 1)
    crop = pixels[top : int(part.y + part.h) + 1, left : int(part.x + part.w) + 1]
    factor = _CROP_EDGE / max(crop.shape[:2])
    target = max(round(crop.shape[1] * factor), 1), max(round(crop.shape[0] * factor), 1)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, target, interpolation=method), np.uint8), (left, top, factor)


def is_inside(
    box: Box, offset: tuple[float, float, float], factor: float, mask: np.ndarray
) -> bool:
    """Whether the middle of a box found in a crop lies in the covered region."""
    left, top, enlarged = offset
    x, y = box.centre
    column = int((x / enlarged + left) / factor)
    row = int((y / enlarged + top) / factor)
    height, width = mask.shape
    return 0 <= row < height and 0 <= column < width and bool(mask[row, column])
