"""A released copy holds pixels and nothing else."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gate.arrays import Pixels
from gate.load import Limits, load
from gate.render import inspect, render
from gate.values import Channel


def pixels_of(width: int, height: int) -> Pixels:
    ramp = np.linspace(0, 255, width)[None, :, None] * np.ones((height, 1, 3))
    return ramp.astype(np.uint8)


@settings(max_examples=40, deadline=None)
@given(width=st.integers(1, 500), height=st.integers(1, 500), max_edge=st.integers(1, 600))
def test_a_copy_is_at_most_as_large_as_its_channel_allows(
    width: int, height: int, max_edge: int
) -> None:
    copy = render(pixels_of(width, height), Channel("website", max_edge=max_edge))
    assert max(copy.width, copy.height) == min(max(width, height), max_edge)
    with Image.open(io.BytesIO(copy.data)) as image:
        assert image.size == (copy.width, copy.height)


def test_a_copy_is_named_by_its_own_content() -> None:
    copy = render(pixels_of(90, 60), Channel("website"))
    assert copy.sha256 == hashlib.sha256(copy.data).hexdigest()
    assert (copy.channel, copy.suffix) == ("website", ".jpg")


def test_a_copy_shows_what_was_given() -> None:
    pixels = pixels_of(320, 200)
    copy = load(render(pixels, Channel("website")).data, Limits(), long_edge=2000)
    assert np.abs(copy.pixels.astype(int) - pixels).mean() < 2


def test_the_same_pixels_give_the_same_bytes() -> None:
    channel = Channel("website")
    assert render(pixels_of(90, 60), channel) == render(pixels_of(90, 60), channel)


def test_a_copy_of_a_photo_full_of_metadata_holds_none_of_it() -> None:
    secret = b"a child's name"
    exif = Image.Exif()
    exif[0x010E] = secret.decode()
    buffer = io.BytesIO()
    Image.fromarray(pixels_of(90, 60)).save(
        buffer, "JPEG", exif=exif, comment=secret, xmp=secret, icc_profile=secret
    )
    assert buffer.getvalue().count(secret) == 4
    picture = load(buffer.getvalue() + secret, Limits(), long_edge=2000)
    copy = render(picture.pixels, Channel("website"))
    assert secret not in copy.data
    assert inspect(copy.data) == []
    with Image.open(io.BytesIO(copy.data)) as image:
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
        assert not image.getexif()


def dirty(**options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels_of(90, 60)).save(buffer, "JPEG", **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (dirty(comment=b"x"), "segment FE"),
        (dirty(exif=b"Exif\0\0II*\0"), "segment E1"),
        (dirty(xmp=b"<x/>"), "segment E1"),
        (dirty(icc_profile=b"x" * 200), "segment E2"),
        (dirty() + b"x", "1 bytes after the end"),
        (dirty()[:-2], "stops before its end"),
        (dirty().replace(b"JFIF\0", b"JFXX\0"), "JFIF header with more"),
        (dirty()[:2] + b"hidden" + dirty()[2:], "6 bytes before a segment"),
        (dirty()[:20] + b"\xff\xec\0\x04ab" + dirty()[20:], "segment EC"),
        (b"", "stops before its end"),
        (b"text", "stops before its end"),
    ],
)
def test_the_check_of_copies_sees_every_foreign_byte(data: bytes, fault: str) -> None:
    assert any(fault in line for line in inspect(data))
