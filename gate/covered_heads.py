"""Where a head is covered in one of two pictures that lie on each other, and not in the other."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Flags = NDArray[np.bool_]

_SMOOTHER = 0.35
"""Contrast of a covered head, relative to the head as it is."""
_OFTEN = 0.3
"""Share of a head that must be smooth: a drawn oval has an edge, and nothing within."""
_DETAIL = 1.0
"""Grey levels of detail from which one of the two is a head, and not as smooth itself."""
_SMALLEST = 12
"""Pixels of a patch that is worth a look."""
_BESIDE = np.ones((17, 17), np.uint8)
"""How far around a head a comparison still sees it."""
_REACH = np.ones((25, 25), np.uint8)
"""How far a covered head changes what is compared around it."""


def covered_heads(pair: tuple[Plane, Plane], heads: Flags, differs: Flags) -> tuple[Flags, int]:
    """The places that differ because a head is covered in one of the two; how many heads.

    ``heads`` is where heads are in either picture, ``differs`` where the two are not the same. A
    covered head is smooth inside, whatever its style; two heads that merely moved are both full of
    detail, and that is a difference.
    """
    around = cv2.dilate(heads.astype(np.uint8), _BESIDE)
    patches = around & differs.astype(np.uint8)
    count, labels, figures, _ = cv2.connectedComponentsWithStats(patches)
    found = np.zeros(heads.shape, np.uint8)
    many = 0
    details = [abs(plane - cv2.GaussianBlur(plane, (0, 0), 4.0)) for plane in pair]
    for number in range(1, count):
        x, y, w, h, area = (int(value) for value in figures[number])
        if area < _SMALLEST:
            continue
        part = slice(y, y + h), slice(x, x + w)
        here = labels[part] == number
        if _is_smoother(*(detail[part][here] for detail in details)):
            found[part][here] = 1
            many += 1
    return np.asarray(cv2.dilate(found, _REACH) > 0) if many else found > 0, many


def _is_smoother(one: Plane, other: Plane) -> bool:
    """Whether one of the two is smooth on the whole, or in its larger part."""
    on_the_whole = float(one.mean()), float(other.mean())
    mostly = float(np.quantile(one, _OFTEN)), float(np.quantile(other, _OFTEN))
    return any(
        max(pair) > _DETAIL and min(pair) < _SMOOTHER * max(pair) for pair in (on_the_whole, mostly)
    )
