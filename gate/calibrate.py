"""Calibrating: thresholds for this register, from its own people and shipped statistics. Pure.

Every person's reference photos play the stranger against the register without that person: real
faces of the same school and ages. Those photos also play the person themselves: each is compared
with a template of the person's other references. From the first comes the share of strangers
that would pass (FPIR), from the second the share of own people recognised.

The rule for the showing threshold: it is the shipped one as long as that lies between the
threshold where the asked FPIR is *expected* and the one where it is all but *certain* (in 99 of
100 resampled registers). If even the expected one is higher, it is taken: a register tightens
freely. If even the certain one is lower, that is taken: a register loosens only as far as its
evidence carries, from 300 people on, and never below a floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gate import tails
from gate.calibration import (
    LOOSEST,
    LOOSEST_WITH_CHILDREN,
    SMALLEST,
    Calibration,
    Count,
    Estimate,
    Group,
    band,
    group_name,
)
from gate.population import Population
from gate.rehearsal import Rehearsal, rehearse
from gate.template_age import template_ages, to_renew
from gate.values import Gallery, Person, References, Thresholds

ENOUGH_TO_LOOSEN = 300
"""People with kept references from which a register's own evidence may loosen: with 150, one of 15
registers let 2.4 times the asked share of strangers pass (docs/matching.md)."""

ENOUGH_TO_SPEAK = 20
"""People of one age band from which it is asked by itself."""

FEW = 3
"""Fewer references than this are said to be few."""

_CERTAIN = 0.99
_SHIPPED_FPIR = 0.001
_CAUGHT = 0.995
_LOWEST_VETO = 0.10
_WIDEST_MARGIN = 0.40
_PAIRS_NAMED = 200

_MEASURED = "sface-2021dec"
"""The reader for which loosening was measured; with another one a register only tightens."""


@dataclass(frozen=True)
class Subject:
    """What is calibrated: the people who may be recognised, and what stands behind them."""

    gallery: Gallery
    references: References
    people: Mapping[str, Person]

    @property
    def bands(self) -> NDArray[np.str_]:
        """The age band of every row of the gallery."""
        return np.array([band(self.people.get(ref)) for ref in self.gallery.people], dtype=str)


@dataclass(frozen=True)
class _Show:
    """A showing threshold and how it came about, as in ``Calibration``."""

    threshold: float
    needed_by: Mapping[str, float]
    proven: float
    lowest: float
    expected: Estimate


def calibrate(
    subject: Subject, population: Population | None, shipped: Thresholds, fpir: float, on: date
) -> Calibration:
    """Thresholds at which this share of strangers passes, and what they do to the own people.

    Raises what ``Matcher`` raises.
    """
    found = _about(subject, shipped, fpir, on)
    seen = rehearse(subject.gallery, subject.references, population)
    if seen.people < SMALLEST:
        return found
    show = _show(seen, subject, shipped.show, fpir)
    veto = min(_veto(seen, shipped.veto), show.threshold)
    thresholds = Thresholds(show.threshold, veto, _margin(seen, shipped.margin))
    return _filled(found, thresholds, show, seen, subject)


def _about(subject: Subject, shipped: Thresholds, fpir: float, on: date) -> Calibration:
    """What can be said without comparing anything; the thresholds are the shipped ones."""
    gallery, references = subject.gallery, subject.references
    known = set(gallery.people)
    kept = [
        person
        for person, vector in zip(references.people, references.vectors, strict=True)
        if person in known and vector.any()
    ]
    age = template_ages(references)
    renew = {
        ref: to_renew(subject.people[ref], age.get(ref), on)
        for ref in gallery.people
        if ref in subject.people
    }
    return Calibration(
        gallery.reader,
        0,
        on,
        fpir,
        shipped,
        shipped,
        "too_small",
        len(known),
        len(kept),
        without_vectors=tuple(sorted(known - set(kept))),
        few=tuple(r for r, n in zip(gallery.people, gallery.references, strict=True) if n < FEW),
        old=tuple(ref for ref, what in renew.items() if what == "old"),
        unknown_age=tuple(ref for ref, what in renew.items() if what == "unknown"),
    )


def _show(seen: Rehearsal, subject: Subject, shipped: float, fpir: float) -> _Show:
    asked = _asked(seen, subject)
    tail = {who: tails.fit(seen.best[rows], seen.owner[rows]) for who, rows in asked.items()}
    drawn = {who: tails.resampled(seen.best[r], seen.owner[r]) for who, r in asked.items()}
    needed = {who: one.level(fpir) for who, one in tail.items()}
    certain = [
        float(np.quantile([one.level(fpir) for one in those], _CERTAIN)) for those in drawn.values()
    ]
    expected = max(needed.values())
    proven = max(*certain, expected)
    usual = shipped + tails.USUAL_EXCESS * max(0.0, float(np.log(_SHIPPED_FPIR / fpir)))
    lowest = _lowest(seen, subject, shipped, fpir) if _may_loosen(seen, subject) else usual
    threshold = _up(max(lowest, min(max(usual, expected), proven)))
    worst = max(tail, key=lambda who: tail[who].above(threshold))
    low, high = np.quantile([one.above(threshold) for one in drawn[worst]], (0.025, 0.975))
    estimate = Estimate(tail[worst].above(threshold), float(low), float(high))
    return _Show(threshold, needed, proven, lowest, estimate)


def _asked(seen: Rehearsal, subject: Subject) -> dict[str, NDArray[np.bool_]]:
    """The photos of all people, and of each age band that has enough of them."""
    bands = subject.bands[seen.owner]
    asked = {"everybody": np.ones(len(bands), bool)}
    for name in sorted(set(bands)):
        rows = bands == name
        if len(np.unique(seen.owner[rows])) >= ENOUGH_TO_SPEAK:
            asked[str(name)] = rows
    return asked


def _may_loosen(seen: Rehearsal, subject: Subject) -> bool:
    """Whether there is enough evidence, about every age that may need it, to go below shipped."""
    there = [int((subject.bands == name).sum()) for name in ("primary", "unknown")]
    return (
        seen.people >= ENOUGH_TO_LOOSEN
        and subject.gallery.reader.startswith(_MEASURED)
        and not any(0 < count < ENOUGH_TO_SPEAK for count in there)
    )


def _lowest(seen: Rehearsal, subject: Subject, shipped: float, fpir: float) -> float:
    """The floor of loosening."""
    young = np.isin(subject.bands, ("primary", "unknown")).any()
    floor = shipped - (LOOSEST_WITH_CHILDREN if young else LOOSEST)
    if not len(seen.invented):
        return floor
    # Invented people's tail is not true enough for more than a guard: ten times the share.
    return max(floor, float(np.quantile(seen.invented, 1 - min(1.0, 10 * fpir))))


def _veto(seen: Rehearsal, shipped: float) -> float:
    """Lower than shipped only where the own photos prove that too few of them are caught."""
    own = np.sort(seen.own[np.isfinite(seen.own)])
    allowed = (1 - _CAUGHT) * len(own)
    # More misses than chance explains: three standard deviations of a count with this mean.
    if int((own < shipped).sum()) <= allowed + 3 * np.sqrt(allowed) + 1:
        return shipped
    enough = np.floor(float(own[int(allowed)]) * 100) / 100
    return float(max(_LOWEST_VETO, min(shipped, enough)))


def _margin(seen: Rehearsal, shipped: float) -> float:
    """Wider than shipped only where a wrong person led an own photo by more."""
    lead = seen.nearest - seen.own
    wrong = np.isfinite(lead) & (seen.nearest >= 0.30) & (lead > 0)
    widest = _up(float(lead[wrong].max())) if wrong.any() else 0.0
    return max(shipped, min(widest, _WIDEST_MARGIN))


def _up(score: float) -> float:
    """To the next hundredth."""
    return float(np.ceil(round(score * 100, 6)) / 100)


def _filled(
    found: Calibration, thresholds: Thresholds, show: _Show, seen: Rehearsal, subject: Subject
) -> Calibration:
    tried = np.isfinite(seen.own)
    right = tried & (seen.own >= thresholds.show) & (seen.own > seen.nearest)
    caught = tried & (seen.own >= thresholds.veto)
    pairs = [pair for pair in seen.pairs if pair.score >= thresholds.veto]
    invented = float(np.mean(seen.invented >= thresholds.show)) if len(seen.invented) else None
    return replace(
        found,
        thresholds=thresholds,
        outcome=_outcome(thresholds.show, found.shipped.show),
        needed=max(show.needed_by.values()),
        needed_by=show.needed_by,
        proven=show.proven,
        lowest=show.lowest,
        expected=show.expected,
        invented=invented,
        recognised=Count(int(right.sum()), int(tried.sum())),
        caught=Count(int(caught.sum()), int(tried.sum())),
        blocked=seen.share_of_others(thresholds.veto),
        groups=_groups(seen, subject, right, caught),
        pairs=tuple(pairs[:_PAIRS_NAMED]),
        pairs_in_all=len(pairs),
        related=seen.related,
    )


def _outcome(show: float, shipped: float) -> str:
    if show > shipped:
        return "tightened"
    return "loosened" if show < shipped else "kept"


def _groups(
    seen: Rehearsal, subject: Subject, right: NDArray[np.bool_], caught: NDArray[np.bool_]
) -> tuple[Group, ...]:
    """The figures of every year group, youngest first."""
    refs = subject.gallery.people
    names = np.array([group_name(subject.people.get(ref)) for ref in refs], dtype=str)
    tried = np.isfinite(seen.own)
    groups = []
    for name in sorted(set(names), key=lambda name: (not name.startswith("year"), _age(name))):
        rows = names[seen.owner] == name
        of = int((tried & rows).sum())
        recognised = Count(int((right & rows).sum()), of)
        found = Count(int((caught & rows).sum()), of)
        groups.append(Group(str(name), int((names == name).sum()), recognised, found))
    return tuple(groups)


def _age(name: str) -> tuple[int, str]:
    digits = "".join(letter for letter in name if letter.isdigit())
    return (int(digits) if digits else 0), name
