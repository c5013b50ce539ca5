"""Group photos of invented people, with the truth of where each face is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gate.arrays import Pixels
from gate.demo.body import outfit
from gate.demo.canvas import Canvas
from gate.demo.draw import face_box, finish, paint_person
from gate.demo.features import DrawnPerson
from gate.demo.places import Place, paint_place
from gate.demo.pose import Head, Pose, pose
from gate.values import Box

_ONE_ROW, _TWO_ROWS = 5, 12


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where somebody stands: the middle of the head and half the width of the face, in pixels."""

    x: float
    y: float
    unit: float


def group(
    persons: Sequence[DrawnPerson],
    seed: int,
    *,
    width: int,
    height: int,
    place: Place | None = None,
) -> tuple[Pixels, list[Box]]:
    """A photo of these people in rows, and the box of each face in pixels, in their order.

    Nobody at all gives the empty place. ``place`` is drawn by lot unless named.
    """
    places = list(Place)
    where = place or places[seed % len(places)]
    pixels = np.zeros((height, width, 3), np.uint8)
    canvas = Canvas(pixels)
    paint_place(canvas, where, seed)
    general = pose(seed)
    boxes = _people(canvas, persons, general, seed, where)
    return finish(pixels, general, seed), boxes


def _people(
    canvas: Canvas, persons: Sequence[DrawnPerson], general: Pose, seed: int, where: Place
) -> list[Box]:
    height, width = canvas.pixels.shape[:2]
    boxes = []
    for i, (who, spot) in enumerate(
        zip(persons, _spots(len(persons), seed, width, height), strict=True)
    ):
        held = replace(pose(seed * 101 + who.seed * 13 + i), light=general.light)
        unit = spot.unit * {"child": 0.93, "teen": 1.0, "adult": 1.04}[who.age]
        lower = {"child": 0.25, "teen": 0.0, "adult": -0.2}[who.age] * spot.unit
        reach = int(2.6 * unit)
        left = max(int(spot.x) - reach, 0)
        window = Canvas(canvas.pixels[:, left : int(spot.x) + reach])
        head = Head(held, (spot.x - left, spot.y + lower), unit)
        paint_person(window, who, head, outfit(who, sports=where is Place.FIELD))
        box = face_box(who, head)
        boxes.append(Box(box.x + left, box.y, box.w, box.h))
    return boxes


def _spots(count: int, seed: int, width: int, height: int) -> list[_Spot]:
    """Places in rows, the back row first; people in front stand between those behind."""
    if not count:
        return []
    rows = 1 if count <= _ONE_ROW else 2 if count <= _TWO_ROWS else 3
    most = -(-count // rows)
    unit = min(width * 0.94 / (most + 0.5 * (rows > 1)) / 2.9, height / (5.7 + 3.15 * (rows - 1)))
    pitch = min(width * 0.94 / (most + 0.5 * (rows > 1)), 3.9 * unit)
    lot = np.random.RandomState(seed + 5)
    spots = []
    for i in range(count):
        row, column = divmod(i, most)
        here = min(most, count - row * most)
        shift = (0.25 if row % 2 else -0.25) if rows > 1 and here == most else 0.0
        x = width / 2 + (column - (here - 1) / 2 + shift) * pitch + lot.uniform(-0.1, 0.1) * unit
        y = height - (3.7 + 3.1 * (rows - 1 - row)) * unit + lot.uniform(-0.1, 0.1) * unit
        spots.append(_Spot(x, y, unit))
    return spots
