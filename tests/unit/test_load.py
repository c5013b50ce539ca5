"""What loading promises of whole files: the right pixels, at most the asked size."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from gate.arrays import Pixels
from gate.errors import LoadRefused
from gate.formats import Format
from gate.load import Limits, load
from gate.opening import DECODER_ERRORS, OPENERS, Opened
from gate.values import Reason

LIMITS = Limits()
STILL = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF", "HEIF")


def drawn(width: int = 96, height: int = 64) -> Image.Image:
    """Red above left, green above right, blue below left, yellow below right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (220, 20, 20)
    pixels[: height // 2, width // 2 :] = (20, 200, 20)
    pixels[height // 2 :, : width // 2] = (20, 20, 220)
    pixels[height // 2 :, width // 2 :] = (220, 220, 20)
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(buffer, quality=90, **options)
    else:
        image.save(buffer, kind, **options)
    return buffer.getvalue()


def corners(pixels: Pixels) -> list[str]:
    """The names of the colours in the four corners, row by row."""
    height, width = pixels.shape[:2]
    named = {"red": (220, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 220)}
    named["yellow"] = (220, 220, 20)
    found = []
    for y in (height // 4, 3 * height // 4):
        for x in (width // 4, 3 * width // 4):
            pixel = pixels[y, x].astype(int)
            found.append(min(named, key=lambda name: int(np.abs(pixel - named[name]).sum())))
    return found


@pytest.mark.parametrize("kind", STILL)
def test_every_kind_of_file_gives_the_pixels_that_were_drawn(kind: str) -> None:
    picture = load(encoded(drawn(), kind), LIMITS, long_edge=2000)
    assert (picture.width, picture.height) == (96, 64)
    assert corners(picture.pixels) == ["red", "green", "blue", "yellow"]


@pytest.mark.parametrize("kind", STILL)
def test_pixels_are_contiguous_bytes_that_nobody_can_change(kind: str) -> None:
    pixels = load(encoded(drawn(), kind), LIMITS, long_edge=50).pixels
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert not pixels.flags.writeable


@pytest.mark.parametrize("kind", STILL)
def test_the_content_of_a_file_decides_what_it_is(kind: str) -> None:
    with pytest.raises(LoadRefused) as refused:
        load(b"x" + encoded(drawn(), kind), LIMITS, long_edge=2000)
    assert refused.value.reason is Reason.NOT_AN_IMAGE


@pytest.mark.parametrize("error", [*DECODER_ERRORS, KeyError, IndexError, ZeroDivisionError])
def test_whatever_a_decoder_raises_is_a_refusal(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(data: bytes, limits: Limits) -> Opened:
        raise error("a decoder's complaint")

    monkeypatch.setitem(OPENERS, Format.PNG, broken)
    with pytest.raises(LoadRefused) as refused:
        load(encoded(drawn(), "PNG"), LIMITS, long_edge=2000)
    assert refused.value.reason is Reason.DAMAGED
    assert isinstance(refused.value.__cause__, error)


@pytest.mark.parametrize("error", [MemoryError(), OSError("out of memory error")])
def test_want_of_memory_is_named(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def hungry(data: bytes, limits: Limits) -> Opened:
        raise error

    monkeypatch.setitem(OPENERS, Format.PNG, hungry)
    with pytest.raises(LoadRefused) as refused:
        load(encoded(drawn(), "PNG"), LIMITS, long_edge=2000)
    assert refused.value.reason is Reason.OUT_OF_MEMORY


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(16, 700),
    height=st.integers(16, 700),
    long_edge=st.integers(64, 800),
    kind=st.sampled_from(["JPEG", "PNG"]),
)
def test_a_picture_is_never_enlarged_nor_larger_than_asked(
    width: int, height: int, long_edge: int, kind: str
) -> None:
    small = Limits(min_edge=1)
    picture = load(encoded(Image.new("RGB", (width, height)), kind), small, long_edge=long_edge)
    edge = max(picture.pixels.shape[:2])
    assert edge <= long_edge
    assert edge >= min(max(width, height), long_edge * 0.95)
    assert (picture.width, picture.height) == (width, height)
    assert picture.scale <= 1


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((4000, 3000), (1500, 2000, 3)),  # a half is enough
        ((3264, 2448), (1500, 2000, 3)),  # a half would be too small
        ((3968, 2976), (1488, 1984, 3)),  # a half is nearly enough
        ((3999, 3000), (1500, 2000, 3)),  # halves are rounded up
        ((8000, 6000), (1500, 2000, 3)),  # a quarter
    ],
)
def test_jpeg_is_decoded_at_the_smallest_scale_that_is_enough(
    size: tuple[int, int], shape: tuple[int, int, int]
) -> None:
    picture = load(encoded(Image.new("RGB", size), "JPEG"), LIMITS, long_edge=2000)
    assert picture.pixels.shape == shape
    assert (picture.width, picture.height) == size


def test_only_the_first_picture_of_a_camera_s_multi_picture_file_is_used() -> None:
    other = Image.new("RGB", (96, 64), "black")
    data = encoded(drawn(), "MPO", save_all=True, append_images=[other])
    assert corners(load(data, LIMITS, long_edge=2000).pixels)[0] == "red"


def test_the_primary_picture_of_a_heif_file_is_used() -> None:
    container = pillow_heif.from_pillow(Image.new("RGB", (96, 64), "black"))
    container.add_from_pillow(drawn())
    buffer = io.BytesIO()
    container.save(buffer, primary_index=1)
    assert corners(load(buffer.getvalue(), LIMITS, long_edge=2000).pixels)[0] == "red"


def test_a_thumbnail_inside_a_tiff_file_is_not_a_page() -> None:
    buffer = io.BytesIO()
    thumbnail = Image.new("RGB", (24, 16))
    thumbnail.encoderinfo = {"tiffinfo": {254: 1}}
    drawn().save(buffer, "TIFF", save_all=True, append_images=[thumbnail])
    assert corners(load(buffer.getvalue(), LIMITS, long_edge=2000).pixels)[0] == "red"


def test_strictness_does_not_depend_on_what_another_library_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    data = encoded(Image.effect_noise((200, 200), 60), "GIF")
    with pytest.raises(LoadRefused) as refused:
        load(data[: len(data) // 2], LIMITS, long_edge=2000)
    assert refused.value.reason is Reason.INCOMPLETE
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_loading_warns_nobody_about_sizes_that_the_limits_allow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 4000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load(encoded(drawn(), "PNG"), LIMITS, long_edge=2000).width == 96
