"""Continuing what surrounds a hole into it: colours without a seam, and their grain.

The colours are the harmonic function of the border's, solved from coarse to fine (Bornemann and
Deuflhard, "The cascadic multigrid method for elliptic problems", 1996); fine detail of the border
fades within a few pixels, as in a soft blur.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.arrays import Mask, Pixels

Floats = NDArray[np.float32]

_MOST_ROUNDS = 16
"""Most relaxations on a level of the pyramid ..."""
_WORK = 65_536
"""... and about how many pixels are relaxed on each: the coarse levels, cheap, get the most."""
_ONE_ROUND = 500_000
"""Levels of up to so many pixels get one round at least; at larger ones no seam is seen."""
_MOST_GRAIN = 4.0
"""Upper limit of the grain, in grey levels: more is texture, not noise."""
_SEED = 20160901
_TILE = 256


def continued(values: Floats, known: Floats) -> Floats:
    """Solve Laplace's equation where nothing is known: a cascade from coarse to fine.

    ``values``, shape (height, width, 3), are 0 where ``known``, shape (height, width), is 0; it is
    1 elsewhere, and somewhere. The edges of the array let nothing through (Neumann's condition).
    A coarse pixel is the mean of those of its four fine ones that are known, so the coarse levels
    look further outward than the border itself.
    """
    if known.all():
        return values
    height, width = known.shape
    if height % 2 or width % 2:
        even = continued(_even(values), _even(known))
        return np.ascontiguousarray(even[:height, :width])
    share = _resized(known, width // 2, height // 2)
    means = _resized(values, width // 2, height // 2)
    means /= np.maximum(share, np.float32(0.25))[..., None]
    coarse = continued(means, np.asarray(share > 0, dtype=np.float32))
    return _relaxed(_resized(coarse, width, height), values, known.astype(np.uint8))


def _even(values: Floats) -> Floats:
    """With a row and a column of nothing known where their number is odd."""
    height, width = values.shape[:2]
    edged = cv2.copyMakeBorder(values, 0, height % 2, 0, width % 2, cv2.BORDER_CONSTANT)
    return np.asarray(edged, dtype=np.float32)


def _resized(values: Floats, width: int, height: int) -> Floats:
    """Halved by the mean of every four pixels, or doubled linearly."""
    method = cv2.INTER_AREA if width < values.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, (width, height), interpolation=method), dtype=np.float32)


def _relaxed(guess: Floats, values: Floats, known: NDArray[np.uint8]) -> Floats:
    """Every unknown pixel becomes the mean of its neighbourhood, many times over."""
    fewest = int(known.size <= _ONE_ROUND)
    for _ in range(max(min(_WORK // known.size, _MOST_ROUNDS, max(known.shape)), fewest)):
        cv2.copyTo(values, known, guess)
        blurred = cv2.blur(guess, (3, 3), borderType=cv2.BORDER_REPLICATE)
        guess = np.asarray(blurred, dtype=np.float32)
    return np.asarray(cv2.copyTo(values, known, guess), dtype=np.float32)


def grain(pixels: Pixels, unknown: Mask, place: tuple[int, int]) -> Floats:
    """Brightness noise as strong as that of the known pixels, shape (height, width, 1).

    ``place`` is the top left corner within the whole picture, as (x, y), so that neighbouring
    parts fit together.
    """
    height, width = unknown.shape
    tile = _noise() * min(_noise_level(pixels, unknown), _MOST_GRAIN)
    rows = (np.arange(height) + place[1]) % _TILE
    columns = (np.arange(width) + place[0]) % _TILE
    return np.asarray(tile[rows[:, None], columns][..., None], dtype=np.float32)


def _noise_level(pixels: Pixels, unknown: Mask) -> float:
    """Standard deviation of the surroundings' brightness noise, in grey levels."""
    light = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    clear = cv2.erode((~unknown).view(np.uint8), np.ones((3, 3), np.uint8))
    # A few thousand pixels are enough; the step is odd, so that it beats with no pattern.
    rest = (light - cv2.GaussianBlur(light, (3, 3), 0))[clear > 0]
    sample = np.abs(rest[:: rest.size // 4096 | 1])
    # The lowest fifth is noise even where the surroundings are textured: 0.253 standard
    # deviations of a Gaussian, of which the blurred copy has taken away a fifth.
    fifth = sample.size // 5
    return float(np.partition(sample, fifth)[fifth]) / 0.253 / 0.8 if sample.size else 0.0


@lru_cache(maxsize=1)
def _noise() -> Floats:
    """One fixed tile of noise for all pictures, slightly soft like a camera's."""
    drawn = np.random.default_rng(_SEED).standard_normal((_TILE, _TILE)).astype(np.float32)
    soft = cv2.GaussianBlur(drawn, (0, 0), 0.6, borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft / soft.std(), dtype=np.float32)
