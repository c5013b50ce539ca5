"""The day a photo was taken, as its camera wrote it down; for the age of references alone."""

from __future__ import annotations

import io
import re
import warnings
from datetime import date

import pillow_heif
from PIL import ExifTags, Image

from gate.formats import HEAD_BYTES, Format, sniff
from gate.opening import DECODER_ERRORS

_WRITTEN = re.compile(r"\s*(\d{4})[:\-/](\d{1,2})[:\-/](\d{1,2})(\D|$)")
_FIRST_CAMERAS = date(1995, 1, 1)
_RESET = {(1, 1)}
"""Month and day that cameras without a set clock begin at, in whatever year they were made."""


def taken_on(data: bytes) -> date | None:
    """The day in EXIF's DateTimeOriginal (Exif 2.32, tag 0x9003), or None where none can be used.

    ``data`` is a file that was read as a picture already, so its size is known to be sound. A day
    before there were digital cameras, or on which unset clocks begin (1 January), is none.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a broken block is none, and not worth a word
        try:
            return _day(_written(data))
        except DECODER_ERRORS:
            return None


def _written(data: bytes) -> object:
    kind = sniff(data[:HEAD_BYTES])
    if kind is None:
        return None
    if kind is Format.HEIF:
        container = pillow_heif.open_heif(data)
        block = container[container.primary_index].info.get("exif")
        exif = Image.Exif()
        exif.load(block if isinstance(block, bytes) else b"")
        return exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
    with Image.open(io.BytesIO(data), formats=[kind.value]) as image:
        # Read while the file is open: some kinds fetch the block only when asked for it.
        return image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)


def _day(written: object) -> date | None:
    found = _WRITTEN.match(written) if isinstance(written, str) else None
    if found is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    plausible = day >= _FIRST_CAMERAS and (day.month, day.day) not in _RESET
    return day if plausible else None
