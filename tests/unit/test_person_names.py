"""No name of the register stays in the name of a folder that is published."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.person_names import PersonNames

NAMES = PersonNames(
    ["Emma", "Smith", "Llŷr", "Mary-Jane", "van der Berg", "O'Brien", "McDonald", "Al", "Søren",
     "محمد", "李小明", "P0017", "X"]
)  # fmt: skip


@pytest.mark.parametrize(
    "event",
    [
        "emma", "EMMA birthday", "birthday_of_emma", "Emma's party", "emmas-party", "EmmaSmith",
        "emmasmith2024", "partyEmma", "Emma2024", "llyr", "LLYˆR".replace("ˆ", "\u0302"),
        "mary jane", "MaryJane", "maryjane", "jane", "van-der-berg", "berg trip", "o'brien",
        "OBrien", "brien", "McDonald visit", "mcdonald", "al", "Al 5", "soren", "SØREN",
        "رحلة محمد", "والمحمد", "李小明运动会", "p0017", "P 0017", "class-P0017",
        "Em\u200bma", "E\u0301mma", "ＥＭＭＡ",
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_written(event: str) -> None:
    assert NAMES.found_in(event)


@pytest.mark.parametrize(
    "event",
    ["sports-day", "assembly", "open-evening", "science-fair", "year 7", "Emmaus", "smithy",
     "algebra", "2024-06-12 trip", "x", "day-17", "", "dilemma"],
)  # fmt: skip
def test_other_words_stay(event: str) -> None:
    assert not NAMES.found_in(event)


LATIN = st.text(st.characters(categories=["Ll", "Lu"], max_codepoint=0x24F), min_size=2, max_size=8)


FORMS: st.SearchStrategy[Literal["NFC", "NFD"]] = st.sampled_from(["NFC", "NFD"])


@given(
    name=LATIN,
    before=st.sampled_from(["", "day-", "year_7_", "trip ", "2024"]),
    after=st.sampled_from(["", "-day", "_2", " party", "'s"]),
    form=FORMS,
    change=st.sampled_from([str.upper, str.lower, str.title]),
)
def test_case_accents_and_joiners_hide_no_name(
    name: str, before: str, after: str, form: Literal["NFC", "NFD"], change: Callable[[str], str]
) -> None:
    written = unicodedata.normalize(form, before + change(name) + after)
    assert PersonNames([name]).found_in(written)
