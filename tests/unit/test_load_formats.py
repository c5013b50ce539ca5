"""A file is recognised by its first bytes, and is not taken before its end has arrived."""

from __future__ import annotations

import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from gate.formats import HEAD_BYTES, TAIL_BYTES, Format, looks_complete, sniff


def encoded(kind: str) -> bytes:
    noise = np.random.default_rng(3).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    image, buffer = Image.fromarray(noise), io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(buffer, quality=90)
    else:
        image.save(buffer, kind)
    return buffer.getvalue()


FILES = {kind: encoded(kind.value) for kind in Format}
KINDS = pytest.mark.parametrize("kind", list(Format))


def complete(data: bytes) -> bool | None:
    return looks_complete(data[:HEAD_BYTES], data[-TAIL_BYTES:], len(data))


@KINDS
def test_each_kind_is_recognised(kind: Format) -> None:
    assert sniff(FILES[kind][:HEAD_BYTES]) is kind


@KINDS
def test_a_whole_file_looks_complete(kind: Format) -> None:
    assert complete(FILES[kind]) is True


@pytest.mark.parametrize("kind", sorted(set(Format) - {Format.TIFF}))
def test_a_file_that_is_still_growing_does_not_look_complete(kind: Format) -> None:
    data = FILES[kind]
    for share in (0.3, 0.5, 0.9, 0.97):
        assert complete(data[: int(len(data) * share)]) is False


@KINDS
def test_a_file_whose_end_is_reserved_but_not_written_does_not_look_complete(kind: Format) -> None:
    data = FILES[kind]
    for share in (0.0, 0.3, 0.5, 0.9):
        written = data[: int(len(data) * share)]
        assert complete(written + bytes(len(data) - len(written))) is False


@KINDS
def test_a_kind_is_told_by_the_very_first_bytes(kind: Format) -> None:
    assert sniff(b"\0" + FILES[kind][:HEAD_BYTES]) is None


def test_zeros_after_the_end_of_a_jpeg_do_not_matter() -> None:
    assert complete(FILES[Format.JPEG] + bytes(100)) is True


def test_an_empty_file_is_not_complete() -> None:
    assert looks_complete(b"", b"", 0) is False


@pytest.mark.parametrize(
    "data", [b"BM" + b"1" * 90, b"%PDF-1.7", b"\0\0\0\x18ftypisom" + b"1" * 90]
)
def test_nothing_is_said_of_other_kinds(data: bytes) -> None:
    assert complete(data) is None


@pytest.mark.parametrize("kind", [Format.HEIF, Format.AVIF])
def test_a_box_that_reaches_to_the_end_of_the_file_is_complete(kind: Format) -> None:
    data = bytearray(FILES[kind])
    media = data.index(b"mdat") - 4
    data[media : media + 4] = bytes(4)
    assert complete(bytes(data)) is True
