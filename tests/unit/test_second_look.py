"""The second reader in the pipeline: asked where it matters, and never failing open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from gate.arrays import Pixels, Vectors
from gate.errors import EngineError
from gate.pipeline import Gate
from gate.policy import Engines, Policy
from gate.ports import FaceReader
from gate.second_look import SecondPolicy
from gate.values import (
    ALL_CHANNELS,
    BiometricRecord,
    ConsentStatus,
    Face,
    FaceReason,
    Gallery,
    Judgement,
    Outcome,
    Reason,
    Restriction,
    SecondMode,
    Thresholds,
    Verdict,
)
from tests.unit.test_pipeline import (
    CHANNELS,
    GREEN,
    NOW,
    RED,
    ColourFinder,
    ColourReader,
    FakeRegister,
    photo,
    register,
)

OWN = Thresholds(0.5, 0.4, 0.1)
KEPT_AWAY = Restriction(9, "GREEN", frozenset({ALL_CHANNELS}), date(2025, 9, 1))
GONE = replace(KEPT_AWAY, valid_until=date(2026, 1, 1))


class Second(ColourReader):
    """Sees what the first one sees, and counts the faces that it is asked about."""

    version = "sface-2021dec-seconded"

    def __init__(self) -> None:
        self.asked = 0

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        self.asked += len(faces)
        return super().read(pixels, faces)


class Swapped(Second):
    """Takes red for green and green for red."""

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        rows = super().read(pixels, faces)
        rows[:, :2] = rows[:, 1::-1].copy()
        return rows


class Zero(Second):
    """Gives no usable numbers."""

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        return np.zeros((len(faces), self.dimension), np.float32)


class Broken(Second):
    """Fails."""

    def read(self, pixels: Pixels, faces: Sequence[Face]) -> Vectors:
        raise EngineError("no numbers from the second")


def known(*people: str, **changes: object) -> FakeRegister:
    """The register with templates of the second reader of these people."""
    rows = [("RED", "GREEN").index(person) for person in people]
    vectors: Vectors = np.eye(2, 128, dtype=np.float32)[rows]
    gallery = Gallery(people, vectors, (3,) * len(people), Second.version)
    return register(**{"second": gallery, **changes})


def judged(
    state: FakeRegister, reader: FaceReader | None, mode: str, *colours: tuple[int, int, int]
) -> Judgement:
    second = SecondPolicy(SecondMode(mode), OWN)
    policy = Policy(CHANNELS, Thresholds(0.5, 0.2, 0.1), "p1", second=second)
    engines = Engines(ColourFinder(), ColourReader(), reader)
    gate = Gate(policy, engines, state, lambda: NOW, software="photogate test")
    return gate.judge("f00", photo(*colours))


def reasons(judgement: Judgement) -> list[FaceReason]:
    return [face.reason for face in judgement.decisions[0].faces]


def test_where_both_agree_a_face_is_shown_and_the_evidence_says_so() -> None:
    judgement = judged(known("RED", "GREEN"), Second(), "must_agree", RED)
    assert judgement.decisions[0].verdict is Verdict.APPROVE
    assert [c.person for c in judgement.matches[0].second[:1]] == ["RED"]
    assert judgement.second is not None
    assert (judgement.second.mode, judgement.second.thresholds) == (SecondMode.MUST_AGREE, OWN)
    assert judgement.versions.engine.endswith(f" + {Second.version}")


def test_where_they_disagree_the_face_is_covered() -> None:
    judgement = judged(known("RED", "GREEN"), Swapped(), "must_agree", RED)
    assert reasons(judgement) == [FaceReason.READERS_DISAGREE]
    assert judgement.decisions[0].verdict is Verdict.BLUR


def test_who_was_enrolled_before_the_second_reader_cannot_be_shown() -> None:
    assert reasons(judged(known("GREEN"), Second(), "must_agree", RED)) == [
        FaceReason.READERS_DISAGREE
    ]
    assert reasons(judged(known(), Second(), "must_agree", RED)) == [FaceReason.READERS_DISAGREE]


def test_without_biometric_permission_its_template_counts_for_nothing() -> None:
    said = BiometricRecord(
        2, "GREEN", ConsentStatus.WITHDRAWN, "parent", "written", date(2026, 1, 1)
    )
    both = known("RED", "GREEN").state.biometrics
    state = known(
        "RED",
        "GREEN",
        biometrics={**both, "GREEN": (said,)},
        restrictions={"GREEN": (KEPT_AWAY,)},
    )
    judgement = judged(state, Swapped(), "may_veto", RED)
    assert judgement.decisions[0].verdict is Verdict.APPROVE


def test_its_veto_alone_blocks() -> None:
    state = known("RED", "GREEN", restrictions={"GREEN": (KEPT_AWAY,)})
    judgement = judged(state, Swapped(), "may_veto", RED)
    assert {d.reason for d in judgement.decisions} == {Reason.RESTRICTED_PERSON}
    assert judgement.decisions[0].faces[0].outcome is Outcome.VETO
    assert judgement.renditions == ()


@pytest.mark.parametrize(
    ("mode", "restrictions", "asked"),
    [
        ("must_agree", {}, 1),
        ("may_veto", {}, 0),
        ("may_veto", {"GREEN": (GONE,)}, 0),
        ("may_veto", {"STRANGER": (KEPT_AWAY,)}, 0),
        ("may_veto", {"RED": (replace(KEPT_AWAY, person="RED"),)}, 0),
        ("may_veto", {"GREEN": (replace(KEPT_AWAY, channels=frozenset({"print"})),)}, 2),
    ],
)
def test_it_is_asked_only_where_its_word_can_matter(
    mode: str, restrictions: dict[str, tuple[Restriction, ...]], asked: int
) -> None:
    reader = Second()
    judged(known("RED", "GREEN", restrictions=restrictions), reader, mode, RED, GREEN)
    assert reader.asked == asked


@pytest.mark.parametrize("mode", list(SecondMode))
@pytest.mark.parametrize("reader", [None, Broken(), Zero(), ColourReader()])
def test_a_second_reader_that_is_missing_or_fails_blocks(
    mode: SecondMode, reader: FaceReader | None
) -> None:
    state = known("RED", "GREEN", restrictions={"GREEN": (KEPT_AWAY,)})
    judgement = judged(state, reader, mode, RED)
    assert {d.reason for d in judgement.decisions} == {Reason.ENGINE_FAILED}
    assert {d.verdict for d in judgement.decisions} == {Verdict.BLOCK}


def test_a_register_without_its_templates_blocks() -> None:
    judgement = judged(register(), Second(), "must_agree", RED)
    assert {d.reason for d in judgement.decisions} == {Reason.ENGINE_FAILED}


def test_without_one_in_the_settings_nothing_of_it_is_kept() -> None:
    policy = Policy(CHANNELS, Thresholds(0.5, 0.2, 0.1), "p1")
    reader = Second()
    engines = Engines(ColourFinder(), ColourReader(), reader)
    gate = Gate(policy, engines, known("RED"), lambda: NOW, software="photogate test")
    judgement = gate.judge("f00", photo(RED))
    assert (reader.asked, judgement.second, judgement.matches[0].second) == (0, None, ())
