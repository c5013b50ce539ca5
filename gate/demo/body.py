"""Painting what is below the head: neck, shoulders and clothes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gate.demo.canvas import (
    Canvas,
    Colour,
    Points,
    darker,
    ellipse,
    lighter,
    points,
    smooth,
    stroke,
)
from gate.demo.features import DrawnPerson
from gate.demo.pose import Head


@dataclass(frozen=True, slots=True)
class Outfit:
    """What somebody wears; ``tie`` may be None."""

    cloth: Colour
    collar: Colour
    tie: Colour | None


_UNIFORM = Outfit((34, 62, 96), (246, 246, 246), (172, 52, 58))
_SPORTS_KIT = Outfit((158, 48, 60), (232, 224, 214), None)
_STAFF = (
    Outfit((92, 112, 104), (230, 234, 232), None),
    Outfit((108, 84, 116), (240, 236, 238), None),
    Outfit((126, 104, 82), (244, 240, 230), None),
)
_NECKS = {"child": 0.46, "teen": 0.5, "adult": 0.56}


def outfit(who: DrawnPerson, *, sports: bool) -> Outfit:
    """What this person wears, at sports or otherwise."""
    if who.age == "adult":
        return _STAFF[who.seed % len(_STAFF)]
    return _SPORTS_KIT if sports else _UNIFORM


def paint_body(canvas: Canvas, who: DrawnPerson, head: Head, outfit: Outfit) -> None:
    """Paint neck, shoulders, chest and collar; the body goes on below the picture."""
    unit, low, cloth = head.unit, who.chin - 0.2, outfit.cloth
    wide = {"child": 1.5, "teen": 1.75, "adult": 1.95}[who.age]

    def at(shape: Points) -> Points:
        return np.asarray(shape * unit + head.centre, dtype=np.float64)

    side = points(
        (0.5, low + 0.32),
        (wide * 0.62, low + 0.5),
        (wide * 0.93, low + 0.8),
        (wide * 1.06, low + 1.6),
        (wide * 1.1, low + 4.2),
        (wide * 1.1, low + 14),
    )
    trunk = np.vstack([smooth(side, closed=False), smooth(side[::-1] * (-1, 1), closed=False)])
    canvas.fill(at(trunk), cloth)
    glow = ellipse(-0.4 * wide, low + 1.3, 0.4, 0.7)
    canvas.fill(at(glow), lighter(cloth, 0.3), alpha=0.3, soft=unit * 0.4)
    for x in (-0.8 * wide, 0.8 * wide):
        arm = smooth(points((x, low + 1.5), (x * 0.98, low + 2.6), (x, low + 8)), closed=False)
        canvas.fill(stroke(at(arm), unit * 0.07), darker(cloth, 0.5), alpha=0.5)
    _neck(canvas, who, head)
    _collar(canvas, who, head, outfit)


def _neck(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    unit, low, half = head.unit, who.chin - 0.2, _NECKS[who.age]
    right = points((half, 0.6), (half, low + 0.3), (half + 0.16, low + 0.48))
    neck = np.vstack([right, points((0, low + 0.82)), right[::-1] * (-1, 1)])
    place = neck * unit + head.centre
    canvas.fill(place, darker(who.skin, 0.14))
    shade = ellipse(0, low + 0.16, half + 0.12, 0.28) * unit + head.centre
    canvas.fill(shade, darker(who.skin, 0.6), alpha=0.5, soft=unit * 0.14, clip=canvas.mask(place))


def _collar(canvas: Canvas, who: DrawnPerson, head: Head, outfit: Outfit) -> None:
    unit, low, half = head.unit, who.chin - 0.2, _NECKS[who.age]
    for side in (-1, 1):
        flap = points(
            (half + 0.02, low + 0.2), (half + 0.26, low + 0.42), (0.34, low + 1.0), (0, low + 0.72)
        )
        place = flap * (side * unit, unit) + head.centre
        canvas.fill(place, outfit.collar if side > 0 else darker(outfit.collar, 0.06))
        edge = stroke(place[1:], unit * 0.03, taper=0.3)
        canvas.fill(edge, darker(outfit.cloth, 0.4), alpha=0.35)
    if outfit.tie:
        right = points((0.11, low + 0.76), (0.16, low + 1.9))
        tie = np.vstack([right, points((0, low + 2.1)), right[::-1] * (-1, 1)])
        canvas.fill(tie * unit + head.centre, outfit.tie)
