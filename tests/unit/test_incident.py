"""An incident's document: the 72 hours, what was out, what is not known, and nobody's name."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate import incident_words as words
from gate.incident import (
    Account,
    Affected,
    ClockState,
    CopyOut,
    Happening,
    Incident,
    Note,
    Stage,
    Takedown,
    TakedownState,
    clock,
    figures,
    lost_sight_of,
    takedown_state,
    time_line,
    time_out,
)
from gate.incident_page import render, to_json

LONDON = ZoneInfo("Europe/London")
AWARE = datetime(2026, 9, 24, 8, 40, tzinfo=UTC)
NOW = AWARE + timedelta(hours=30, minutes=45)
HOUR = timedelta(hours=1)
PHOTO, OTHER = "3f9a" * 16, "b81e" * 16
PAGE = "https://www.st-example.sch.uk/news"


def copy(stage: Stage, photo: str = PHOTO, hours: int = -100, **changes: object) -> CopyOut:
    made = CopyOut(photo, "website", stage, PAGE, AWARE + hours * HOUR, None, "web.admin")
    return replace(made, **changes)  # type: ignore[arg-type]


TASK = Takedown(31, PHOTO, "website", PAGE, AWARE + HOUR, AWARE + 9 * HOUR)
FULL = Incident(
    number=7,
    aware_at=AWARE,
    opened_at=AWARE + timedelta(minutes=25),
    opened_by="m.okafor",
    photos=(PHOTO, OTHER),
    copies=(
        copy(Stage.READY, until=AWARE),
        copy(Stage.PULLED, hours=-99),
        copy(Stage.POSTED, hours=-98, until=AWARE + 2 * HOUR),
        copy(Stage.POSTED, hours=-97, channel="social", by="social.team"),
        copy(Stage.PULLED, OTHER, hours=-50, by="printer.liaison"),
    ),
    takedowns=(
        replace(TASK, done_at=AWARE + 2 * HOUR, done_by="web.admin", proof="page deleted"),
        replace(TASK, number=32),
    ),
    affected=(Affected("P0012", "pupil", "Elin Secret"), Affected("P0107", "pupil", "Tom Secret")),
    notes=(Note(AWARE + 3 * HOUR, "j.rees", "Spoke to them."),),
    account=Account(happened="A photo showed a pupil."),
)
BARE = Incident(8, AWARE, AWARE, "x", (PHOTO,))


@pytest.mark.parametrize(
    ("at", "state", "says"),
    [
        (AWARE, ClockState.RUNNING, "72 hours left"),
        (NOW, ClockState.RUNNING, "41 hours and 15 minutes left"),
        (AWARE + timedelta(hours=71, minutes=59, seconds=30), ClockState.RUNNING, "less than a"),
        (AWARE + timedelta(hours=72), ClockState.PASSED, "Passed less than a minute ago"),
        (AWARE + timedelta(hours=73, minutes=1), ClockState.PASSED, "Passed 1 hour and 1 minute"),
    ],
)
def test_the_72_hours_run_and_pass(at: datetime, state: ClockState, says: str) -> None:
    found = clock(BARE, at)
    assert found.state is state
    assert says in words.clock_sentence(found)


def test_telling_stops_the_clock() -> None:
    in_time = clock(replace(BARE, commissioner_told_at=AWARE + 71 * HOUR), AWARE + 99 * HOUR)
    late = clock(replace(BARE, commissioner_told_at=AWARE + 80 * HOUR), AWARE + 99 * HOUR)
    assert words.clock_sentence(in_time) == "Told after 71 hours: in time"
    assert words.clock_sentence(late) == "Told after 80 hours: 8 hours too late"
    assert (in_time.used, late.used) == (71 * HOUR, 72 * HOUR)


def test_the_end_is_72_real_hours_later_though_the_clocks_change() -> None:
    before = datetime(2026, 10, 24, 12, 0, tzinfo=LONDON)
    found = clock(replace(BARE, aware_at=before.astimezone(UTC)), before)
    advice = words.clock_advice(found, LONDON)
    assert "27 October 2026 at 11:00 (GMT)" in advice
    page = render(replace(BARE, aware_at=before.astimezone(UTC)), before, LONDON)
    assert "24 October 2026 at 12:00 (BST)" in page


@given(st.timedeltas(timedelta(days=-9), timedelta(days=9)))
def test_the_clock_never_says_more_than_there_is(passed: timedelta) -> None:
    found = clock(BARE, AWARE + passed)
    assert timedelta() <= found.used <= timedelta(hours=72)
    assert (found.state is ClockState.PASSED) == (passed >= timedelta(hours=72))
    assert found.deadline == AWARE + timedelta(hours=72)


@pytest.mark.parametrize(
    ("time", "says"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=25, minutes=9), "1 day and 1 hour"),
        (timedelta(days=3, minutes=5), "3 days"),
        (timedelta(days=1_200), "1,200 days"),
    ],
)
def test_a_time_is_said_as_people_say_it(time: timedelta, says: str) -> None:
    assert words.duration(time) == says


def test_what_was_out_is_counted() -> None:
    found = figures(FULL, NOW)
    assert (found.photos, found.posted, found.still_posted) == (2, 2, 1)
    assert found.pulled_by == ("printer.liaison", "web.admin")
    assert (found.open_takedowns, found.overdue_takedowns) == (1, 1)
    assert found.first_out == AWARE - 99 * HOUR
    assert found.longest_out == NOW - (AWARE - 99 * HOUR)
    assert figures(BARE, NOW).longest_out is None


def test_what_only_lay_ready_did_not_leave_the_school() -> None:
    ready = replace(BARE, copies=(copy(Stage.READY),))
    assert figures(ready, NOW).first_out is None


def test_a_pulled_copy_without_a_place_is_lost_sight_of() -> None:
    assert [one.by for one in lost_sight_of(FULL)] == ["printer.liaison"]
    posted_elsewhere = (copy(Stage.PULLED), copy(Stage.POSTED, channel="print"))
    assert len(lost_sight_of(replace(BARE, copies=posted_elsewhere))) == 1
    assert not lost_sight_of(replace(BARE, copies=(copy(Stage.PULLED), copy(Stage.POSTED))))


def test_a_takedown_is_done_only_when_somebody_said_so() -> None:
    assert takedown_state(TASK, AWARE) is TakedownState.OPEN
    assert takedown_state(TASK, NOW) is TakedownState.OVERDUE
    assert takedown_state(replace(TASK, done_at=NOW), NOW + 99 * HOUR) is TakedownState.DONE


def test_a_clock_that_went_back_gives_no_negative_time() -> None:
    assert time_out(copy(Stage.POSTED, until=AWARE - 200 * HOUR), NOW) == timedelta()


def test_the_time_line_has_everything_in_order() -> None:
    line = time_line(FULL)
    assert [moment.at for moment in line] == sorted(moment.at for moment in line)
    kinds = [moment.what for moment in line]
    assert kinds[0] is Happening.READY
    assert kinds[-1] is Happening.DEADLINE
    assert kinds.count(Happening.GONE) == 2
    assert kinds.count(Happening.TAKEDOWN_DONE) == 1
    ended = replace(FULL, commissioner_told_at=NOW, people_told_at=NOW, closed_at=NOW + 99 * HOUR)
    assert {m.what for m in time_line(ended)} == set(Happening)


def asked(incident: Incident) -> tuple[dict[str, str], dict[str, str]]:
    found = words.questions(incident, NOW, LONDON)
    return {q.asked: q.answer for q in found if q.answer}, {
        q.asked: q.how for q in found if not q.answer
    }


def test_what_is_known_and_what_is_not_is_told_apart() -> None:
    known, unknown = asked(FULL)
    assert known["Whom does it concern, and how many?"] == "2 pupils"
    assert known["Where was it published?"] == "2 places, 1 of them still there."
    assert "printer.liaison" in unknown["Where did every pulled copy go?"]
    assert unknown["Is everything taken down?"] == "1 takedown is not done."
    assert "Who saw or copied it?" in unknown
    assert "Were the people affected told?" in unknown


def test_nothing_is_claimed_that_nobody_said() -> None:
    known, unknown = asked(BARE)
    assert set(known) == {
        "How many records?",
        "Where was it published?",
        "Who pulled copies?",
        "Where did every pulled copy go?",
        "Could a copy be taken without a record?",
        "Is everything taken down?",
    }
    assert "none is known to have left" in known["How many records?"]
    assert known["Where did every pulled copy go?"].startswith("No copy was pulled")
    assert "Whom does it concern, and how many?" in unknown
    assert all(unknown.values())
    nobody, _ = asked(replace(BARE, affected=()))
    assert nobody["Whom does it concern, and how many?"] == "nobody of the register"


def test_a_copy_that_nobody_asked_to_take_down_is_not_called_taken_down() -> None:
    posted = replace(BARE, copies=(copy(Stage.POSTED),))
    assert "no takedown is open" in asked(posted)[1]["Is everything taken down?"]
    done = replace(posted, takedowns=(replace(TASK, done_at=NOW),))
    assert "Is everything taken down?" in asked(done)[1]
    gone = replace(done, copies=(copy(Stage.POSTED, until=NOW),))
    assert "Is everything taken down?" in asked(gone)[0]


def test_no_name_is_shown_unless_asked_for() -> None:
    for text in (render(FULL, NOW, LONDON), to_json(FULL, NOW, LONDON)):
        assert "P0012" in text
        assert "Secret" not in text
    assert "Elin Secret" in render(FULL, NOW, LONDON, names=True)
    assert "This page names people" in render(FULL, NOW, LONDON, names=True)
    assert "Tom Secret" in to_json(FULL, NOW, LONDON, names=True)


HOSTILE = "<script>alert(1)</script>\"'&</style><img src=x onerror=y>\u202egpj"


def hostile() -> Incident:
    return replace(
        FULL,
        opened_by=HOSTILE,
        copies=(copy(Stage.POSTED, where=HOSTILE, by=HOSTILE, channel=HOSTILE),),
        takedowns=(replace(TASK, where=HOSTILE, done_at=NOW, done_by=HOSTILE, proof=HOSTILE),),
        affected=(Affected(HOSTILE, HOSTILE, HOSTILE),),
        notes=(Note(NOW, HOSTILE, HOSTILE),),
        account=Account(*[HOSTILE] * 5),
    )


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("names", [False, True])
def test_nothing_that_people_wrote_is_run_or_turns_the_page_around(names: bool) -> None:
    page = render(hostile(), NOW, LONDON, names=names)
    tags = Tags()
    tags.feed(page)
    assert not tags.seen & {"script", "img", "iframe", "link", "object", "form", "a"}
    assert not [name for name in tags.attributes if name.startswith("on")]
    assert "\u202e" not in page
    assert page.count("<style>") == 1


def test_the_page_asks_no_other_computer_for_anything() -> None:
    page = render(replace(FULL, copies=(), takedowns=()), NOW, LONDON)
    assert "default-src 'none'" in page
    assert not re.search(r"(src|href)=|url\(|@import|https?://", page)


@pytest.mark.parametrize("incident", [FULL, BARE, replace(FULL, copies=(), takedowns=())])
def test_the_json_says_what_the_page_says(incident: Incident) -> None:
    found = json.loads(to_json(incident, NOW, LONDON))
    assert found["number"] == incident.number
    assert found["clock"]["state"] == "running"
    assert found["clock"]["left"] == (timedelta(hours=72) - (NOW - AWARE)).total_seconds()
    page = render(incident, NOW, LONDON)
    for question in (*found["known"], *found["unknown"]):
        assert question["asked"] in page
    assert len(found["time_line"]) == len(time_line(incident))


@given(st.integers(-12, 14))
def test_the_same_instant_in_another_zone_gives_the_same_page(offset: int) -> None:
    zone = timezone(timedelta(hours=offset))
    moved = replace(BARE, aware_at=AWARE.astimezone(zone), opened_at=AWARE.astimezone(zone))
    strip = re.compile(r' datetime="[^"]*"')
    here, there = (render(one, NOW, LONDON) for one in (BARE, moved))
    assert strip.sub("", here) == strip.sub("", there)
