"""The photos that are dropped at the invented school, and the truth about each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from gate.arrays import Pixels
from gate.demo.camera import animation, jpeg, located_jpeg, sideways_jpeg
from gate.demo.cast import CAST, Role, may_be_shown
from gate.demo.features import person
from gate.demo.places import Place
from gate.demo.scene import group
from gate.values import Box, Verdict


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo to make: who is in it (numbers of CAST, from 0), where, and how it is filed.

    ``filed`` names a way of FILING; ``size`` is width and height of the upright picture.
    """

    name: str
    people: tuple[int, ...]
    place: Place
    filed: str = "plain"
    size: tuple[int, int] = (1200, 800)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it is dropped, and the people in it with their boxes in upright pixels.

    Where the file cannot be judged nobody is listed, and ``readable`` is False.
    """

    name: str
    data: bytes
    size: tuple[int, int]
    orientation: int
    people: tuple[Role, ...]
    boxes: tuple[Box, ...]
    readable: bool = True

    def verdict(self, channel: str) -> Verdict:
        """What must become of it on this channel."""
        truths = {may_be_shown(role.record, channel) for role in self.people}
        if not self.readable or "restricted" in truths:
            return Verdict.BLOCK
        return Verdict.APPROVE if truths <= {"yes"} else Verdict.BLUR


SHOTS = (
    Shot("assembly/IMG_2001.jpg", (0, 1, 2, 3, 4, 5, 12), Place.HALL),
    Shot("assembly/IMG_2002.jpg", (5, 11, 3, 0, 2), Place.HALL),
    Shot("assembly/IMG_2003.jpg", (1, 4, 0, 6), Place.HALL, "truncated"),
    Shot(
        "assembly/IMG_2004.jpg",
        (2, 4, 1, 3, 0, 5, 16, 6, 12, 13, 17),
        Place.HALL,
        "plain",
        (4000, 3000),
    ),
    Shot("assembly/notes.jpg", (), Place.HALL, "text"),
    Shot("open-evening/IMG_2011.jpg", (12, 13), Place.HALL),
    Shot("open-evening/IMG_2012.jpg", (13, 7, 0, 4), Place.HALL),
    Shot("open-evening/IMG_2013.jpg", (3, 5, 1), Place.HALL, "located"),
    Shot("open-evening/IMG_2014.jpg", (12, 10, 2), Place.HALL),
    Shot("open-evening/IMG_2015.jpg", (17, 19), Place.HALL),
    Shot("science-fair/IMG_2021.jpg", (14, 3, 0, 13), Place.CLASSROOM),
    Shot("science-fair/IMG_2022.jpg", (4, 8, 1), Place.CLASSROOM),
    Shot("science-fair/IMG_2023.jpg", (9, 5, 2, 0), Place.CLASSROOM),
    Shot("science-fair/IMG_2024.jpg", (15, 4, 5), Place.CLASSROOM),
    Shot("science-fair/IMG_2025.jpg", (2,), Place.CLASSROOM, "plain", (800, 800)),
    Shot("sports-day/IMG_2031.jpg", (3, 6, 1, 4), Place.FIELD),
    Shot("sports-day/IMG_2031 (1).jpg", (3, 6, 1, 4), Place.FIELD),
    Shot("sports-day/IMG_2032.jpg", (0, 18, 5, 1, 3, 4, 2), Place.FIELD),
    Shot("sports-day/IMG_2033.jpg", (), Place.FIELD),
    Shot("sports-day/IMG_2034.jpg", (1, 5), Place.FIELD, "sideways", (800, 1200)),
    Shot("sports-day/finish.gif", (3, 0), Place.FIELD, "animated", (480, 320)),
)
"""The one with " (1)" in its name, as computers do it, is the same photo dropped twice."""

LARGE = 4_000_000
"""Pixels above which a photo is drawn at half its size and enlarged, for speed."""


def photos() -> Iterator[Photo]:
    """Every photo, one at a time."""
    for shot in SHOTS:
        pixels, boxes = _drawn(shot.people, shot.place, shot.size)
        file, orientation, readable = FILING[shot.filed]
        who = tuple(CAST[i] for i in shot.people) if readable else ()
        where = tuple(boxes) if readable else ()
        yield Photo(shot.name, file(pixels), shot.size, orientation, who, where, readable)


@lru_cache(maxsize=1)
def _drawn(
    numbers: tuple[int, ...], place: Place, size: tuple[int, int]
) -> tuple[Pixels, list[Box]]:
    people = [person(CAST[i].seed) for i in numbers]
    seed = sum(7 * order + i for order, i in enumerate(numbers))
    width, height = size
    if width * height <= LARGE:
        return group(people, seed, width=width, height=height, place=place)
    half, boxes = group(people, seed, width=width // 2, height=height // 2, place=place)
    pixels = np.asarray(cv2.resize(half, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    return pixels, [box.scaled(2) for box in boxes]


def _truncated(pixels: Pixels) -> bytes:
    whole = jpeg(pixels)
    return whole[: len(whole) * 3 // 5]


def _text(_: Pixels) -> bytes:
    return b"Photos of the assembly: please choose three for the website.\n"


def _animated(pixels: Pixels) -> bytes:
    return animation([pixels, np.ascontiguousarray(pixels[:, ::-1])])


FILING: Mapping[str, tuple[Callable[[Pixels], bytes], int, bool]] = {
    "plain": (jpeg, 1, True),
    "sideways": (sideways_jpeg, 6, True),
    "located": (located_jpeg, 1, True),
    "truncated": (_truncated, 1, False),
    "text": (_text, 1, False),
    "animated": (_animated, 1, False),
}
"""Ways to file a picture: the bytes, the EXIF orientation, and whether it can be judged."""
