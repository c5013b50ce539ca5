"""One opener for each kind of file: its structure, its declared size, then its pixels.

Every opener raises LoadRefused where it knows why, and otherwise what its decoder raises.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import pillow_heif
from PIL import ExifTags, Image, ImageFile, JpegImagePlugin, TiffImagePlugin

from gate import intact, jpeg
from gate.errors import LoadRefused
from gate.formats import Format, first_directory
from gate.limits import Limits
from gate.values import Reason

_ENOUGH = 0.95
"""A reduced decode may be this much smaller than asked for: 5 % of a face's size are worth less
than decoding four times the pixels. Below it the file is decoded at the next larger scale."""

_PADDING = bytes(16)
"""Read ahead by libjpeg after the last unit; stands where the closing marker was, so that a scan
that ends too early runs out of data, an error, and is not painted grey, which is none."""

_LEFT_OVER = 2 * ImageFile.MAXBLOCK
"""Bytes of a scan that may remain when all rows are decoded; more means that it lost its place."""

_MOST_PAGES = 8
_REDUCED, _MASK = 1, 4  # TIFF 6.0, NewSubfileType
_SUBFILE_TYPE, _DNG_VERSION = 254, 50706

DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    EOFError,
    struct.error,
    zlib.error,
    cv2.error,
)
"""What Pillow, pillow-heif and OpenCV raise on broken files, found by feeding them such."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Pixels as they are stored, perhaps at a reduced scale; ``size`` is the original's."""

    image: Image.Image
    size: tuple[int, int]
    orientation: int = 1


def open_jpeg(data: bytes, limits: Limits, *, long_edge: int) -> Opened:
    """The first picture of a JPEG file, at the smallest scale that leaves ``long_edge``.

    Raises LoadRefused, or one of DECODER_ERRORS.
    """
    first = jpeg.primary(data)
    size = first.width, first.height
    limits.require(size)
    stream = data[: first.end] + (_PADDING if first.sequential else b"")
    source = io.BytesIO(stream)
    image = JpegImagePlugin.JpegImageFile(source)
    if image.size != size:
        raise _broken()
    factor = _draft_factor(max(size), long_edge)
    if factor > 1:
        image.draft(None, (size[0] // factor, size[1] // factor))
    image.load()
    if len(stream) - source.tell() > _LEFT_OVER:
        raise _broken()
    return Opened(image, size, _orientation(image))


def _open_png(data: bytes, limits: Limits) -> Opened:
    png = intact.read_png(data)
    limits.require((png.width, png.height))
    intact.require_rows(png, data)
    return _open_still(Format.PNG, data, limits)


def _open_webp(data: bytes, limits: Limits) -> Opened:
    limits.require(intact.webp_size(data))  # libwebp allocates the canvas when it opens
    intact.require_dense(Format.WEBP, data)
    return _open_still(Format.WEBP, data, limits)


def _open_avif(data: bytes, limits: Limits) -> Opened:
    intact.require_dense(Format.AVIF, data)
    return _open_still(Format.AVIF, data, limits)


def _open_gif(data: bytes, limits: Limits) -> Opened:
    return _open_still(Format.GIF, data, limits)


def _open_still(kind: Format, data: bytes, limits: Limits) -> Opened:
    image = Image.open(io.BytesIO(data), formats=[kind.value])
    if getattr(image, "is_animated", False):
        raise LoadRefused(Reason.ANIMATED, "The picture moves: only still pictures are taken.")
    limits.require(image.size)
    image.load()
    return Opened(image, image.size, _orientation(image))


def _open_tiff(data: bytes, limits: Limits) -> Opened:
    if first_directory(data) >= len(data):
        raise LoadRefused(Reason.INCOMPLETE, "The TIFF file stops before its end.")
    image = Image.open(io.BytesIO(data), formats=[Format.TIFF.value])
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        raise _broken()
    _require_one_page(image, raw=data[8:10] == b"CR")
    limits.require(image.size)
    image.load()  # turns it upright, too
    return Opened(image, image.size)


def _open_heif(data: bytes, limits: Limits) -> Opened:
    intact.require_dense(Format.HEIF, data)
    container = pillow_heif.open_heif(data)
    primary = container[container.primary_index]
    limits.require(primary.size)
    image = primary.to_pillow()  # upright already: a turn in its EXIF block must not count twice
    return Opened(image, image.size)


OPENERS: dict[Format, Callable[[bytes, Limits], Opened]] = {
    Format.PNG: _open_png,
    Format.WEBP: _open_webp,
    Format.AVIF: _open_avif,
    Format.GIF: _open_gif,
    Format.TIFF: _open_tiff,
    Format.HEIF: _open_heif,
}


def _require_one_page(image: TiffImagePlugin.TiffImageFile, *, raw: bool) -> None:
    """Further directories may only be thumbnails and masks; a raw photo starts with a thumbnail."""
    if raw or image.tag_v2.get(_SUBFILE_TYPE, 0) & _REDUCED or _DNG_VERSION in image.tag_v2:
        raise LoadRefused(
            Reason.UNSUPPORTED_FORMAT,
            "Raw camera files are not taken. Save the picture as JPEG and drop it again.",
        )
    pages = image.n_frames
    for page in range(1, min(pages, _MOST_PAGES)):
        image.seek(page)
        if not image.tag_v2.get(_SUBFILE_TYPE, 0) & (_REDUCED | _MASK):
            raise LoadRefused(Reason.ANIMATED, "The file has several pages: save one alone.")
    if pages > _MOST_PAGES:
        raise LoadRefused(Reason.ANIMATED, "The file has several pages: save one alone.")
    image.seek(0)


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none, or none that can be read."""
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        value = exif.get(ExifTags.Base.Orientation)
    except DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _draft_factor(edge: int, long_edge: int) -> int:
    """By how much libjpeg may reduce a picture with this longer side while it decodes."""
    return max((f for f in (2, 4, 8) if -(-edge // f) >= _ENOUGH * long_edge), default=1)


def _broken() -> LoadRefused:
    return LoadRefused(Reason.DAMAGED, "The file is damaged: what it declares does not fit.")
