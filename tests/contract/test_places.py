"""Where copies are, which must come down, and what waits to be judged again; on any database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent_db import consents, places, rejudgings, takedowns
from consent_db.publications import Posted, record_posted
from gate.errors import RegisterError
from gate.released import PlaceKind
from gate.values import day_of
from tests.contract.released import Out, consequences, out
from tests.fake_gate import granted_again, withdrawn
from tests.registers import NOON, TODAY, StandingClock

__all__ = ["out"]


def withdraw(out: Out, ref: str = "P1", channel: str = "website") -> None:
    with out.database.transaction("dpl") as tx:
        consents.record(tx, withdrawn(ref, day_of(tx.now), channel))


def post(out: Out, posted: Posted) -> tuple[int, bool]:
    with out.database.transaction("web") as tx:
        return record_posted(tx, consequences(), posted)


def test_a_place_is_kept_with_who_and_when_also_after_it_is_gone(out: Out) -> None:
    photo = out.drop(1, "P1")
    number = out.post(photo, where="  https://school/1 ")
    (place,) = out.places(photo)
    assert (place.id, place.kind, place.where) == (number, PlaceKind.POSTED, "https://school/1")
    assert (place.at, place.by, place.photo, place.gone_at) == (NOON, "web", photo, None)
    with out.database.transaction("web") as tx:
        places.end(tx, [number])
        places.end(tx, [number])
    (gone,) = out.places(photo)
    assert (gone.gone_at, gone.gone_by) == (NOON, "web")
    with out.database.reading() as connection:
        assert places.of_photo(connection, photo, gone=False) == []
        assert [one.id for one in places.of_person(connection, "P1")] == [number]
        assert places.of_person(connection, "P1", gone=False) == []
        assert places.of_person(connection, "P2") == []


@pytest.mark.parametrize("where", ["", "   ", "x" * 2_001])
def test_a_place_must_be_said(out: Out, where: str) -> None:
    photo = out.drop(1, "P1")
    with pytest.raises(RegisterError):
        out.post(photo, where=where)
    assert out.places(photo) == []


def test_where_a_person_is_out_includes_older_copies(out: Out) -> None:
    photo = out.drop(1, "P1", "P2")
    out.post(photo)
    withdraw(out, "P2")
    out.judge_again()
    out.post(photo, where="https://school/2")
    with out.database.reading() as connection:
        found = places.of_person(connection, "P1")
    assert [one.where for one in found] == ["https://school/1", "https://school/2"]


def test_a_copy_that_stands_is_recorded_and_stays(out: Out) -> None:
    photo = out.drop(1, "P1")
    assert post(out, Posted(photo, "website", "https://school/1"))[1]
    assert out.takedowns() == []


def test_a_copy_that_no_longer_stands_is_recorded_to_be_taken_down(out: Out) -> None:
    photo = out.drop(1, "P1")
    withdraw(out)
    number, stands = post(out, Posted(photo, "website", "https://school/1"))
    assert not stands
    (one,) = out.takedowns()
    assert one.place.id == number


def test_so_is_the_older_of_two_copies(out: Out) -> None:
    photo = out.drop(1, "P1", "P2")
    old = next(one.sha256 for one in out.judged(photo)[1] if one.channel == "website")
    withdraw(out)
    out.judge_again()
    _, stands = post(out, Posted(photo, "website", "https://school/1", old))
    assert not stands
    assert post(out, Posted(photo, "website", "https://school/2"))[1]


def test_what_was_never_released_for_the_channel_is_refused(out: Out) -> None:
    photo = out.drop(1, "P1")
    with pytest.raises(RegisterError, match="never released for prospectus"):
        post(out, Posted(photo, "prospectus", "page 4"))
    printed = next(one.sha256 for one in out.judged(photo)[1] if one.channel == "print")
    with pytest.raises(RegisterError, match="copy for print"):
        post(out, Posted(photo, "website", "https://school/1", printed))
    assert out.places(photo) == []


def test_one_takedown_at_a_time_for_each_place(out: Out) -> None:
    photo = out.drop(1, "P1", "P2")
    out.post(photo)
    withdraw(out)
    withdraw(out, "P2")
    out.judge_again()
    withdraw(out)
    assert len(out.takedowns(closed=True)) == 1


def test_it_is_closed_with_proof_and_stays_on_record(out: Out) -> None:
    photo = out.drop(1, "P1")
    out.post(photo)
    withdraw(out)
    (one,) = out.takedowns()
    for proof in ("", " ", "x" * 4_001):
        with pytest.raises(RegisterError), out.database.transaction("web") as tx:
            takedowns.done(tx, one.id, proof)
    with out.database.transaction("web") as tx:
        takedowns.done(tx, one.id, "looked at 3 pm: page not found")
    with pytest.raises(RegisterError, match="closed already"), out.database.transaction("w") as tx:
        takedowns.done(tx, one.id, "again")
    with pytest.raises(RegisterError, match="no takedown 99"), out.database.transaction("w") as tx:
        takedowns.done(tx, 99, "again")
    (closed,) = out.takedowns(closed=True)
    assert (closed.done_by, closed.done_at, closed.is_open) == ("web", NOON, False)
    assert out.takedowns() == []
    (place,) = out.places(photo)
    assert place.gone_at == NOON


def test_it_lapses_when_the_copy_may_stay_again_and_opens_anew(out: Out) -> None:
    photo = out.drop(1, "P1")
    out.post(photo)
    withdraw(out)
    with out.database.transaction("dpl") as tx:
        consents.record(tx, granted_again("P1", TODAY))
    assert len(out.takedowns()) == 1
    out.judge_again()
    assert out.takedowns() == []
    (lapsed,) = out.takedowns(closed=True)
    assert lapsed.lapsed_at == NOON
    withdraw(out)
    assert len(out.takedowns()) == 1


def test_it_does_not_lapse_because_of_another_person(out: Out) -> None:
    photo = out.drop(1, "P1", "P2")
    out.post(photo)
    withdraw(out)
    withdraw(out, "P2")
    with out.database.transaction("dpl") as tx:
        consents.record(tx, granted_again("P2", TODAY))
    out.judge_again()
    assert len(out.takedowns()) == 1


def test_nor_while_the_photo_could_not_be_looked_at(out: Out) -> None:
    photo = out.drop(1, "P1")
    out.post(photo)
    withdraw(out)
    with out.database.transaction("dpl") as tx:
        consents.record(tx, granted_again("P1", TODAY))
    with out.database.transaction("photogate") as tx:
        rejudgings.postpone(tx, photo, "The original cannot be read.")
        consequences().give_up(tx, photo)
    assert len(out.takedowns()) == 1


def test_the_most_urgent_comes_first(out: Out, clock: StandingClock) -> None:
    first, second = out.drop(1, "P1"), out.drop(2, "P2")
    out.post(first)
    out.post(second)
    withdraw(out, "P2")
    clock.advance(timedelta(minutes=1))
    withdraw(out, "P1")
    assert [one.person for one in out.takedowns()] == ["P2", "P1"]


# --- what waits to be judged again --------------------------------------------------------------


def due(out: Out) -> list[str]:
    with out.database.reading() as connection:
        return [one.photo for one in rejudgings.due(connection, out.clock(), 10)]


def postpone(out: Out, photo: str) -> None:
    with out.database.transaction("photogate") as tx:
        rejudgings.postpone(tx, photo, "trouble " * 100)


def test_a_failure_waits_longer_each_time_and_at_most_six_hours(
    out: Out, clock: StandingClock
) -> None:
    photo = out.drop(1, "P1")
    withdraw(out)
    for minutes in (1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360):
        assert due(out) == [photo]
        postpone(out, photo)
        clock.advance(timedelta(minutes=minutes, seconds=-1))
        assert due(out) == []
        clock.advance(timedelta(seconds=1))
    with out.database.reading() as connection:
        (one,) = rejudgings.waiting(connection)
    assert (one.tries, one.cause, one.since) == (12, "consent.recorded", NOON)
    assert len(one.trouble) == 500


def test_a_new_change_does_not_wait_and_a_pull_does(out: Out) -> None:
    photo = out.drop(1, "P1", "P2")
    withdraw(out, channel="print")
    out.judge_again()
    with out.database.transaction("dpl") as tx:
        consents.record(tx, granted_again("P1", TODAY, "print"))
    postpone(out, photo)
    assert out.pull("print").standing()
    assert due(out) == []
    withdraw(out, "P2")
    assert due(out) == [photo]


def test_those_that_wait_longest_come_first(out: Out, clock: StandingClock) -> None:
    first, second = out.drop(1, "P1"), out.drop(2, "P2")
    withdraw(out, "P2")
    clock.advance(timedelta(minutes=1))
    withdraw(out, "P1")
    assert due(out) == [second, first]
    with out.database.reading() as connection:
        assert len(rejudgings.due(connection, clock(), 1)) == 1
        assert rejudgings.count(connection) == 2


def test_a_judgement_that_was_cut_short_is_made_again(out: Out, clock: StandingClock) -> None:
    """Its file may be in staging no longer: without this the photo would be forgotten."""
    photo = out.drop(1, "P1")
    (path, *_) = out.ledger.releases()
    clock.advance(timedelta(days=1))
    out.ledger.reopen([path])
    assert out.standing(photo) == {}
    assert out.judge_again() == [photo]
    assert out.standing(photo).keys() == {"website", "print"}
