"""Whatever way a camera was held: the pixels come out upright, and turned only once."""

from __future__ import annotations

import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from gate.load import Limits, load

ORIENTATIONS = range(1, 9)
SIZE = (96, 64)


def upright() -> Image.Image:
    """Bright above left, dark below right, with a red corner above right."""
    across, down = np.linspace(200, 100, SIZE[0]), np.linspace(0, 90, SIZE[1])
    grey = (across[None, :] - down[:, None]).clip(0, 255).astype(np.uint8)
    pixels = np.stack([grey] * 3, axis=-1)
    pixels[:24, -24:] = (250, 0, 0)
    return Image.fromarray(pixels)


def stored(orientation: int) -> tuple[Image.Image, Image.Exif]:
    """The pixels as a camera stores them, and the EXIF block that says how to turn them."""
    undo = {5: 5, 6: 8, 7: 7, 8: 6}.get(orientation, orientation)
    exif = Image.Exif()
    exif[274] = undo
    image = upright()
    image.info["exif"] = exif.tobytes()
    turned = ImageOps.exif_transpose(image)
    exif[274] = orientation
    turned.info.pop("exif", None)
    return turned, exif


def assert_upright(data: bytes) -> None:
    picture = load(data, Limits(), long_edge=2000)
    assert (picture.width, picture.height) == SIZE
    assert picture.pixels.flags.c_contiguous
    assert not picture.pixels.flags.writeable
    expected = np.asarray(upright()).astype(int)
    assert np.abs(picture.pixels.astype(int) - expected).mean() < 6


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_orientation_comes_out_upright(kind: str, orientation: int) -> None:
    image, exif = stored(orientation)
    buffer = io.BytesIO()
    options = {"quality": 95} if kind in {"JPEG", "WEBP", "AVIF"} else {}
    image.save(buffer, kind, exif=exif.tobytes(), **options)
    assert_upright(buffer.getvalue())


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_tiff_is_turned_once_with_every_decoder(orientation: int, compression: str | None) -> None:
    image, _ = stored(orientation)
    buffer = io.BytesIO()
    image.save(buffer, "TIFF", compression=compression, tiffinfo={274: orientation})
    assert_upright(buffer.getvalue())


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_heif_is_not_turned_a_second_time(orientation: int) -> None:
    image, exif = stored(orientation)
    container = pillow_heif.from_pillow(image)
    buffer = io.BytesIO()
    container.save(buffer, quality=95, exif=exif.tobytes())
    assert_upright(buffer.getvalue())


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(value: int) -> None:
    exif = Image.Exif()
    exif[274] = value
    buffer = io.BytesIO()
    upright().save(buffer, "JPEG", quality=95, exif=exif.tobytes())
    assert_upright(buffer.getvalue())


@pytest.mark.parametrize("block", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM"])
def test_a_broken_exif_block_turns_nothing(block: bytes) -> None:
    buffer = io.BytesIO()
    upright().save(buffer, "JPEG", quality=95, exif=block)
    assert_upright(buffer.getvalue())


def test_reduced_pixels_are_upright_too() -> None:
    image, exif = stored(6)
    buffer = io.BytesIO()
    image.resize((640, 960)).save(buffer, "JPEG", quality=95, exif=exif.tobytes())
    picture = load(buffer.getvalue(), Limits(), long_edge=96)
    assert (picture.width, picture.height) == (960, 640)
    expected = np.asarray(upright()).astype(int)
    assert np.abs(picture.pixels.astype(int) - expected).mean() < 6
