"""From scores and outcomes to the rates of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gate.evaluation.figures import (
    NOTHING,
    Rate,
    Trials,
    det,
    histogram,
    rate,
    strangers_needed,
    tpir_at,
)
from gate.evaluation.leaks import FaceOutcome, Fate, Passed, PhotoOutcome
from gate.evaluation.looking import Sample
from gate.evaluation.permissions import YES
from gate.evaluation.report import AtFpir, ChannelPassed, Part, Recognition
from gate.evaluation.scoring import Genuine, Scores
from gate.safe_text import clean
from gate.values import RELEASING, Thresholds, Verdict

FPIRS = (0.1, 0.01, 0.001)
ALL = "all"

SMALLEST_GROUP = 5
"""People; smaller age groups are put together, so that no figure is about one child."""

_SIZES = ((24, "below 24"), (40, "24 to 40"), (80, "40 to 80"), (160, "80 to 160"))
_LARGEST = "160 and more"
_OTHERS, _UNKNOWN = "Smaller groups together", "Not known"

Mask = NDArray[np.bool_]


def recognition(
    scores: Scores,
    samples: Sequence[Sample],
    groups: Mapping[str, str],
    thresholds: Thresholds,
    seed: int,
) -> Recognition:
    """The figures of all splits together, and of each age group and size of face."""
    own, strangers = scores.genuine, scores.strangers
    right = own.recognised(thresholds.show)
    first = np.where(own.own > own.other, own.own, -np.inf)
    trials = Trials(first, own.person, own.face, strangers.best, strangers.person)
    return Recognition(
        recognised=_over(own, right),
        recognised_of_read=_over(own, right, own.read),
        mistaken=_over(own, own.mistaken(thresholds.show)),
        strangers_passed=rate(strangers.best >= thresholds.show, strangers.person, strangers.face),
        veto_reached=_over(own, own.own >= thresholds.veto),
        veto_of_others=rate(own.vetoed[own.read], own.person[own.read], own.face[own.read]),
        at_fpir=tuple(_at(fpir, trials, seed) for fpir in FPIRS),
        by_group=_by_group(scores, groups, thresholds),
        by_size=_by_size(own, samples, thresholds),
        det=det(trials) if len(own.own) and len(strangers.best) else (),
        scores=histogram(own.own, strangers.best),
    )


def _over(own: Genuine, hits: Mask, where: Mask | None = None) -> Rate:
    chosen = np.ones(len(hits), bool) if where is None else where
    return rate(hits[chosen], own.person[chosen], own.face[chosen])


def _at(fpir: float, trials: Trials, seed: int) -> AtFpir:
    needed, there = strangers_needed(fpir), len(np.unique(trials.strangers_person))
    if there < needed:
        return AtFpir(fpir, needed, there, None, None)
    found, threshold = tpir_at(fpir, trials, seed)
    return AtFpir(fpir, needed, there, threshold, found)


def _by_group(
    scores: Scores, groups: Mapping[str, str], thresholds: Thresholds
) -> tuple[Part, ...]:
    """Nothing where no group is known."""
    own = scores.genuine
    tested = {int(number) for number in np.unique(own.person)}
    names = {number: clean(groups.get(scores.people[number], _UNKNOWN)) for number in tested}
    if set(names.values()) <= {_UNKNOWN}:
        return ()
    sizes = {name: sum(n == name for n in names.values()) for name in set(names.values())}
    small = {name for name, size in sizes.items() if size < SMALLEST_GROUP}
    shown = {number: _OTHERS if name in small else name for number, name in names.items()}
    labels = np.array([shown[int(number)] for number in own.person])
    order = sorted(set(shown.values()), key=_in_order)
    return tuple(_part(name, own, labels == name, thresholds) for name in order)


def _in_order(name: str) -> tuple[bool, bool, int, str]:
    """By the first number in the name; what is not known, and what is left over, last."""
    digits = "".join(letter if letter.isdigit() else " " for letter in name).split()
    return name == _UNKNOWN, name == _OTHERS, int(digits[0][:6]) if digits else 10**6, name


def _by_size(own: Genuine, samples: Sequence[Sample], thresholds: Thresholds) -> tuple[Part, ...]:
    sizes = np.array([_size(samples[int(row)].height) for row in own.face])
    names = [name for _, name in _SIZES] + [_LARGEST]
    parts = (_part(name, own, sizes == name, thresholds) for name in names)
    return tuple(part for part in parts if part.recognised.trials)


def _size(height: float | None) -> str:
    if height is None:
        return ""
    return next((name for end, name in _SIZES if height < end), _LARGEST)


def _part(name: str, own: Genuine, where: Mask, thresholds: Thresholds) -> Part:
    right = own.recognised(thresholds.show)
    return Part(name, _over(own, right, where), _over(own, own.own >= thresholds.veto, where))


# --- the whole gate -----------------------------------------------------------------------------


def through_the_gate(passed: Passed, samples: Sequence[Sample]) -> tuple[ChannelPassed, ...]:
    """First over all channels together, then each."""
    return (
        _channel(ALL, passed, samples),
        *(_channel(name, passed, samples) for name in passed.channels),
    )


def _channel(name: str, passed: Passed, samples: Sequence[Sample]) -> ChannelPassed:
    faces = [f for f in passed.faces if name in (ALL, f.channel)]
    photos = [p for p in passed.photos if name in (ALL, p.channel)]
    forbidden = [f for f in faces if f.must != YES]
    # A copy that was not released says nothing about covering.
    permitted = [f for f in faces if f.must == YES and f.fate is not Fate.WITHHELD]
    verdicts = _worst(photos)
    return ChannelPassed(
        channel=name,
        leaked=_any_face(forbidden, lambda f: f.fate is Fate.VISIBLE, samples),
        over_blurred=_any_face(permitted, lambda f: f.fate is Fate.COVERED, samples),
        caught=_photos([p for p in photos if p.restricted is not None], samples, every=True),
        falsely_blocked=_photos([p for p in photos if p.restricted is None], samples, every=False),
        photos=len(verdicts),
        released=sum(v in RELEASING for v in verdicts),
        held=sum(v is Verdict.REVIEW for v in verdicts),
        unplaced=len({(p.run, p.row) for p in photos if p.unplaced}),
    )


def _any_face(
    faces: Iterable[FaceOutcome], happened: Callable[[FaceOutcome], bool], samples: Sequence[Sample]
) -> Rate:
    """A face counts once in each run: as happened if it did so on any of the channels."""
    found: dict[tuple[int, int], bool] = {}
    for face in faces:
        key = face.run, face.row
        found[key] = found.get(key, False) or happened(face)
    return _rate(found, {key: samples[key[1]].person for key in found})


def _photos(photos: Iterable[PhotoOutcome], samples: Sequence[Sample], *, every: bool) -> Rate:
    """Photos that were blocked for a restricted person, on every channel or on any of them.

    A photo counts for its restricted person, or else for the first of its faces.
    """
    found: dict[tuple[int, int], bool] = {}
    whose: dict[tuple[int, int], str] = {}
    for photo in photos:
        key = photo.run, photo.row
        join = all if every else any
        found[key] = join([found.get(key, every), photo.vetoed])
        whose[key] = samples[photo.row if photo.restricted is None else photo.restricted].person
    return _rate(found, whose)


def _rate(found: Mapping[tuple[int, int], bool], whose: Mapping[tuple[int, int], str]) -> Rate:
    if not found:
        return NOTHING
    numbers = {person: number for number, person in enumerate(sorted(set(whose.values())))}
    return rate(
        np.array(list(found.values())),
        np.array([numbers[whose[key]] for key in found], np.intp),
        np.array([row for _, row in found], np.intp),
    )


def _worst(photos: Iterable[PhotoOutcome]) -> list[Verdict]:
    """One verdict for each photo and run: released only where it is on every channel."""
    order = (Verdict.APPROVE, Verdict.BLUR, Verdict.REVIEW, Verdict.BLOCK)
    worst: dict[tuple[int, int], Verdict] = {}
    for photo in photos:
        key = photo.run, photo.row
        worst[key] = max(worst.get(key, Verdict.APPROVE), photo.verdict, key=order.index)
    return list(worst.values())
