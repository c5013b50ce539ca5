"""Photos through the whole gate: what can be seen of each labelled face in the released files.

Counted is what the pixels of the encoded copies show, not what was decided.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from gate.errors import LoadRefused
from gate.evaluation.looking import Eyes, Progress, Sample, State, bytes_of
from gate.evaluation.permissions import (
    NO,
    RESTRICTED,
    UNKNOWN,
    YES,
    MemoryRegister,
    Permissions,
    drawn_by_lot,
    snapshot,
)
from gate.evaluation.protocol import Options, Split
from gate.evaluation.visible import VISIBLE_FROM, Grey, likeness
from gate.load import load
from gate.pipeline import Gate
from gate.policy import Policy
from gate.values import RELEASING, Channel, Decision, Judgement, Reason, Rendition, Verdict


class Fate(StrEnum):
    """What became of a face on a channel."""

    VISIBLE = "visible"
    COVERED = "covered"
    WITHHELD = "withheld"
    """No copy of the photo was released."""


@dataclass(frozen=True, slots=True)
class FaceOutcome:
    """One labelled face on one channel in one run; ``row`` is its number among the samples."""

    run: int
    row: int
    channel: str
    must: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class PhotoOutcome:
    """One photo on one channel in one run.

    ``restricted``: the row of a face of a restricted person who has a template, or None.
    ``unplaced``: somebody who may not be shown is in it, nobody knows where, and it was released.
    """

    run: int
    row: int
    channel: str
    verdict: Verdict
    vetoed: bool
    restricted: int | None
    unplaced: bool


@dataclass(frozen=True)
class Passed:
    """All that came of the runs."""

    faces: tuple[FaceOutcome, ...]
    photos: tuple[PhotoOutcome, ...]
    by_lot: bool
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """What the runs have in common. ``channels``: those that the truth file speaks of, if any."""

    samples: Sequence[Sample]
    policy: Policy
    eyes: Eyes
    channels: tuple[str, ...]
    now: datetime
    software: str


@dataclass(frozen=True)
class _Run:
    number: int
    gate: Gate
    must: Mapping[str, Mapping[str, str]]
    channels: tuple[Channel, ...]


def pass_through(
    splits: Sequence[Split], stage: Stage, options: Options, progress: Progress
) -> Passed:
    """Judge photos that hold no reference, with a register in memory, as often as asked."""
    measured = [c for c in stage.policy.channels if c.name in stage.channels]
    by_lot = not measured
    channels = tuple(measured or stage.policy.channels)
    faces: list[FaceOutcome] = []
    photos: list[PhotoOutcome] = []
    for number in range(options.repeat):
        split = splits[number % len(splits)]
        random = np.random.default_rng((options.seed, number))
        permissions = (
            drawn_by_lot(split.gallery.people, channels, random)
            if by_lot
            else as_labelled(stage.samples, split, channels)
        )
        run = _Run(number, _gate(stage, split, permissions, channels), permissions, channels)
        chosen = _chosen(stage.samples, split, options.judged, random)
        for path, rows in progress(chosen, "Passing photos through the gate"):
            seen = _judged(path, rows, stage, run)
            if seen is not None:
                faces += seen[0]
                photos += seen[1]
    return Passed(tuple(faces), tuple(photos), by_lot, tuple(c.name for c in channels))


def as_labelled(
    samples: Sequence[Sample], split: Split, channels: Sequence[Channel]
) -> dict[str, dict[str, str]]:
    """The permissions of the truth file; where its rows differ about a person, the strictest."""
    said: dict[str, dict[str, set[str]]] = {
        person: {channel.name: set() for channel in channels} for person in split.gallery.people
    }
    for sample in samples:
        for name, answers in said.get(sample.person, {}).items():
            answers.add(sample.label.allowed.get(name, UNKNOWN))
    return {
        person: {name: _strictest(answers) for name, answers in by_channel.items()}
        for person, by_channel in said.items()
    }


def _strictest(answers: set[str]) -> str:
    if RESTRICTED in answers:
        return RESTRICTED
    return YES if answers == {YES} else NO


def _gate(
    stage: Stage, split: Split, permissions: Permissions, channels: Sequence[Channel]
) -> Gate:
    content = snapshot(split.gallery, permissions, channels, stage.now, second=split.second)
    return Gate(
        stage.policy,
        stage.eyes.engines,
        MemoryRegister(content),
        lambda: stage.now,
        software=stage.software,
    )


def _chosen(
    samples: Sequence[Sample], split: Split, most: int, random: np.random.Generator
) -> list[tuple[Path, list[int]]]:
    """Photos without a reference, with the rows of their faces; a random part if too many."""
    probes = {*split.probes, *split.strangers}
    rows: dict[Path, list[int]] = {}
    enrolled: set[Path] = set()
    for row, sample in enumerate(samples):
        if sample.state is State.UNCLEAR:
            continue
        rows.setdefault(sample.photo, []).append(row)
        if row not in probes:
            enrolled.add(sample.photo)
    free = sorted(path for path in rows if path not in enrolled)
    picked = sorted(random.permutation(len(free))[:most])
    return [(free[place], rows[free[place]]) for place in picked]


def _judged(
    path: Path, rows: Sequence[int], stage: Stage, run: _Run
) -> tuple[list[FaceOutcome], list[PhotoOutcome]] | None:
    """What came of one photo; None where it can no longer be read."""
    data = bytes_of(path)
    if data is None:
        return None
    judgement = run.gate.judge(hashlib.sha256(data).hexdigest(), data)
    try:
        original = _grey(load(data, stage.eyes.limits, long_edge=stage.eyes.edge).pixels)
    except LoadRefused:
        return None
    faces: list[FaceOutcome] = []
    photos: list[PhotoOutcome] = []
    copies = {copy.channel: _released(copy) for copy in judgement.renditions}
    decisions = {decision.channel: decision for decision in judgement.decisions}
    for channel in run.channels:
        musts = {row: _must(stage.samples[row], channel.name, run) for row in rows}
        copy = copies.get(channel.name)
        photos.append(_photo(rows, musts, decisions[channel.name], run, stage.samples))
        for row, must in musts.items():
            fate = _fate(stage.samples[row], judgement, original, copy)
            if fate is not None:
                faces.append(FaceOutcome(run.number, row, channel.name, must, fate))
    return faces, photos


def _must(sample: Sample, channel: str, run: _Run) -> str:
    """What must be done with a face; people without a template are unknown to the gate."""
    return run.must.get(sample.person, {}).get(channel, UNKNOWN)


def _photo(
    rows: Sequence[int],
    musts: Mapping[int, str],
    decision: Decision,
    run: _Run,
    samples: Sequence[Sample],
) -> PhotoOutcome:
    released = decision.verdict in RELEASING
    hidden = [row for row, must in musts.items() if must != YES and samples[row].place is None]
    return PhotoOutcome(
        run.number,
        rows[0],
        decision.channel,
        decision.verdict,
        decision.reason is Reason.RESTRICTED_PERSON,
        next((row for row, must in musts.items() if must == RESTRICTED), None),
        released and bool(hidden),
    )


def _fate(sample: Sample, judgement: Judgement, original: Grey, copy: Grey | None) -> Fate | None:
    """What can be seen of a face in the released copy; None where nobody knows where it is."""
    if sample.place is None:
        return None
    if copy is None:
        return Fate.WITHHELD
    alike = likeness(original, copy, sample.place, judgement.width)
    return Fate.VISIBLE if alike >= VISIBLE_FROM else Fate.COVERED


def _released(copy: Rendition) -> Grey:
    with Image.open(io.BytesIO(copy.data)) as image:
        return np.asarray(image.convert("L"), np.uint8)


def _grey(pixels: np.ndarray) -> Grey:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def leaked(passed: Passed, samples: Sequence[Sample]) -> Iterator[tuple[Path, str]]:
    """Photo and channel of every face that must not be seen and can be; for the one who measures.

    Never written anywhere: the names of files may be those of people who are not enrolled.
    """
    for face in passed.faces:
        if face.must != YES and face.fate is Fate.VISIBLE:
            yield samples[face.row].photo, face.channel


def of_channel(faces: Iterable[FaceOutcome], channel: str) -> list[FaceOutcome]:
    """The outcomes on one channel."""
    return [face for face in faces if face.channel == channel]
