"""What cameras do to files: EXIF with a place and a thumbnail, pixels on their side, animation."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image

from gate.arrays import Pixels

_QUALITY = 90
_SHORT, _LONG, _TEXT, _RATIO = 3, 4, 2, 5
_THUMBNAIL_EDGE = 160

Entry = tuple[int, int, int, bytes]
"""Tag, type, count and value of an EXIF field."""


def jpeg(pixels: Pixels, exif: bytes = b"") -> bytes:
    """The picture as a JPEG file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=_QUALITY, exif=exif)
    return buffer.getvalue()


def sideways_jpeg(pixels: Pixels) -> bytes:
    """A JPEG whose pixels lie on their side, with the EXIF orientation (6) that puts them up."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return jpeg(np.ascontiguousarray(np.rot90(pixels)), exif.tobytes())


def located_jpeg(pixels: Pixels) -> bytes:
    """A JPEG with the place where it was taken and an embedded thumbnail."""
    small = Image.fromarray(pixels)
    small.thumbnail((_THUMBNAIL_EDGE, _THUMBNAIL_EDGE))
    return jpeg(pixels, _exif(jpeg(np.asarray(small))))


def animation(frames: list[Pixels]) -> bytes:
    """The pictures as an animated GIF."""
    buffer = io.BytesIO()
    first, *others = (Image.fromarray(frame).quantize(64) for frame in frames)
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=400, loop=0)
    return buffer.getvalue()


def _exif(thumbnail: bytes) -> bytes:
    """An EXIF block: a made-up camera, a place in the middle of the sea, the thumbnail.

    Laid out as in the Exif 2.32 standard, section 4.5: three directories, each followed by the
    values that do not fit into it.
    """
    camera = b"Invented Camera\0"
    degrees = struct.pack("<6I", 52, 1, 0, 1, 0, 1)
    first = 8
    place = first + _length([camera, b"", b""])
    preview = place + _length([b"", degrees, b"", degrees])
    data = preview + _length([b"", b"", b""])
    blocks = [
        _directory(
            first,
            [
                (0x010F, _TEXT, len(camera), camera),
                (0x0112, _SHORT, 1, struct.pack("<HH", 1, 0)),
                (0x8825, _LONG, 1, struct.pack("<I", place)),
            ],
            follows=preview,
        ),
        _directory(
            place,
            [
                (1, _TEXT, 2, b"N\0\0\0"),
                (2, _RATIO, 3, degrees),
                (3, _TEXT, 2, b"W\0\0\0"),
                (4, _RATIO, 3, degrees),
            ],
        ),
        _directory(
            preview,
            [
                (0x0103, _SHORT, 1, struct.pack("<HH", 6, 0)),
                (0x0201, _LONG, 1, struct.pack("<I", data)),
                (0x0202, _LONG, 1, struct.pack("<I", len(thumbnail))),
            ],
        ),
    ]
    return b"Exif\0\0II*\0" + struct.pack("<I", first) + b"".join(blocks) + thumbnail


def _length(values: list[bytes]) -> int:
    return 2 + 12 * len(values) + 4 + sum(map(len, values))


def _directory(start: int, entries: list[Entry], *, follows: int = 0) -> bytes:
    fields, beyond = b"", b""
    after = start + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        inline = value
        if len(value) > 4:
            inline, beyond = struct.pack("<I", after + len(beyond)), beyond + value
        fields += struct.pack("<HHI", tag, kind, count) + inline
    return struct.pack("<H", len(entries)) + fields + struct.pack("<I", follows) + beyond
