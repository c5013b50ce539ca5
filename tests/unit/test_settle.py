"""When a file has come to rest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gate.vault import Stamp
from watch.scan import StagedFile
from watch.settle import Quiet, Settler, may_be_taken


def _file(size: int, modified: int = 0, inode: int = 1) -> StagedFile:
    return StagedFile("a.jpg", Stamp(size, modified, inode))


def _look(settler: Settler, file: StagedFile, now: float) -> bool:
    return bool(settler.look({"a.jpg": file}, now))


@given(
    steps=st.lists(
        st.tuples(st.floats(0.01, 3), st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)),
        max_size=30,
    )
)
def test_a_settled_file_was_quiet_for_the_whole_quiet_time(
    steps: list[tuple[float, int, int, int]],
) -> None:
    settler, now = Settler(2.0), 0.0
    history: list[tuple[float, StagedFile]] = []
    for pause, size, modified, inode in steps:
        now += pause
        file = _file(size, modified, inode)
        history.append((now, file))
        if _look(settler, file, now):
            during = [seen for at, seen in history if at >= now - 2.0]
            assert set(during) == {file}
            assert any(at <= now - 2.0 and seen == file for at, seen in history)


def test_any_change_starts_the_quiet_time_again() -> None:
    for changed in (_file(2), _file(1, modified=1), _file(1, inode=2)):
        settler = Settler(2.0)
        _look(settler, _file(1), 0)
        assert not _look(settler, changed, 2)
        assert _look(settler, changed, 4)


def test_a_file_that_went_away_and_came_back_starts_again() -> None:
    settler = Settler(2.0)
    _look(settler, _file(1), 0)
    settler.look({}, 1)
    assert not _look(settler, _file(1), 2)


def test_dates_on_files_do_not_matter() -> None:
    for modified in (-(10**18), 0, 2**62):
        settler = Settler(2.0)
        assert not _look(settler, _file(1, modified), 0)
        assert _look(settler, _file(1, modified), 2)


def test_the_next_due_time_is_the_first_at_which_a_file_can_be_settled() -> None:
    settler = Settler(2.0)
    assert settler.next_due(0) is None
    settler.look({"a.jpg": _file(1)}, 5)
    assert settler.next_due(5) == 7
    assert settler.look({"a.jpg": _file(1)}, 7)
    assert settler.next_due(7) is None


def test_an_unfinished_file_waits_for_patience_and_is_taken_then() -> None:
    for seconds, complete, taken in (
        (2.0, True, True),
        (2.0, None, True),
        (2.0, False, False),
        (29.9, False, False),
        (30.0, False, True),
    ):
        assert may_be_taken(Quiet(_file(1), seconds), complete, patience=30) is taken
