"""What cannot be judged is refused, with the reason; nothing is ever decoded in part."""

from __future__ import annotations

import io
import random
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from gate.errors import LoadRefused
from gate.load import Limits, load
from gate.values import Reason

LIMITS = Limits()
MISSING = {Reason.INCOMPLETE, Reason.DAMAGED, Reason.NOT_AN_IMAGE}


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(buffer, **options)
    else:
        image.save(buffer, kind, **options)
    return buffer.getvalue()


def busy(width: int = 160, height: int = 120) -> Image.Image:
    """Noise on a slope: no part of it looks like what a decoder makes up."""
    slope = np.linspace(30, 220, width)[None, :, None] * np.ones((height, 1, 3))
    noise = np.random.default_rng(7).normal(0, 20, (height, width, 3))
    return Image.fromarray((slope + noise).clip(0, 255).astype(np.uint8))


SAMPLES = {
    "jpeg": encoded(busy(), "JPEG", quality=90),
    "progressive": encoded(busy(), "JPEG", quality=90, progressive=True),
    "restarts": encoded(busy(), "JPEG", quality=90, restart_marker_rows=1),
    "grey": encoded(busy().convert("L"), "JPEG", quality=90),
    "cmyk": encoded(busy().convert("CMYK"), "JPEG", quality=90),
    "mpo": encoded(busy(), "MPO", save_all=True, append_images=[busy(32, 32)]),
    "png": encoded(busy(), "PNG"),
    "palette": encoded(busy().convert("P"), "PNG"),
    "deep": encoded(Image.fromarray(np.asarray(busy().convert("L")).astype(np.uint16)), "PNG"),
    "webp": encoded(busy(), "WEBP"),
    "webp-lossless": encoded(busy(), "WEBP", lossless=True),
    "gif": encoded(busy(), "GIF"),
    "tiff": encoded(busy(), "TIFF"),
    "tiff-lzw": encoded(busy(), "TIFF", compression="tiff_lzw"),
    "tiff-jpeg": encoded(busy(), "TIFF", compression="jpeg"),
    "tiff-float": encoded(busy().convert("F"), "TIFF"),
    "avif": encoded(busy(), "AVIF"),
    "heif": encoded(busy(), "HEIF"),
    "heif-alpha": encoded(busy().convert("RGBA"), "HEIF"),
}
WITH_END = ("jpeg", "progressive", "restarts", "grey", "cmyk")
DENSE = ("webp", "webp-lossless", "avif", "heif", "png", "gif", "tiff-lzw", *WITH_END)


def reason(data: bytes, limits: Limits = LIMITS) -> Reason | None:
    """Why the file is refused; None when it is a picture."""
    try:
        load(data, limits, long_edge=100)
    except LoadRefused as refused:
        assert refused.detail
        return refused.reason
    return None


@pytest.mark.parametrize("name", SAMPLES)
def test_the_whole_file_is_a_picture(name: str) -> None:
    assert reason(SAMPLES[name]) is None


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"mpo"}))
def test_a_file_that_was_cut_anywhere_is_refused(name: str) -> None:
    data = SAMPLES[name]
    trailer = 16 if name.startswith("tiff") else 1
    for at in range(1, len(data) - trailer, max(1, len(data) // 60)):
        assert reason(data[:at]) in MISSING, at


@pytest.mark.parametrize("name", DENSE)
def test_a_file_whose_end_is_still_zeros_is_refused(name: str) -> None:
    data = SAMPLES[name]
    for at in range(1, len(data) - 300, max(1, len(data) // 60)):
        assert reason(data[:at] + bytes(len(data) - at)) in MISSING, at


@pytest.mark.parametrize("name", ["jpeg", "restarts", "grey", "cmyk"])
def test_a_jpeg_that_was_cut_and_closed_again_never_has_a_grey_part(name: str) -> None:
    data = SAMPLES[name]
    for at in range(2, len(data) - 60, max(1, len(data) // 60)):
        assert reason(data[:at] + b"\xff\xd9") in MISSING, at


def test_a_progressive_jpeg_without_its_last_scans_is_refused() -> None:
    data = SAMPLES["progressive"]
    last_scan = data.rindex(b"\xff\xda")
    for at in range(2, last_scan, len(data) // 60):
        assert reason(data[:at] + b"\xff\xd9") in MISSING, at


def test_a_jpeg_with_a_block_of_zeros_inside_is_refused() -> None:
    data = encoded(busy(1600, 1200), "JPEG", quality=95)
    middle = len(data) // 2
    assert reason(data[:middle] + bytes(300_000) + data[middle + 300_000 :]) in MISSING


def test_a_jpeg_that_lost_a_stretch_between_two_restarts_is_refused() -> None:
    data = SAMPLES["restarts"]
    second, third = data.index(b"\xff\xd1"), data.index(b"\xff\xd2")
    assert reason(data[:second] + data[third:]) is Reason.INCOMPLETE
    assert reason(data[:second] + data[second + 2 :]) is Reason.INCOMPLETE


def test_what_follows_the_end_of_a_jpeg_is_ignored() -> None:
    assert reason(SAMPLES["jpeg"] + b"trailer" * 100) is None


def test_a_png_with_one_wrong_bit_anywhere_is_refused() -> None:
    for at in range(8, len(SAMPLES["png"]) - 12, 997):
        data = bytearray(SAMPLES["png"])
        data[at] ^= 1
        assert reason(bytes(data)) in MISSING, at


def test_a_png_with_too_few_rows_is_refused_though_every_checksum_is_right() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    rows = zlib.compress((b"\0" + bytes(64 * 3)) * 20)
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    assert reason(b"\x89PNG\r\n\x1a\n" + parts) is Reason.INCOMPLETE


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
def test_moving_pictures_and_several_pages_are_refused(kind: str) -> None:
    data = encoded(busy(), kind, save_all=True, append_images=[busy().rotate(180)])
    assert reason(data) is Reason.ANIMATED


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
def test_one_frame_alone_is_a_still_picture(kind: str) -> None:
    assert reason(encoded(busy(), kind, save_all=True)) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF"])
def test_size_is_judged_by_what_the_file_declares(kind: str) -> None:
    data = encoded(busy(), kind)
    assert reason(data, Limits(max_pixels=160 * 120)) is None
    assert reason(data, Limits(max_pixels=160 * 120 - 1)) is Reason.TOO_MANY_PIXELS
    assert reason(data, Limits(min_edge=121)) is Reason.TOO_SMALL
    assert reason(data, Limits(max_bytes=len(data))) is None
    assert reason(data, Limits(max_bytes=len(data) - 1)) is Reason.TOO_MANY_BYTES


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    data = bytearray(SAMPLES["png"])
    data[16:24] = struct.pack(">II", 100_000, 100_000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    assert reason(bytes(data)) is Reason.TOO_MANY_PIXELS


def test_a_ribbon_that_would_have_no_width_left_is_refused() -> None:
    assert reason(encoded(Image.new("L", (20, 20_000)), "PNG")) is Reason.TOO_SMALL


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Reason.EMPTY_FILE),
        (bytes(9000), Reason.INCOMPLETE),
        (b"%PDF-1.7 ...", Reason.NOT_AN_IMAGE),
        (b"\0\0\0\x20ftypisom" + bytes(100), Reason.NOT_AN_IMAGE),
        (encoded(busy(), "BMP"), Reason.UNSUPPORTED_FORMAT),
        (encoded(busy(), "JPEG2000"), Reason.UNSUPPORTED_FORMAT),
        (encoded(busy(), "TGA"), Reason.NOT_AN_IMAGE),
        (encoded(busy(), "PPM"), Reason.NOT_AN_IMAGE),
    ],
)
def test_other_files_are_named_for_what_they_are(data: bytes, expected: Reason) -> None:
    assert reason(data) is expected


def test_a_raw_camera_file_is_not_judged_by_its_thumbnail() -> None:
    assert reason(encoded(busy(), "TIFF", tiffinfo={254: 1})) is Reason.UNSUPPORTED_FORMAT
    dng = encoded(busy(), "TIFF", tiffinfo={50706: b"\1\4\0\0"})
    assert reason(dng) is Reason.UNSUPPORTED_FORMAT


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The file with a few bytes changed, lost, added, or its end missing."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        near_start = rng.random() < 0.5
        at = rng.randrange(min(len(changed), 200) if near_start else len(changed))
        match rng.randrange(5):
            case 0:
                changed[at] ^= 1 << rng.randrange(8)
            case 1:
                changed[at : at + 4] = rng.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
            case 2:
                del changed[at : at + rng.randrange(1, 20)]
            case 3:
                changed[at:at] = rng.randbytes(rng.randrange(1, 9))
            case _:
                del changed[at + len(changed) // 2 :]
        changed = changed or bytearray(b"x")
    return bytes(changed)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_broken_file_is_a_picture_or_a_refusal_and_nothing_else(name: str) -> None:
    rng = random.Random(name)  # noqa: S311
    limits = Limits(max_pixels=1_000_000)
    for _ in range(110):
        reason(mutated(SAMPLES[name], rng), limits)
