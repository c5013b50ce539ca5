"""How large or small a photo may be."""

from __future__ import annotations

from dataclasses import dataclass

from gate.errors import LoadRefused
from gate.values import Reason


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be at most and at least; bytes, and pixels of the picture it declares."""

    max_bytes: int = 200_000_000
    max_pixels: int = 150_000_000
    min_edge: int = 16

    def require(self, size: tuple[int, int]) -> None:
        """Raise LoadRefused (TOO_MANY_PIXELS, TOO_SMALL) unless a picture may have this size."""
        width, height = size
        if width * height > self.max_pixels:
            raise LoadRefused(
                Reason.TOO_MANY_PIXELS,
                f"The picture is too large: {width} x {height} pixels. Make it smaller.",
            )
        if min(size) < self.min_edge:
            raise LoadRefused(
                Reason.TOO_SMALL, f"The picture is too small: {width} x {height} pixels."
            )
