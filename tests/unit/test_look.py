"""A look finds a face where it lies, however the picture was turned and resized before."""

from __future__ import annotations

import numpy as np
import pytest

from gate.arrays import Pixels
from gate.look import Sizes, look
from gate.values import Box, Face

WHERE = Box(60, 20, 24, 40)


class Bright:
    """A finder that takes the bright part of a picture for a face."""

    version = "bright"

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        rows, columns = np.nonzero(pixels[..., 0] > 128)
        x, y = float(columns.min()), float(rows.min())
        box = Box(x, y, float(columns.max()) + 1 - x, float(rows.max()) + 1 - y)
        return [Face(box, ((x, y),) * 5, 0.9)]


def picture() -> Pixels:
    pixels: Pixels = np.zeros((120, 200, 3), np.uint8)
    pixels[20:60, 60:84] = 255
    return pixels


@pytest.mark.parametrize("edge", [100, 200, 400])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_face_is_found_where_it_lies(edge: int, turn: int) -> None:
    (found,) = look(Sizes(picture()), Bright(), 0.5, edge=edge, turn=turn)
    box = found.box
    expected = (WHERE.x, WHERE.y, WHERE.w, WHERE.h)
    assert (box.x, box.y, box.w, box.h) == pytest.approx(expected, abs=200 / edge)


def test_a_picture_is_resized_once_for_every_size() -> None:
    pixels = picture()
    sizes = Sizes(pixels)
    assert sizes.at(200) is pixels
    assert sizes.at(100) is sizes.at(100)
    assert sizes.at(100).shape == (60, 100, 3)
