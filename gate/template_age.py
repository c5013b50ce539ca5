"""How old the photos behind a template are, and from when on they should be renewed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from gate.values import Person, References

RENEW_AFTER = timedelta(days=731)
"""Two years: the photos of a child behind the figures of docs/matching.md lie within three years of
each other, and even so half of those up to 12 are not recognised; older ones were not measured."""


@dataclass(frozen=True, slots=True)
class TemplateAge:
    """The newest and the oldest day a reference was taken (None: of none it is known)."""

    newest: date | None = None
    oldest: date | None = None
    unknown: int = 0

    def is_old(self, on: date) -> bool:
        """Whether even the newest known reference is too old on this day."""
        return self.newest is not None and on - self.newest > RENEW_AFTER


def template_ages(references: References) -> dict[str, TemplateAge]:
    """The age of everybody's references."""
    days: dict[str, list[date | None]] = {}
    for person, day in zip(references.people, references.taken_on, strict=True):
        days.setdefault(person, []).append(day)
    return {person: _age(those) for person, those in days.items()}


def to_renew(person: Person, age: TemplateAge | None, on: date) -> str:
    """``old`` or ``unknown`` for a pupil whose references should be looked at; "" otherwise."""
    if person.kind != "pupil" or age is None:
        return ""
    if age.newest is None:
        return "unknown"
    return "old" if age.is_old(on) else ""


def _age(days: Iterable[date | None]) -> TemplateAge:
    everything = list(days)
    known = sorted(day for day in everything if day is not None)
    if not known:
        return TemplateAge(unknown=len(everything))
    return TemplateAge(known[-1], known[0], len(everything) - len(known))
