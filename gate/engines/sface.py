"""Reading faces with SFace, through OpenCV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from gate.arrays import Pixels, Vectors
from gate.engines.weights import SFACE, locate
from gate.errors import EngineError
from gate.values import Face


class SFace:
    """SFace 2021dec (Zhong et al., 2021): 128 numbers per face. Implements FaceReader."""

    dimension = 128

    def __init__(self, configured: str = "") -> None:
        """Load the weights; raises EngineError when they are missing, changed or do not run."""
        path, weights = locate(SFACE, configured)
        self.version = weights.name
        self._recogniser = _load(path)

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        """One row of unit length per face, in the order given."""
        vectors = np.zeros((len(faces), self.dimension), np.float32)
        if not faces:
            return vectors
        picture = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
        try:
            for row, face in enumerate(faces):
                aligned = self._recogniser.alignCrop(picture, _as_row(face))
                vectors[row] = self._recogniser.feature(aligned)[0]
        except cv2.error as error:
            raise EngineError(f"The face reader failed on a picture: {error.err}") from error
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.all(np.isfinite(lengths)) or np.any(lengths == 0):
            raise EngineError("The face reader gave no usable numbers for a face.")
        unit: Vectors = (vectors / lengths).astype(np.float32)
        return unit


def _load(path: Path) -> cv2.FaceRecognizerSF:
    try:
        return cv2.FaceRecognizerSF.create(str(path), "")
    except cv2.error as error:
        raise EngineError(
            f"OpenCV {cv2.__version__} cannot run {path.name}; photogate needs 4.13 or 4.14."
        ) from error


def _as_row(face: Face) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    points = [coordinate for point in face.landmarks for coordinate in point]
    box = face.box
    return np.array([[box.x, box.y, box.w, box.h, *points, face.score]], np.float32)
