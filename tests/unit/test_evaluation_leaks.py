"""What is counted as visible is what the released pixels show, not what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from gate.arrays import Pixels, Vectors
from gate.evaluation.labelled import LabelledFace
from gate.evaluation.leaks import FaceOutcome, Fate, Passed, PhotoOutcome, Stage, pass_through
from gate.evaluation.looking import Eyes, Sample, State
from gate.evaluation.permissions import drawn_by_lot
from gate.evaluation.protocol import Options, Split
from gate.evaluation.summary import through_the_gate
from gate.evaluation.visible import VISIBLE_FROM, likeness
from gate.limits import Limits
from gate.policy import Engines, Policy
from gate.ports import FaceReader
from gate.values import Box, Channel, Face, Gallery, Thresholds, Verdict

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
CHANNELS = (Channel("website", max_edge=700), Channel("print", online=False, max_edge=600))
LEFT, RIGHT = Box(150, 200, 100, 120), Box(500, 200, 100, 120)
READER = "sface-2021dec-of-blocks"
RED, GREEN = 0, 1


def silent(items: Sequence[Any], what: str) -> Iterable[Any]:
    return items


class BlockFinder:
    """Takes every red and every green block for a face."""

    version = "blocks 1"

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        faces = []
        for colour in (RED, GREEN):
            like = is_like(pixels, colour)
            if like.any():
                rows, columns = np.flatnonzero(like.any(1)), np.flatnonzero(like.any(0))
                x, y = float(columns[0]), float(rows[0])
                box = Box(x, y, float(columns[-1]) - x + 1, float(rows[-1]) - y + 1)
                points = tuple((x + box.w * a, y + box.h * b) for a, b in POINTS)
                faces.append(Face(box, points, 0.95))
        return faces


POINTS = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))


class BlockReader:
    """Red faces are the first axis, green ones the second."""

    version = READER
    dimension = 128

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        rows: Vectors = np.zeros((len(faces), self.dimension), np.float32)
        for number, face in enumerate(faces):
            x, y = (int(value) for value in face.box.centre)
            near = is_like(pixels[max(y - 9, 0) : y + 9, max(x - 9, 0) : x + 9], GREEN)
            rows[number, GREEN if near.mean() > 0.5 else RED] = 1
        return rows


class BlindReader(BlockReader):
    """Takes everybody for the red one."""

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        rows: Vectors = np.zeros((len(faces), self.dimension), np.float32)
        rows[:, RED] = 1
        return rows


def is_like(pixels: Pixels, colour: int) -> np.ndarray:
    wide = pixels.astype(int)
    found: np.ndarray = wide[..., colour] - wide[..., 1 - colour] > 60
    return found


def picture() -> Pixels:
    """Two blocks with a fine structure of their own, red on the left, green on the right."""
    random = np.random.RandomState(1)
    pixels = np.full((500, 700, 3), 128, np.uint8)
    for colour, box in ((RED, LEFT), (GREEN, RIGHT)):
        x, y, w, h = (int(value) for value in (box.x, box.y, box.w, box.h))
        noise = cv2.resize(random.randint(-60, 60, (h // 4, w // 4)).astype(np.float32), (w, h))
        block = np.full((h, w, 3), 40, np.float32)
        block[..., colour] = 190
        pixels[y : y + h, x : x + w] = (block + noise[..., None]).clip(0, 255).astype(np.uint8)
    return pixels


def samples(folder: Path, *, website: str = "no", where: bool = True) -> list[Sample]:
    path = folder / "photo.png"
    Image.fromarray(picture()).save(path)
    allowed = {"website": "yes", "print": "yes"}, {"website": website, "print": "yes"}
    return [
        Sample(path, LabelledFace(person, box if where else None, True, said), State.READ)
        for person, box, said in zip(("RED", "GREEN"), (LEFT, RIGHT), allowed, strict=True)
    ]


def ran(
    faces: Sequence[Sample],
    reader: FaceReader | None = None,
    channels: tuple[str, ...] = ("website", "print"),
    enrolled: int = 2,
) -> Passed:
    engines = Engines(BlockFinder(), reader or BlockReader())
    policy = Policy(CHANNELS, Thresholds(0.5, 0.2, 0.1), "p1")
    eyes = Eyes(engines, Limits(), policy.inspect_edge)
    vectors: Vectors = np.eye(2, 128, dtype=np.float32)[:enrolled]
    people = ("RED", "GREEN")[:enrolled]
    gallery = Gallery(people, vectors, (3, 3)[:enrolled], READER)
    rows = tuple(range(len(faces)))
    split = Split(gallery, rows[:enrolled], rows[enrolled:], {})
    stage = Stage(faces, policy, eyes, channels, NOW, "photogate test")
    return pass_through([split], stage, Options(), silent)


def fates(passed: Passed, channel: str) -> list[Fate]:
    return [face.fate for face in passed.faces if face.channel == channel]


def test_a_face_counts_as_visible_where_it_is_shown_and_not_where_it_is_covered(
    tmp_path: Path,
) -> None:
    faces = samples(tmp_path)
    passed = ran(faces)
    assert fates(passed, "website") == [Fate.VISIBLE, Fate.COVERED]
    assert fates(passed, "print") == [Fate.VISIBLE, Fate.VISIBLE]
    overall, website, printed = through_the_gate(passed, faces)
    assert (website.leaked.share, website.leaked.trials) == (0.0, 1)
    assert (website.over_blurred.share, website.over_blurred.trials) == (0.0, 1)
    assert printed.leaked.share is None
    assert (overall.photos, overall.released, overall.held) == (1, 1, 0)


def test_a_gate_that_confuses_people_is_found_out(tmp_path: Path) -> None:
    # Both faces are taken for the permitted one; of two claims none is the stronger, so both are
    # covered: too much. Alone in the photo, the stranger is shown: a leak.
    faces = samples(tmp_path)
    overall = through_the_gate(ran(faces, BlindReader()), faces)[0]
    assert overall.over_blurred.share == 1.0
    pixels = picture()
    pixels[:, :350] = 128
    Image.fromarray(pixels).save(faces[0].photo)
    stranger = [faces[1]]
    passed = ran(stranger, BlindReader(), channels=(), enrolled=1)
    assert [face.must for face in passed.faces] == ["unknown", "unknown"]
    assert fates(passed, "website") == [Fate.VISIBLE]
    assert through_the_gate(passed, stranger)[0].leaked.share == 1.0


def test_somebody_without_a_template_must_not_be_visible_whatever_the_label_says(
    tmp_path: Path,
) -> None:
    passed = ran(samples(tmp_path, website="yes"), enrolled=1)
    assert [f.must for f in passed.faces if f.channel == "website"] == ["yes", "unknown"]
    assert fates(passed, "website") == [Fate.VISIBLE, Fate.COVERED]


def test_a_restricted_person_blocks_and_that_is_counted(tmp_path: Path) -> None:
    faces = samples(tmp_path, website="restricted")
    passed = ran(faces)
    assert fates(passed, "website") == [Fate.WITHHELD, Fate.WITHHELD]
    _, website, printed = through_the_gate(passed, faces)
    assert (website.caught.share, website.caught.trials) == (1.0, 1)
    assert website.falsely_blocked.share is None
    assert website.over_blurred.share is None
    assert printed.caught.share is None
    assert printed.falsely_blocked.share == 0.0


def test_without_consent_columns_permissions_are_drawn_by_lot(tmp_path: Path) -> None:
    passed = ran(samples(tmp_path), channels=())
    assert passed.by_lot
    assert passed.channels == ("website", "print")


def test_a_photo_that_holds_a_reference_is_not_judged(tmp_path: Path) -> None:
    faces = samples(tmp_path)
    policy = Policy(CHANNELS, Thresholds(0.5, 0.2, 0.1), "p1")
    eyes = Eyes(Engines(BlockFinder(), BlockReader()), Limits(), policy.inspect_edge)
    gallery = Gallery(("RED",), np.eye(1, 128, dtype=np.float32), (1,), READER)
    split = Split(gallery, (), (1,), {"RED": (0,)})
    stage = Stage(faces, policy, eyes, (), NOW, "photogate test")
    assert pass_through([split], stage, Options(), silent).photos == ()


def test_a_face_that_nobody_can_place_is_reported_when_its_photo_is_released(
    tmp_path: Path,
) -> None:
    faces = samples(tmp_path, where=False)
    lost = [replace(face, state=State.NOT_FOUND) for face in faces]
    passed = ran(lost)
    assert passed.faces == ()
    overall = through_the_gate(passed, lost)[0]
    assert overall.unplaced == 1
    assert overall.leaked.share is None


@pytest.mark.parametrize("people", [1, 2, 3, 10, 100])
def test_lots_hold_everybody_once_and_all_kinds_where_there_are_enough(people: int) -> None:
    names = [f"P{number}" for number in range(people)]
    lots = drawn_by_lot(names, CHANNELS, np.random.default_rng(3))
    assert sorted(lots) == sorted(names)
    kinds = [lot["website"] for lot in lots.values()]
    assert all(lot["website"] == lot["print"] for lot in lots.values())
    assert kinds.count("yes") >= 1
    if people >= 3:
        assert kinds.count("restricted") >= 1
        assert kinds.count("no") >= 1
    assert drawn_by_lot(reversed(names), CHANNELS, np.random.default_rng(3)) == lots


# --- counting -----------------------------------------------------------------------------------


def test_a_face_counts_once_over_all_channels_and_as_leaked_if_it_is_on_any() -> None:
    people = [
        Sample(Path(f"{n}.jpg"), LabelledFace(f"P{n}", Box(0, 0, 9, 9)), State.READ)
        for n in range(3)
    ]
    faces = (
        FaceOutcome(0, 0, "website", "no", Fate.COVERED),
        FaceOutcome(0, 0, "print", "no", Fate.VISIBLE),
        FaceOutcome(0, 1, "website", "yes", Fate.VISIBLE),
        FaceOutcome(0, 1, "print", "yes", Fate.COVERED),
        FaceOutcome(0, 2, "website", "yes", Fate.WITHHELD),
        FaceOutcome(0, 2, "print", "unknown", Fate.WITHHELD),
    )
    photos = (
        PhotoOutcome(0, 0, "website", Verdict.BLOCK, True, 0, False),
        PhotoOutcome(0, 0, "print", Verdict.BLUR, False, 0, False),
        PhotoOutcome(0, 1, "website", Verdict.REVIEW, False, None, False),
        PhotoOutcome(0, 1, "print", Verdict.BLOCK, True, None, False),
    )
    overall, website, printed = through_the_gate(
        Passed(faces, photos, False, ("website", "print")), people
    )
    assert (overall.leaked.share, overall.leaked.trials) == (0.5, 2)
    assert (overall.over_blurred.share, overall.over_blurred.trials) == (1.0, 1)
    assert (website.over_blurred.share, printed.over_blurred.share) == (0.0, 1.0)
    assert (overall.caught.share, overall.falsely_blocked.share) == (0.0, 1.0)
    assert (website.caught.share, printed.caught.share) == (1.0, 0.0)
    assert (overall.released, overall.held, website.held) == (0, 0, 1)


# --- likeness -----------------------------------------------------------------------------------


def astronaut() -> np.ndarray:
    from skimage.data import astronaut as photo

    pixels = np.asarray(photo(), np.uint8)  # type: ignore[no-untyped-call]
    grey: np.ndarray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return grey


FACE = Box(175, 65, 95, 125)


def test_a_kept_face_is_visible_at_any_size_and_after_compression() -> None:
    original = astronaut()
    for size in (512, 300, 150):
        small = cv2.resize(original, (size, size), interpolation=cv2.INTER_AREA)
        coded = cv2.imdecode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])[1], 0)
        assert likeness(original, np.asarray(coded, np.uint8), FACE, 512) >= 0.8


def test_a_covered_or_blurred_face_is_not() -> None:
    original = astronaut()
    x, y, w, h = (int(value) for value in (FACE.x, FACE.y, FACE.w, FACE.h))
    for cover in (
        np.full((h, w), 128, np.uint8),
        cv2.GaussianBlur(original, (0, 0), 12)[y : y + h, x : x + w],
    ):
        copy = original.copy()
        copy[y : y + h, x : x + w] = cover
        assert likeness(original, copy, FACE, 512) < VISIBLE_FROM
    assert likeness(original, original[:, ::-1].copy(), FACE, 512) < VISIBLE_FROM


def test_a_box_outside_the_picture_shows_nothing() -> None:
    original = astronaut()
    assert likeness(original, original, Box(-400, -400, 90, 90), 512) == 0.0
    assert likeness(original, original, Box(900, 900, 90, 90), 512) == 0.0
