"""What a calibration found, and when its numbers count. Values and rules; references, no names."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gate.values import Calibrated, Person, Thresholds

SMALLEST = 10
"""With fewer people there is nothing to calibrate by; the shipped thresholds stay."""

LOOSEST = 0.09
"""How far the showing threshold may ever come to lie below the shipped one."""

LOOSEST_WITH_CHILDREN = 0.02
"""The same where a pupil may be 11 or younger: of strangers aged 4 to 12 in the derive half, one
in 1,000 reached 0.464 (shipped: 0.49)."""

DUE_SHARE = 0.05
"""A new calibration is due when the templates of this share of the people changed,"""

DUE_LEAST = 3
"""and of at least so many people."""

_AGED = re.compile(r"\d+")
_EARLY = re.compile(r"(n|nursery|pre-?school|r|reception|infants?|eyfs)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """0 to 1; 0 of nothing is 0."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of strangers, with the bounds that 19 of 20 resampled registers stay within."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Group:
    """One year group, or the adults: how its people fare. Counts are reference photos."""

    name: str
    people: int
    recognised: Count
    caught: Count


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who resemble each other: ``score`` is that of one's template and the other."""

    one: str
    other: str
    score: float


@dataclass(frozen=True)
class Calibration:
    """What was found, on whom, and the thresholds that follow; see docs/matching.md.

    ``outcome``: ``too_small``, ``kept``, ``tightened`` or ``loosened`` (of the showing
    threshold). ``needed`` is the threshold at which ``fpir`` is expected (``needed_by``: of
    strangers like the people of one age), ``proven`` the one at which it is all but certain,
    ``lowest`` the lowest that was allowed. ``expected``: the share
    of strangers that passes at ``thresholds.show``; ``invented``: the same of invented people.
    ``recognised`` and ``caught``: own reference photos, each compared with the person's others.
    ``blocked``: the share of other people's photos that one restricted person blocks.
    ``related``: pairs so alike that they were taken for relatives and left out of the estimate.
    """

    reader: str
    register: int
    on: date
    fpir: float
    shipped: Thresholds
    thresholds: Thresholds
    outcome: str
    people: int
    references: int
    without_vectors: tuple[str, ...] = ()
    few: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    unknown_age: tuple[str, ...] = ()
    needed: float | None = None
    needed_by: Mapping[str, float] = field(default_factory=dict)
    proven: float | None = None
    lowest: float | None = None
    expected: Estimate | None = None
    invented: float | None = None
    recognised: Count = Count(0, 0)
    caught: Count = Count(0, 0)
    blocked: float = 0.0
    groups: tuple[Group, ...] = ()
    pairs: tuple[Pair, ...] = ()
    pairs_in_all: int = 0
    related: tuple[Pair, ...] = ()


def in_force(
    own: Thresholds, calibrated: Calibrated | None, reader: str, fpir: float
) -> Thresholds:
    """The thresholds to judge by: the calibrated ones if they are this reader's, else ``own``.

    If they were made for another FPIR than is asked for now, the stricter number of both counts.
    Numbers that no calibration can have given do not count.
    """
    if calibrated is None or calibrated.reader != reader or not _sound(calibrated.thresholds, own):
        return own
    if math.isclose(calibrated.fpir, fpir, rel_tol=1e-6):
        return calibrated.thresholds
    return stricter(own, calibrated.thresholds)


def is_due(made: Calibrated | None, people: int, changed: int, fpir: float) -> bool:
    """Whether to calibrate again: never done for this reader or FPIR, or enough has changed.

    ``people``: how many have a template; ``changed``: of how many it was made or destroyed since.
    """
    if made is None:
        return people >= SMALLEST
    other = not math.isclose(made.fpir, fpir, rel_tol=1e-6)
    return other or (changed >= DUE_LEAST and changed >= DUE_SHARE * people)


def stricter(one: Thresholds, other: Thresholds) -> Thresholds:
    """Shows no face that one of the two would not, and misses no veto of either."""
    return Thresholds(
        max(one.show, other.show), min(one.veto, other.veto), max(one.margin, other.margin)
    )


def _sound(found: Thresholds, own: Thresholds) -> bool:
    numbers = (found.show, found.veto, found.margin)
    return (
        all(math.isfinite(number) for number in numbers)
        and found.veto <= own.veto
        and found.margin >= own.margin
        and found.show >= own.show - LOOSEST - 1e-9
    )


def band(person: Person | None) -> str:
    """``adults``, ``secondary``, ``primary``; ``unknown`` for pupils without a clear year group.

    British year groups: 1 to 6 are aged 5 to 11, from 7 on 11 to 18.
    """
    if person is None:
        return "unknown"
    if person.kind != "pupil":
        return "adults"
    label = (person.year_group or "").strip()
    number = _AGED.search(label)
    if number:
        year = int(number.group())
        return "secondary" if 7 <= year <= 14 else "primary" if year <= 6 else "unknown"
    return "primary" if _EARLY.match(label) else "unknown"


def group_name(person: Person | None) -> str:
    """What a person's figures are put together under: the year group, or "staff", "visitor"."""
    if person is None:
        return "?"
    if person.kind != "pupil":
        return person.kind
    return f"year {person.year_group}" if person.year_group else "no year group"
