"""The whole measurement: look, split, score, pass through the gate, sum up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gate.evaluation.labelled import Labels
from gate.evaluation.leaks import Passed, Stage, leaked, pass_through
from gate.evaluation.looking import (
    Eyes,
    Looked,
    Progress,
    Sample,
    look_at_photos,
    look_at_references,
)
from gate.evaluation.pictures import Miss, misses
from gate.evaluation.protocol import Known, Options, Split, make_splits
from gate.evaluation.report import SCHEMA, Material, Protocol, Report, Setting
from gate.evaluation.scoring import score
from gate.evaluation.summary import recognition, through_the_gate
from gate.policy import Policy


@dataclass(frozen=True)
class Bench:
    """With what is measured, and when (UTC).

    The thresholds of ``policy`` are those in force: no calibration is looked for any more.
    """

    eyes: Eyes
    policy: Policy
    setting: Setting
    now: datetime


@dataclass(frozen=True)
class Measured:
    """What came of it.

    ``report`` names nobody; ``pictures`` show people of the register only. ``unreadable``,
    ``copies`` and ``leaks`` (with the channel) name files, for the eyes of whoever measures:
    they are for the screen, never for the page.
    """

    report: Report
    pictures: tuple[Miss, ...]
    unreadable: tuple[tuple[Path, str], ...]
    copies: tuple[Path, ...]
    leaks: tuple[tuple[Path, str], ...]


def measure(
    labels: Labels, bench: Bench, options: Options, progress: Progress, *, pictures: bool
) -> Measured:
    """Measure on these photos. Raises LabelsRefused where they do not suffice, and EngineError.

    Nothing is written; embeddings and pixels are gone when it returns, but for the pictures.
    """
    eyes = bench.eyes
    readings, seconds = look_at_references(labels.references, eyes, progress)
    enrolled = [ref.sha256 for reading in readings.values() for ref in reading.references]
    looked = look_at_photos(labels.photos, enrolled, eyes, progress)
    second = eyes.engines.second
    second_version = "" if second is None else second.version
    known = Known(looked.samples, readings, eyes.reader.version, second_version, seconds)
    splits = make_splits(known, options)
    thresholds = bench.policy.thresholds
    scores = score(looked.samples, splits, thresholds)
    figures = recognition(scores, looked.samples, labels.groups, thresholds, options.seed)
    stage = Stage(
        looked.samples,
        bench.policy,
        eyes,
        labels.channels,
        bench.now,
        bench.setting.software,
    )
    passed = pass_through(splits, stage, options, progress)
    first = score(looked.samples, splits[:1], thresholds).genuine
    missed = [
        int(row)
        for row, right in zip(first.face, first.recognised(thresholds.show), strict=True)
        if not right
    ]
    report = Report(
        SCHEMA,
        bench.now.isoformat(timespec="seconds"),
        bench.setting,
        _material(labels, looked),
        _protocol(known, splits, options, passed),
        figures,
        through_the_gate(passed, looked.samples),
        len(missed),
    )
    shown = misses(missed, known, splits[0], labels, eyes) if pictures else ()
    leaks = tuple(leaked(passed, looked.samples))
    return Measured(report, shown, looked.unreadable, looked.copies, leaks)


def _material(labels: Labels, looked: Looked) -> Material:
    samples = looked.samples
    people: set[str] = {s.person for s in samples if s.label.named}
    return Material(
        kind=labels.kind,
        photos=looked.photos,
        people=len(people),
        nameless=sum(not s.label.named for s in samples),
        faces=len(samples),
        states=_states(samples),
        causes=looked.causes(),
        copies=len(looked.copies),
        fingerprint=looked.fingerprint,
        notes=labels.notes,
    )


def _states(samples: tuple[Sample, ...]) -> dict[str, int]:
    return dict(sorted(Counter(sample.state.value for sample in samples).items()))


def _protocol(known: Known, splits: list[Split], options: Options, passed: Passed) -> Protocol:
    first = splits[0]
    return Protocol(
        seed=options.seed,
        strangers_share=options.strangers,
        references_at_most=options.references,
        splits=len(splits),
        register=len(first.gallery.people),
        strangers=len({known.samples[row].person for row in first.strangers}),
        refused=first.refused,
        references=dict(sorted(Counter(first.gallery.references).items())),
        runs=options.repeat,
        judged_at_most=options.judged,
        permissions="by lot" if passed.by_lot else "as labelled",
    )
