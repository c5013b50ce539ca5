"""Painting hair: what hangs behind the face, and what lies over the forehead."""

from __future__ import annotations

import numpy as np

from gate.demo.canvas import Canvas, Points, darker, ellipse, lighter, points, smooth, stroke
from gate.demo.features import DrawnPerson
from gate.demo.pose import Head
from gate.demo.shapes import hairline, hanging, skull

_ROUND = ("curls", "afro", "mop")
_HIDING = ("hijab", "turban")


def paint_hair_behind(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    """Paint what hangs behind face, neck and shoulders."""
    if who.cover in _HIDING:
        return
    colour = darker(who.hair_colour, 0.22)
    for shape in hanging(who):
        canvas.fill(head.at(shape, flat=True), colour)
    if who.hair in _ROUND:
        _locks(canvas, who, head, behind=True)


def paint_hair(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    """Paint what lies over forehead and temples."""
    if who.cover in _HIDING or who.hair == "bald":
        return
    thick = {"buzz": 0.03, "receding": 0.04, "crop": 0.09, "spiky": 0.08}.get(who.hair, 0.14)
    inner = hairline(who)
    outer = skull(who, thick, float(inner[0, 1]))
    if who.hair == "spiky":
        jag = 0.1 * (np.arange(len(outer)) % 4 == 0)
        outer = outer * (1 + jag[:, None] * 0.9)
    shape = head.at(np.vstack([outer, inner[::-1]]), flat=True)
    canvas.fill(
        shape,
        who.hair_colour,
        alpha=0.86 if who.hair == "buzz" else 1.0,
        soft=head.unit * (0.03 if who.hair == "buzz" else 0.012),
    )
    if who.hair in _ROUND:
        _locks(canvas, who, head, behind=False)
    elif who.hair != "buzz":
        _strands(canvas, who, head, outer, inner)


def _strands(canvas: Canvas, who: DrawnPerson, head: Head, outer: Points, inner: Points) -> None:
    lot = np.random.RandomState(who.seed + 2)
    lines = []
    for share in np.linspace(0.04, 0.96, 30):
        tip = outer[int(share * (len(outer) - 1))] * 0.985
        root = inner[int(share * (len(inner) - 1))]
        bend = (tip + root) / 2 + lot.uniform(-0.05, 0.05, 2)
        line = head.at(smooth(np.vstack([tip, bend, root]), closed=False), flat=True)
        lines.append(stroke(line, head.unit * 0.045))
    canvas.fill_all(lines[::2], lighter(who.hair_colour, 0.3), alpha=0.3)
    canvas.fill_all(lines[1::2], darker(who.hair_colour, 0.5), alpha=0.3)
    top = -who.forehead
    shine = smooth(points((-0.5, top + 0.2), (0, top + 0.1), (0.4, top + 0.16)), closed=False)
    glow = stroke(head.at(shine, flat=True), head.unit * 0.12)
    canvas.fill(glow, lighter(who.hair_colour, 0.5), alpha=0.22, soft=head.unit * 0.06)


def _locks(canvas: Canvas, who: DrawnPerson, head: Head, *, behind: bool) -> None:
    lot = np.random.RandomState(who.seed + 3 + behind)
    spread = {"curls": 0.16, "afro": 0.42, "mop": 0.08}[who.hair]
    low = {"curls": 0.5, "afro": 0.25, "mop": -0.1}[who.hair]
    path = skull(who, spread, low) if behind else np.vstack([skull(who, 0.1, -0.2), hairline(who)])
    if who.cover == "beanie":
        path = path[path[:, 1] > -0.55]
    size = 0.27 if behind else 0.15
    arcs = []
    for x, y in path[:: 3 if behind else 2]:
        shape = ellipse(x + lot.uniform(-0.04, 0.04), y + lot.uniform(-0.04, 0.04), size, size)
        tint = darker(who.hair_colour, lot.uniform(0.0, 0.4))
        canvas.fill(head.at(shape, flat=True), tint)
        arc = shape[14:24] * 0.35 + np.array([x, y]) * 0.65
        arcs.append(stroke(head.at(arc, flat=True), head.unit * 0.035))
    canvas.fill_all(arcs, lighter(who.hair_colour, 0.35), alpha=0.12 if behind else 0.3)
