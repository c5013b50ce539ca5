"""The invented school: complete, the same every time, and decided right by the real engines."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from gate.arrays import Pixels, Vectors
from gate.demo.camera import jpeg
from gate.demo.cast import CAST, CHANNELS, ENROLLED, Record
from gate.demo.draw import portrait
from gate.demo.features import person
from gate.demo.photos import photos
from gate.demo.school import REFERENCE_SIZE, School, build
from gate.engines.sface import SFace
from gate.engines.yunet import YuNet
from gate.match import DEFAULT_THRESHOLDS, Matcher
from gate.population import shipped_population
from gate.values import Box, Face, Gallery

TODAY = date(2031, 3, 14)
EDGE = 2000


@dataclass(frozen=True)
class Seen:
    """A photo as found by the real finder, with the rows of its truth."""

    pixels: Pixels
    faces: list[Face]
    truth: list[dict[str, str]]
    scale: float

    def face_of(self, row: dict[str, str]) -> Face:
        numbers = (float(row[key]) for key in ("x", "y", "w", "h"))
        box = Box(*numbers).scaled(self.scale)
        return max(self.faces, key=lambda face: box.iou(face.box))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _upright(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    return build(tmp_path_factory.mktemp("school"), today=TODAY)


@pytest.fixture(scope="module")
def finder() -> YuNet:
    return YuNet()


@pytest.fixture(scope="module")
def reader() -> SFace:
    return SFace()


@pytest.fixture(scope="module")
def seen(school: School, finder: YuNet) -> dict[str, Seen]:
    truth = defaultdict(list)
    for row in _rows(school.truth):
        truth[row["photo"]].append(row)
    photos = {}
    for name, rows in truth.items():
        image = _upright(school.incoming / name)
        width = image.width
        image.thumbnail((EDGE, EDGE))
        pixels = np.asarray(image)
        photos[name] = Seen(pixels, finder.find(pixels, 0.3), rows, image.width / width)
    return photos


@pytest.fixture(scope="module")
def gallery(school: School, finder: YuNet, reader: SFace) -> Gallery:
    vectors: list[Vectors] = []
    refs = sorted(folder.name for folder in school.references.iterdir())
    for ref in refs:
        rows = []
        for path in sorted((school.references / ref).iterdir()):
            pixels = np.asarray(_upright(path))
            (face,) = finder.find(pixels, 0.8)
            rows.append(reader.read(pixels, [face])[0])
        mean = np.mean(rows, axis=0)
        vectors.append(mean / np.linalg.norm(mean))
    return Gallery(tuple(refs), np.array(vectors, np.float32), (3,) * len(refs), reader.version)


def test_every_face_of_the_truth_is_found_for_sure(seen: dict[str, Seen]) -> None:
    for name, photo in seen.items():
        for row in photo.truth:
            face = photo.face_of(row)
            numbers = Box(*(float(row[key]) for key in ("x", "y", "w", "h"))).scaled(photo.scale)
            assert face.score > 0.8, (name, row)
            assert numbers.iou(face.box) > 0.5, (name, row)


def test_nothing_but_faces_is_taken_for_a_face(seen: dict[str, Seen]) -> None:
    for name, photo in seen.items():
        assert len(photo.faces) == len(photo.truth), name


def test_the_right_person_wins_and_strangers_stay_below(
    seen: dict[str, Seen], gallery: Gallery, reader: SFace
) -> None:
    matcher = Matcher(gallery, DEFAULT_THRESHOLDS, shipped_population(reader.version))
    limits = DEFAULT_THRESHOLDS
    restricted = [role.ref for role in CAST if role.record is Record.RESTRICTED]
    for name, photo in seen.items():
        scores = matcher.scores(reader.read(photo.pixels, [photo.face_of(r) for r in photo.truth]))
        for row, of_face in zip(photo.truth, scores, strict=True):
            by_person = dict(zip(gallery.people, map(float, of_face), strict=True))
            right = by_person.pop(row["person"], None)
            other = max(by_person.values())
            if right is None:
                assert other < limits.show - 0.05, (name, row, by_person)
            else:
                assert right > limits.show + 0.3, (name, row, right)
                assert right - other > limits.margin + 0.3, (name, row, by_person)
            vetoes = [by_person[ref] for ref in restricted if ref in by_person]
            assert all(score < limits.veto for score in vetoes), (name, row, vetoes)


def test_the_same_day_gives_the_same_bytes(school: School) -> None:
    for photo in islice(photos(), 3):
        assert (school.incoming / photo.name).read_bytes() == photo.data
    for role in CAST[:3]:
        reference = jpeg(portrait(person(role.seed), 1, size=REFERENCE_SIZE))
        assert (school.references / role.ref / "1.jpg").read_bytes() == reference


def test_the_register_holds_every_case_and_only_the_permitted_have_references(
    school: School,
) -> None:
    people = _rows(school.people)
    assert [row["ref"] for row in people] == [role.ref for role in CAST if role.ref]
    assert {"Siân", "Zoë", "نور"} <= {row["given_name"] for row in people}
    granted = {r["ref"] for r in _rows(school.biometric_permissions) if r["status"] == "granted"}
    assert {folder.name for folder in school.references.iterdir()} == granted
    assert {role.record for role in CAST} == set(Record)
    assert granted == {role.ref for role in CAST if role.record in ENROLLED}


def test_the_demo_does_not_grow_old(school: School) -> None:
    consents = _rows(school.consents)
    expired = {role.ref for role in CAST if role.record is Record.EXPIRED}
    for row in consents:
        if row["status"] == "granted":
            ended = date.fromisoformat(row["valid_until"]) < TODAY
            assert ended == (row["ref"] in expired)
        assert date.fromisoformat(row["obtained_on"]) < TODAY


def test_every_verdict_occurs_and_every_photo_has_one(school: School) -> None:
    verdicts = {row["photo"]: row for row in _rows(school.verdicts)}
    dropped = {
        path.relative_to(school.incoming).as_posix()
        for path in school.incoming.rglob("*")
        if path.is_file()
    }
    assert set(verdicts) == dropped
    for channel in CHANNELS:
        assert {row[channel] for row in verdicts.values()} == {"approve", "blur", "block"}
    different = [row for row in verdicts.values() if len({row[c] for c in CHANNELS}) > 1]
    assert different


def test_the_files_carry_the_troubles_of_real_ones(school: School) -> None:
    def opened(name: str) -> Image.Image:
        return Image.open(io.BytesIO((school.incoming / name).read_bytes()))

    with pytest.raises(OSError, match="truncated"):
        opened("assembly/IMG_2003.jpg").load()
    with pytest.raises(OSError, match="cannot identify"):
        opened("assembly/notes.jpg")
    assert getattr(opened("sports-day/finish.gif"), "n_frames", 1) == 2
    sideways = opened("sports-day/IMG_2034.jpg")
    assert sideways.getexif()[0x0112] == 6
    assert sideways.width > sideways.height
    large = opened("assembly/IMG_2004.jpg")
    assert large.width * large.height == 12_000_000
    same = [school.incoming / "sports-day" / name for name in ("IMG_2031.jpg", "IMG_2031 (1).jpg")]
    assert same[0].read_bytes() == same[1].read_bytes()


def test_one_file_names_its_place_and_carries_a_thumbnail(school: School) -> None:
    data = (school.incoming / "open-evening/IMG_2013.jpg").read_bytes()
    with Image.open(io.BytesIO(data)) as photo:
        exif = photo.getexif()
        assert exif.get_ifd(0x8825)[1] == "N"
        block = photo.info["exif"]
    start = block.index(b"\xff\xd8\xff")
    with Image.open(io.BytesIO(block[start:])) as thumbnail:
        thumbnail.load()
        assert max(thumbnail.size) == 160
