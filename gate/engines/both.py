"""Two readers as one, so that a reference is decoded and searched once for both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gate.arrays import Pixels, Vectors
from gate.ports import FaceReader
from gate.values import Face


class BothReaders:
    """Two readers as one, for enrolment: the rows of both side by side. Implements FaceReader.

    Each half of a row has unit length; ``apart`` cuts them again.
    """

    def __init__(self, first: FaceReader, second: FaceReader) -> None:
        self._first, self._second = first, second

    @property
    def version(self) -> str:
        """Both versions."""
        return f"{self._first.version} + {self._second.version}"

    @property
    def dimension(self) -> int:
        """The numbers of both."""
        return self._first.dimension + self._second.dimension

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        """One row per face: what the first gives, then what the second gives."""
        both = (self._first.read(pixels, faces), self._second.read(pixels, faces))
        rows: Vectors = np.concatenate(both, axis=1)
        return rows

    def apart(self, rows: Vectors) -> tuple[Vectors, Vectors]:
        """The rows of the first reader and of the second."""
        return rows[:, : self._first.dimension], rows[:, self._first.dimension :]
