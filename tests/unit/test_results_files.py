from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.event_files import event_file

PARTS = st.text(min_size=1).map(lambda text: text.replace("/", "-"))
EVENTS = st.lists(PARTS, max_size=3).map("/".join)


@pytest.mark.parametrize(
    "event", ["sports-day", "sports-day/year 7", "Ysgol Gynradd", "運動会", "Fête d'été"]
)
def test_an_ordinary_event_keeps_its_name(event: str) -> None:
    assert str(event_file(event, ".html")) == f"{event}.html"


@pytest.mark.parametrize(
    "event",
    ["..", "../..", "a/../../b", "con", "NUL.txt", "a:b", "C:\\x", "trailing.", "x\x00y", "a.html",
     "_no-event", ".hidden", "\ud800", "e\u0301", "x" * 300, "a|b", "* ?", " "],
)  # fmt: skip
def test_a_name_that_some_file_system_refuses_is_rewritten(event: str) -> None:
    path = event_file(event, ".html")
    assert str(path) != f"{event}.html"
    assert ".." not in path.parts
    assert all(len(part.encode()) < 200 for part in path.parts)


@given(EVENTS)
def test_no_event_leads_out_of_the_folder_or_to_a_hidden_file(event: str) -> None:
    path = event_file(event, ".csv")
    assert not path.is_absolute()
    assert all(part[0] not in ". -" and "\\" not in part for part in path.parts)
    assert all(part.isprintable() and part.encode() for part in path.parts)
    assert path.suffix == ".csv"


@given(EVENTS, EVENTS)
def test_two_events_never_share_a_file_or_take_the_place_of_a_folder(
    first: str, second: str
) -> None:
    here, there = event_file(first, ".html"), event_file(second, ".html")
    if first != second:
        assert here != there
    assert here not in there.parents
