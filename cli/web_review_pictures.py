"""Pictures of the review screen: made on request from sealed originals, kept nowhere but in memory.

An original is decoded once for the picture, once larger for small faces, and forgotten soon.
"""

from __future__ import annotations

import io
import time
from collections import OrderedDict
from threading import Lock

import cv2
import numpy as np
from PIL import Image

from cli.site import Site
from gate.arrays import Pixels
from gate.errors import Erased, LoadRefused
from gate.load import load
from gate.values import Box, Picture

USUAL, LARGEST = 1600, 2560
"""Pixels: the longer side of the picture from which faces are cut, and small faces."""
_ENOUGH = 90
"""Pixels from which a face is legible."""
_KEPT, _SECONDS = 3, 120.0
_QUALITY = 85
_FACE_EDGE, _AROUND = 240, 0.35
_REFERENCE_EDGE = 240


class Pictures:
    """Makes them, for many threads at once."""

    def __init__(self) -> None:
        self._whole, self._large = _Decoded(), _Decoded()

    def whole(self, site: Site, photo: str, edge: int) -> bytes | None:
        """The photo, its longer side at most ``edge``; None when it cannot be decoded."""
        picture = self._whole.picture(site, photo, edge)
        return None if picture is None else _jpeg(picture.pixels)

    def cut(self, site: Site, photo: str, box: Box) -> bytes | None:
        """What is in this box (pixels of the upright photo), with a margin."""
        picture = self._whole.picture(site, photo, USUAL)
        if picture is not None and picture.scale * max(box.w, box.h) < _ENOUGH:
            picture = self._large.picture(site, photo, LARGEST)
        if picture is None:
            return None
        height, width = picture.pixels.shape[:2]
        side = max(box.w, box.h) * (1 + 2 * _AROUND)
        (x, y), scale = box.centre, picture.scale
        wanted = Box(x - side / 2, y - side / 2, side, side).scaled(scale).clipped(width, height)
        left, top = int(wanted.x), int(wanted.y)
        right, bottom = max(left + 1, round(wanted.x + wanted.w)), round(wanted.y + wanted.h)
        part = picture.pixels[top : max(top + 1, bottom), left:right]
        return _jpeg(_reduced(part, _FACE_EDGE)) if part.size else None


class _Decoded:
    """The pictures that were decoded last, one at a time: a page asks for many parts of one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, int], tuple[float, Picture]] = OrderedDict()

    def picture(self, site: Site, photo: str, edge: int) -> Picture | None:
        """The photo in this size; None when it cannot be decoded, or no longer."""
        key = photo, edge
        with self._lock:
            moment = time.monotonic()
            for old in [k for k, (at, _) in self._kept.items() if moment - at > _SECONDS]:
                del self._kept[old]
            if key in self._kept:
                return self._kept[key][1]
            try:
                picture = load(site.originals.read(photo), site.policy.limits, long_edge=edge)
            except (Erased, LoadRefused):
                return None
            self._kept[key] = moment, picture
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return picture


def reference(site: Site, person: str, sha256: str) -> bytes | None:
    """A reference photo in small; None when it cannot be decoded."""
    try:
        data = site.references.read(person, sha256)
        return _jpeg(load(data, site.policy.limits, long_edge=_REFERENCE_EDGE).pixels)
    except (Erased, LoadRefused):
        return None


def _reduced(pixels: Pixels, edge: int) -> Pixels:
    height, width = pixels.shape[:2]
    factor = edge / max(height, width)
    if factor >= 1:
        return pixels
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _jpeg(pixels: Pixels) -> bytes:
    """Without any metadata."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
