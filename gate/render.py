"""From pixels to a fresh JPEG file for one channel, without a byte of any other file."""

from __future__ import annotations

import hashlib
import io

from PIL import Image

from gate import jpeg
from gate.arrays import Pixels
from gate.errors import LoadRefused, PhotogateError
from gate.scaling import shrunk
from gate.values import Channel, Rendition

_QUALITY = 88
_ALLOWED = frozenset(
    {jpeg.SOI, jpeg.APP0, jpeg.DQT, jpeg.DHT, jpeg.DRI, jpeg.SOS, jpeg.EOI, jpeg.BASELINE}
)
_PLAIN_JFIF = b"JFIF\0"
_JFIF_LENGTH = 14
"""Identifier, version, density and a thumbnail of no size (JFIF 1.02)."""


def render(pixels: Pixels, channel: Channel) -> Rendition:
    """The picture at the channel's size as a JPEG file: pixels, and the JFIF header.

    Raises PhotogateError should the written file hold anything else.
    """
    small = shrunk(pixels, channel.max_edge)
    buffer = io.BytesIO()
    Image.fromarray(small).save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    data = buffer.getvalue()
    if faults := inspect(data):
        raise PhotogateError(f"The released copy would not be clean: {', '.join(faults)}.")
    height, width = small.shape[:2]
    return Rendition(channel.name, data, hashlib.sha256(data).hexdigest(), width, height)


def inspect(data: bytes) -> list[str]:
    """What a JPEG file holds besides its picture and a plain JFIF header; nothing when clean.

    Metadata segments, comments, thumbnails, bytes between segments or after the end.
    """
    faults: list[str] = []
    end = 0
    try:
        for segment in jpeg.segments(data):
            if segment.start != end:
                faults.append(f"{segment.start - end} bytes before a segment")
            if segment.marker not in _ALLOWED:
                faults.append(f"segment {segment.marker:02X}")
            if segment.marker == jpeg.APP0 and not _is_plain(data[segment.body : segment.end]):
                faults.append("a JFIF header with more in it")
            end = segment.end
    except LoadRefused as refusal:
        return [*faults, refusal.detail]
    if end != len(data):
        faults.append(f"{len(data) - end} bytes after the end")
    return faults


def _is_plain(header: bytes) -> bool:
    no_thumbnail = header[12:14] == b"\0\0"
    return header.startswith(_PLAIN_JFIF) and len(header) == _JFIF_LENGTH and no_thumbnail
