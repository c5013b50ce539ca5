"""SFace's network: OpenCV runs it up to the last wide layers, which are multiplied out here.

Those hold most of the weights and are used for few pixels: OpenCV's network takes a quarter of the
time of a face for them, a matrix product of several faces a twentieth. The numbers agree to 1e-5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from gate.arrays import Pixels, Vectors

_EDGE = 112
"""Side in pixels of an aligned face."""

_LAST_IN_NET = "onnx_node!conv_14_dw_relu"

_EPSILON = {"conv_14_batchnorm": 1e-3, "bn1": 2e-5, "fc1": 2e-5}
"""What each of the file's last batch normalisations adds to the variance."""


@dataclass(frozen=True)
class _LastLayers:
    """A 1 x 1 convolution with slopes for what is negative, then the layer of all pixels.

    The normalisations between and behind them are multiplied into the weights.
    """

    mixing: Vectors
    shift: Vectors
    slope: Vectors
    joining: Vectors
    offset: Vectors

    def mixed(self, features: Vectors) -> Vectors:
        """One face; shape (1, channels, height, width) before, and flat after."""
        mixed = self.mixing @ features.reshape(features.shape[1], -1) + self.shift
        flat: Vectors = np.where(mixed < 0, mixed * self.slope, mixed).ravel()
        return flat

    def joined(self, faces: Sequence[Vectors]) -> Vectors:
        """Faces as ``mixed`` gives them; shape (n, 128)."""
        rows: Vectors = np.stack(faces) @ self.joining.T + self.offset
        return rows


class SFaceNetwork:
    """From aligned faces to their numbers, not yet of unit length."""

    def __init__(self, path: Path, *, shortened: bool) -> None:
        """Load the weights; raises cv2.error when OpenCV cannot.

        ``shortened``: leave out of the network what is multiplied out here.
        """
        self._net = cv2.dnn.readNetFromONNX(str(path))
        self._last = _last_layers(self._net) if shortened else None

    def embed(self, aligned: Sequence[Pixels]) -> Vectors:
        """Shape (n, 128), of n faces of 112 x 112 pixels, BGR. Raises cv2.error."""
        if self._last is None:
            return np.concatenate([self._forward(face) for face in aligned])
        mixed = [self._last.mixed(self._forward(face, _LAST_IN_NET)) for face in aligned]
        return self._last.joined(mixed)

    def _forward(self, face: Pixels, *until: str) -> Vectors:
        self._net.setInput(cv2.dnn.blobFromImage(face, size=(_EDGE, _EDGE), swapRB=True))
        return np.asarray(self._net.forward(*until), np.float32)


def _last_layers(net: cv2.dnn.Net) -> _LastLayers:
    scale, shift = _normalisation(net, "conv_14_batchnorm")
    mixing = _blobs(net, "conv_14_conv2d")[0]
    between, carried = _normalisation(net, "bn1")
    joining, offset = _blobs(net, "pre_fc1")
    after, added = _normalisation(net, "fc1")
    per_pixel = joining.shape[1] // len(between)
    offset = offset.ravel() + joining @ np.repeat(carried, per_pixel)
    joining *= np.repeat(between, per_pixel)
    joining *= after[:, None]
    return _LastLayers(
        mixing.reshape(mixing.shape[:2]) * scale[:, None],
        shift[:, None],
        _blobs(net, "conv_14_relu")[0].reshape(-1, 1),
        joining,
        offset * after + added,
    )


def _normalisation(net: cv2.dnn.Net, name: str) -> tuple[Vectors, Vectors]:
    """By what a batch normalisation multiplies each channel, and what it adds."""
    mean, variance, gamma, beta = (blob.ravel() for blob in _blobs(net, name))
    scale = gamma / np.sqrt(variance + np.float32(_EPSILON[name]))
    return scale, beta - mean * scale


def _blobs(net: cv2.dnn.Net, name: str) -> list[Vectors]:
    return [np.array(blob, np.float32) for blob in net.getLayer(f"onnx_node!{name}").blobs]
