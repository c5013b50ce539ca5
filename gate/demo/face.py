"""Painting a face: skin, eyes, brows, nose, mouth, beard and glasses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gate.demo.canvas import (
    Canvas,
    Mask,
    Points,
    darker,
    ellipse,
    lighter,
    mix,
    points,
    smooth,
    stroke,
)
from gate.demo.features import DrawnPerson
from gate.demo.pose import Head
from gate.demo.shapes import outline

SIDES = (-1, 1)
_BLUSH = (226.0, 92.0, 84.0)
_LIP = (196.0, 62.0, 72.0)
_DARK = (30.0, 20.0, 20.0)


def paint_face(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    """Paint everything between ears and chin."""
    edge = head.at(outline(who), flat=True)
    skin = canvas.mask(edge)
    _ears(canvas, who, head)
    canvas.fill(edge, who.skin)
    _shade(canvas, edge, head)
    _softness(canvas, who, head, skin)
    if who.beard:
        _beard(canvas, who, head, skin)
    for side in SIDES:
        _eye(canvas, who, head, side)
        _brow(canvas, who, head, side)
    _nose(canvas, who, head, skin)
    _mouth(canvas, who, head)
    _moustache(canvas, who, head)
    _marks(canvas, who, head, skin)


def _ears(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    for side in SIDES:
        size = 0.27 * who.ears
        ear = ellipse(side * (0.99 + 0.05 * who.ears), 0.14, 0.15 * who.ears, size)
        inner = ellipse(side * (1.0 + 0.05 * who.ears), 0.14, 0.08 * who.ears, size * 0.62)
        canvas.fill(head.at(ear, flat=True), darker(who.skin, 0.1))
        shade = darker(mix(who.skin, _BLUSH, 0.2), 0.25)
        canvas.fill(head.at(inner, flat=True), shade, alpha=0.7, soft=head.unit * 0.05)


def _shade(canvas: Canvas, edge: Points, head: Head) -> None:
    def field(place: Points) -> NDArray[np.float64]:
        x, y = head.local(place).T
        round_off = 0.2 * x**2 * np.abs(x) + 0.045 * (y - 0.1) ** 2
        return np.asarray((1.02 - round_off + 0.1 * head.pose.light * x).clip(0.55, 1.15))

    canvas.light(edge, field)


def _softness(canvas: Canvas, who: DrawnPerson, head: Head, skin: Mask) -> None:
    unit = head.unit
    for side in SIDES:
        cheek = head.at(ellipse(side * 0.56, 0.5, 0.26, 0.2))
        canvas.fill(cheek, mix(who.skin, _BLUSH, 0.5), alpha=who.blush, soft=unit * 0.2, clip=skin)
        apple = head.at(ellipse(side * 0.52, 0.34, 0.2, 0.13))
        canvas.fill(apple, lighter(who.skin, 0.5), alpha=0.3, soft=unit * 0.16, clip=skin)
        socket = head.at(ellipse(side * who.eye_gap, -0.06, 0.26, 0.2))
        deep = darker(who.skin, 0.5)
        canvas.fill(socket, deep, alpha=who.sockets, soft=unit * 0.12, clip=skin)
        hollow = points((0.96, 0.42), (0.62, 0.72), (0.56, 1.0), (0.8, 0.86))
        canvas.fill(
            head.at(smooth(hollow * (side, 1))), deep, alpha=who.hollow, soft=unit * 0.1, clip=skin
        )
    forehead = head.at(ellipse(0.12 * head.pose.light, -0.62, 0.42, 0.24))
    canvas.fill(forehead, lighter(who.skin, 0.5), alpha=0.25, soft=unit * 0.26, clip=skin)
    chin = head.at(ellipse(0, who.chin - 0.2, 0.2, 0.13))
    canvas.fill(chin, lighter(who.skin, 0.4), alpha=0.22, soft=unit * 0.12, clip=skin)


def _eye(canvas: Canvas, who: DrawnPerson, head: Head, side: int) -> None:
    width, height, x0 = who.eye_width, who.eye_height * (1 - 0.14 * head.pose.smile), who.eye_gap
    lift = who.eye_tilt * width

    def lid(share: float) -> Points:
        shape = points(
            (x0 - width, 0.03 + 0.4 * lift),
            (x0 - width * 0.45, 0.02 - share * 0.85),
            (x0 + width * 0.2, -share - 0.3 * lift),
            (x0 + width * 0.7, -share * 0.62 - 0.8 * lift),
            (x0 + width, -lift),
        )
        return smooth(shape, closed=False) * (side, 1)

    upper, lower = lid(height), lid(-height * 0.72)
    white = head.at(np.vstack([upper, lower[::-1]]))
    canvas.fill(white, (244, 240, 236))
    within = canvas.mask(white)
    _iris(canvas, who, head, side, within)
    shade = head.at(np.vstack([upper, np.add(upper[::-1], (0, 0.05))]))
    canvas.fill(shade, darker(who.skin, 0.6), alpha=0.4, soft=head.unit * 0.02, clip=within)
    canvas.fill(stroke(head.at(upper), head.unit * 0.045, taper=0.5), _DARK)
    low = stroke(head.at(lower), head.unit * 0.022, taper=0.8)
    canvas.fill(low, darker(who.skin, 0.5), alpha=0.7)
    crease = head.at(upper * (1, 1) - (0, 0.025 + 0.05 * who.crease))
    fold = stroke(crease, head.unit * 0.025, taper=0.95)
    canvas.fill(fold, darker(who.skin, 0.5), alpha=0.25 + 0.6 * who.crease)
    bag = smooth(points((x0 - 0.14, 0.19), (x0, 0.225), (x0 + 0.14, 0.18)), closed=False)
    line = stroke(head.at(bag * (side, 1)), head.unit * 0.03, taper=1)
    canvas.fill(line, darker(who.skin, 0.45), alpha=0.1 + 0.3 * who.lines)


def _iris(canvas: Canvas, who: DrawnPerson, head: Head, side: int, within: Mask) -> None:
    size = 0.108 + 0.018 * (who.age == "child")
    x, y = side * who.eye_gap + 0.06 * head.pose.gaze, -0.012
    canvas.fill(head.at(ellipse(x, y, size, size)), darker(who.eye_colour, 0.45), clip=within)
    inner = head.at(ellipse(x, y + 0.01, size * 0.82, size * 0.82))
    canvas.fill(inner, who.eye_colour, soft=head.unit * 0.02, clip=within)
    canvas.fill(head.at(ellipse(x, y, size * 0.46, size * 0.46)), (14, 10, 12), clip=within)
    glint = ellipse(x + 0.035 * (1 if head.pose.light > 0 else -1), y - 0.035, 0.024, 0.024)
    canvas.fill(head.at(glint), (255, 255, 255), alpha=0.95)


def _brow(canvas: Canvas, who: DrawnPerson, head: Head, side: int) -> None:
    x0, y0 = who.eye_gap, -who.brow_height
    tilt, arch = who.brow_tilt, who.brow_arch
    line = points(
        (x0 - 0.23, y0 + 0.23 * tilt + 0.02),
        (x0 - 0.06, y0 + 0.06 * tilt - arch * 0.6),
        (x0 + 0.12, y0 - 0.12 * tilt - arch),
        (x0 + 0.3, y0 - 0.3 * tilt + 0.03),
    )
    curve = head.at(smooth(line, closed=False) * (side, 1))
    colour = darker(mix(who.hair_colour, who.skin, 0.12), 0.3)
    brow = stroke(curve, head.unit * who.brow_thickness, taper=0.7)
    canvas.fill(brow, colour, alpha=0.9, soft=head.unit * 0.022)


def _nose(canvas: Canvas, who: DrawnPerson, head: Head, skin: Mask) -> None:
    unit, tip, half = head.unit, who.nose_length, who.nose_width
    shadow = darker(mix(who.skin, _BLUSH, 0.12), 0.42)
    far = -1 if head.pose.light > 0 else 1
    ridge = points((0.1, -0.12), (0.07, 0.1), (half * 0.55, tip - 0.14), (half * 0.2, tip - 0.05))
    side_of = smooth(ridge * (far, 1), closed=False)
    slope = stroke(head.at(side_of, lift=0.06), unit * 0.14, taper=0.5)
    canvas.fill(slope, shadow, alpha=0.18 + 0.34 * who.nose_bridge, soft=unit * 0.07, clip=skin)
    bridge = stroke(head.at(points((0, -0.05), (0, 0.15), (0, tip - 0.15)), lift=0.08), unit * 0.1)
    canvas.fill(bridge, lighter(who.skin, 0.6), alpha=0.34, soft=unit * 0.05, clip=skin)
    under = head.at(ellipse(0, tip + 0.05, half * 0.9, 0.07), lift=0.08)
    canvas.fill(under, shadow, alpha=0.5, soft=unit * 0.05, clip=skin)
    ball = head.at(ellipse(0, tip - 0.08, half * 0.55, 0.1), lift=0.14)
    canvas.fill(ball, lighter(who.skin, 0.55), alpha=0.42, soft=unit * 0.06, clip=skin)
    for side in SIDES:
        wing = points(
            (half * 0.78, tip - 0.13), (half * 1.05, tip - 0.03), (half * 0.72, tip + 0.05)
        )
        curve = head.at(smooth(wing * (side, 1), closed=False), lift=0.05)
        canvas.fill(stroke(curve, unit * 0.035, taper=0.9), shadow, alpha=0.75)
        hole = head.at(ellipse(side * half * 0.46, tip + 0.03, half * 0.22, 0.03), lift=0.08)
        canvas.fill(hole, darker(who.skin, 0.75), alpha=0.75, soft=unit * 0.012)


def _mouth(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    unit, smile, gap = head.unit, head.pose.smile, 0.15 * head.pose.open
    half, y = who.mouth_width * (0.9 + 0.14 * smile), who.mouth
    corner = y - 0.14 * smile
    lip = mix(darker(mix(who.skin, _LIP, 0.32), 0.16), _LIP, who.lip_red * 0.6)

    def across(edge: float, middle: float) -> Points:
        line = points(
            (-half, corner),
            (-half * 0.55, edge - 0.045 * smile),
            (0, middle),
            (half * 0.55, edge - 0.045 * smile),
            (half, corner),
        )
        return head.at(smooth(line, closed=False), lift=0.03)

    top = across(y - who.upper_lip * 0.95, y - who.upper_lip * 0.72)
    meet = across(y + 0.005, y + 0.02)
    lower = across(y + 0.01 + gap * 0.7, y + 0.02 + gap)
    bottom = across(y + who.lower_lip * 0.72 + gap * 0.75, y + who.lower_lip + gap)
    if gap:
        opening = np.vstack([meet, lower[::-1]])
        canvas.fill(opening, (98, 34, 38))
        teeth = across(y + 0.01 + gap * 0.45, y + 0.02 + gap * 0.55)
        canvas.fill(np.vstack([meet, teeth[::-1]]), (248, 244, 236))
    canvas.fill(np.vstack([top, meet[::-1]]), darker(lip, 0.12))
    canvas.fill(np.vstack([lower, bottom[::-1]]), lip)
    shine = head.at(ellipse(0, y + 0.02 + gap + who.lower_lip * 0.5, half * 0.3, 0.025), lift=0.04)
    canvas.fill(shine, lighter(lip, 0.6), alpha=0.4, soft=unit * 0.025)
    canvas.fill(stroke(meet, unit * 0.03, taper=0.5), darker(lip, 0.65), alpha=0.85)
    chin = head.at(ellipse(0, y + who.lower_lip + gap + 0.1, half * 0.5, 0.05))
    canvas.fill(chin, darker(who.skin, 0.45), alpha=0.3, soft=unit * 0.05)
    for side in SIDES:
        dimple = head.at(ellipse(side * (half + 0.04), corner, 0.03, 0.05))
        canvas.fill(dimple, darker(who.skin, 0.5), alpha=0.45 * smile, soft=unit * 0.03)


def _beard(canvas: Canvas, who: DrawnPerson, head: Head, skin: Mask) -> None:
    colour, unit = darker(mix(who.hair_colour, who.skin, 0.1), 0.1), head.unit
    low = who.chin + (0.14 if who.beard == "full" else 0.0)
    if who.beard in ("full", "stubble"):
        side = points((1.02, 0.1), (0.98, 0.55), (who.jaw + 0.05, 0.95), (0.45, low))
        inner = points((0.3, 1.2), (0.62, 0.9), (0.66, 0.66), (0.9, 0.2))
        right = np.vstack([side, points((0, low + 0.03))])
        edge = np.vstack([right, (side * (-1, 1))[::-1], inner[::-1] * (-1, 1), inner])
        area = np.vstack([edge])
        fade = 0.5 if who.beard == "stubble" else 0.96
        clip = skin if who.beard == "stubble" else None
        canvas.fill(head.at(area, flat=True), colour, alpha=fade, soft=unit * 0.06, clip=clip)
    if who.beard != "moustache":
        y = who.mouth
        tuft = ellipse(0, (y + 0.3 + low) / 2, 0.34, (low - y - 0.12) / 2)
        fade = 0.5 if who.beard == "stubble" else 0.95
        canvas.fill(head.at(tuft), colour, alpha=fade, soft=unit * 0.05)


def _moustache(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    if not who.beard:
        return
    y, fade = who.mouth - who.upper_lip - 0.04, 0.4 if who.beard == "stubble" else 0.93
    half = who.mouth_width + 0.03
    arch = points((-half, y + 0.12), (-half * 0.5, y - 0.02), (0, y - 0.02), (half * 0.5, y - 0.02))
    line = smooth(np.vstack([arch, points((half, y + 0.12))]), closed=False)
    brush = stroke(head.at(line, lift=0.05), head.unit * 0.15, taper=0.75)
    canvas.fill(brush, darker(who.hair_colour, 0.12), alpha=fade, soft=head.unit * 0.03)


def _marks(canvas: Canvas, who: DrawnPerson, head: Head, skin: Mask) -> None:
    lot = np.random.RandomState(who.seed + 1)
    spots = lot.uniform((-0.75, 0.12), (0.75, 0.55), (who.freckles, 2))
    size = head.unit * 0.024
    freckles = [ellipse(x, y, size, size, steps=10) for x, y in head.at(spots)]
    canvas.fill_all(freckles, (158, 96, 62), alpha=0.5)
    for side in SIDES:
        fold = points((0.3, who.nose_length), (0.44, who.mouth - 0.12), (0.5, who.mouth + 0.08))
        line = stroke(head.at(smooth(fold * (side, 1), closed=False)), head.unit * 0.04, taper=1)
        fade = 0.1 + 0.38 * who.lines
        canvas.fill(line, darker(who.skin, 0.5), alpha=fade, soft=head.unit * 0.02, clip=skin)
    for y in (-0.62, -0.76):
        furrow = smooth(points((-0.36, y), (0, y - 0.03), (0.36, y)), closed=False)
        line = stroke(head.at(furrow), head.unit * 0.03, taper=1)
        canvas.fill(line, darker(who.skin, 0.45), alpha=0.35 * who.lines)


def paint_glasses(canvas: Canvas, who: DrawnPerson, head: Head) -> None:
    """Paint the glasses, if any, over face and hair."""
    if not who.glasses:
        return
    unit, colour = head.unit, who.glasses_colour
    width, height = {
        "round": (0.29, 0.28),
        "square": (0.33, 0.23),
        "half": (0.31, 0.2),
        "large": (0.38, 0.34),
    }[who.glasses]
    power = 2.0 if who.glasses in ("round", "large") else 3.6
    x0 = max(who.eye_gap, width + 0.05)
    for side in SIDES:
        angle = np.linspace(0, 2 * np.pi, 40)
        cos, sin = np.cos(angle), np.sin(angle)
        ring = np.column_stack(
            [
                side * x0 + width * np.sign(cos) * np.abs(cos) ** (2 / power),
                0.04 + height * np.sign(sin) * np.abs(sin) ** (2 / power),
            ]
        )
        rim = head.at(ring, lift=0.06)
        canvas.fill(rim, (236, 244, 250), alpha=0.1)
        visible = rim[20:] if who.glasses == "half" else rim
        canvas.fill(stroke(visible, unit * 0.055, taper=0), colour)
        arm = points((side * (x0 + width), -0.02), (side * 1.02, -0.02))
        canvas.fill(stroke(head.at(arm, lift=0.03), unit * 0.05, taper=0), colour)
    bridge = smooth(points((-x0 + width, 0.0), (0, -0.05), (x0 - width, 0.0)), closed=False)
    canvas.fill(stroke(head.at(bridge, lift=0.1), unit * 0.05, taper=0), colour)
