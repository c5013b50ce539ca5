"""Reading faces with the ResNet of dlib, through the package face_recognition.

The package is optional, and importing it has two traps, which stay inside this room: it ends the
whole process when its models are missing, and it tells Pillow to accept truncated files.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from types import ModuleType

import numpy as np
from PIL import ImageFile

from gate.arrays import Pixels, Vectors
from gate.errors import EngineError
from gate.values import Box, Face

_BOX_DOWN = 0.06
"""dlib's predictor wants a box a little below YuNet's: this share of its height."""


class DlibResNet:
    """dlib's 2017 ResNet: 128 numbers per face. Implements FaceReader."""

    dimension = 128

    def __init__(self) -> None:
        """Load the models; raises EngineError when the package or its models are missing."""
        self._module = import_face_recognition()
        self.version = f"dlib-resnet-2017 (face_recognition {self._module.__version__})"

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        """One row of unit length per face, in the order given."""
        vectors: Vectors = np.zeros((len(faces), self.dimension), np.float32)
        if not faces:
            return vectors
        boxes = [_square(face.box) for face in faces]
        encodings = self._module.face_encodings(pixels, boxes, model="small")
        vectors[:] = np.array(encodings, np.float32)
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def import_face_recognition() -> ModuleType:
    """The module, with what its import does to the process undone. Raises EngineError."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        with warnings.catch_warnings():
            # Its models package still uses pkg_resources, which warns.
            warnings.simplefilter("ignore")
            import face_recognition
    except (ImportError, SystemExit) as error:
        raise EngineError(
            "face_recognition or its models are not installed. Install photogate with the extra "
            "'face-recognition', or do without the second reader."
        ) from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
    module: ModuleType = face_recognition
    return module


def _square(box: Box) -> tuple[int, int, int, int]:
    """The square that dlib's predictor expects, as (top, right, bottom, left)."""
    side = (box.w * box.h) ** 0.5
    x, y = box.centre
    y += _BOX_DOWN * box.h
    return (
        round(y - side / 2),
        round(x + side / 2),
        round(y + side / 2),
        round(x - side / 2),
    )
