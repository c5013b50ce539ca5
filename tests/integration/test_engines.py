"""The real models: what they find and read does not depend on chance, size or order."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import ImageFile

from gate.arrays import Pixels
from gate.demo.draw import portrait
from gate.demo.features import person
from gate.engines.dlib_resnet import DlibResNet
from gate.engines.sface import SFace
from gate.engines.weights import SFACE, locate
from gate.engines.yunet import YuNet
from gate.find import find
from gate.ports import FaceReader


@pytest.fixture(scope="module")
def finder() -> YuNet:
    return YuNet()


@pytest.fixture(scope="module", params=[SFace, DlibResNet])
def reader(request: pytest.FixtureRequest) -> FaceReader:
    made: FaceReader = request.param()
    return made


def drawn(seed: int, variation: int = 0) -> Pixels:
    return portrait(person(seed), variation, size=300)


def test_a_tiny_picture_gets_the_same_honest_answer_every_time(finder: YuNet) -> None:
    random = np.random.default_rng(1)
    sizes = [(16, 16), (18, 18), (12, 22), (32, 32), (67, 32), (200, 40), (500, 400), (800, 700)]
    pictures = [random.integers(0, 256, (h, w, 3), dtype=np.uint8) for w, h in sizes]
    first = [finder.find(picture, 0.01) for picture in pictures]
    for _ in range(20):
        for number in random.permutation(len(pictures)):
            assert finder.find(pictures[number], 0.01) == first[number]


def test_a_drawn_face_is_found(finder: YuNet) -> None:
    faces, _ = find(drawn(1), finder)
    assert [face.weak for face in faces] == [False]


def test_a_reader_gives_one_row_of_unit_length_for_each_face(
    finder: YuNet, reader: FaceReader
) -> None:
    pixels = drawn(1)
    faces, _ = find(pixels, finder)
    rows = reader.read(pixels, [*faces, *faces])
    assert rows.shape == (2, reader.dimension)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-4)
    assert np.array_equal(rows[0], rows[1])
    assert reader.read(pixels, []).shape == (0, reader.dimension)


def test_a_reader_knows_the_same_person_from_another(finder: YuNet, reader: FaceReader) -> None:
    pictures = [drawn(1, 0), drawn(1, 1), drawn(7, 0)]
    rows = [reader.read(pixels, find(pixels, finder)[0][:1])[0] for pixels in pictures]
    assert float(rows[0] @ rows[1]) > float(rows[0] @ rows[2])


def test_what_is_read_is_what_opencv_reads(finder: YuNet) -> None:
    recogniser = cv2.FaceRecognizerSF.create(str(locate(SFACE)[0]), "")
    for seed in range(4):
        pixels = drawn(seed)
        face = find(pixels, finder)[0][0]
        points = [coordinate for point in face.landmarks for coordinate in point]
        row = np.array([[0, 0, 0, 0, *points, 0]], np.float32)
        aligned = recogniser.alignCrop(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), row)
        theirs = recogniser.feature(aligned)[0]
        ours = SFace().read(pixels, [face])[0]
        assert ours == pytest.approx(theirs / np.linalg.norm(theirs), abs=1e-5)


def test_a_crowd_is_read_as_each_face_alone(finder: YuNet, reader: FaceReader) -> None:
    pixels = drawn(1)
    face = find(pixels, finder)[0][0]
    faces = [face.shifted(number % 7, number // 7) for number in range(70)]
    together = reader.read(pixels, faces)
    for number in (0, 31, 32, 69):
        alone = reader.read(pixels, [faces[number]])[0]
        assert together[number] == pytest.approx(alone, abs=1e-5)


def test_the_second_reader_leaves_truncated_files_refused(reader: FaceReader) -> None:
    assert reader.version
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
