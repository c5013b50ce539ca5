"""Drawing an invented person: head, neck and shoulders, alone or as part of a scene."""

from __future__ import annotations

import cv2
import numpy as np

from gate.arrays import Pixels
from gate.demo.body import Outfit, outfit, paint_body
from gate.demo.canvas import Canvas, Colour, ellipse, lighter
from gate.demo.face import paint_face, paint_glasses
from gate.demo.features import DrawnPerson
from gate.demo.hair import paint_hair, paint_hair_behind
from gate.demo.headwear import paint_headwear, paint_headwear_behind
from gate.demo.pose import Head, Pose, pose
from gate.demo.shapes import outline
from gate.values import Box

_SMALL = 300
"""Portraits below this size are drawn at twice the size and reduced."""

_WALLS: tuple[Colour, ...] = ((206, 216, 222), (222, 214, 200), (196, 210, 200), (214, 208, 218))


def portrait(who: DrawnPerson, variation: int, *, size: int) -> Pixels:
    """A square photo of one person, ``size`` pixels wide; ``variation`` seeds pose and light."""
    held = pose(variation * 7919 + who.seed)
    wall = _WALLS[variation % len(_WALLS)]
    drawn = size * 2 if size < _SMALL else size
    fine = np.empty((drawn, drawn, 3), np.uint8)
    fine[:] = np.asarray(wall, np.uint8)
    unit = drawn * 0.225
    canvas = Canvas(fine)
    glow = ellipse(unit * 1.5, unit * 1.2, unit * 1.6, unit * 1.6)
    canvas.fill(glow, lighter(wall, 0.6), alpha=0.6, soft=unit)
    head = Head(held, (drawn / 2, drawn * 0.46), unit)
    paint_person(canvas, who, head, outfit(who, sports=False))
    small = np.asarray(cv2.resize(fine, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
    return finish(small, held, variation)


def face_box(who: DrawnPerson, head: Head) -> Box:
    """From hairline to chin and from cheek to cheek, in pixels."""
    edge = outline(who)
    shown = head.at(edge[edge[:, 1] > -0.86], flat=True)
    (left, top), (right, bottom) = shown.min(axis=0), shown.max(axis=0)
    return Box(float(left), float(top), float(right - left), float(bottom - top))


def paint_person(canvas: Canvas, who: DrawnPerson, head: Head, worn: Outfit) -> None:
    """Paint somebody from the head down to the chest."""
    paint_headwear_behind(canvas, who, head)
    paint_hair_behind(canvas, who, head)
    paint_body(canvas, who, head, worn)
    paint_face(canvas, who, head)
    paint_hair(canvas, who, head)
    paint_headwear(canvas, who, head)
    paint_glasses(canvas, who, head)


def finish(pixels: Pixels, held: Pose, seed: int) -> Pixels:
    """What a camera does: a tint, a little blur, a little noise."""
    soft = cv2.GaussianBlur(pixels, (0, 0), 0.6)
    levels = np.arange(256)[:, None, None] * held.bright
    tint = levels * np.array([1 + held.warmth, 1, 1 - held.warmth])
    toned = cv2.LUT(soft, tint.round().clip(0, 255).astype(np.uint8))
    grain = np.random.RandomState(seed % 2**31).standard_normal((128, 128)) * 2.2
    height, width = pixels.shape[:2]
    tile = grain.round().astype(np.int16)
    noise = np.tile(tile, (height // 128 + 1, width // 128 + 1))[:height, :width]
    noisy = cv2.add(toned, cv2.merge([noise] * 3), dtype=cv2.CV_8U)
    return np.asarray(noisy, dtype=np.uint8)
