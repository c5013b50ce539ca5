"""Names for the two kinds of array that pass between the stages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Upright sRGB pixels, shape (height, width, 3)."""

Grey = NDArray[np.uint8]
"""One number per pixel, shape (height, width)."""

Points = NDArray[np.float32]
"""Places in a picture, (x, y) in pixels, shape (n, 2)."""

Vectors = NDArray[np.float32]
"""Embeddings, shape (n, d), every row of unit length."""

Mask = NDArray[np.bool_]
"""True where something holds of a picture's pixels, shape (height, width)."""
