"""Painting what is worn on the head."""

from __future__ import annotations

import numpy as np

from gate.demo.canvas import Canvas, darker, ellipse, lighter, points, smooth, stroke
from gate.demo.features import DrawnPerson
from gate.demo.pose import Head
from gate.demo.shapes import skull


def paint_headwear_behind(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    """Paint what is seen of a scarf behind the face."""
    if who.cover == "hijab":
        edge = ellipse(0, -0.05, 1.3, who.forehead + 0.42)
        canvas.fill(head.at(edge, flat=True), darker(who.cover_colour, 0.25))


def paint_headwear(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    """Paint what is worn over the hair."""
    if who.cover:
        {"hijab": _hijab, "turban": _turban, "beanie": _beanie, "headband": _headband}[who.cover](
            canvas, who, head
        )


def _headband(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    band = stroke(head.at(skull(who, 0.07, -0.25), flat=True), head.unit * 0.16, taper=0.1)
    canvas.fill(band, who.cover_colour)


def _hijab(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    top, low = who.forehead, who.chin
    outer = points(
        (0, -top - 0.2),
        (0.8, -top + 0.16),
        (1.2, -0.3),
        (1.22, 0.6),
        (1.25, 1.3),
        (1.5, 2.1),
        (0.9, 2.5),
    )
    hole = points(
        (0, -0.72), (0.6, -0.56), (0.85, -0.1), (0.88, 0.5), (0.7, 0.75 * low), (0.36, low - 0.04)
    )
    right = smooth(np.vstack([outer, points((0, 2.6)), outer[:0:-1] * (-1, 1)]))
    gap = smooth(np.vstack([hole, points((0, low + 0.02)), hole[:0:-1] * (-1, 1)]))
    cut = int(np.argmin(np.hypot(*(right - (0, -top - 0.2)).T)))
    start = int(np.argmin(np.hypot(*(gap - (0, -0.72)).T)))
    ring = np.vstack(
        [
            np.roll(right, -cut, 0),
            right[cut : cut + 1],
            gap[start : start + 1],
            np.roll(gap, -start, 0)[::-1],
        ]
    )
    canvas.fill(head.at(ring, flat=True), who.cover_colour)
    rim = np.vstack([gap, gap[:1]])
    canvas.fill(
        stroke(head.at(rim, flat=True), head.unit * 0.07, taper=0),
        darker(who.cover_colour, 0.35),
        alpha=0.6,
        soft=head.unit * 0.03,
    )
    for x, bend in ((-0.9, -0.5), (-0.4, 0.1), (0.5, 0.3), (0.95, 0.6)):
        fold = smooth(
            points((x, 1.0 + 0.2 * abs(x)), (x * 0.7 + bend * 0.2, 1.7), (bend, 2.4)), closed=False
        )
        canvas.fill(
            stroke(head.at(fold, flat=True), head.unit * 0.09),
            darker(who.cover_colour, 0.5),
            alpha=0.4,
            soft=head.unit * 0.04,
        )


def _turban(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    top = who.forehead
    edge = points(
        (1.08, -0.1),
        (1.22, -0.7),
        (0.95, -top - 0.3),
        (0.3, -top - 0.62),
        (-0.4, -top - 0.58),
        (-1.0, -top - 0.25),
        (-1.22, -0.7),
        (-1.08, -0.1),
        (-0.75, -0.5),
        (0, -0.86),
        (0.75, -0.5),
    )
    canvas.fill(head.at(smooth(edge), flat=True), who.cover_colour)
    for share in np.linspace(0.1, 0.95, 6):
        for side in (-1, 1):
            fold = smooth(
                points(
                    (side * 1.1, -0.2 - 0.5 * share),
                    (side * 0.5, -0.75 - 0.45 * share),
                    (-side * 0.12, -0.9 - 0.75 * share),
                ),
                closed=False,
            )
            canvas.fill(
                stroke(head.at(fold, flat=True), head.unit * 0.07),
                darker(who.cover_colour, 0.5),
                alpha=0.5,
                soft=head.unit * 0.02,
            )


def _beanie(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    dome = skull(who, 0.2, -0.42)
    brim = points((-1.08, -0.5), (-0.5, -0.66), (0, -0.7), (0.5, -0.66), (1.08, -0.5))
    edge = smooth(brim, closed=False)
    canvas.fill(head.at(np.vstack([dome, edge]), flat=True), who.cover_colour)
    glow = ellipse(-0.3, -who.forehead + 0.05, 0.4, 0.2)
    canvas.fill(
        head.at(glow, flat=True), lighter(who.cover_colour, 0.4), alpha=0.3, soft=head.unit * 0.15
    )
    band = stroke(head.at(edge - (0, 0.1), flat=True), head.unit * 0.3, taper=0.1)
    canvas.fill(band, lighter(who.cover_colour, 0.16))
    ribs = [
        stroke(head.at(points((x, y - 0.24), (x, y + 0.03)), flat=True), head.unit * 0.04)
        for x, y in edge[1:-1:2]
    ]
    canvas.fill_all(ribs, darker(who.cover_colour, 0.4), alpha=0.4)
