"""Finding faces with YuNet, through OpenCV."""

from __future__ import annotations

from pathlib import Path

import cv2

from gate.arrays import Pixels
from gate.engines.weights import YUNET, locate
from gate.errors import EngineError
from gate.values import Box, Face

_NMS_IOU = 0.3
_TOP_K = 5000


class YuNet:
    """YuNet 2023mar (Wu et al., 2023): boxes, five landmarks, scores. Implements FaceFinder."""

    def __init__(self, configured: str = "") -> None:
        """Load the weights; raises EngineError when they are missing, changed or do not run."""
        path, weights = locate(YUNET, configured)
        self.version = weights.name
        self._detector = _load(path)

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        """Faces with at least this score, strongest first, in pixels of the picture."""
        height, width = pixels.shape[:2]
        try:
            self._detector.setInputSize((width, height))
            self._detector.setScoreThreshold(threshold)
            _, rows = self._detector.detect(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
        except cv2.error as error:
            raise EngineError(f"The face finder failed on a picture: {error.err}") from error
        faces = [_face([float(value) for value in row]) for row in rows] if rows is not None else []
        return sorted(faces, key=lambda face: -face.score)


def _load(path: Path) -> cv2.FaceDetectorYN:
    try:
        return cv2.FaceDetectorYN.create(str(path), "", (320, 320), 0.5, _NMS_IOU, _TOP_K)
    except cv2.error as error:
        raise EngineError(
            f"OpenCV {cv2.__version__} cannot run {path.name}; photogate needs 4.13 or 4.14."
        ) from error


def _face(row: list[float]) -> Face:
    points = tuple((row[i], row[i + 1]) for i in range(4, 14, 2))
    return Face(Box(*row[:4]), points, min(row[14], 1.0))
