"""Every kind of pixel becomes plain 8-bit sRGB; what was transparent is white and gone."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from gate.arrays import Pixels
from gate.load import Limits, load

SIZE = (64, 48)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def loaded(data: bytes, long_edge: int = 2000) -> Pixels:
    return load(data, Limits(), long_edge=long_edge).pixels


def assert_even(pixels: Pixels, colour: tuple[int, int, int], within: int = 4) -> None:
    assert pixels.shape[2] == 3
    assert np.abs(pixels.astype(int) - colour).max() <= within


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_every_png_mode_keeps_its_brightness(mode: str) -> None:
    white = Image.new("L", SIZE, 255)
    image = (
        Image.fromarray(np.full(SIZE[::-1], 65535, np.uint16))
        if mode == "I;16"
        else white.convert(mode)
    )
    assert_even(loaded(encoded(image, "PNG")), (255, 255, 255))


@pytest.mark.parametrize(
    "values",
    [
        np.full(SIZE[::-1], 0.5, np.float32),
        np.full(SIZE[::-1], 127.5, np.float32),
        np.full(SIZE[::-1], 32768, np.int32),
        np.full(SIZE[::-1], 32768, np.uint16),
    ],
)
def test_deep_and_floating_tiff_become_the_right_grey(values: np.ndarray[tuple[int, int]]) -> None:
    values[0, 0] = {0.5: 1, 127.5: 255}.get(float(values[0, 0]), 65535)
    pixels = loaded(encoded(Image.fromarray(values), "TIFF"))
    assert_even(pixels[1:], (128, 128, 128))
    assert_even(pixels[:1, :1], (255, 255, 255))


def test_values_that_are_no_number_are_black() -> None:
    values = np.full(SIZE[::-1], 1.0, np.float32)
    values[:, :32] = np.nan
    pixels = loaded(encoded(Image.fromarray(values), "TIFF"))
    assert_even(pixels[:, :32], (0, 0, 0))
    assert_even(pixels[:, 32:], (255, 255, 255))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("long_edge", [2000, 30])
def test_what_hides_under_transparency_does_not_survive(mode: str, long_edge: int) -> None:
    hidden = np.zeros((*SIZE[::-1], 4), np.uint8)
    hidden[::2] = (200, 200, 200, 0)
    image = Image.fromarray(hidden).convert(mode)
    pixels = loaded(encoded(image, "PNG"), long_edge)
    assert_even(pixels, (255, 255, 255), within=0)


@pytest.mark.parametrize(("mode", "hidden"), [("RGB", (77, 77, 77)), ("L", 77), ("P", 1)])
@pytest.mark.parametrize("long_edge", [2000, 30])
def test_a_colour_declared_transparent_does_not_survive(
    mode: str, hidden: int | tuple[int, int, int], long_edge: int
) -> None:
    stripes = np.full((*SIZE[::-1], 3), 255, np.uint8)
    stripes[::2] = 77
    image = Image.fromarray(stripes)
    image = image.quantize(2) if mode == "P" else image.convert(mode)
    pixels = loaded(encoded(image, "PNG", transparency=hidden), long_edge)
    assert_even(pixels, (255, 255, 255), within=0)


def test_a_transparent_value_of_16_bits_is_white() -> None:
    image = Image.fromarray(np.full(SIZE[::-1], 30000, np.uint16))
    pixels = loaded(encoded(image, "PNG", transparency=30000))
    assert_even(pixels, (255, 255, 255), within=0)


def test_half_transparent_pixels_lie_on_white() -> None:
    image = Image.new("RGBA", SIZE, (0, 0, 0, 128))
    for kind in ("PNG", "WEBP", "TIFF"):
        assert_even(loaded(encoded(image, kind)), (127, 127, 127))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_printers_colours_are_not_turned_into_their_negative(kind: str) -> None:
    image = Image.new("RGB", SIZE, (250, 30, 30)).convert("CMYK")
    assert_even(loaded(encoded(image, kind)), (250, 30, 30), within=12)


def test_lab_colours_are_understood() -> None:
    lab = ImageCms.profileToProfile(
        Image.new("RGB", SIZE, (200, 60, 60)),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    assert lab is not None
    assert_even(loaded(encoded(lab, "TIFF")), (200, 60, 60), within=6)


def swapped_profile() -> bytes:
    """sRGB with the red and the blue primary in each other's place."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = data.find(b"rXYZ"), data.find(b"bXYZ")
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_colours_are_brought_to_srgb(kind: str) -> None:
    image = Image.new("RGB", SIZE, (250, 10, 10))
    options = {"quality": 95} if kind in {"JPEG", "WEBP", "AVIF"} else {}
    data = encoded(image, kind, icc_profile=swapped_profile(), **options)
    assert_even(loaded(data), (10, 10, 250), within=12)
    assert_even(loaded(data, 32), (10, 10, 250), within=12)


@pytest.mark.parametrize("profile", [b"nonsense", swapped_profile()[:300], b"\0" * 128])
def test_a_broken_colour_profile_is_ignored(profile: bytes) -> None:
    image = Image.new("RGB", SIZE, (250, 10, 10))
    assert_even(loaded(encoded(image, "PNG", icc_profile=profile)), (250, 10, 10))


def test_a_profile_for_other_pixels_is_ignored() -> None:
    image = Image.new("L", SIZE, 90)
    assert_even(loaded(encoded(image, "PNG", icc_profile=swapped_profile())), (90, 90, 90))


def test_an_srgb_profile_changes_no_pixel() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (*SIZE[::-1], 3), dtype=np.uint8)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(Image.fromarray(noise), "PNG", icc_profile=profile)
    assert (loaded(data) == noise).all()


def test_white_that_is_stored_as_zero_is_white() -> None:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[262] = 0
    pixels = loaded(encoded(Image.new("L", SIZE, 255), "TIFF", tiffinfo=info))
    assert_even(pixels, (255, 255, 255))
