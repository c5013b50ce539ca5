"""Which reader a word of the settings stands for; nothing is loaded before it is asked for."""

from __future__ import annotations

from gate.engines.dlib_resnet import DLIB, DlibResNet
from gate.engines.sface import SFace
from gate.engines.weights import SFACE, locate
from gate.ports import FaceReader


def reader_version(name: str, weights: str = "") -> str:
    """The version of a reader by its name in the settings, without loading it.

    ``weights``: a path to SFace's weights, or "". Raises EngineError when its weights are missing.
    """
    return DLIB if name == "dlib" else locate(SFACE, weights)[1].name


def open_reader(name: str, weights: str = "") -> FaceReader:
    """Load a reader; raises EngineError when it is missing, changed or does not run."""
    return DlibResNet() if name == "dlib" else SFace(weights)
