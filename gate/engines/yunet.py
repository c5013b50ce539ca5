"""Finding faces with YuNet, through OpenCV."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from gate.arrays import Pixels
from gate.engines.weights import YUNET, locate
from gate.errors import EngineError
from gate.values import Box, Face

_NMS_IOU = 0.3
_TOP_K = 5000

_LEAST_SIDE = 96
"""Pixels. Pictures with a side below 64 are padded, with room to spare: OpenCV 4.14 answers for
them with numbers from memory it never wrote, and may end the process."""

_SMALL = 640 * 640
"""Pictures up to so many pixels have a network of their own: changing the size of one makes it ask
for all its memory anew, which takes a third as long as searching a large picture."""


class YuNet:
    """YuNet 2023mar (Wu et al., 2023): boxes, five landmarks, scores. Implements FaceFinder."""

    def __init__(self, configured: str = "") -> None:
        """Load the weights; raises EngineError when they are missing, changed or do not run."""
        path, weights = locate(YUNET, configured)
        self.version = weights.name
        self._small, self._large = _load(path), _load(path)

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        """Faces with at least this score, strongest first, in pixels of the picture."""
        picture = _padded(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), np.uint8))
        small = picture.shape[0] * picture.shape[1] <= _SMALL
        detector = self._small if small else self._large
        try:
            detector.setInputSize(picture.shape[1::-1])
            detector.setScoreThreshold(threshold)
            _, found = detector.detect(picture)
        except cv2.error as error:
            raise EngineError(f"The face finder failed on a picture: {error.err}") from error
        rows = np.zeros((0, 15)) if found is None else np.asarray(found, np.float64)
        if not np.isfinite(rows).all():
            raise EngineError("The face finder gave no usable numbers for a picture.")
        return sorted((_face(row.tolist()) for row in rows), key=lambda face: -face.score)


def _load(path: Path) -> cv2.FaceDetectorYN:
    try:
        return cv2.FaceDetectorYN.create(str(path), "", (320, 320), 0.5, _NMS_IOU, _TOP_K)
    except cv2.error as error:
        raise EngineError(
            f"OpenCV {cv2.__version__} cannot run {path.name}; photogate needs 4.13 or 4.14."
        ) from error


def _padded(picture: Pixels) -> Pixels:
    below = max(_LEAST_SIDE - picture.shape[0], 0)
    beside = max(_LEAST_SIDE - picture.shape[1], 0)
    if not below and not beside:
        return picture
    return np.pad(picture, ((0, below), (0, beside), (0, 0)))


def _face(row: list[float]) -> Face:
    points = tuple((row[i], row[i + 1]) for i in range(4, 14, 2))
    return Face(Box(*row[:4]), points, min(row[14], 1.0))
