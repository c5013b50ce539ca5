"""From the bytes of a file to upright sRGB pixels, or a refusal; nothing is decoded in part.

The content decides what a file is, never its name. Declared sizes are checked before pixels
are decoded. The first picture of a file is the one that is judged and published; thumbnails,
gain maps, depth maps and further pictures of a camera are never opened.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageFile

from gate.arrays import Pixels
from gate.colour import flatten, to_srgb
from gate.errors import LoadRefused
from gate.formats import HEAD_BYTES, Format, other_picture, sniff
from gate.limits import Limits
from gate.opening import DECODER_ERRORS, OPENERS, Opened, open_jpeg
from gate.scaling import lies_on_its_side, shrunk, upright
from gate.values import Picture, Reason

__all__ = ["Limits", "load"]

_REDUCIBLE = frozenset({"L", "RGB", "CMYK", "LA", "RGBA"})


def load(data: bytes, limits: Limits, *, long_edge: int) -> Picture:
    """The picture in these bytes, its longer side reduced to at most ``long_edge`` pixels.

    A picture is never enlarged, and its pixels cannot be written to. JPEG files are decoded at
    a half, a quarter or an eighth where that leaves enough. Raises LoadRefused for everything
    that cannot be judged.
    """
    kind = _require_format(data, limits)
    try:
        with _strictly():
            opened = _opened(kind, data, limits, long_edge)
            pixels = _pixels(opened, limits, long_edge)
    except MemoryError as error:
        raise _out_of_memory() from error
    except Image.DecompressionBombError as error:
        raise LoadRefused(Reason.TOO_MANY_PIXELS, "The picture is too large.") from error
    except DECODER_ERRORS as error:
        raise _refusal(error) from error
    width, height = _upright_size(opened)
    return Picture(pixels, width, height)


def _opened(kind: Format, data: bytes, limits: Limits, long_edge: int) -> Opened:
    if kind is Format.JPEG:
        return open_jpeg(data, limits, long_edge=long_edge)
    return OPENERS[kind](data, limits)


def _upright_size(opened: Opened) -> tuple[int, int]:
    width, height = opened.size
    return (height, width) if lies_on_its_side(opened.orientation) else (width, height)


def _require_format(data: bytes, limits: Limits) -> Format:
    if not data:
        raise LoadRefused(Reason.EMPTY_FILE, "The file is empty.")
    if len(data) > limits.max_bytes:
        raise LoadRefused(
            Reason.TOO_MANY_BYTES, f"The file is too large: {len(data) / 1e6:.0f} million bytes."
        )
    head = data[:HEAD_BYTES]
    if not any(head):
        raise LoadRefused(Reason.INCOMPLETE, "The file was not copied: it holds only zeros.")
    kind, other = sniff(head), other_picture(head)
    if kind:
        return kind
    if other:
        raise LoadRefused(
            Reason.UNSUPPORTED_FORMAT,
            f"{other} files are not taken. Save the picture as JPEG and drop it again.",
        )
    raise LoadRefused(Reason.NOT_AN_IMAGE, "The file is not a picture.")


@contextmanager
def _strictly() -> Iterator[None]:
    """No half pictures, whatever another library has set for the whole process.

    Warnings are about metadata, or about sizes that Limits decides on.
    """
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    if ImageFile.LOAD_TRUNCATED_IMAGES:
        raise LoadRefused(Reason.DAMAGED, "Another part of the program let half pictures pass.")


def _pixels(opened: Opened, limits: Limits, long_edge: int) -> Pixels:
    profile = opened.image.info.get("icc_profile")
    flat = flatten(_coarsely_reduced(opened.image, long_edge))
    if flat.mode == "CMYK":
        flat, profile = to_srgb(flat, profile), None
    reduced = shrunk(np.asarray(flat), long_edge)
    if min(reduced.shape[:2]) < min(limits.min_edge, *opened.size):
        raise LoadRefused(Reason.TOO_SMALL, "The picture is too narrow for its length.")
    if profile or flat.mode != "RGB":
        reduced = np.asarray(to_srgb(Image.fromarray(reduced), profile))
    pixels = np.ascontiguousarray(upright(reduced, opened.orientation))
    pixels.flags.writeable = False
    return pixels


def _coarsely_reduced(image: Image.Image, long_edge: int) -> Image.Image:
    """By a whole factor, where that needs no conversion: keeps the memory for huge files low."""
    factor = max(image.size) // long_edge
    if factor < 2 or image.mode not in _REDUCIBLE or "transparency" in image.info:
        return image
    return image.reduce(factor)


def _refusal(error: BaseException) -> LoadRefused:
    text = str(error).lower()
    if "memory" in text:
        return _out_of_memory()
    if any(word in text for word in ("truncated", "end of file", "eof")):
        return LoadRefused(
            Reason.INCOMPLETE,
            "The file stops before its end. Copy it again from where it is whole.",
        )
    return _damaged()


def _out_of_memory() -> LoadRefused:
    return LoadRefused(
        Reason.OUT_OF_MEMORY, "The picture needs more memory than is allowed. Make it smaller."
    )


def _damaged() -> LoadRefused:
    return LoadRefused(
        Reason.DAMAGED, "The file is damaged and cannot be opened. Save it again from the original."
    )
