"""From every kind of pixel that a file can hold to plain 8-bit sRGB."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_WHITE = 255
_DEEP = frozenset({"I;16", "I;16L", "I;16B", "I;16N", "I", "F"})
_PLAIN = frozenset({"L", "RGB", "CMYK"})
_SAME = 2
"""Two levels of 255: a profile that moves no colour further is sRGB for all purposes."""


def flatten(image: Image.Image) -> Image.Image:
    """The same picture in mode L, RGB or CMYK, opaque: what shows through is white.

    Colours hidden under full transparency do not survive.
    """
    if image.mode in _DEEP:
        return _from_deep(image)
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        flat = Image.new("RGB", image.size, (_WHITE, _WHITE, _WHITE))
        flat.paste(layered, mask=layered.getchannel("A"))
        return flat
    if image.mode == "LAB":
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        return _transformed(image, ImageCms.buildTransform(lab, _srgb(), "LAB", "RGB"))
    if image.mode in _PLAIN:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A flattened picture in sRGB, mode RGB; a colour profile that does not work is ignored."""
    if profile:
        try:
            return _by_profile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)))
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return image if image.mode == "RGB" else image.convert("RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit or floating point grey to 8 bits; its transparent value becomes white."""
    values = np.asarray(image).astype(np.float32)
    hidden = image.info.get("transparency")
    holes = values == hidden if isinstance(hidden, int) else None
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    grey = _in_8_bits(values, _top(image, values))
    if holes is not None:
        grey[holes] = _WHITE
    return Image.fromarray(grey)


def _top(image: Image.Image, values: NDArray[np.float32]) -> float:
    """The value that stands for white: 16 bits where declared, else the next usual one."""
    if image.mode.startswith("I;16"):
        return 65535.0
    highest = float(values.max(initial=0.0))
    return next((top for top in (1.0, 255.0, 65535.0) if highest <= top), highest)


def _in_8_bits(values: NDArray[np.float32], top: float) -> NDArray[np.uint8]:
    scaled = np.clip(values * np.float32(_WHITE / top), 0, _WHITE)
    return np.asarray(scaled.round(), dtype=np.uint8)


def _by_profile(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    transform = ImageCms.buildTransform(source, _srgb(), image.mode, "RGB")
    if image.mode == "RGB" and _changes_nothing(transform):
        return image
    return _transformed(image, transform)


def _transformed(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    result = ImageCms.applyTransform(image, transform)
    if result is None:
        raise ValueError("the colour transform gave nothing")
    return result


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Most profiles are sRGB; seeing that on 216 colours saves a pass over all pixels."""
    levels = np.arange(0, 256, 51, dtype=np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(36, 6, 3)
    after = np.asarray(_transformed(Image.fromarray(cube), transform))
    return int(np.abs(after.astype(int) - cube).max()) <= _SAME


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
