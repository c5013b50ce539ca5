"""Which kind of file this is, by its first bytes, and whether it has arrived whole.

Names of files are never asked. Sources: the container layouts of ITU-T T.81 (JPEG), W3C PNG,
RFC 9649 (WebP), GIF89a, TIFF 6.0 and ISO/IEC 14496-12 (the boxes of HEIF and AVIF).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import StrEnum

HEAD_BYTES = 4096
"""How much of the start of a file is enough for ``sniff`` and ``looks_complete``."""

TAIL_BYTES = 4096
"""How much of the end of a file is enough for ``looks_complete``."""

ZERO_TAIL = 256
"""No finished HEIF, AVIF or WebP file ends in this many zero bytes: their streams are dense."""

_END_OF_PNG = b"\0\0\0\0IEND\xaeB`\x82"
_ENDS_OF_JPEG = (b"\xff\xd9", b"SEFT")  # the second closes the trailer of Samsung phones
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


class Format(StrEnum):
    """The kinds of file that may be opened; the values are Pillow's names."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    HEIF = "HEIF"
    AVIF = "AVIF"
    TIFF = "TIFF"
    GIF = "GIF"


_OTHER_PICTURES: tuple[tuple[bytes, str], ...] = (
    (b"BM", "BMP"),
    (b"8BPS", "Photoshop"),
    (b"\0\0\x01\0", "icon"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"FUJIFILMCCD-RAW", "raw camera"),
    (b"IIRO", "raw camera"),
    (b"IIU\0", "raw camera"),
    (b"<svg", "SVG"),
    (b"v/1\x01", "OpenEXR"),
)


def sniff(head: bytes) -> Format | None:
    """The kind of file that starts with these bytes, or None when it is no allowed one."""
    if head.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Format.WEBP
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Format.GIF
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return Format.TIFF
    return _sniff_boxes(head)


def other_picture(head: bytes) -> str | None:
    """The name of a kind of picture that is known but not taken, or None."""
    return next((name for magic, name in _OTHER_PICTURES if head.startswith(magic)), None)


def boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Type, first byte and end of each top level box whose header lies in ``data``.

    The end of the last one may lie beyond the data. A box that reaches to the end of the file
    has the end -1. Stops at the first header that makes no sense.
    """
    start = 0
    while start + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, start)
        if size == 1 and start + 16 <= len(data):
            size = struct.unpack_from(">Q", data, start + 8)[0]
        if size == 0:
            yield kind, start, -1
            return
        if size < 8:
            return
        yield kind, start, start + size
        start += size


def looks_complete(head: bytes, tail: bytes, size: int) -> bool | None:
    """Whether a file has its end, judged by its first and last bytes.

    ``head`` and ``tail`` are up to HEAD_BYTES and TAIL_BYTES of it, ``size`` its length in
    bytes. None: the kind is unknown. True is a reason to try, not a promise: decoding decides
    (of a TIFF file whose directory comes first, nothing else could tell). False is a reason to
    wait; a few odd but whole files, such as a JPEG with an unknown trailer, stay False, so
    somebody who waited long enough tries to load them all the same.
    """
    if size == 0 or not any(head):
        return False
    kind = sniff(head)
    if kind is None:
        return None
    if kind is Format.JPEG:
        return tail.rstrip(b"\0").endswith(_ENDS_OF_JPEG)
    if kind is Format.PNG:
        return _END_OF_PNG in tail
    if kind is Format.GIF:
        return tail.endswith(b"\0;")
    if not any(tail[-ZERO_TAIL:]):
        return False
    if kind is Format.WEBP:
        return riff_end(head) <= size
    if kind is Format.TIFF:
        return first_directory(head) < size
    return _boxes_fit(head, size)


def riff_end(head: bytes) -> int:
    """Length in bytes that a RIFF file declares for itself."""
    return 8 + int.from_bytes(head[4:8], "little")


def first_directory(head: bytes) -> int:
    """Offset of the first directory of a TIFF or BigTIFF file; beyond every file when cut short."""
    order = "<" if head.startswith(b"II") else ">"
    if len(head) < 16:
        return 1 << 64
    if 43 in (head[2], head[3]):
        return int(struct.unpack_from(order + "Q", head, 8)[0])
    return int(struct.unpack_from(order + "I", head, 4)[0])


def _sniff_boxes(head: bytes) -> Format | None:
    if head[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head))
    names = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    if _AVIF_BRANDS.intersection(names):
        return Format.AVIF
    return Format.HEIF if _HEIF_BRANDS.intersection(names) else None


def _boxes_fit(head: bytes, size: int) -> bool:
    end = 0
    for _, _, end in boxes(head):
        if end > size:
            return False
    return end in {size, -1} or end >= len(head)
