"""Files as people drop them, made of drawn people: photos of camera size, and what is none."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gate.arrays import Pixels
from gate.demo.cast import CAST
from gate.demo.features import person
from gate.demo.scene import group

_EACH = 5
"""Photos of one scene, as people take them."""
_SIZES = ((1632, 1224), (2048, 1536), (2400, 1800), (2816, 2112))
"""Two to six megapixels."""
_PLATE = 3_000
_QUALITY = 93
BROKEN, SAME = 10, 1


def write_photos(folder: Path, count: int, *, seed: int = 0, each: int = _EACH) -> list[Path]:
    """So many different photos, ``each`` of them of one scene; another ``seed`` gives others."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for number, pixels in zip(range(count), _pictures(seed, each), strict=False):
        found.append(folder / f"IMG_{1000 + number}.jpg")
        found[-1].write_bytes(_encoded(pixels))
    return found


def write_drop(folder: Path, count: int, *, seed: int = 0) -> list[Path]:
    """So many files, ten of which are broken or no photos, and one the same as another."""
    photos = write_photos(folder, count - BROKEN - SAME, seed=seed)
    whole = photos[0].read_bytes()
    for number in range(BROKEN):
        path = folder / f"BROKEN_{number}.{'jpg' if number % 2 else 'txt'}"
        cut = len(whole) * (number + 1) // 40
        path.write_bytes(whole[:cut] if number % 2 else f"Minutes of meeting {number}\n".encode())
        photos.insert((number + 1) * count // (BROKEN + 2), path)
    again = folder / "SAME.jpg"
    again.write_bytes(whole)
    return [*photos[: count // 2], again, *photos[count // 2 :]]


def _pictures(seed: int, each: int) -> Iterator[Pixels]:
    lot = np.random.default_rng(seed)
    people = [person(one.seed) for one in CAST]
    plate = lot.normal(0, 6, (_PLATE, _PLATE, 1)).astype(np.float32)
    for number in range(10_000):
        shown = [people[place] for place in lot.permutation(len(people))[: 2 + number % 5]]
        drawn, _ = group(shown, seed * 1_000 + number, width=1600, height=1200)
        for again in range(each):
            yield _taken(drawn, _SIZES[(number + again) % len(_SIZES)], plate, lot)


def _taken(
    drawn: Pixels, size: tuple[int, int], plate: NDArray[np.float32], lot: np.random.Generator
) -> Pixels:
    """The same scene from a step aside, in a light of its own, with the camera's noise."""
    left, top = (int(one) for one in lot.integers(0, 40, 2))
    part = drawn[top : top + 1160, left : left + 1560]
    large = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
    light = lot.uniform(0.85, 1.1, 3).astype(np.float32)
    x, y = lot.integers(0, _PLATE - size[0]), lot.integers(0, _PLATE - size[1])
    noise = plate[y : y + size[1], x : x + size[0]]
    return np.asarray(np.clip(large * light + noise, 0, 255), np.uint8)


def _encoded(pixels: Pixels) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()
