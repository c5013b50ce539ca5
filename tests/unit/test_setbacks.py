"""Files that were in vain rest longer each time, and are never forgotten."""

from __future__ import annotations

from gate.vault import Stamp
from watch.scan import Snapshot, StagedFile
from watch.setbacks import GIVEN_UP_AFTER, LONGEST_PAUSE, Setbacks

FILE = StagedFile("a.jpg", Stamp(1, 1, 1))
CHANGED = StagedFile("a.jpg", Stamp(2, 1, 1))


def test_a_file_rests_twice_as_long_each_time_up_to_a_minute() -> None:
    setbacks, now = Setbacks(), 0.0
    for expected in (1, 2, 4, 8, 16, 32, 60, 60):
        setbacks.add(FILE, now)
        assert setbacks.rests(FILE, now + expected - 0.01)
        assert not setbacks.rests(FILE, now + expected)
        now += LONGEST_PAUSE


def test_a_changed_file_starts_anew() -> None:
    setbacks = Setbacks()
    for _ in range(GIVEN_UP_AFTER):
        setbacks.add(FILE, 0)
    assert setbacks.given_up(FILE)
    assert not setbacks.given_up(CHANGED)
    assert not setbacks.rests(CHANGED, 0)
    setbacks.forget_absent(Snapshot({"a.jpg": CHANGED}))
    assert not setbacks.given_up(FILE)


def test_resting_alone_never_gives_a_file_up() -> None:
    setbacks = Setbacks()
    for _ in range(2 * GIVEN_UP_AFTER):
        setbacks.rest(FILE, 10)
    assert setbacks.rests(FILE, 9)
    assert not setbacks.given_up(FILE)


def test_the_next_due_time_is_never_lost_when_a_look_comes_late() -> None:
    setbacks = Setbacks()
    setbacks.add(FILE, 100)
    assert setbacks.next_due(looked_at=99) == 101
    assert setbacks.next_due(looked_at=101) is None
