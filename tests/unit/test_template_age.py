"""Whose references should be renewed."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from gate.template_age import RENEW_AFTER, TemplateAge, template_ages, to_renew
from gate.values import Person, References

TODAY = date(2026, 5, 4)
PUPIL = Person("P1", "pupil", "Given", "Family", "3")
STAFF = Person("P2", "staff", "Given", "Family")


def test_the_newest_and_the_oldest_known_day_count() -> None:
    days = (date(2024, 1, 1), None, date(2025, 6, 1), None)
    references = References(("P1", "P1", "P1", "P2"), np.zeros((4, 8), np.float32), days)
    ages = template_ages(references)
    assert ages["P1"] == TemplateAge(date(2025, 6, 1), date(2024, 1, 1), 1)
    assert ages["P2"] == TemplateAge(None, None, 1)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (TemplateAge(TODAY), ""),
        (TemplateAge(TODAY - RENEW_AFTER), ""),
        (TemplateAge(TODAY - RENEW_AFTER - timedelta(days=1)), "old"),
        (TemplateAge(None, None, 3), "unknown"),
        (None, ""),
    ],
)
def test_a_pupil_whose_newest_reference_is_old_is_named(
    age: TemplateAge | None, expected: str
) -> None:
    assert to_renew(PUPIL, age, TODAY) == expected


def test_adults_are_left_in_peace() -> None:
    assert to_renew(STAFF, TemplateAge(date(2001, 1, 2)), TODAY) == ""
