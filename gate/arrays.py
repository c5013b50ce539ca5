"""Names for the two kinds of array that pass between the stages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Upright sRGB pixels, shape (height, width, 3)."""

Vectors = NDArray[np.float32]
"""Embeddings, shape (n, d), every row of unit length."""

Mask = NDArray[np.bool_]
"""True where something holds of a picture's pixels, shape (height, width)."""
