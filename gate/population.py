"""Population statistics: what faces in general look like to a reader; numbers about nobody."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from gate.arrays import Vectors
from gate.errors import EngineError

DRAWN_PER_GROUP = 100
"""How many vectors of each group join every cohort.

With 100 adults and 100 children, the score at which one stranger in 1,000 passes is nearly the
same for adults and children and for registers of 20 to 2,000 people: docs/matching.md. A
reader's file may ask for other numbers.
"""

EVENED = 0.3
"""How much of the differences within people is evened out; 0.2 and 0.4 do as well."""

MOST_PHOTOS = 20
"""Photos of one person that count for how photos of one person differ."""

_FILES = {
    "sface-2021dec": "population_sface.npz",
    "dlib-resnet-2017-centred": "population_dlib.npz",
}
"""Shipped files, by the beginning of the reader's version."""

_SEED = 20260101


@dataclass(frozen=True)
class Group:
    """Embeddings of one group of people as a normal distribution.

    ``mean``: shape (d,). ``factor``: lower triangular, shape (d, d); factor @ factor.T is the
    covariance. ``drawn``: how many vectors of the group join every cohort.
    """

    name: str
    mean: Vectors
    factor: Vectors
    drawn: int = DRAWN_PER_GROUP


@dataclass(frozen=True)
class Population:
    """The groups that a reader's statistics are kept for.

    ``evening``: shape (d, d), or None. Unit vectors are multiplied by it before they are compared,
    so that directions in which photos of one person differ much count for less.
    """

    groups: tuple[Group, ...]
    evening: Vectors | None = None

    def draw(self, per_group: int | None = None) -> Vectors:
        """Invented people: unit vectors of every group, as many as it asks for; always the same.

        ``per_group``: another number, for measuring.
        """
        counts = [group.drawn if per_group is None else per_group for group in self.groups]
        drawn = zip(self.groups, counts, strict=True)
        return np.concatenate([_draw(g, count, _SEED + n) for n, (g, count) in enumerate(drawn)])


def describe(name: str, vectors: Vectors) -> Group:
    """Mean and covariance of these embeddings. Raises ValueError when there are too few.

    The covariance is mixed with a hundredth of its own mean variance in every direction, so that
    it has a Cholesky factor also where there are fewer vectors than dimensions.
    """
    if len(vectors) < 2:
        raise ValueError("a covariance needs at least two vectors")
    data = vectors.astype(np.float64)
    covariance = np.cov(data, rowvar=False)
    dimension = data.shape[1]
    floor = 0.01 * np.trace(covariance) / dimension * np.eye(dimension)
    factor = np.linalg.cholesky(0.99 * covariance + floor)
    return Group(name, data.mean(axis=0).astype(np.float32), factor.astype(np.float32))


def even(scatters: Sequence[NDArray[np.float64]], share: float = EVENED) -> Vectors:
    """What evens out how photos of one person differ, shape (d, d).

    ``scatters``: covariances within people, one of each group. The inverse square root of their
    mean, after ``share`` of it is mixed with its own mean variance in every direction (within-
    class covariance normalisation, Hatch, Kajarekar and Stolcke 2006, with shrinkage).
    """
    mean = np.mean(np.array(scatters), axis=0)
    level = np.trace(mean) / len(mean)
    values, directions = np.linalg.eigh(share * mean / level + (1 - share) * np.eye(len(mean)))
    matrix: Vectors = ((directions * values**-0.5) @ directions.T).astype(np.float32)
    return matrix


def scatter_within(vectors: Vectors, people: NDArray[np.str_]) -> NDArray[np.float64]:
    """The covariance of faces (one row each) around the mean of their person, shape (d, d).

    Of each of the ``people`` at most ``MOST_PHOTOS`` count. Raises ValueError when nobody has two.
    """
    total, freedom = np.zeros((vectors.shape[1],) * 2), 0
    for person in np.unique(people):
        own = vectors[people == person][:MOST_PHOTOS].astype(np.float64)
        apart = own - own.mean(axis=0)
        total += apart.T @ apart
        freedom += len(own) - 1
    if not freedom:
        raise ValueError("a covariance within people needs somebody with two faces")
    scatter: NDArray[np.float64] = total / freedom
    return scatter


def shipped_population(reader: str) -> Population | None:
    """The statistics shipped for this version of a reader; None when there are none.

    Raises EngineError when the file is missing or damaged.
    """
    name = _name(reader)
    if not name:
        return None
    with _opened(name) as stored:
        groups = tuple(_group(stored, str(group)) for group in stored["groups"])
        return Population(groups, _evening(stored, len(groups[0].mean)))


def shipped_centre(reader: str) -> Vectors:
    """The middle between adults' and children's faces as this reader gives them, shape (d,).

    For readers whose faces all lie in one direction; it is subtracted before anything is
    compared. Raises EngineError when there is none for this reader, or it is damaged.
    """
    name = _name(reader)
    with _opened(name) as stored:
        centre: Vectors = stored["centre"].astype(np.float32)
        if centre.ndim != 1 or not np.isfinite(centre).all():
            raise ValueError("the centre is not a row of numbers")
        return centre


def _name(reader: str) -> str:
    return next((file for start, file in _FILES.items() if reader.startswith(start)), "")


@contextmanager
def _opened(name: str) -> Iterator[np.lib.npyio.NpzFile]:
    try:
        with (resources.files("gate") / "data" / name).open("rb") as file, np.load(file) as stored:
            yield stored
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise EngineError(
            f"The population statistics {name} are missing or damaged; install photogate again."
        ) from error


def _group(stored: np.lib.npyio.NpzFile, name: str) -> Group:
    mean = stored[f"{name}_mean"].astype(np.float32)
    factor = stored[f"{name}_factor"].astype(np.float32)
    if factor.shape != (len(mean), len(mean)) or not np.isfinite(factor).all():
        raise ValueError(f"group {name} does not hold a mean and its covariance")
    drawn = int(stored[f"{name}_drawn"]) if f"{name}_drawn" in stored else DRAWN_PER_GROUP
    if drawn < 1:
        raise ValueError(f"group {name} asks for no vectors")
    return Group(name, mean, factor, drawn)


def _evening(stored: np.lib.npyio.NpzFile, dimension: int) -> Vectors | None:
    if "evening" not in stored:
        return None
    matrix: Vectors = stored["evening"].astype(np.float32)
    if matrix.shape != (dimension, dimension) or not np.isfinite(matrix).all():
        raise ValueError("what evens out differences within people is no square of numbers")
    return matrix


def _draw(group: Group, count: int, seed: int) -> Vectors:
    # RandomState: its stream is frozen for ever, a Generator's may change with numpy.
    noise = np.random.RandomState(seed).standard_normal((count, len(group.mean)))
    vectors: NDArray[np.float64] = group.mean + noise @ group.factor.T.astype(np.float64)
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit
