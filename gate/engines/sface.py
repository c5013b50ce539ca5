"""Reading faces with SFace, through OpenCV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from gate.arrays import Pixels, Vectors
from gate.engines.sface_network import SFaceNetwork
from gate.engines.weights import SFACE, SFACE_QUANTISED, Weights, locate
from gate.errors import EngineError
from gate.values import Face

_AT_ONCE = 32
"""Faces that are read together."""

_NO_NETWORK = bytes.fromhex(
    "08074204 0a00100b 3a370a10 0a016112 01622208 4964656e 74697479 1201675a 0f0a0161"
    "120a0a08 08011204 0a020801 620f0a01 62120a0a 08080112 040a0208 01"
)
"""An ONNX file that hands one number on: aligning, which OpenCV does only in its recogniser, asks
nothing of the network, and a second copy of the real one takes 70 MB."""


class SFace:
    """SFace 2021dec (Zhong et al., 2021): 128 numbers per face. Implements FaceReader."""

    dimension = 128

    def __init__(self, configured: str = "") -> None:
        """Load the weights; raises EngineError when they are missing, changed or do not run."""
        path, weights = locate(SFACE, configured)
        self.version = weights.name
        self._aligner, self._network = _load(path, weights)

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        """One row of unit length per face, in the order given."""
        vectors = np.zeros((len(faces), self.dimension), np.float32)
        if not faces:
            return vectors
        picture = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), np.uint8)
        try:
            for start in range(0, len(faces), _AT_ONCE):
                some = faces[start : start + _AT_ONCE]
                aligned = [self._aligned(picture, face) for face in some]
                vectors[start : start + _AT_ONCE] = self._network.embed(aligned)
        except cv2.error as error:
            raise EngineError(f"The face reader failed on a picture: {error.err}") from error
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.all(np.isfinite(lengths)) or np.any(lengths == 0):
            raise EngineError("The face reader gave no usable numbers for a face.")
        unit: Vectors = (vectors / lengths).astype(np.float32)
        return unit

    def _aligned(self, picture: Pixels, face: Face) -> Pixels:
        return np.asarray(self._aligner.alignCrop(picture, _as_row(face)), np.uint8)


def _load(path: Path, weights: Weights) -> tuple[cv2.FaceRecognizerSF, SFaceNetwork]:
    no_network = np.frombuffer(_NO_NETWORK, np.uint8)
    try:
        aligner = cv2.FaceRecognizerSF.create("onnx", no_network, np.zeros(0, np.uint8))
        # The short way was compared with OpenCV's for these weights only.
        return aligner, SFaceNetwork(path, shortened=weights is SFACE_QUANTISED)
    except cv2.error as error:
        raise EngineError(
            f"OpenCV {cv2.__version__} cannot run {path.name}; photogate needs 4.13 or 4.14."
        ) from error


def _as_row(face: Face) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    points = [coordinate for point in face.landmarks for coordinate in point]
    box = face.box
    return np.array([[box.x, box.y, box.w, box.h, *points, face.score]], np.float32)
