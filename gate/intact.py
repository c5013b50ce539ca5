"""Whether PNG, WebP, HEIF and AVIF files are whole: what their decoders let pass in silence.

Pillow leaves the rows of a PNG file black when they are missing, and skips its checksums;
libwebp, dav1d and libde265 invent something where a file holds zeros.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from gate.errors import LoadRefused
from gate.formats import ZERO_TAIL, Format, boxes, riff_end
from gate.values import Reason

_HOLE = bytes(16384)
"""Zeros in a row that no dense stream holds; copies are interrupted in blocks at least as big."""

_INFLATE_STEP = 1 << 20
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


@dataclass(frozen=True, slots=True)
class Png:
    """A PNG file whose chunks are whole: size in pixels, and where its pixel data lies."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool
    parts: tuple[tuple[int, int], ...]

    @property
    def inflated(self) -> int:
        """Bytes of the filtered rows (W3C PNG, 7 and 8)."""
        bits = self.depth * _CHANNELS[self.colour]
        passes = _ADAM7 if self.interlaced else ((0, 0, 1, 1),)
        total = 0
        for left, top, across, down in passes:
            columns, rows = -(-(self.width - left) // across), -(-(self.height - top) // down)
            if columns > 0 and rows > 0:
                total += rows * (1 + -(-columns * bits // 8))
        return total


def read_png(data: bytes) -> Png:
    """The header of a PNG file whose chunks are there up to the end.

    Raises LoadRefused: INCOMPLETE, DAMAGED, or ANIMATED.
    """
    header, parts, at = b"", [], 8
    while True:
        if at + 12 > len(data):
            raise LoadRefused(Reason.INCOMPLETE, "The PNG file stops before its end.")
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise LoadRefused(Reason.INCOMPLETE, "The PNG file stops before its end.")
        if kind == b"IHDR":
            header = data[at + 8 : end - 4]
        elif kind == b"IDAT":
            parts.append((at + 8, end - 4))
        elif kind == b"fdAT":
            raise LoadRefused(Reason.ANIMATED, "The picture moves: only still pictures are taken.")
        elif kind == b"IEND":
            return _png(header, tuple(parts))
        at = end


def require_rows(png: Png, data: bytes) -> None:
    """Inflate the pixel data once, without keeping it: every row must be there.

    Raises LoadRefused: INCOMPLETE or DAMAGED. Ask only after the declared size was accepted.
    """
    inflater, total = zlib.decompressobj(), 0
    try:
        for start, end in png.parts:
            rest = data[start:end]
            while rest and total <= png.inflated:
                total += len(inflater.decompress(rest, _INFLATE_STEP))
                rest = inflater.unconsumed_tail
    except zlib.error as error:
        raise _damaged("PNG") from error
    if total < png.inflated:
        raise LoadRefused(Reason.INCOMPLETE, "Rows of the PNG file are missing.")


def webp_size(data: bytes) -> tuple[int, int]:
    """Width and height that a WebP file declares (RFC 9649), in pixels.

    Raises LoadRefused: INCOMPLETE or DAMAGED.
    """
    if riff_end(data) > len(data) or len(data) < 30:
        raise LoadRefused(Reason.INCOMPLETE, "The WebP file stops before its end.")
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise _damaged("WebP")


def require_dense(kind: Format, data: bytes) -> None:
    """No zeros where a WebP, HEIF or AVIF file has its picture, nor at the end.

    Raises LoadRefused: INCOMPLETE, DAMAGED, or ANIMATED (a HEIF or AVIF film).
    """
    end, start = len(data), 0
    if kind is not Format.WEBP:
        start, end = _media(kind, data)
    if not any(data[max(start, end - ZERO_TAIL) : end]) or data.find(_HOLE, start, end) >= 0:
        raise LoadRefused(Reason.INCOMPLETE, f"Pieces of the {kind.value} file are missing.")


def _media(kind: Format, data: bytes) -> tuple[int, int]:
    """Where the first media box of a HEIF or AVIF file lies."""
    found = None
    for name, start, end in boxes(data):
        if name == b"moov":
            raise LoadRefused(Reason.ANIMATED, "The file is a film: only still pictures are taken.")
        if end > len(data):
            raise LoadRefused(Reason.INCOMPLETE, f"The {kind.value} file stops before its end.")
        if name == b"mdat" and found is None:
            found = start + 8, len(data) if end < 0 else end
    return found or (0, len(data))


def _png(header: bytes, parts: tuple[tuple[int, int], ...]) -> Png:
    if len(header) != 13:
        raise _damaged("PNG")
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", header)
    if colour not in _CHANNELS or not parts:
        raise _damaged("PNG")
    return Png(width, height, depth, colour, bool(interlace), parts)


def _damaged(kind: str) -> LoadRefused:
    return LoadRefused(Reason.DAMAGED, f"The {kind} file is damaged.")
