"""Reading faces with the ResNet of dlib, through the package face_recognition.

The package is optional, and importing it has two traps, which stay inside this room: it ends the
whole process when its models are missing, and it tells Pillow to accept truncated files.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from importlib import metadata
from types import ModuleType

import numpy as np
from PIL import ImageFile

from gate.arrays import Pixels, Vectors
from gate.errors import EngineError
from gate.population import shipped_centre
from gate.values import Box, Face

DLIB = "dlib-resnet-2017-centred"
"""What the embeddings are called; they are stored under it."""

_MODELS = {
    "dlib_face_recognition_resnet_model_v1.dat": (
        "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
    ),
    "shape_predictor_5_face_landmarks.dat": (
        "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888"
    ),
}
"""The model files that were measured, with their SHA-256."""

_BOX_DOWN = 0.06
"""dlib's predictor wants a box a little below YuNet's: this share of its height."""

_NOT_THERE = (
    "face_recognition or its models are not installed. Install photogate with the extra "
    "'face-recognition', or do without the second reader."
)


class DlibResNet:
    """dlib's 2017 ResNet: 128 numbers per face. Implements FaceReader.

    The network's vectors all lie in one direction (their mean has a length of 0.91 of 1), so that
    cosine similarities would tell little: the middle of adults' and children's faces is
    subtracted, and the rest brought to unit length.
    """

    dimension = 128
    version = DLIB

    def __init__(self) -> None:
        """Load the models; raises EngineError when they are missing or not those measured."""
        self._module = import_face_recognition()
        check_models()
        self._centre = shipped_centre(self.version)

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        """One row of unit length per face, in the order given. Raises EngineError."""
        if not faces:
            return np.zeros((0, self.dimension), np.float32)
        boxes = [_square(face.box) for face in faces]
        try:
            encodings = self._module.face_encodings(pixels, boxes, model="small")
        except (RuntimeError, TypeError, ValueError) as error:
            raise EngineError(f"dlib failed on a picture: {error}") from error
        if len(encodings) != len(faces):
            raise EngineError("dlib gave another number of rows than of faces.")
        raw: Vectors = np.array(encodings, np.float32)
        return _unit(_unit(raw) - self._centre)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or np.any(lengths < 1e-6):
        raise EngineError("dlib gave no usable numbers for a face.")
    unit: Vectors = (vectors / lengths).astype(np.float32)
    return unit


def check_models() -> None:
    """Whether the model files are the very ones that were measured; raises EngineError if not."""
    try:
        files = metadata.files("face_recognition_models") or []
    except metadata.PackageNotFoundError as error:
        raise EngineError(_NOT_THERE) from error
    found = {file.name: file for file in files if file.name in _MODELS}
    for name, digest in _MODELS.items():
        if name not in found:
            raise EngineError(_NOT_THERE)
        try:
            data = found[name].read_binary()
        except OSError as error:
            raise EngineError(_NOT_THERE) from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise EngineError(
                f"The model file {name} is not the one that was measured. Install the package "
                "face_recognition_models 0.3.0 again."
            )


def import_face_recognition() -> ModuleType:
    """The module, with what its import does to the process undone. Raises EngineError."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        with warnings.catch_warnings():
            # Its models package still uses pkg_resources, which warns.
            warnings.simplefilter("ignore")
            import face_recognition
    except (ImportError, SystemExit) as error:
        raise EngineError(_NOT_THERE) from error
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
