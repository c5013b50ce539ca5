"""The places of the invented school: a hall, a sports field and a class room."""

from __future__ import annotations

from enum import StrEnum

import cv2
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

_BRIGHT: tuple[Colour, ...] = (
    (206, 84, 74),
    (238, 186, 82),
    (88, 150, 110),
    (84, 130, 190),
    (150, 104, 168),
)


class Place(StrEnum):
    """Where a photo was taken."""

    HALL = "hall"
    FIELD = "field"
    CLASSROOM = "classroom"


def paint_place(canvas: Canvas, place: Place, seed: int) -> None:
    """Fill the whole canvas with the place; details are by lot."""
    lot = np.random.RandomState(seed)
    {Place.HALL: _hall, Place.FIELD: _field, Place.CLASSROOM: _classroom}[place](canvas, lot)


def _size(canvas: Canvas) -> tuple[float, float]:
    height, width = canvas.pixels.shape[:2]
    return float(width), float(height)


def _block(x: float, y: float, w: float, h: float) -> Points:
    return points((x, y), (x + w, y), (x + w, y + h), (x, y + h))


def _gradient(canvas: Canvas, top: Colour, bottom: Colour) -> None:
    height, width = canvas.pixels.shape[:2]
    share = np.linspace(0, 1, height)[:, None]
    rows = np.asarray(top) * (1 - share) + np.asarray(bottom) * share
    column = np.round(rows).astype(np.uint8)[:, None, :]
    canvas.pixels[:] = cv2.resize(column, (width, height), interpolation=cv2.INTER_NEAREST)


def _hall(canvas: Canvas, lot: np.random.RandomState) -> None:
    width, height = _size(canvas)
    _gradient(canvas, (236, 226, 206), (214, 198, 172))
    floor = 0.62 * height
    canvas.fill(_block(0, floor, width, height - floor), (178, 130, 84))
    planks = [
        stroke(
            points((width * (0.5 + x * 0.5), floor), (width * (0.5 + x * 1.4), height)),
            width * 0.003,
            taper=0,
        )
        for x in np.linspace(-1.6, 1.6, 22)
    ]
    canvas.fill_all(planks, (120, 80, 48), alpha=0.4)
    panel = _block(0, 0.46 * height, width, 0.16 * height)
    canvas.fill(panel, (160, 116, 78))
    battens = [
        _block(width * i / 14, 0.46 * height, width * 0.003, 0.16 * height) for i in range(15)
    ]
    canvas.fill_all(battens, (116, 80, 52), alpha=0.7)
    for i in range(4):
        _window(canvas, width * (0.07 + 0.235 * i), 0.1 * height, 0.15 * width, 0.32 * height)
    _bunting(canvas, lot)


def _window(canvas: Canvas, x: float, y: float, w: float, h: float) -> None:
    canvas.fill(_block(x - w * 0.06, y - w * 0.06, w * 1.12, h + w * 0.12), (250, 248, 242))
    canvas.fill(_block(x, y, w, h), (190, 218, 236))
    canvas.fill(_block(x, y + h * 0.62, w, h * 0.38), (160, 196, 160))
    bars = [_block(x + w * i / 3 - w * 0.015, y, w * 0.03, h) for i in (1, 2)]
    bars += [_block(x, y + h * i / 3 - w * 0.015, w, w * 0.03) for i in (1, 2)]
    canvas.fill_all(bars, (250, 248, 242), alpha=1)
    glare = points((x, y + h * 0.5), (x + w * 0.6, y), (x + w * 0.9, y), (x, y + h * 0.8))
    canvas.fill(glare, (255, 255, 255), alpha=0.25)


def _bunting(canvas: Canvas, lot: np.random.RandomState) -> None:
    width, height = _size(canvas)
    start = int(lot.random_sample() * len(_BRIGHT))
    x = np.linspace(0, width, 25)
    y = height * (0.02 + 0.05 * np.abs(np.sin(np.linspace(0, 3 * np.pi, 25))))
    canvas.fill(stroke(np.column_stack([x, y]), height * 0.004, taper=0), (120, 110, 100))
    for i in range(24):
        flag = points(
            (x[i], y[i]),
            (x[i + 1], y[i + 1]),
            ((x[i] + x[i + 1]) / 2, (y[i] + y[i + 1]) / 2 + height * 0.06),
        )
        canvas.fill(flag, _BRIGHT[(start + i) % len(_BRIGHT)])


def _field(canvas: Canvas, lot: np.random.RandomState) -> None:
    width, height = _size(canvas)
    _gradient(canvas, (126, 180, 226), (226, 238, 242))
    for x, y in lot.uniform((0, 0.04), (1, 0.22), (4, 2)):
        for dx, size in ((-0.06, 0.6), (0, 1), (0.07, 0.7)):
            puff = ellipse((x + dx) * width, y * height, 0.08 * size * width, 0.035 * size * height)
            canvas.fill(puff, (255, 255, 255), alpha=0.55, soft=height * 0.012)
    ground = 0.44 * height
    for i in range(15):
        x, size = (
            (i + lot.random_sample()) / 15 * width,
            (0.05 + 0.05 * lot.random_sample()) * width,
        )
        leaf: Colour = (70 + 40 * float(lot.random_sample()), 120, 72)
        canvas.fill(ellipse(x, ground - size * 0.55, size, size * 0.8), leaf)
        canvas.fill(
            ellipse(x - size * 0.2, ground - size * 0.8, size * 0.6, size * 0.4),
            lighter(leaf, 0.25),
            alpha=0.5,
            soft=size * 0.15,
        )
    canvas.fill(_block(0, ground, width, height - ground), (118, 172, 92))
    for i in range(0, 12, 2):
        left, right = -1.2 + i * 0.2, -1.2 + (i + 1) * 0.2
        strip = points(
            (width * (0.5 + left * 0.5), ground),
            (width * (0.5 + right * 0.5), ground),
            (width * (0.5 + right * 2.2), height),
            (width * (0.5 + left * 2.2), height),
        )
        canvas.fill(strip, (106, 160, 84))
    _goal(canvas, width * (0.08 + 0.6 * float(lot.random_sample())), ground, width * 0.2)


def _goal(canvas: Canvas, x: float, ground: float, w: float) -> None:
    white: Colour = (248, 248, 246)
    top, thick = ground - w * 0.36, w * 0.025
    net = [_block(x + w * i / 12, top, w * 0.005, w * 0.4) for i in range(13)]
    net += [_block(x, top + w * 0.4 * i / 5, w, w * 0.005) for i in range(5)]
    canvas.fill_all(net, white, alpha=0.5)
    for frame in (
        _block(x, top, thick, w * 0.42),
        _block(x + w, top, thick, w * 0.42),
        _block(x, top, w + thick, thick),
    ):
        canvas.fill(frame, white)


def _classroom(canvas: Canvas, lot: np.random.RandomState) -> None:
    width, height = _size(canvas)
    _gradient(canvas, (226, 234, 228), (206, 216, 208))
    board = _block(0.3 * width, 0.08 * height, 0.4 * width, 0.34 * height)
    canvas.fill(_block(0.29 * width, 0.065 * height, 0.42 * width, 0.37 * height), (188, 152, 108))
    canvas.fill(board, (58, 92, 80))
    _chalk(canvas, lot)
    for i, x in enumerate((0.03, 0.12, 0.2)):
        _sheet(canvas, x * width, (0.08 + 0.03 * (i % 2)) * height, lot)
    _shelf(canvas, 0.76 * width, 0.1 * height, lot)
    canvas.fill(_block(0, 0.66 * height, width, 0.34 * height), (186, 164, 136))
    canvas.fill(_block(0, 0.64 * height, width, 0.025 * height), (240, 238, 232))


def _chalk(canvas: Canvas, lot: np.random.RandomState) -> None:
    width, height = _size(canvas)
    lines = []
    for row in range(4):
        x = np.linspace(0.34, 0.34 + 0.12 + 0.12 * lot.random_sample(), 30) * width
        wiggle = lot.uniform(-0.008, 0.008, 30)
        y = (0.15 + 0.06 * row + wiggle) * height
        lines.append(stroke(np.column_stack([x, y]), height * 0.004, taper=0))
    ring = ellipse(0.62 * width, 0.25 * height, 0.045 * width, 0.06 * height)
    lines.append(stroke(ring, height * 0.005, taper=0))
    lines.append(
        stroke(
            points((0.62 * width, 0.25 * height), (0.66 * width, 0.22 * height)),
            height * 0.005,
            taper=0,
        )
    )
    canvas.fill_all(lines, (236, 240, 232), alpha=0.75)


def _sheet(canvas: Canvas, x: float, y: float, lot: np.random.RandomState) -> None:
    width, height = _size(canvas)
    w, h = 0.065 * width, 0.13 * height
    canvas.fill(_block(x, y, w, h), (252, 250, 242))
    sky, hill = _BRIGHT[int(lot.random_sample() * 5)], _BRIGHT[int(lot.random_sample() * 5)]
    canvas.fill(_block(x + w * 0.08, y + h * 0.06, w * 0.84, h * 0.88), lighter(sky, 0.5))
    rise = smooth(
        points(
            (x + w * 0.08, y + h * 0.7), (x + w * 0.4, y + h * 0.45), (x + w * 0.92, y + h * 0.66)
        ),
        closed=False,
    )
    base = points((x + w * 0.92, y + h * 0.94), (x + w * 0.08, y + h * 0.94))
    canvas.fill(np.vstack([rise, base]), hill)
    canvas.fill(ellipse(x + w * 0.68, y + h * 0.24, w * 0.12, w * 0.12), (246, 214, 110))


def _shelf(canvas: Canvas, x: float, y: float, lot: np.random.RandomState) -> None:
    width, height = _size(canvas)
    w, h = 0.2 * width, 0.5 * height
    canvas.fill(_block(x, y, w, h), (150, 110, 74))
    for row in range(3):
        top, tall = y + h * (0.04 + 0.32 * row), h * 0.28
        canvas.fill(_block(x + w * 0.04, top, w * 0.92, tall), (92, 64, 42))
        place = 0.06
        while place < 0.86:
            thick = 0.05 + 0.05 * float(lot.random_sample())
            rise = 0.62 + 0.34 * float(lot.random_sample())
            colour = darker(
                _BRIGHT[int(lot.random_sample() * 5)], 0.25 * float(lot.random_sample())
            )
            canvas.fill(
                _block(x + w * place, top + tall * (1 - rise), w * thick, tall * rise), colour
            )
            place += thick + 0.008
