"""The attackers: numbers about a covered picture, and whom of the gallery they resemble most."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.arrays import Mask, Pixels, Vectors
from gate.ports import FaceReader
from gate.pose import pose
from gate.values import Box, Face
from tests.bench.attack_covers import cut, seen, softened

Floats = NDArray[np.float64]
Covering = tuple[Pixels, Mask]

_SFACE_MARKS = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
"""Where SFace wants the landmarks in its 112 x 112 input (ArcFace's template)."""
_HEAD = 2.2
"""Side of the square around an upright face, in sizes of the face: the whole head."""
_COMPONENTS = 60
_SHRINKAGE = 0.3
_NOTHING = 1e-6
"""Differences below this are rounding, which must not tell who comes after whom in a list."""


def by_reader(reader: FaceReader, faces: Sequence[Face], what: Sequence[Covering]) -> Floats:
    """Embeddings of the covered regions alone, aligned by the landmarks from before covering.

    The attacker is told where eyes, nose and mouth were: more than the covered picture says.
    """
    rows: dict[tuple[Face, bytes], Vectors] = {}
    keys = []
    for face, (pixels, mask) in zip(faces, what, strict=True):
        shown = seen(pixels, mask, "alone")
        keys.append((face, shown.tobytes()))
        if keys[-1] not in rows:
            rows[keys[-1]] = reader.read(shown, [face])
    return np.vstack([rows[key] for key in keys]).astype(np.float64)


def by_window(reader: FaceReader, what: Sequence[Covering], view: str) -> Floats:
    """Embeddings of a whole window, hair and clothes included, fitted into SFace's input."""
    whole = Face(Box(0, 0, 112, 112), _SFACE_MARKS, 1.0)
    rows = [reader.read(cut(pixels, mask, view, 112), [whole]) for pixels, mask in what]
    return np.vstack(rows).astype(np.float64)


def by_pixels(what: Sequence[Covering], view: str, side: int) -> Floats:
    """The window's own colours."""
    rows = [cut(pixels, mask, view, side).ravel() for pixels, mask in what]
    return np.stack(rows).astype(np.float64) / 255


def by_aligned_pixels(faces: Sequence[Face], what: Sequence[Covering], side: int) -> Floats:
    """The colours of the covered regions alone, each turned and scaled to an upright face.

    Here, too, the attacker is told how the face lay.
    """
    rows = []
    for face, (pixels, mask) in zip(faces, what, strict=True):
        at = pose(face)
        size = _HEAD * (at.width * at.height) ** 0.5
        corners = size * (np.array(((0, 0), (1, 0), (0, 1))) - 0.5)
        wanted = side * np.array(((0, 0), (1, 0), (0, 1)))
        matrix = cv2.getAffineTransform(
            at.place(corners).astype(np.float32), wanted.astype(np.float32)
        )
        soft = softened(seen(pixels, mask, "alone"), side / size)
        rows.append(cv2.warpAffine(soft, matrix, (side, side)).ravel())
    return np.stack(rows).astype(np.float64) / 255


def by_shape(what: Sequence[Covering], side: int = 32) -> Floats:
    """The outline of the region alone."""
    white = [(np.full_like(pixels, 255), mask) for pixels, mask in what]
    return by_pixels(white, "alone", side)


def by_pose(faces: Sequence[Face], what: Sequence[Covering]) -> Floats:
    """Place, size, tilt and turn that the region was drawn from: more than its outline tells."""
    rows = []
    for face, (_, mask) in zip(faces, what, strict=True):
        at = pose(face)
        x, y, w, h = cv2.boundingRect(mask.view(np.uint8))
        rows.append((*at.centre, *at.down, at.width, at.height, at.turn, x, y, w, h, mask.sum()))
    numbers = np.array(rows, np.float64)
    spread = numbers.std(axis=0)
    return np.asarray((numbers - numbers.mean(axis=0)) / np.where(spread > 0, spread, 1))


Attack = Callable[[Floats, NDArray[np.intp], Floats], Floats]
"""Gallery rows, their people (0 to n-1), probe rows -> scores, shape (probes, n)."""


def nearest(gallery: Floats, people: NDArray[np.intp], probes: Floats) -> Floats:
    """Cosine to each person's mean, after taking away what all covered pictures share."""
    middle = gallery.mean(axis=0)
    means = _means(_unit(gallery - middle), people)
    return np.asarray(_unit(probes - middle) @ _unit(means).T)


def discriminant(gallery: Floats, people: NDArray[np.intp], probes: Floats) -> Floats:
    """Fisher's linear discriminant on principal components, shrunk within-class covariance."""
    middle = gallery.mean(axis=0)
    _, sizes, axes = np.linalg.svd(gallery - middle, full_matrices=False)
    kept = min(_COMPONENTS, int((sizes > _NOTHING).sum()))
    if kept == 0:
        return np.zeros((len(probes), people.max() + 1))
    known, asked = ((rows - middle) @ axes[:kept].T for rows in (gallery, probes))
    means = _means(known, people)
    rest = known - means[people]
    within = rest.T @ rest / max(len(known) - len(means), 1)
    flat = np.eye(kept) * np.trace(within) / kept
    shrunk = (1 - _SHRINKAGE) * within + (_SHRINKAGE + 1e-6) * flat
    root = np.linalg.cholesky(shrunk + 1e-12 * np.eye(kept))
    means, asked = (np.linalg.solve(root, rows.T).T for rows in (means, asked))
    return np.asarray(2 * asked @ means.T - (means**2).sum(axis=1))


def ridge(gallery: Floats, people: NDArray[np.intp], probes: Floats) -> Floats:
    """Ridge regression onto who it is: a linear classifier over all numbers at once."""
    middle = gallery.mean(axis=0)
    known, asked = gallery - middle, probes - middle
    if np.abs(known).max() < _NOTHING:
        return np.zeros((len(probes), people.max() + 1))
    kernel = known @ known.T
    strength = 0.1 * np.trace(kernel) / len(kernel) + 1e-9
    wanted = np.eye(people.max() + 1)[people] - 1 / (people.max() + 1)
    weights = np.linalg.solve(kernel + strength * np.eye(len(kernel)), wanted)
    return np.asarray(asked @ known.T @ weights)


def _means(rows: Floats, people: NDArray[np.intp]) -> Floats:
    total = np.zeros((people.max() + 1, rows.shape[1]))
    np.add.at(total, people, rows)
    return np.asarray(total / np.bincount(people)[:, None])


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > _NOTHING, lengths, np.inf))
