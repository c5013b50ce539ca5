"""The photographs for the attack on covered faces: one square picture per photograph of a person.

From a folder as for tests.bench.school: the reference portraits, and the tiles of the incoming
group photos that hold one labelled person each. All are brought to the same size, so that the
resolution of a tile tells nothing about whom it shows.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from gate.arrays import Pixels
from gate.ports import FaceFinder
from gate.pose import pose
from gate.values import Box, Face

SIDE = 160
"""Pixels of a square picture: the smallest tile of the group photos."""
_BOX_IN_TILE = (0.3, 0.28, 0.4)
"""Where truth.csv puts the face of a tile: left, top, width, in sides of the tile."""
_SAME_PHOTOGRAPH = 0.97
"""Correlation of two small grey pictures of one person from which they are one photograph."""
_SAME_SESSION = 0.85
"""Correlation of two pictures' margins from which they may be of one session."""


@dataclass(frozen=True, eq=False)
class Shot:
    """One photograph of a person: square pixels, and the face in their middle."""

    person: str
    source: str
    pixels: Pixels
    face: Face


def shots(folder: Path, finder: FaceFinder) -> dict[str, list[Shot]]:
    """The different photographs of every person, those that hold a face that can be found."""
    people: dict[str, list[Shot]] = defaultdict(list)
    for person, source, tile in [*_references(folder), *_tiles(folder)]:
        size = cv2.INTER_AREA if tile.shape[0] > SIDE else cv2.INTER_LINEAR
        pixels = np.asarray(cv2.resize(tile, (SIDE, SIDE), interpolation=size), np.uint8)
        face = _middle_face(pixels, finder)
        if face is None:
            print(f"no face found: {source} {person}")
        elif not any(_alike(pixels, other.pixels) for other in people[person]):
            people[person].append(Shot(person, source, pixels, face))
    return dict(people)


def transplanted(head: Shot, frame: Shot) -> Pixels:
    """A head turned and scaled to where another's is in that other's photograph."""
    corners = np.array(((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
    source, target = (
        at.place(corners * at.height).astype(np.float32)
        for at in (pose(head.face), pose(frame.face))
    )
    matrix = cv2.getAffineTransform(source, target)
    warped = cv2.warpAffine(head.pixels, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def same_session(people: dict[str, list[Shot]]) -> tuple[int, int]:
    """How many pairs of one person's photographs have nearly the same margin, and all pairs."""
    pairs = same = 0
    for mine in people.values():
        margins = [_margin(shot.pixels) for shot in mine]
        for place, one in enumerate(margins):
            pairs += len(margins[:place])
            same += sum(_correlation(one, other) >= _SAME_SESSION for other in margins[:place])
    return same, pairs


def _references(folder: Path) -> Iterator[tuple[str, str, Pixels]]:
    for path in sorted((folder / "references").glob("*/*.jpg")):
        yield path.parent.name, f"{path.parent.name}/{path.name}", _upright(path)


def _tiles(folder: Path) -> Iterator[tuple[str, str, Pixels]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["person"] == "stranger":
                continue
            pixels = _upright(folder / "incoming" / row["photo"])
            side = float(row["w"]) / _BOX_IN_TILE[2]
            left = round(float(row["x"]) - _BOX_IN_TILE[0] * side)
            top = round(float(row["y"]) - _BOX_IN_TILE[1] * side)
            tile = pixels[max(top, 0) : top + round(side), max(left, 0) : left + round(side)]
            yield row["person"], row["photo"], tile


def _upright(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"), np.uint8)


def _middle_face(pixels: Pixels, finder: FaceFinder) -> Face | None:
    """The face that covers most of where truth.csv puts it."""
    left, top, size = (SIDE * share for share in _BOX_IN_TILE)
    wanted = Box(left, top, size, 1.15 * size)
    doubled = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    faces = [face.scaled(0.5) for face in finder.find(np.asarray(doubled, np.uint8), 0.5)]
    best = max(faces, key=lambda face: face.box.iou(wanted), default=None)
    return best if best is not None and best.box.iou(wanted) > 0.2 else None


def _alike(one: Pixels, other: Pixels) -> bool:
    grey = (cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) for pixels in (one, other))
    first, second = (np.asarray(cv2.resize(pixels, (32, 32)), np.uint8) for pixels in grey)
    return _correlation(first, second) >= _SAME_PHOTOGRAPH


def _margin(pixels: Pixels) -> NDArray[np.uint8]:
    """Small colours of the left and right edge."""
    small = np.asarray(cv2.resize(pixels, (16, 16), interpolation=cv2.INTER_AREA), np.uint8)
    return np.concatenate((small[:, :3].ravel(), small[:, -3:].ravel()))


def _correlation(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    if not one.std() or not other.std():
        return 0.0
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
