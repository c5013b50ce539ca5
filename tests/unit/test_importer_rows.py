"""What the cells of an import mean: an unclear one is an error with its place, never a yes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent_db.cells import Cells
from consent_db.csvfile import Line
from consent_db.rows import KINDS, Context
from gate.values import BiometricRecord, ConsentRecord, ConsentStatus, Person, Restriction

TODAY = date(2026, 3, 2)
CONTEXT = Context(TODAY, {"print": "print", "website": "website"})
CONSENT = {
    "ref": "P1",
    "channel": "website",
    "status": "granted",
    "given_by": "parent",
    "method": "form",
    "obtained_on": "2025-09-05",
    "valid_from": "2025-09-06",
    "valid_until": "2027-08-31",
    "names_online_use": "yes",
}
RESTRICTION = {"ref": "P1", "channels": "all", "valid_from": "2025-09-01", "valid_until": ""}
PERSON = {
    "ref": "P1",
    "kind": "pupil",
    "given_name": "Cleo",
    "family_name": "Jessop",
    "year_group": "7",
    "left_on": "",
}


def read(kind: str, row: dict[str, str]) -> tuple[object, str]:
    """What a row says, and what is wrong with it."""
    cells = Cells(Line(5, row), {name: name for name in row})
    value = KINDS[kind].read(cells, CONTEXT)
    return value, cells.sentence if cells.wrong else ""


def consent(**changed: str) -> tuple[ConsentRecord, str]:
    value, wrong = read("consents", {**CONSENT, **changed})
    assert isinstance(value, ConsentRecord)
    return value, wrong


def test_a_consent_means_what_its_row_says() -> None:
    expected = ConsentRecord(
        0,
        "P1",
        "website",
        ConsentStatus.GRANTED,
        "parent",
        "form",
        date(2025, 9, 5),
        date(2025, 9, 6),
        date(2027, 8, 31),
        names_online_use=True,
    )
    assert consent() == (expected, "")
    assert consent(obtained_on="05/09/2025", valid_from="6/9/2025") == (expected, "")
    assert consent(status="Granted", channel="WEBSITE", names_online_use="TRUE") == (expected, "")


def test_what_is_left_empty_says_the_least() -> None:
    value, wrong = consent(valid_from="", valid_until="", names_online_use="")
    assert wrong == ""
    assert value.valid_from == value.obtained_on
    assert value.valid_until is None
    assert value.names_online_use is False


def test_people_and_restrictions_mean_what_their_rows_say() -> None:
    assert read("people", {**PERSON, "left_on": "31/08/2025", "year_group": ""}) == (
        Person("P1", "pupil", "Cleo", "Jessop", None, date(2025, 8, 31)),
        "",
    )
    several = read("restrictions", {**RESTRICTION, "channels": "website; print"})
    assert several == (
        Restriction(0, "P1", frozenset({"website", "print"}), date(2025, 9, 1)),
        "",
    )
    everywhere, _ = read("restrictions", {**RESTRICTION, "channels": "website all"})
    assert isinstance(everywhere, Restriction)
    assert everywhere.channels == {"all"}


def test_a_biometric_permission_without_a_last_day_has_none() -> None:
    row = {name: CONSENT[name] for name in ("ref", "status", "given_by", "method", "obtained_on")}
    value, wrong = read("biometric", row)
    assert isinstance(value, BiometricRecord)
    assert (value.valid_until, wrong) == (None, "")


@given(st.text(max_size=12))
def test_no_unknown_word_is_ever_a_yes(word: str) -> None:
    value, wrong = consent(status=word)
    if word.casefold() == "granted":
        assert not wrong
    elif value.status is ConsentStatus.GRANTED or word.casefold() not in {"refused", "withdrawn"}:
        assert wrong
    value, wrong = consent(names_online_use=word)
    assert value.names_online_use is (word.casefold() in {"yes", "true", "1"})


@pytest.mark.parametrize(
    "word", ["", "y", "yes", "ok", "grant", "granted?", "not granted", "GRANTED REFUSED", "1"]
)
def test_an_unknown_status_is_refused_and_the_words_allowed_are_named(word: str) -> None:
    value, wrong = consent(status=word)
    shown = f"'{word}'" if word else "empty"
    assert wrong == (f"Row 5: column status is {shown}, but must be granted, refused or withdrawn.")
    assert value.status is not ConsentStatus.GRANTED


@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [
        ("channel", "tiktok", "print or website"),
        ("channel", "all", "print or website"),
        ("channel", "", "print or website"),
        ("given_by", "", "filled in"),
        ("method", "a\nb", "one line"),
        ("method", "x" * 201, "one line"),
        ("ref", "", "a reference"),
        ("ref", "../P1", "a reference"),
        ("ref", "P 1", "a reference"),
        ("ref", "P" * 65, "a reference"),
        ("obtained_on", "", "a day"),
        ("obtained_on", "2026-03-03", "or earlier"),
        ("obtained_on", "2025-02-29", "a day that exists"),
        ("obtained_on", "31/02/2025", "a day that exists"),
        ("obtained_on", "09/25/2025", "a day that exists"),
        ("obtained_on", "05/09/25", "a day that exists"),
        ("obtained_on", "5 Sept 2025", "a day that exists"),
        ("obtained_on", "٠٥/٠٩/٢٠٢٥", "a day that exists"),
        ("valid_from", "soon", "a day that exists"),
        ("valid_until", "never", "a day that exists"),
        ("valid_until", "2027-08-31 or later", "a day that exists"),
        ("names_online_use", "maybe", "yes, no, true, false, 1, 0"),
    ],
)
def test_a_wrong_cell_is_named_with_what_is_allowed(column: str, value: str, allowed: str) -> None:
    _, wrong = consent(**{column: value})
    assert wrong.startswith(f"Row 5: column {column} is ")
    assert allowed in wrong
    assert wrong.count(";") == 0


def test_all_wrong_cells_of_a_row_are_one_sentence() -> None:
    _, wrong = consent(status="maybe", obtained_on="never")
    assert "column status is 'maybe'" in wrong
    assert "column obtained_on is 'never'" in wrong
    assert wrong.count("Row 5") == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("channels", ""),
        ("channels", "website, tiktok"),
        ("valid_from", ""),
        ("valid_until", "2025-08-31"),
    ],
)
def test_a_restriction_that_would_not_hold_is_refused(column: str, value: str) -> None:
    _, wrong = read("restrictions", {**RESTRICTION, column: value})
    assert f"column {column} is " in wrong


@pytest.mark.parametrize(("column", "value"), [("kind", "teacher"), ("given_name", "")])
def test_a_person_needs_a_kind_and_a_name(column: str, value: str) -> None:
    _, wrong = read("people", {**PERSON, column: value})
    assert f"column {column} is " in wrong


def test_the_header_of_the_file_is_what_a_mistake_names() -> None:
    cells = Cells(Line(5, {"status": "perhaps"}), {"status": "Consent given?"})
    cells.word("status", {"granted": 1, "refused": 2})
    assert "column Consent given? is 'perhaps'" in cells.sentence
