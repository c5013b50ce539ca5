"""The day a photo was taken: read where a camera wrote one down, and only if it can be true."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image

from gate.taken import taken_on

PIXELS = np.full((32, 40, 3), 120, np.uint8)


def exif(written: object) -> Image.Exif:
    block = Image.Exif()
    block[ExifTags.Base.Make] = "made up"
    block.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = written
    return block


def photo(kind: str, written: object = "2024:09:03 08:15:00") -> bytes:
    file = io.BytesIO()
    if kind == "HEIF":
        picture = pillow_heif.from_pillow(Image.fromarray(PIXELS))
        picture.save(file, exif=exif(written).tobytes())
    else:
        Image.fromarray(PIXELS).save(file, kind, exif=exif(written))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_it_is_read_from_every_kind_of_file(kind: str) -> None:
    assert taken_on(photo(kind)) == date(2024, 9, 3)


@pytest.mark.parametrize(
    "written",
    [
        "0000:00:00 00:00:00",
        "2024:13:40 00:00:00",
        "1970:05:01 00:00:00",
        "2017:01:01 00:00:01",
        "    :  :     :  :  ",
        "20240903",
        "",
        7,
    ],
)
def test_what_cannot_be_the_day_is_none(written: object) -> None:
    assert taken_on(photo("JPEG", written)) is None


def test_a_photo_without_exif_has_no_day() -> None:
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "JPEG")
    assert taken_on(file.getvalue()) is None


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff\xe1\0\x10Exif\0\0II*\0junk"])
def test_what_cannot_be_read_has_no_day(data: bytes) -> None:
    assert taken_on(data) is None


def test_broken_exif_never_raises() -> None:
    whole = photo("JPEG")
    start = whole.index(b"Exif\0\0")
    for place in range(start, start + 120):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        day = taken_on(bytes(broken))
        assert day is None or day.year in range(1995, 2100)
