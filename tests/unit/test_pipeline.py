"""One photo through all stages: what comes out is decided, covered, small enough, and recorded."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from PIL import Image

from gate.arrays import Pixels, Vectors
from gate.copies import GROWTH
from gate.errors import EngineError, RegisterUnreachable
from gate.pipeline import Gate
from gate.policy import Engines, Policy
from gate.values import (
    BiometricRecord,
    Box,
    Calibrated,
    Channel,
    ConsentRecord,
    ConsentStatus,
    Face,
    FaceReason,
    Gallery,
    Outcome,
    Person,
    Reason,
    RegisterSnapshot,
    Thresholds,
    Verdict,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
CHANNELS = (Channel("website", max_edge=400), Channel("print", online=False, max_edge=300))
RED, GREEN = (220, 20, 20), (20, 220, 20)
SIZE = (1000, 800)
PLACES = {RED: Box(200, 300, 100, 120), GREEN: Box(600, 300, 100, 120)}


def photo(*colours: tuple[int, int, int]) -> bytes:
    pixels = np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)
    pixels[::40] = 90  # stripes, so that the size of a covered region shows
    for colour in colours:
        box = PLACES[colour]
        pixels[int(box.y) : int(box.y + box.h), int(box.x) : int(box.x + box.w)] = colour
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def is_like(pixels: Pixels, colour: tuple[int, int, int]) -> np.ndarray:
    near: np.ndarray = np.all(np.abs(pixels.astype(int) - colour) < 60, axis=-1)
    return near


class ColourFinder:
    """Takes every red and every green block for a face."""

    version = "colours 1"

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        faces = []
        for colour in PLACES:
            like = is_like(pixels, colour)
            if like.any():
                rows, columns = np.flatnonzero(like.any(1)), np.flatnonzero(like.any(0))
                x, y = float(columns[0]), float(rows[0])
                w, h = float(columns[-1] - columns[0] + 1), float(rows[-1] - rows[0] + 1)
                points = tuple((x + w * a, y + h * b) for a, b in _POINTS)
                faces.append(Face(Box(x, y, w, h), points, 0.95))
        return faces


_POINTS = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))


class ColourReader:
    """Red faces are the first axis, green ones the second."""

    version = "sface-2021dec-of-colours"
    dimension = 128

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        rows: Vectors = np.zeros((len(faces), self.dimension), np.float32)
        for number, face in enumerate(faces):
            x, y = (int(value) for value in face.box.centre)
            rows[number, int(bool(is_like(pixels[y, x], GREEN)))] = 1
        return rows


@dataclass
class FakeRegister:
    state: RegisterSnapshot
    asked: int = 0

    def revision(self) -> int:
        return self.state.revision

    def snapshot(self) -> RegisterSnapshot:
        self.asked += 1
        return self.state


def granted(person: str, channel: str) -> ConsentRecord:
    day = date(2025, 9, 1)
    return ConsentRecord(
        1, person, channel, ConsentStatus.GRANTED, "parent", "form", day, day, None, True
    )


def register(**changes: object) -> FakeRegister:
    people = {ref: Person(ref, "pupil", "Given", "Family") for ref in ("RED", "GREEN")}
    vectors: Vectors = np.eye(2, 128, dtype=np.float32)
    status = ConsentStatus.GRANTED
    template = {
        ref: (BiometricRecord(1, ref, status, "parent", "written", date(2025, 9, 1)),)
        for ref in people
    }
    consents = {"RED": (granted("RED", "website"), granted("RED", "print"))}
    gallery = Gallery(("RED", "GREEN"), vectors, (3, 3), "sface-2021dec-of-colours")
    snapshot = RegisterSnapshot(1, NOW, people, consents, template, {}, gallery)
    return FakeRegister(replace(snapshot, **changes))  # type: ignore[arg-type]


def gate(known: FakeRegister, **engines: object) -> Gate:
    policy = Policy(CHANNELS, Thresholds(0.5, 0.2, 0.1), "p1")
    used = replace(Engines(ColourFinder(), ColourReader()), **engines)  # type: ignore[arg-type]
    return Gate(policy, used, known, lambda: NOW, software="photogate test")


def released(data: bytes) -> Pixels:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), np.uint8)


def test_the_permitted_face_is_kept_and_the_other_is_gone() -> None:
    judgement = gate(register()).judge("f00", photo(RED, GREEN))
    assert [d.verdict for d in judgement.decisions] == [Verdict.BLUR, Verdict.BLUR]
    copy = released(judgement.renditions[0].data)
    assert is_like(copy, RED).sum() > 0.8 * 40 * 48
    assert not is_like(copy, GREEN).any()


def test_no_copy_is_larger_than_its_channel_allows() -> None:
    judgement = gate(register()).judge("f00", photo(RED))
    sizes = [(r.channel, max(released(r.data).shape[:2])) for r in judgement.renditions]
    assert sizes == [("website", 400), ("print", 300)]


def test_faces_are_told_in_pixels_of_the_original() -> None:
    judgement = gate(register()).judge("f00", photo(RED))
    box = judgement.faces[0].box
    assert (judgement.width, judgement.height) == SIZE
    assert box.iou(PLACES[RED]) > 0.9


def test_without_permission_on_one_channel_only_that_channel_covers() -> None:
    known = register(consents={"RED": (granted("RED", "print"),)})
    judgement = gate(known).judge("f00", photo(RED))
    assert [d.verdict for d in judgement.decisions] == [Verdict.BLUR, Verdict.APPROVE]
    website, printed = (released(r.data) for r in judgement.renditions)
    assert not is_like(website, RED).any()
    assert is_like(printed, RED).any()


@pytest.mark.parametrize("status", [ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN])
def test_without_biometric_permission_nobody_is_recognised(status: ConsentStatus) -> None:
    said = BiometricRecord(2, "RED", status, "parent", "written", date(2026, 1, 1))
    known = register(biometrics={"RED": (said,)})
    judgement = gate(known).judge("f00", photo(RED))
    assert judgement.decisions[0].faces[0].reason is FaceReason.NOT_RECOGNISED
    assert judgement.decisions[0].faces[0].person is None


def test_a_photo_without_faces_says_what_was_searched() -> None:
    judgement = gate(register()).judge("f00", photo())
    assert [d.reason for d in judgement.decisions] == [Reason.NO_FACES] * 2
    assert judgement.search is not None
    assert judgement.search.turns == (0, 90, 180, 270)


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", Reason.EMPTY_FILE), (b"no picture at all", Reason.NOT_AN_IMAGE)],
)
def test_what_cannot_be_read_is_blocked_everywhere(data: bytes, reason: Reason) -> None:
    judgement = gate(register()).judge("f00", data)
    assert [(d.verdict, d.reason) for d in judgement.decisions] == [(Verdict.BLOCK, reason)] * 2
    assert judgement.renditions == ()


def test_a_cut_off_file_is_blocked() -> None:
    judgement = gate(register()).judge("f00", photo(RED)[:-40])
    assert {d.verdict for d in judgement.decisions} == {Verdict.BLOCK}


def test_a_clock_that_went_back_releases_nothing() -> None:
    later = NOW + timedelta(minutes=6)
    judgement = gate(register(confirmed_at=later)).judge("f00", photo(RED))
    assert {d.reason for d in judgement.decisions} == {Reason.REGISTER_STALE}
    assert judgement.renditions == ()
    assert "clock" in judgement.detail
    nearly = gate(register(confirmed_at=NOW + timedelta(minutes=4))).judge("f00", photo(RED))
    assert {d.verdict for d in nearly.decisions} == {Verdict.APPROVE}


@pytest.mark.parametrize("confirmed", [None, NOW - timedelta(days=401)])
def test_an_old_or_empty_register_blocks(confirmed: datetime | None) -> None:
    judgement = gate(register(confirmed_at=confirmed)).judge("f00", photo(RED))
    assert {d.reason for d in judgement.decisions} == {Reason.REGISTER_STALE}


def test_nobody_is_shown_as_somebody_whom_a_doubtful_face_resembles_more() -> None:
    class Unsure(ColourFinder):
        def find(self, pixels: Pixels, threshold: float) -> list[Face]:
            green = is_like(pixels, GREEN)
            found = super().find(pixels, threshold)
            middles = [tuple(map(int, f.box.centre)) for f in found]
            faces = zip(found, middles, strict=True)
            return [replace(f, score=0.4) if green[y, x] else f for f, (x, y) in faces]

    class Lookalike(ColourReader):
        def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
            rows: Vectors = np.zeros((len(faces), self.dimension), np.float32)
            for row, face in zip(rows, faces, strict=True):
                row[:2] = (1, 0) if face.box.x > pixels.shape[1] / 2 else (0.8, 0)
                row[2] = (1 - row[0] ** 2) ** 0.5
            return rows

    judgement = gate(register(), finder=Unsure(), reader=Lookalike()).judge(
        "f00", photo(RED, GREEN)
    )
    sure, weak = judgement.decisions[0].faces
    assert (sure.outcome, sure.reason) == (Outcome.COVERED, FaceReason.CLAIMED_TWICE)
    assert weak.outcome is Outcome.COVERED


def test_a_model_that_fails_blocks() -> None:
    class Broken(ColourReader):
        def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
            raise EngineError("no numbers")

    judgement = gate(register(), reader=Broken()).judge("f00", photo(RED))
    assert {d.reason for d in judgement.decisions} == {Reason.ENGINE_FAILED}
    assert judgement.detail == "no numbers"


def test_without_the_register_nothing_is_judged() -> None:
    class Away(FakeRegister):
        def revision(self) -> int:
            raise RegisterUnreachable("gone")

        snapshot = revision  # type: ignore[assignment]

    with pytest.raises(RegisterUnreachable):
        gate(Away(register().state)).judge("f00", photo(RED))


def test_the_register_is_read_again_only_when_it_changed() -> None:
    known = register()
    judging = gate(known)
    judging.judge("f00", photo(RED))
    judging.judge("f00", photo(RED))
    assert known.asked == 1
    known.state = replace(known.state, revision=2, consents={})
    assert judging.judge("f00", photo(RED)).decisions[0].verdict is Verdict.BLUR
    assert known.asked == 2


def test_a_permission_that_ends_overnight_is_gone_in_the_morning() -> None:
    ending = replace(granted("RED", "website"), valid_until=NOW.date())
    clock = [NOW]
    policy = Policy(CHANNELS, Thresholds(0.5, 0.2, 0.1), "p1")
    engines = Engines(ColourFinder(), ColourReader())
    known = register(consents={"RED": (ending,)})
    judging = Gate(policy, engines, known, lambda: clock[0], software="photogate test")
    assert judging.judge("f00", photo(RED)).decisions[0].verdict is Verdict.APPROVE
    clock[0] += timedelta(days=1)
    assert judging.judge("f00", photo(RED)).decisions[0].verdict is Verdict.BLUR


class Stubborn(ColourFinder):
    """Sees a face in covered regions as well: up to the number of looks given, or always."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        found = super().find(pixels, threshold)
        is_second_look = max(pixels.shape[:2]) == 128
        if is_second_look and not found and self.left:
            self.left -= 1
            middle = Box(44, 40, 40, 48)
            return [Face(middle, tuple((64.0, 64.0) for _ in range(5)), 0.9)]
        return found


class Remembering(ColourReader):
    """Takes everything that is not red for the green person."""

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        rows: Vectors = np.zeros((len(faces), self.dimension), np.float32)
        rows[:, 1] = 1
        return rows


def test_a_face_that_can_still_be_matched_is_covered_on_a_larger_region() -> None:
    plain = gate(register(), reader=Remembering()).judge("f00", photo(GREEN))
    harder = gate(register(), finder=Stubborn(1), reader=Remembering()).judge("f00", photo(GREEN))
    assert harder.decisions[0].verdict is Verdict.BLUR
    assert harder.renditions[0].sha256 != plain.renditions[0].sha256


def test_a_face_that_stays_matchable_however_covered_blocks() -> None:
    finder = Stubborn(len(GROWTH) * len(CHANNELS) * 2)
    judgement = gate(register(), finder=finder, reader=Remembering()).judge("f00", photo(GREEN))
    assert {d.reason for d in judgement.decisions} == {Reason.STILL_MATCHED}
    assert judgement.renditions == ()


def test_looking_only_makes_no_copies() -> None:
    judgement = gate(register()).judge("f00", photo(RED), with_copies=False)
    assert judgement.decisions[0].faces[0].outcome is Outcome.SHOWN
    assert judgement.renditions == ()


def edge_photo() -> bytes:
    """The permitted face in the middle, the other at the left edge."""
    pixels = np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)
    pixels[::40] = 90
    pixels[300:420, 20:120] = GREEN
    pixels[300:420, 600:700] = RED
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def with_channels(*channels: Channel, **engines: object) -> Gate:
    policy = Policy(channels, Thresholds(0.5, 0.2, 0.1), "p1")
    used = replace(Engines(ColourFinder(), ColourReader()), **engines)  # type: ignore[arg-type]
    return Gate(policy, used, register(), lambda: NOW, software="photogate test")


def test_a_covered_face_at_the_edge_is_cropped_away_where_the_channel_asks_for_it() -> None:
    cropping = Channel("website", max_edge=1600, crop_covered=True)
    judging = with_channels(cropping, replace(CHANNELS[1], max_edge=1600))
    judgement = judging.judge("f00", edge_photo())
    website, printed = (released(copy.data) for copy in judgement.renditions)
    assert judgement.decisions[0].faces[0].outcome is Outcome.COVERED
    assert (judgement.renditions[0].width, judgement.renditions[0].height) == website.shape[1::-1]
    assert website.shape[0] == printed.shape[0] == SIZE[1]
    assert 0.6 * SIZE[0] <= website.shape[1] < SIZE[0] - 120
    assert printed.shape[1] == SIZE[0]
    # The very pixels of the right part, without any covering: the stripes go through.
    assert is_like(website, RED).sum() == pytest.approx(is_like(printed, RED).sum(), rel=0.01)
    assert not is_like(website, GREEN).any()
    stripes = website[::40, :, 0].astype(int)
    assert (np.abs(np.delete(stripes, [8, 9, 10], axis=0) - 90) < 20).all()


def test_what_is_left_after_cropping_is_covered_and_looked_at_again() -> None:
    pixels = np.asarray(Image.open(io.BytesIO(edge_photo()))).copy()
    pixels[300:420, 760:860] = GREEN
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    channel = Channel("website", max_edge=1600, crop_covered=True)
    judgement = with_channels(channel, finder=EachBlock()).judge("f00", file.getvalue())
    copy = released(judgement.renditions[0].data)
    assert copy.shape[1] < SIZE[0]
    assert not is_like(copy, GREEN).any()
    assert is_like(copy, RED).any()
    stubborn = with_channels(channel, finder=EachBlock(always=True), reader=Remembering())
    assert stubborn.judge("f00", file.getvalue()).renditions == ()


@dataclass
class EachBlock(ColourFinder):
    """Every block is a face of its own; with ``always``, the second look finds one in any cover."""

    always: bool = False

    def find(self, pixels: Pixels, threshold: float) -> list[Face]:
        if max(pixels.shape[:2]) == 128 and self.always:
            return [Face(Box(44, 40, 40, 48), tuple((64.0, 64.0) for _ in range(5)), 0.9)]
        if max(pixels.shape[:2]) > 128 and pixels.shape[0] > pixels.shape[1]:
            return []  # turned
        half = pixels.shape[1] // 2
        near, far = pixels.copy(), pixels.copy()
        near[:, half:], far[:, :half] = 128, 128
        return super().find(near, threshold) + super().find(far, threshold)


def test_options_that_hold_or_cover_everybody_work_to_the_end() -> None:
    judging = with_channels(
        Channel("website", cover_everyone=True),
        Channel("print", online=False, hold_if_singled_out=1),
    )
    everybody, held = judging.judge("f00", photo(RED, GREEN)).decisions
    assert (everybody.verdict, everybody.reason) == (Verdict.BLUR, Reason.ALL_COVERED)
    assert (held.verdict, held.reason) == (Verdict.REVIEW, Reason.SINGLED_OUT)
    judgement = judging.judge("f00", photo(RED, GREEN))
    assert [copy.channel for copy in judgement.renditions] == ["website"]
    copy = released(judgement.renditions[0].data)
    assert not is_like(copy, RED).any()
    assert not is_like(copy, GREEN).any()
    hold_all = with_channels(Channel("website", hold_if_all_covered=True))
    alone = hold_all.judge("f00", photo(GREEN))
    assert (alone.decisions[0].verdict, alone.renditions) == (Verdict.REVIEW, ())


def calibrated(show: float, reader: str = ColourReader.version) -> FakeRegister:
    """The register with a calibration that asks for this showing threshold."""
    return register(calibration=Calibrated(3, NOW, reader, 0.001, Thresholds(show, 0.2, 0.1)))


def gate_by(known: FakeRegister, fpir: float | None) -> Gate:
    policy = Policy(CHANNELS, Thresholds(0.5, 0.2, 0.1), "p1", fpir=fpir)
    engines = Engines(ColourFinder(), ColourReader())
    return Gate(policy, engines, known, lambda: NOW, software="photogate test")


def test_the_newest_calibration_is_judged_by_and_recorded() -> None:
    judgement = gate_by(calibrated(1.9), 0.001).judge("f00", photo(RED))
    assert judgement.thresholds.show == 1.9
    assert judgement.decisions[0].faces[0].reason is FaceReason.NOT_RECOGNISED


@pytest.mark.parametrize(
    ("reader", "fpir"), [("another reader", 0.001), (ColourReader.version, None)]
)
def test_a_calibration_of_another_reader_or_that_is_not_wanted_does_not_count(
    reader: str, fpir: float | None
) -> None:
    judgement = gate_by(calibrated(1.9, reader), fpir).judge("f00", photo(RED))
    assert judgement.thresholds.show == 0.5
    assert judgement.decisions[0].faces[0].outcome is Outcome.SHOWN


def test_a_new_calibration_is_taken_up_with_the_register() -> None:
    known = calibrated(1.9)
    judging = gate_by(known, 0.001)
    assert judging.judge("f00", b"").thresholds.show == 1.9
    known.state = replace(calibrated(0.6).state, revision=2)
    assert judging.judge("f00", photo(RED)).decisions[0].faces[0].outcome is Outcome.SHOWN
