"""Where the heads are: from faces to the pixels that must not be seen.

A finder's box ends at hairline, chin and cheekbones. People are told by hair, ears and jaw as
well, so a region is a whole head, tilted as the face is and drawn out to the back of the skull
when the face is turned away. The factors below were fitted by eye to YuNet's boxes on photos of
the WIDER FACE validation set, so that hair, ears and chin of the usual head lie inside.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.arrays import Mask
from gate.pose import Pose, pose
from gate.values import Box, Face

_Points = NDArray[np.float64]

_PAD = 2.0
"""Added on all sides, in pixels, for the finder's own inexactness on small faces."""
_FARTHEST = 1e5
"""A box beyond this, in pixels, is no place in a picture."""

_HEAD = (0.92, 0.88)
"""Half axes of a head, in widths and heights of its face."""
_RAISED = 0.16
"""How far the middle of a head lies above that of its face, in face heights."""
_BACK = 0.65
"""How far the back of the skull lies behind the face of a full profile, in face heights."""
_CORE = (0.62, 0.64)
"""Half axes of what no neighbour can keep visible, in widths and heights of the face."""
_KEPT = (0.56, 0.58)
"""Half axes of what stays visible of a shown face."""
_BLIND = 0.85
"""Half axis of the region of a face whose direction is not known, in sizes of its box."""
_REACH = 0.25
"""A head that ends this near to the picture's edge reaches it, in face heights."""
_SAME = 0.5
"""Share of the smaller box from which two faces may be the same head."""
_NEARER = 1.15
"""How much nearer to a shown head than to a covered one a pixel must be to stay visible."""
_CEDED = 0.82
"""Only what lies farther out than this, in half axes of a covered head, can be left to another: the
ears and most hair are within."""
_WORTH_KEEPING = 24.0
"""Height in pixels of a shown face below which nobody misses its hair."""
_HOLE = 0.3
"""Gaps between covered heads up to this size, in areas of the largest face, are taken as well."""

_CORNERS = 4.0
"""Exponent of the outlines: 2 is an ellipse, more is fuller at the corners."""


def regions(
    shape: tuple[int, ...], covered: Sequence[Face], shown: Sequence[Face], *, grow: float = 1.0
) -> Mask:
    """The pixels of a picture of this shape that covering these faces takes.

    All faces are in pixels of this picture. A shown face keeps its own face even where a covered
    head reaches over it, and what of its head is clearly nearer to it than to any covered one; but
    the face of a covered one is always taken, box and all. Small gaps between covered heads are
    taken too. ``grow`` makes every covered region larger, by this factor of at least 1. A covered
    face that lies nowhere (its box is not finite) takes the whole picture. Raises ValueError when
    ``grow`` is less than 1.
    """
    if not grow >= 1.0:
        raise ValueError(f"a region can only grow, by a factor of at least 1, not {grow}")
    height, width = shape[:2]
    taken = np.zeros((height, width), dtype=np.uint8)
    if not all(_is_somewhere(face) for face in covered):
        return np.ones((height, width), dtype=np.bool_)
    poses = [pose(face) for face in covered]
    for at in poses:
        _paint(taken, _reaching(_head(at, grow), at, (width, height)), 1)
    beside = [face for face in shown if _is_somewhere(face)]
    _fill_holes(taken, poses, beside)
    extents = np.array([_extent(_head(at, grow)) for at in poses]).reshape(-1, 4)
    for face in beside:
        if not any(_same_head(face, other) for other in covered):
            _keep(taken, pose(face), poses, extents, grow)
            _keep_face(taken, face)
    for face, at in zip(covered, poses, strict=True):
        _paint(taken, _outline(at, _CORE, grow, 0.0), 1)
        _paint_box(taken, face, grow)
    return taken.view(np.bool_)


def extent(face: Face, size: tuple[int, int]) -> Box:
    """The box, on whole pixels, of all that covering this face takes of a picture of ``size``.

    ``size`` is (width, height). A box without area where that is nothing.
    """
    taken = regions((size[1], size[0]), [face], [])
    return Box(*map(float, cv2.boundingRect(taken.view(np.uint8))))


def _is_somewhere(face: Face) -> bool:
    numbers = (face.box.x, face.box.y, face.box.w, face.box.h)
    return all(math.isfinite(number) and abs(number) < _FARTHEST for number in numbers)


def _same_head(one: Face, other: Face) -> bool:
    """Whether two boxes share so much that they may be one head, found twice."""
    smaller = min(one.box.area, other.box.area)
    return one.box.overlap(other.box) > _SAME * smaller


def _outline(pose: Pose, axes: tuple[float, float], grow: float, raised: float) -> _Points:
    """A full oval around a face, in pixels of the picture."""
    angles = np.linspace(0.0, 2.0 * math.pi, 48, endpoint=False)
    across, along = np.cos(angles), np.sin(angles)
    radius = (np.abs(across) ** _CORNERS + np.abs(along) ** _CORNERS) ** (-1.0 / _CORNERS)
    # Between ellipse and rectangle; half the way is a head with its hair.
    radius = 0.5 * (1.0 + radius)
    wide, tall = axes[0] * pose.width * grow + _PAD, axes[1] * pose.height * grow + _PAD
    points = np.stack((wide * radius * across, tall * radius * along), axis=1)
    return pose.place(points - (0.0, raised * pose.height))


def _head(pose: Pose, grow: float) -> _Points:
    """Corners of the whole head, in pixels of the picture."""
    if not pose.known:
        size = max(pose.width, pose.height)
        return _outline(pose, (_BLIND * size / pose.width, _BLIND * size / pose.height), grow, 0.0)
    skull = _outline(pose, _HEAD, grow, _RAISED)
    away = pose.place(np.array([[-pose.turn * _BACK * pose.height * grow, 0.0]])) - pose.centre
    return np.concatenate((skull, skull + away))


def _reaching(points: _Points, pose: Pose, size: tuple[int, int]) -> _Points:
    """The same head, drawn out to those edges of the picture that it nearly touches."""
    reach = _REACH * pose.height + _PAD
    low, high = points.min(axis=0), points.max(axis=0)
    for axis in (0, 1):
        if low[axis] < reach:
            points = np.concatenate((points, points - np.eye(2)[axis] * reach))
        if high[axis] > size[axis] - reach:
            points = np.concatenate((points, points + np.eye(2)[axis] * reach))
    return points


def _fill_holes(mask: NDArray[np.uint8], covered: Sequence[Pose], shown: Sequence[Face]) -> None:
    """Take small gaps between covered heads: slivers of hair and shoulders, never a shown face."""
    if len(covered) < 2:
        return
    most = _HOLE * max(at.width * at.height for at in covered)
    outlines, family = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    centres = [face.box.centre for face in shown]
    for number, outline in enumerate(outlines):
        is_hole = family[0, number, 3] >= 0
        if is_hole and cv2.contourArea(outline) <= most and not _holds(outline, centres):
            cv2.drawContours(mask, outlines, number, 1, cv2.FILLED)


def _holds(outline: cv2.typing.MatLike, points: Iterable[tuple[float, float]]) -> bool:
    return any(cv2.pointPolygonTest(outline, point, measureDist=False) >= 0 for point in points)


def _keep_face(mask: NDArray[np.uint8], face: Face) -> None:
    """Give a shown face back: its oval within its box, beyond which a neighbour's ear may be."""
    left, top = max(math.floor(face.box.x), 0), max(math.floor(face.box.y), 0)
    right, bottom = math.ceil(face.box.x + face.box.w), math.ceil(face.box.y + face.box.h)
    within = mask[top : max(bottom, 0), left : max(right, 0)]
    if within.size:
        _paint(within, _outline(pose(face), _KEPT, 1.0, 0.0) - (left, top), 0)


def _keep(
    mask: NDArray[np.uint8], shown: Pose, covered: Sequence[Pose], extents: _Points, grow: float
) -> None:
    """Give back to a shown head what is clearly nearer to it than to every covered one.

    ``extents`` are those of the covered heads.
    """
    if not shown.known or shown.height < _WORTH_KEEPING:
        return
    own = _extent(_head(shown, 1.0))
    near = np.flatnonzero(((extents[:, :2] < own[2:]) & (extents[:, 2:] > own[:2])).all(axis=1))
    if not near.size:
        return
    (left, top), (right, bottom) = own[:2].astype(int).clip(0), own[2:].astype(int).clip(0)
    here = mask[top : bottom + 1, left : right + 1]
    rows, columns = np.nonzero(here)
    points = np.stack((columns + left, rows + top), axis=1).astype(np.float32)
    far = _distance(shown, points)
    mine = far <= 1.0
    for number in near.tolist():
        to_other = _distance(covered[number], points[mine]) / grow
        mine[mine] = to_other > np.maximum(_NEARER * far[mine], _CEDED)
    here[rows[mine], columns[mine]] = 0


def _extent(points: _Points) -> _Points:
    """Left, top, right, bottom."""
    return np.concatenate((points.min(axis=0), points.max(axis=0)))


def _distance(pose: Pose, points: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far points lie from the middle of a head, in its own half axes: 1 on its outline."""
    dx, dy = pose.down
    x, y = points[:, 0] - pose.centre[0], points[:, 1] - pose.centre[1]
    across, along = dy * x - dx * y, dx * x + dy * y
    if not pose.known:
        size = _BLIND * max(pose.width, pose.height)
        return np.asarray(np.hypot(across, along) / size)
    # A skull that reaches back is as near as the nearest point of the way to its back.
    back = -pose.turn * _BACK * pose.height
    across = across - np.clip(across, min(back, 0.0), max(back, 0.0))
    along = along + _RAISED * pose.height
    wide, tall = _HEAD[0] * pose.width, _HEAD[1] * pose.height
    return np.asarray(np.hypot(across / wide, along / tall))


def _paint(mask: NDArray[np.uint8], points: _Points, value: int) -> None:
    """Fill the convex hull of these points."""
    hull = cv2.convexHull(points.astype(np.float32))
    cv2.fillConvexPoly(mask, np.rint(hull * 8).astype(np.int32), value, shift=3)


def _paint_box(mask: NDArray[np.uint8], face: Face, grow: float) -> None:
    """Fill every pixel that the face's own box touches."""
    (x, y), w, h = face.box.centre, face.box.w * grow, face.box.h * grow
    left, top = max(math.floor(x - w / 2), 0), max(math.floor(y - h / 2), 0)
    right, bottom = max(math.ceil(x + w / 2), 0), max(math.ceil(y + h / 2), 0)
    mask[top:bottom, left:right] = 1
