"""A remembered answer is the network's own, and only for the very same question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from cli.site import Site
from gate.arrays import Pixels, Vectors
from gate.engines.sface import SFace
from gate.engines.yunet import YuNet
from gate.errors import EngineError
from gate.values import Box, Face
from tests.account_site import new_site
from tests.remembered import RememberingFinder, RememberingReader

PICTURE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
FACE = Face(Box(0, 0, 2, 2), ((0.1, 0.2),) * 5, 0.9)


@dataclass
class Counting:
    """A finder and a reader that count how often they are asked."""

    version: str = "counting"
    dimension: int = 2
    asked: list[object] = field(default_factory=list)

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        self.asked.append(threshold)
        return [replace(FACE, score=threshold)]

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        self.asked.append(faces)
        return np.array([[face.score, 0.3] for face in faces], np.float32)


def test_the_same_question_is_asked_once_by_all_processes(tmp_path: Path) -> None:
    real = Counting()
    answers = [
        RememberingFinder(real, tmp_path).find(PICTURE, 0.25),
        RememberingFinder(real, tmp_path).find(PICTURE.copy(), 0.25),
    ]
    assert answers == [[replace(FACE, score=0.25)]] * 2
    rows = [
        RememberingReader("r", 2, lambda: real, tmp_path).read(PICTURE, [FACE]) for _ in range(2)
    ]
    assert np.array_equal(rows[0], rows[1])
    assert rows[1].dtype == np.float32
    assert real.asked == [0.25, [FACE]]
    assert len(list(tmp_path.iterdir())) == 2


def test_any_other_question_is_asked(tmp_path: Path) -> None:
    real, other = Counting(), Counting("another")
    brighter = PICTURE + np.uint8(1)
    for picture, threshold in ((PICTURE, 0.2), (PICTURE, 0.3), (brighter, 0.2)):
        RememberingFinder(real, tmp_path).find(picture, threshold)
    RememberingFinder(real, tmp_path).find(PICTURE.reshape(2, 8, 3), 0.2)
    RememberingFinder(other, tmp_path).find(PICTURE, 0.2)
    assert (len(real.asked), len(other.asked)) == (4, 1)
    reader = RememberingReader("r", 2, lambda: real, tmp_path)
    moved = replace(FACE, box=Box(0, 0, 2, 2.0000001))
    for faces in ([FACE], [moved], [FACE, moved], [moved, FACE], []):
        reader.read(PICTURE, faces)
    assert len(real.asked) == 4 + 5


def test_the_networks_of_a_site_answer_as_they_do_themselves(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    pixels = np.random.default_rng(1).integers(0, 256, (120, 160, 3), np.uint8)
    for engines in (site.engines, Site(site.root).engines):
        assert isinstance(engines.finder, RememberingFinder)
        assert engines.reader is not None
        assert (engines.finder.version, engines.reader.version) == (
            YuNet().version,
            SFace().version,
        )
        assert engines.finder.find(pixels, 0.01) == YuNet().find(pixels, 0.01)
        rows = engines.reader.read(pixels, [FACE])
        assert np.array_equal(rows, SFace().read(pixels, [FACE]))
        assert rows.shape == (1, engines.reader.dimension)


@pytest.mark.parametrize("kept", ["reader_weights", "finder_weights"])
def test_missing_weights_are_missed_all_the_same(tmp_path: Path, kept: str) -> None:
    site = new_site(tmp_path)
    settings = site.root / "photogate.toml"
    text = settings.read_text("utf-8")
    assert f'{kept} = ""' in text
    settings.write_text(text.replace(f'{kept} = ""', f'{kept} = "nowhere.onnx"'), "utf-8")
    with pytest.raises(EngineError, match="nowhere"):
        _ = Site(site.root).engines
