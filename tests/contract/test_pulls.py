"""A folder is kept in step with what may be used at that moment; on any database, real files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from consent_db import audit, consents
from consent_db.pulls import SqlPull
from gate import durable
from gate.errors import SiteError
from gate.pull import PARTIAL, pull
from gate.pulled import Pulled, Surroundings
from gate.released import Held, Wanted
from gate.values import day_of
from tests.contract.released import Out, out
from tests.fake_gate import FakeGate, granted_again, said, seen_on, withdrawn
from tests.registers import NOON, READER, TODAY, StandingClock

__all__ = ["out"]


class _Stop(Exception):
    """The process ends here."""


class Desk:
    """A site's ``ready/`` and a web administrator's folder."""

    def __init__(self, out: Out, root: Path) -> None:
        self.out, self.site, self.folder = out, root / "site", root / "web"
        self.folder.mkdir()

    def drop(self, number: int, *refs: str) -> str:
        photo = self.out.drop(number, *refs)
        self.publish(photo)
        return photo

    def publish(self, photo: str) -> None:
        gate = FakeGate(self.out.database, self.out.policy, READER, self.out.clock)
        judgement, releases = self.out.judged(photo)
        again = gate.judge(photo, self.out.originals[photo])
        assert judgement == again
        for release, rendition in zip(releases, again.renditions, strict=True):
            path = self.site / release.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(rendition.data)

    def judge_again(self) -> None:
        for photo in self.out.judge_again():
            self.publish(photo)

    @property
    def ledger(self) -> SqlPull:
        return self.out.pull(folder=str(self.folder))

    def pull(self, around: Surroundings | None = None, ledger: SqlPull | None = None) -> Pulled:
        return pull(self.site, self.folder, ledger or self.ledger, around or Surroundings())

    @property
    def files(self) -> list[str]:
        found = (p for p in self.folder.rglob("*") if p.is_file())
        return sorted(p.relative_to(self.folder).as_posix() for p in found)

    def shown(self) -> set[str]:
        """Everybody who can be seen in the folder."""
        return {ref for name in self.files for ref in seen_on((self.folder / name).read_bytes())}

    @property
    def held(self) -> list[str]:
        return sorted(one.name for one in self.ledger.held())


@pytest.fixture
def desk(out: Out, tmp_path: Path) -> Desk:
    return Desk(out, tmp_path)


def withdraw(desk: Desk, ref: str = "P1") -> None:
    with desk.out.database.transaction("dpl") as tx:
        consents.record(tx, withdrawn(ref, day_of(tx.now)))


def grant(desk: Desk, ref: str = "P1") -> None:
    with desk.out.database.transaction("dpl") as tx:
        consents.record(tx, granted_again(ref, day_of(tx.now)))


def test_a_folder_gets_what_may_be_used_and_loses_what_may_not(desk: Desk) -> None:
    desk.drop(1, "P1")
    desk.drop(2, "P2")
    (desk.folder / "notes.txt").write_text('{"shown": []}', encoding="utf-8")
    first = desk.pull()
    assert (len(first.taken), first.removed, first.kept, first.at) == (2, (), 0, NOON)
    assert desk.held == sorted(first.taken)
    withdraw(desk)
    second = desk.pull()
    assert (second.taken, len(second.removed), second.kept) == ((), 1, 1)
    assert desk.shown() == {"P2"}
    assert [one.name for one in second.here] == desk.held
    assert "notes.txt" in desk.files
    assert desk.pull().kept == 1


def test_the_next_pull_is_the_proof_for_a_takedown(desk: Desk) -> None:
    desk.drop(1, "P1")
    desk.pull()
    withdraw(desk)
    (one,) = desk.out.takedowns()
    assert one.place.where == str(desk.folder)
    desk.pull()
    (closed,) = desk.out.takedowns(closed=True)
    assert (closed.done_by, closed.is_open) == ("web", False)


def test_expiry_counts_at_the_pull_itself(desk: Desk, clock: StandingClock) -> None:
    with desk.out.database.transaction("dpl") as tx:
        consents.record(tx, said("P1", on=TODAY, until=TODAY))
    desk.drop(1, "P1")
    clock.advance(timedelta(days=1))
    assert desk.pull().taken == ()


class Meanwhile(SqlPull):
    """The ledger; something happens right after one of its answers."""

    after = ""
    what: Callable[[], None] = staticmethod(lambda: None)

    def _done(self, name: str) -> None:
        if self.after == name:
            type(self).after = ""
            type(self).what()

    def standing(self) -> Sequence[Wanted]:
        found = super().standing()
        self._done("standing")
        return found

    def take(self, wanted: Sequence[Wanted]) -> Collection[int]:
        taken = super().take(wanted)
        self._done("take")
        return taken

    def give_back(self, held: Sequence[Held], proof: str = "by a pull") -> None:
        super().give_back(held, proof)
        self._done("give_back")

    def confirm(self, wanted: Collection[int]) -> tuple[datetime, Collection[int]]:
        answer = super().confirm(wanted)
        self._done("confirm")
        return answer


def meanwhile(desk: Desk, after: str, what: Callable[[], None]) -> SqlPull:
    plain = desk.ledger
    made = Meanwhile.__new__(Meanwhile)
    made.__dict__.update(plain.__dict__)
    Meanwhile.after, Meanwhile.what = after, staticmethod(what)
    return made


@pytest.mark.parametrize("after", ["standing", "take"])
@pytest.mark.parametrize("kept", [False, True])
def test_a_withdrawal_while_it_runs_leaves_nothing_behind(
    desk: Desk, after: str, kept: bool
) -> None:
    desk.drop(1, "P1")
    if kept:
        desk.pull()
        desk.drop(3, "P3")
    desk.drop(2, "P2")
    done = desk.pull(ledger=meanwhile(desk, after, lambda: withdraw(desk)))
    assert "P1" not in desk.shown()
    assert [one.name for one in done.here] == desk.held == desk.files
    assert all(one.is_open is False for one in desk.out.takedowns(closed=True))


def test_one_right_after_it_is_told_by_a_takedown(desk: Desk) -> None:
    desk.drop(1, "P1")
    done = desk.pull(ledger=meanwhile(desk, "confirm", lambda: withdraw(desk)))
    assert len(done.here) == 1
    assert [one.place.where for one in desk.out.takedowns()] == [str(desk.folder)]


def test_a_day_that_begins_while_it_runs_counts(desk: Desk, clock: StandingClock) -> None:
    with desk.out.database.transaction("dpl") as tx:
        consents.record(tx, said("P1", on=TODAY, until=TODAY))
    desk.drop(1, "P1")
    done = desk.pull(ledger=meanwhile(desk, "take", lambda: clock.advance(timedelta(days=1))))
    assert (done.here, desk.files) == ((), [])


STEPS = ("write", "move")


@pytest.mark.parametrize("step", STEPS)
def test_wherever_it_stops_no_copy_lies_where_nobody_knows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    desk.drop(1, "P1")
    desk.drop(2, "P2")
    plain = getattr(durable, step)

    def stop(*args: object, **options: object) -> None:
        plain(*args, **options)
        raise _Stop

    monkeypatch.setattr(durable, step, stop)
    with pytest.raises(_Stop):
        desk.pull()
    monkeypatch.undo()
    assert len(desk.held) == 2
    withdraw(desk)
    assert len(desk.out.takedowns()) == 1
    desk.pull()
    assert desk.shown() == {"P2"}
    assert not (desk.folder / PARTIAL).exists()
    assert desk.held == desk.files


@pytest.mark.parametrize("after", ["standing", "take", "give_back", "confirm"])
def test_the_same_bytes_released_anew_are_never_without_a_record(desk: Desk, after: str) -> None:
    desk.drop(1, "P1")
    desk.pull()
    withdraw(desk)
    grant(desk)
    desk.judge_again()

    def stop() -> None:
        raise _Stop

    with pytest.raises(_Stop):
        desk.pull(ledger=meanwhile(desk, after, stop))
    withdraw(desk)
    # It may be on record twice for a moment, and never not at all.
    assert desk.out.takedowns()
    desk.pull()
    assert desk.files == desk.held == []
    assert desk.out.takedowns() == []


def test_they_stay_and_are_recorded_anew(desk: Desk) -> None:
    desk.drop(1, "P1")
    desk.pull()
    before = desk.files
    withdraw(desk)
    grant(desk)
    desk.judge_again()
    done = desk.pull()
    assert (done.removed, desk.files, desk.held) == ((), before, before)
    assert desk.out.takedowns() == []


def test_a_file_that_somebody_changed_is_left_alone_and_told(desk: Desk) -> None:
    desk.drop(1, "P1")
    (name,) = desk.pull().taken
    (desk.folder / name).write_bytes(b"edited")
    assert desk.pull().changed == (name,)
    withdraw(desk)
    done = desk.pull()
    assert (done.changed, done.here) == ((name,), ())
    assert len(desk.out.takedowns()) == 1


def test_a_file_that_has_the_name_of_a_copy_is_in_the_way(desk: Desk) -> None:
    desk.drop(1, "P1")
    (name,) = desk.pull().taken
    other = Desk.__new__(Desk)
    other.__dict__.update(desk.__dict__)
    other.folder = desk.folder.with_name("other")
    (other.folder / name).parent.mkdir(parents=True, exist_ok=True)
    (other.folder / name).write_bytes(b"mine")
    done = other.pull()
    assert (done.in_the_way, done.taken, done.here) == ((name,), (), ())
    assert (other.folder / name).read_bytes() == b"mine"


def ready(desk: Desk) -> Path:
    (path,) = (desk.site / "ready" / "website").iterdir()
    return path


@pytest.mark.parametrize("size", ["same", "other", "missing"])
def test_a_copy_that_was_changed_is_never_pulled_and_judged_again(desk: Desk, size: str) -> None:
    photo = desk.drop(1, "P1")
    data = ready(desk).read_bytes()
    if size == "missing":
        ready(desk).unlink()
    else:
        ready(desk).write_bytes(data[::-1] if size == "same" else b"x")
    done = desk.pull()
    assert (done.taken, done.here, desk.files, desk.held) == ((), (), [], [])
    assert len(done.spoilt) == 1
    assert desk.out.waiting() == [photo]
    assert desk.out.standing(photo).keys() == {"print"}


def test_a_copy_that_is_on_its_way_is_waited_for(desk: Desk) -> None:
    photo = desk.out.drop(1, "P1")
    done = desk.pull(Surroundings(finish=lambda: desk.publish(photo)))
    assert (len(done.taken), done.spoilt) == (1, ())


def test_a_copy_that_ended_meanwhile_harms_no_newer_one(desk: Desk) -> None:
    """A pull that is late must not take the photo's new copy for the one that it misses."""
    photo = desk.drop(1, "P1", "P2")

    def swap() -> None:
        withdraw(desk)
        ready(desk).unlink()
        desk.judge_again()

    done = desk.pull(ledger=meanwhile(desk, "standing", swap))
    assert done.spoilt == ()
    assert desk.out.standing(photo)["website"] == {"P2"}
    with desk.out.database.reading() as connection:
        assert "copy.changed" not in {entry.action for entry in audit.entries(connection)}
    assert len(desk.pull().taken) == 1


def test_a_folder_that_was_moved_is_known_by_its_manifest(desk: Desk) -> None:
    desk.drop(1, "P1")
    desk.drop(2, "P2")
    listed = [(one.name, one.sha256) for one in desk.pull().here]
    desk.folder = desk.folder.rename(desk.folder.with_name("moved"))
    withdraw(desk)
    done = desk.pull(Surroundings(listed=listed))
    assert desk.shown() == {"P2"}
    assert (len(done.removed), len(done.taken)) == (1, 1)
    assert desk.held == desk.files


def test_what_a_stale_register_permits_is_not_added(desk: Desk) -> None:
    desk.drop(1, "P1")
    desk.drop(2, "P2")
    desk.pull()
    desk.drop(3, "P3")
    withdraw(desk)
    done = desk.pull(Surroundings(adding=False))
    assert (done.left_out, done.taken, done.kept, len(done.removed)) == (1, (), 1, 1)
    assert desk.shown() == {"P2"}


def test_a_folder_that_vanishes_while_it_is_filled_ends_no_copy(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = desk.drop(1, "P1")

    def gone(*_args: object, **_options: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(durable, "write", gone)
    with pytest.raises(SiteError, match="pull again"):
        desk.pull()
    monkeypatch.undo()
    assert desk.out.standing(photo).keys() == {"website", "print"}
    assert len(desk.pull().taken) == 1


def test_a_link_out_of_the_folder_is_refused(desk: Desk, tmp_path: Path) -> None:
    desk.drop(1, "P1")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (desk.folder / PARTIAL).symlink_to(elsewhere)
    with pytest.raises(SiteError, match="leads out"):
        desk.pull()
    assert list(elsewhere.iterdir()) == []


def test_two_folders_are_kept_apart(desk: Desk) -> None:
    desk.drop(1, "P1")
    desk.pull()
    other = Desk.__new__(Desk)
    other.__dict__.update(desk.__dict__)
    other.folder = desk.folder.with_name("other")
    other.folder.mkdir()
    other.pull()
    withdraw(desk)
    assert len(desk.out.takedowns()) == 2
    desk.pull()
    assert [one.place.where for one in desk.out.takedowns()] == [str(other.folder)]
