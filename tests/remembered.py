"""What the networks answered in this test run: no site asks them the same about the same pixels.

Judging is mostly waiting for two networks, and tests judge the same few drawn photos again and
again. A network's answer depends on its weights and the pixels alone, so it is kept in a folder
that all processes of the run share. Everything else of judging happens each time. With
PHOTOGATE_ASK_ANEW set, nothing is remembered. Tests of the networks themselves do not come here.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from functools import cache, partial
from hashlib import blake2b, sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import TypeVar

import cli.site
import cli.watching
from cli.judging import open_judge
from cli.site import Site
from gate.arrays import Pixels, Vectors
from gate.engines import weights
from gate.engines.yunet import YuNet
from gate.ports import FaceFinder, FaceReader
from gate.values import Face
from watch.station import Judge

FOLDER = "PHOTOGATE_REMEMBERED"
"""Names the folder of the answers; where it is not set, nothing is remembered."""

_Answer = TypeVar("_Answer")

_ONE_AT_A_TIME = Lock()


class RememberingFinder:
    """Asks another finder what it was not asked before. Implements FaceFinder."""

    def __init__(self, finder: FaceFinder, folder: Path) -> None:
        self._finder, self._folder = finder, folder
        self.version = finder.version

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        """What the other finder finds."""
        place = self._folder / _name(self.version, pixels, threshold)
        found: list[Face] = _once(place, lambda: self._finder.find(pixels, threshold))
        return found


class RememberingReader:
    """Asks another reader what it was not asked before. Implements FaceReader.

    ``open_reader`` is called when there is something to ask.
    """

    def __init__(
        self, version: str, dimension: int, open_reader: Callable[[], FaceReader], folder: Path
    ) -> None:
        self.version, self.dimension = version, dimension
        self._open, self._folder = open_reader, folder

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        """What the other reader reads."""
        place = self._folder / _name(self.version, pixels, *faces)
        rows: Vectors = _once(place, lambda: self._open().read(pixels, faces))
        return rows


def remember() -> None:
    """From now on, the networks of sites in this process are remembering ones."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return

    def finder(configured: str) -> RememberingFinder:
        return RememberingFinder(_yunet(configured), Path(folder))

    def reader(site: Site, name: str) -> FaceReader | None:
        return None if site.names_by_people else _reader(site, name, Path(folder))

    vars(cli.site)["YuNet"] = finder
    Site._reader = reader  # type: ignore[method-assign,assignment]
    vars(cli.watching)["judge_opener"] = _judge_opener
    vars(weights)["sha256_of"] = _sha256_of


def _sha256_of(path: Path) -> str:
    """As the weights' own, but a file that stayed as it is is not read again."""
    state = path.stat()
    return _hashed(path, (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns))


@cache
def _hashed(path: Path, _state: tuple[int, ...]) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _judge_opener(site: Site) -> Callable[[], Judge]:
    return partial(_open_judge, site.root.resolve())


def _open_judge(root: Path) -> Judge:
    """In a worker process, which does not always come past ``tests.photogate``."""
    remember()
    return open_judge(root)


def _reader(site: Site, name: str, folder: Path) -> FaceReader:
    # Here, so that without it the model is not even imported.
    from gate.engines.choose import open_reader, reader_version
    from gate.engines.sface import SFace

    configured = site.settings.engines.reader_weights
    if name == "dlib" or configured:
        real = open_reader(name, configured)
        return RememberingReader(real.version, real.dimension, lambda: real, folder)
    version = reader_version(name)
    return RememberingReader(version, SFace.dimension, _sface, folder)


@cache
def _yunet(configured: str) -> YuNet:
    return YuNet(configured)


@cache
def _sface() -> FaceReader:
    from gate.engines.sface import SFace

    return SFace()


def _name(version: str, pixels: Pixels, *asked: object) -> str:
    digest = blake2b(repr((version, pixels.shape, pixels.dtype.str, asked)).encode())
    digest.update(pixels.tobytes())
    return digest.hexdigest()


def _once(place: Path, ask: Callable[[], _Answer]) -> _Answer:
    try:
        answer: _Answer = pickle.loads(place.read_bytes())  # noqa: S301 - our own
    except FileNotFoundError:
        # The networks of a process are shared by its sites here, and by their threads.
        with _ONE_AT_A_TIME:
            answer = ask()
        _keep(place, pickle.dumps(answer))
    return answer


def _keep(place: Path, data: bytes) -> None:
    with NamedTemporaryFile(dir=place.parent, delete=False) as file:
        file.write(data)
    # In one step: whoever reads it finds the whole or nothing.
    Path(file.name).replace(place)
