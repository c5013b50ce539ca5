"""The picture with a numbered box around every face.

Colour and line tell the same thing twice, so that neither colour-blind readers nor a grey print
miss it: blue and solid is shown, amber and dashed is covered, vermilion and double holds the
photo, grey and dashed is no face, white and dotted says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gate.arrays import Pixels
from gate.values import Box, Outcome

Colour = tuple[int, int, int]
Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; the last two are the first ones outside."""

_BLACK: Colour = (0, 0, 0)
_WHITE: Colour = (255, 255, 255)
_MIN_FONT, _MAX_FONT = 12, 160
_FONT_SHARE = 0.028
"""Height of a number as a share of the picture's mean side: 20 px on a 900 by 600 screen."""


@dataclass(frozen=True, slots=True)
class Style:
    """How the box of one outcome looks; ``dash`` is (on, off) in line widths, None for solid."""

    colour: Colour
    ink: Colour
    dash: tuple[int, int] | None = None
    double: bool = False


STYLES: Mapping[Outcome | None, Style] = MappingProxyType(
    {
        Outcome.SHOWN: Style((0, 114, 178), _WHITE),
        Outcome.COVERED: Style((240, 180, 30), _BLACK, dash=(5, 3)),
        Outcome.VETO: Style((205, 62, 0), _WHITE, double=True),
        Outcome.NO_FACE: Style((150, 150, 150), _BLACK, dash=(3, 3)),
        None: Style(_WHITE, _BLACK, dash=(1, 2)),
    }
)
"""After the palette of Okabe and Ito (2008), which holds for the common kinds of colour blindness;
amber is lighter and vermilion darker than there, so that they differ in lightness too."""


def annotate(pixels: Pixels, boxes: Sequence[Box], outcomes: Sequence[Outcome | None]) -> Pixels:
    """A copy of the picture with boxes numbered from 1, in the order given.

    ``pixels``: (height, width, 3) sRGB; ``boxes`` are in its pixels and may reach beyond it;
    ``outcomes`` has one entry per box, None where it must not be told. The size stays the same.
    Raises ValueError when the two lists differ in length.
    """
    picture = Image.fromarray(pixels)
    draw = ImageDraw.Draw(picture)
    rects = [_rect(box, picture.size) for box in boxes]
    styles = [STYLES[outcome] for outcome in outcomes]
    for rect, style in zip(rects, styles, strict=True):
        _draw_box(draw, rect, style, _line_width(picture.size, rect))
    badges: list[Rect] = []
    for number, (rect, style) in enumerate(zip(rects, styles, strict=True), start=1):
        badges.append(_draw_badge(draw, str(number), rect, style, taken=(badges, rects)))
    return np.asarray(picture, dtype=np.uint8).copy()


def _font_size(size: tuple[int, int]) -> int:
    wanted = round(math.sqrt(size[0] * size[1]) * _FONT_SHARE)
    return max(1, min(max(_MIN_FONT, min(wanted, _MAX_FONT)), min(size) // 2))


def _line_width(size: tuple[int, int], rect: Rect) -> int:
    """Take a share of the number's size, but leave a small face visible."""
    side = min(rect[2] - rect[0], rect[3] - rect[1])
    return max(1, min(round(_font_size(size) / 8), side // 20))


def _rect(box: Box, size: tuple[int, int]) -> Rect:
    width, height = size
    left = min(max(int(box.x), 0), width - 1)
    top = min(max(int(box.y), 0), height - 1)
    right = min(max(round(box.x + box.w), left + 1), width)
    bottom = min(max(round(box.y + box.h), top + 1), height)
    return left, top, right, bottom


def _draw_box(draw: ImageDraw.ImageDraw, rect: Rect, style: Style, line: int) -> None:
    """Draw the line between two dark edges, which keep it visible on any background."""
    edge = max(1, line // 3)
    rings = (0, 2 * line + 2 * edge) if style.double else (0,)
    for inset in rings:
        _ring(draw, rect, _BLACK, inset=inset - edge, width=line + 2 * edge)
        if style.dash is None:
            _ring(draw, rect, style.colour, inset=inset, width=line)
        else:
            _dashes(draw, rect, style, line)


def _ring(draw: ImageDraw.ImageDraw, rect: Rect, colour: Colour, *, inset: int, width: int) -> None:
    left, top, right, bottom = rect
    inner = (left + inset, top + inset, right - 1 - inset, bottom - 1 - inset)
    if inner[2] >= inner[0] and inner[3] >= inner[1]:
        draw.rectangle(inner, outline=colour, width=width)


def _dashes(draw: ImageDraw.ImageDraw, rect: Rect, style: Style, line: int) -> None:
    on, off = style.dash or (1, 0)
    left, top, right, bottom = rect
    for start, end in _pieces(left, right, on * line, off * line):
        for y in (top, max(bottom - line, top)):
            draw.rectangle((start, y, end - 1, y + line - 1), fill=style.colour)
    for start, end in _pieces(top, bottom, on * line, off * line):
        for x in (left, max(right - line, left)):
            draw.rectangle((x, start, x + line - 1, end - 1), fill=style.colour)


def _pieces(start: int, end: int, on: int, off: int) -> Iterator[tuple[int, int]]:
    for place in range(start, end, on + off):
        yield place, min(place + on, end)


def _draw_badge(
    draw: ImageDraw.ImageDraw,
    number: str,
    rect: Rect,
    style: Style,
    *,
    taken: tuple[Sequence[Rect], Sequence[Rect]],
) -> Rect:
    size = (draw.im.size[0], draw.im.size[1])
    font = ImageFont.load_default(_font_size(size))
    left, top, right, bottom = draw.textbbox((0, 0), number, font=font)
    pad = max(1, _font_size(size) // 5)
    height = round(bottom - top) + 2 * pad
    width = max(round(right - left) + 2 * pad, height)
    badge = _place(rect, (width, height), size, taken)
    edge = max(1, _font_size(size) // 24)
    box = (badge[0], badge[1], badge[2] - 1, badge[3] - 1)
    draw.rectangle(box, fill=style.colour, outline=_BLACK, width=edge)
    middle = ((badge[0] + badge[2]) / 2, (badge[1] + badge[3]) / 2)
    corner = (middle[0] - (left + right) / 2, middle[1] - (top + bottom) / 2)
    draw.text(corner, number, fill=style.ink, font=font)
    return badge


def _place(
    rect: Rect,
    badge: tuple[int, int],
    size: tuple[int, int],
    taken: tuple[Sequence[Rect], Sequence[Rect]],
) -> Rect:
    """Find where a number hides least: above all no other number, then no face."""
    badges, faces = taken

    def cost(place: Rect) -> tuple[float, float]:
        return _shared(place, badges), _shared(place, faces)

    return min((_inside(spot, badge, size) for spot in _spots(rect, badge)), key=cost)


def _spots(rect: Rect, badge: tuple[int, int]) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = rect
    width, height = badge
    for y in (top - height, bottom):
        yield left, y
        yield right - width, y
    for x in (left - width, right):
        yield x, top
        yield x, bottom - height
    for y in (top, bottom - height):
        yield left, y
        yield right - width, y


def _inside(spot: tuple[int, int], badge: tuple[int, int], size: tuple[int, int]) -> Rect:
    left = max(0, min(spot[0], size[0] - badge[0]))
    top = max(0, min(spot[1], size[1] - badge[1]))
    return left, top, left + badge[0], top + badge[1]


def _shared(place: Rect, others: Iterable[Rect]) -> float:
    return sum(
        max(0, min(place[2], other[2]) - max(place[0], other[0]))
        * max(0, min(place[3], other[3]) - max(place[1], other[1]))
        for other in others
    )
