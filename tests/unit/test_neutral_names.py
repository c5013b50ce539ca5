"""Names in ``ready/`` name nobody, and work on every system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.neutral_names import copy_name, event_folder
from gate.person_names import PersonNames

KEY = b"k" * 32
NAMES = PersonNames(["Emma", "Smith"])
NOBODY = PersonNames([])


def test_an_event_keeps_its_name() -> None:
    assert event_folder("sports-day/Year 7", NAMES, KEY) == "sports-day/Year 7"
    assert event_folder("", NAMES, KEY) == ""


def test_only_the_part_that_holds_a_name_becomes_a_number() -> None:
    folder = event_folder("sports-day/Emma Smith", NAMES, KEY)
    first, second = folder.split("/")
    assert first == "sports-day"
    assert second.startswith("event-")
    assert second.removeprefix("event-").isdigit()


def test_the_number_of_an_event_cannot_be_found_without_the_secret() -> None:
    assert event_folder("Emma", NAMES, KEY) == event_folder("Emma", NAMES, KEY)
    assert event_folder("Emma", NAMES, KEY) != event_folder("Emma", NAMES, b"other" * 8)


@pytest.mark.parametrize(
    ("event", "folder"),
    [
        ("con", "_con"),
        ("LPT1.photos", "_LPT1.photos"),
        ("ends with dot.", "ends with dot"),
        ("a:b*c?", "a_b_c_"),
        ("line\nbreak", "line break"),
        ("..hidden", "hidden"),
        ("caf\u0065\u0301", "caf\u00e9"),
        ("a//b", "a/b"),
        ("right\u202eleft", "right left"),
    ],
)
def test_folders_are_safe_on_every_system(event: str, folder: str) -> None:
    assert event_folder(event, NOBODY, KEY) == folder


@given(st.text(max_size=300))
def test_any_event_gives_a_path_inside_its_channel(event: str) -> None:
    folder = event_folder(event, NOBODY, KEY)
    assert len(folder) <= 120
    for part in folder.split("/") if folder else []:
        assert part not in ("", ".", "..")
        assert len(part.encode()) <= 255
        assert part == part.strip(" .")
        assert not set(part) & set('<>:"\\|?*\0')


def test_copies_are_named_by_digits_alone() -> None:
    name = copy_name("a" * 64, "website", "b" * 64)
    assert name.isdigit()
    assert len(name) == 15
    assert name != copy_name("a" * 64, "print", "b" * 64)
    assert len(copy_name("a" * 64, "website", "b" * 64, longer=4)) == 19
