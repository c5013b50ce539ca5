"""A measurement is of the gate that runs: with its second reader and the thresholds in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from cli.evaluating import _in_force
from gate.arrays import Vectors
from gate.evaluation.leaks import Fate, Passed, Stage, pass_through
from gate.evaluation.looking import Eyes
from gate.evaluation.permissions import snapshot
from gate.evaluation.protocol import Known, Options, Split, make_splits
from gate.limits import Limits
from gate.match import DEFAULT_THRESHOLDS
from gate.policy import Engines, Policy
from gate.second_look import SecondPolicy
from gate.settings import MatchingSettings
from gate.values import Calibrated, Gallery, SecondMode, Thresholds
from tests.unit.test_evaluation_leaks import (
    CHANNELS,
    NOW,
    READER,
    BlindReader,
    BlockFinder,
    BlockReader,
    fates,
    samples,
    silent,
)
from tests.unit.test_evaluation_protocol import known


def passed(folder: Path, second: BlockReader) -> Passed:
    rule = SecondPolicy(SecondMode.MUST_AGREE, Thresholds(0.5, 0.2, 0.1))
    policy = Policy(CHANNELS, Thresholds(0.5, 0.2, 0.1), "p1", second=rule)
    eyes = Eyes(Engines(BlockFinder(), BlockReader(), second), Limits(), policy.inspect_edge)
    gallery = Gallery(("RED", "GREEN"), np.eye(2, 128, dtype=np.float32), (3, 3), READER)
    split = Split(gallery, (0, 1), (), {}, second=gallery)
    faces = samples(folder, website="yes")
    stage = Stage(faces, policy, eyes, ("website", "print"), NOW, "photogate test")
    return pass_through([split], stage, Options(), silent)


def test_a_second_reader_that_disagrees_covers_and_that_is_counted(tmp_path: Path) -> None:
    assert fates(passed(tmp_path, BlockReader()), "website") == [Fate.VISIBLE, Fate.VISIBLE]
    blind = passed(tmp_path, BlindReader())
    assert fates(blind, "website") == [Fate.VISIBLE, Fate.COVERED]


def test_the_second_readers_templates_are_of_the_same_references() -> None:
    data = known(6, 4)
    other: Vectors = np.eye(24, dtype=np.float32)
    both = [replace(s, second=other[row]) for row, s in enumerate(data.samples)]
    for split in make_splits(Known(tuple(both), {}, READER, "second 1"), Options()):
        assert split.second is not None
        assert split.second.reader == "second 1"
        assert split.second.people == split.gallery.people
        for person, vector in zip(split.second.people, split.second.vectors, strict=True):
            assert set(np.flatnonzero(vector)) == set(split.references[person])
    assert make_splits(data, Options())[0].second is None


CALIBRATED = Thresholds(0.55, 0.15, 0.25)


@pytest.mark.parametrize(
    ("asked", "made_for", "show", "origin"),
    [
        (0.001, 0.001, 0.55, "calibration 3 of 4 May 2026"),
        (0.001, None, 0.49, "the shipped defaults; nothing was calibrated yet"),
        (0.002, 0.001, 0.55, "calibration 3"),
        (None, 0.001, 0.49, "the shipped defaults"),
    ],
)
def test_the_thresholds_in_force_are_measured_and_their_origin_is_said(
    asked: float | None, made_for: float | None, show: float, origin: str
) -> None:
    gallery = Gallery((), np.zeros((0, 128), np.float32), (), READER)
    made = made_for and Calibrated(
        3, datetime(2026, 5, 4, 12, tzinfo=UTC), READER, made_for, CALIBRATED
    )
    register = replace(snapshot(gallery, {}, CHANNELS, NOW), calibration=made or None)
    policy = Policy(CHANNELS, DEFAULT_THRESHOLDS, "p1", fpir=asked)
    site = SimpleNamespace(policy=policy, settings=SimpleNamespace(matching=MatchingSettings()))
    thresholds, said = _in_force(cast(Any, site), register)
    assert thresholds.show == show
    assert origin in said
