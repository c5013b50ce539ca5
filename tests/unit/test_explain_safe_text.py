from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.safe_text import clean, isolated


@given(st.text(st.characters()))
def test_cleaned_text_is_one_line_that_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) == len(text)
    assert cleaned.splitlines() in ([], [cleaned])
    assert cleaned.encode().decode() == cleaned
    assert not {unicodedata.category(letter) for letter in cleaned} & {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    "text", ["Siân Owen", "O’Brien-Łukasz", "अनन्या", "می‌خواهم", "張偉", "👩‍👧"]
)
def test_names_of_every_script_stay_as_they_are(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("text", ["نور", "שרה", "Nour نور"])
def test_text_from_right_to_left_is_isolated(text: str) -> None:
    assert isolated(text) == f"\u2068{text}\u2069"


@pytest.mark.parametrize("text", ["Siân", "P0012", "IMG_1.jpg"])
def test_text_from_left_to_right_is_left_alone(text: str) -> None:
    assert isolated(text) == text


@given(st.text())
def test_an_isolate_cannot_be_closed_from_inside(text: str) -> None:
    assert isolated(text + "נ\u2069")[1:-1].count("\u2069") == 0
