"""Whatever ends a permission ends the copies that rest on it, in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent_db import audit, biometrics, calibrations, consents, people, restrictions, templates
from consent_db.database import Database
from gate.errors import ClockBehind, RegisterError, SiteError
from gate.statements import Statement, StatementKind
from gate.values import BiometricRecord, Box, ConsentStatus, Thresholds
from tests.contract.released import WITHIN, Out, consequences, out
from tests.fake_gate import (
    BEGUN,
    POLICY,
    PRINT,
    WEB,
    granted_again,
    restrict,
    said,
    withdrawn,
)
from tests.registers import NOON, READER, TODAY, StandingClock, person, vector
from tests.sealers import MadeUpKeys

__all__ = ["out"]

BOTH = frozenset({"P1", "P2"})
REFERENCES = [("a" * 64, "sharp", None)]


def withdraw(out: Out, ref: str = "P1", channel: str = "website") -> None:
    with out.database.transaction("dpl") as tx:
        consents.record(tx, withdrawn(ref, TODAY, channel))


def logged(database: Database) -> list[str]:
    with database.reading() as connection:
        audit.verify(connection)
        return [entry.action for entry in audit.entries(connection)]


def test_a_withdrawal_ends_only_what_it_touches(out: Out) -> None:
    both, other = out.drop(1, "P1", "P2"), out.drop(2, "P3")
    out.drop(3, "P2")
    withdraw(out)
    assert out.standing(both) == {"print": BOTH}
    assert out.standing(other).keys() == {"website", "print"}
    assert out.waiting() == [both]
    assert out.judge_again() == [both]
    assert out.standing(both) == {"website": {"P2"}, "print": BOTH}
    assert out.waiting() == []


def test_it_ends_it_in_the_transaction_that_records_it(out: Out) -> None:
    photo = out.drop(1, "P1")
    out.post(photo)
    before = logged(out.database)
    with pytest.raises(RuntimeError), out.database.transaction("dpl") as tx:
        consents.record(tx, withdrawn("P1", TODAY))
        raise RuntimeError
    assert logged(out.database) == before
    assert out.standing(photo).keys() == {"website", "print"}
    with out.database.transaction("dpl") as tx:
        consents.record(tx, withdrawn("P1", TODAY))
    assert logged(out.database)[len(before) :] == [
        "consent.recorded",
        "photo.release_ended",
        "takedown.opened",
    ]


def test_a_published_copy_becomes_a_takedown_that_says_why(out: Out) -> None:
    photo = out.drop(1, "P1", "P2")
    out.post(photo)
    out.post(photo, "print", "prospectus 2026, page 4")
    withdraw(out)
    (one,) = out.takedowns()
    assert (one.person, one.person_kind, one.reason) == ("P1", "pupil", "withdrawn")
    assert (one.place.where, one.since, one.due) == ("https://school/1", NOON, NOON + WITHIN)
    out.judge_again()
    assert [one.id for one in out.takedowns()] == [one.id]


def test_expiry_ends_a_copy_without_anybody_doing_anything(out: Out, clock: StandingClock) -> None:
    with out.database.transaction("dpl") as tx:
        consents.record(tx, said("P1", on=TODAY, until=TODAY))
    photo, other = out.drop(1, "P1", "P2"), out.drop(2, "P2")
    out.post(photo)
    assert not out.sweep()
    clock.advance(timedelta(days=1))
    assert out.sweep()
    assert out.standing(photo) == {"print": BOTH}
    assert out.standing(other).keys() == {"website", "print"}
    assert [one.reason for one in out.takedowns()] == ["expired"]
    assert not out.sweep()


def test_a_day_that_nobody_was_there_is_made_up_for(out: Out, clock: StandingClock) -> None:
    with out.database.transaction("dpl") as tx:
        consents.record(tx, said("P1", on=TODAY, until=TODAY + timedelta(days=3)))
        people.add_or_change(tx, person("P2", left_on=TODAY + timedelta(days=5)))
    first, second = out.drop(1, "P1"), out.drop(2, "P2")
    clock.advance(timedelta(days=30))
    out.sweep()
    assert out.standing(first).keys() == {"print"}
    assert out.standing(second) == {}


def test_a_restriction_that_begins_later_holds_from_its_day_on(
    out: Out, clock: StandingClock
) -> None:
    photo = out.drop(1, "P1")
    tomorrow = TODAY + timedelta(days=1)
    with out.database.transaction("dsl") as tx:
        restrictions.add(tx, "P1", {"website"}, tomorrow, None)
    out.judge_again()
    assert out.standing(photo).keys() == {"website", "print"}
    clock.advance(timedelta(days=1))
    out.sweep()
    assert out.standing(photo).keys() == {"print"}


def test_leaving_ends_copies(out: Out) -> None:
    photo = out.drop(1, "P1", "P2")
    with out.database.transaction("dpl") as tx:
        people.add_or_change(tx, person("P1", left_on=TODAY))
    assert out.standing(photo) == {}
    out.judge_again()
    assert out.standing(photo) == {"website": {"P2"}, "print": {"P2"}}


def test_a_restriction_with_a_template_ends_copies_in_which_they_may_be(out: Out) -> None:
    withdraw(out)
    covered, other = out.drop(1, "P1", "P2"), out.drop(2, "P2")
    out.post(covered)
    assert out.standing(covered)["website"] == {"P2"}
    with out.database.transaction("dsl") as tx:
        restrict(tx, "P1")
    assert out.standing(covered) == {}
    assert out.standing(other).keys() == {"website", "print"}
    assert [one.reason for one in out.takedowns()] == ["restricted_person"]
    out.judge_again()
    assert out.standing(covered) == {}


def test_one_without_a_template_ends_nothing_until_there_is_one(out: Out) -> None:
    """Until then they are covered as an unknown face; nobody can find them by face."""
    with out.database.transaction("dpl") as tx:
        templates.destroy(tx, "P1")
    out.judge_again()
    photo, other = out.drop(1, "P1", "P2"), out.drop(2, "P2")
    out.post(photo)
    assert out.standing(photo)["website"] == {"P2"}
    with out.database.transaction("dsl") as tx:
        restrict(tx, "P1")
    assert out.standing(photo).keys() == {"website", "print"}
    with out.database.transaction("dpl") as tx:
        templates.save(tx, "P1", READER, vector(7), REFERENCES)
    assert out.standing(photo) == out.standing(other) == {}
    assert out.takedowns() == []
    assert sorted(out.judge_again()) == sorted([photo, other])
    assert out.standing(photo) == {}
    assert out.standing(other).keys() == {"website", "print"}
    assert [(one.reason, one.person) for one in out.takedowns()] == [("restricted_person", "P1")]


def test_the_clock_does_not_decide_what_a_new_template_was_compared_with(
    out: Out, clock: StandingClock
) -> None:
    with out.database.transaction("dpl") as tx:
        templates.destroy(tx, "P1")
        restrict(tx, "P1")
    out.judge_again()
    photo = out.drop(1, "P1", "P2")
    clock.advance(timedelta(hours=-3))
    with out.database.transaction("dpl") as tx:
        templates.save(tx, "P1", READER, vector(7), REFERENCES)
    assert out.standing(photo) == {}
    assert out.waiting() == [photo]


def test_an_older_published_copy_is_looked_at_again_for_a_new_template(out: Out) -> None:
    """Also where the newest judgement released nothing, so that nothing else would ask for it."""
    with out.database.transaction("dpl") as tx:
        templates.destroy(tx, "P1")
    out.judge_again()
    photo = out.drop(1, "P1", "P2")
    out.post(photo)
    channels = tuple(replace(one, sign_off=True) for one in POLICY.channels)
    out.sweep(replace(POLICY, channels=channels, version="signed off"))
    out.judge_again()
    assert (out.standing(photo), out.takedowns()) == ({}, [])
    with out.database.transaction("dpl") as tx:
        restrict(tx, "P1")
        templates.save(tx, "P1", READER, vector(7), REFERENCES)
    assert out.waiting() == [photo]
    out.judge_again()
    assert [one.person for one in out.takedowns()] == ["P1"]


def test_a_grant_judges_again_and_releases_nothing_itself(out: Out) -> None:
    withdraw(out)
    photo = out.drop(1, "P1", "P2")
    with out.database.transaction("dpl") as tx:
        consents.record(tx, granted_again("P1", TODAY))
    assert out.standing(photo)["website"] == {"P2"}
    assert out.judge_again() == [photo]
    assert out.standing(photo)["website"] == BOTH


def test_it_releases_only_by_the_channels_sign_off(out: Out) -> None:
    withdraw(out)
    out.policy = replace(POLICY, channels=(replace(WEB, sign_off=True), PRINT))
    photo = out.drop(1, "P1", "P2")
    assert out.standing(photo).keys() == {"print"}
    with out.database.transaction("dpl") as tx:
        consents.record(tx, granted_again("P1", TODAY))
    assert out.judge_again() == [photo]
    assert out.standing(photo).keys() == {"print"}


def test_a_lifted_restriction_judges_again_and_lets_takedowns_lapse(out: Out) -> None:
    photo = out.drop(1, "P1")
    out.post(photo)
    with out.database.transaction("dsl") as tx:
        restrict(tx, "P1")
    out.judge_again()
    assert len(out.takedowns()) == 1
    with out.database.transaction("dsl") as tx:
        restrictions.lift(tx, "P1")
    assert len(out.takedowns()) == 1
    out.judge_again()
    assert out.takedowns() == []
    assert out.standing(photo).keys() == {"website", "print"}


def test_a_higher_show_threshold_ends_copies_at_the_next_command(out: Out) -> None:
    photo = out.drop(1, "P1")
    out.post(photo)
    stricter = replace(POLICY, thresholds=Thresholds(0.95, 0.3, 0.1), version="stricter")
    assert out.sweep(stricter)
    assert out.standing(photo) == {}
    assert [one.reason for one in out.takedowns()] == ["not_recognised"]
    assert not out.sweep()


def test_a_lower_veto_finds_whoever_is_restricted_later(out: Out) -> None:
    """Whom a photo mentions depends on the thresholds: other ones are followed up."""
    out.policy = replace(POLICY, thresholds=Thresholds(0.95, 0.93, 0.1), version="loose")
    out.sweep()
    photo = out.drop(1, "P1")
    with out.database.transaction("dsl") as tx:
        restrict(tx, "P1")
        restrictions.lift(tx, "P1")
    assert out.standing(photo).keys() == {"website", "print"}
    out.sweep(replace(POLICY, version="strict"))
    with out.database.transaction("dsl") as tx:
        restrict(tx, "P1")
    assert out.standing(photo) == {}


def calibrate(out: Out, thresholds: Thresholds) -> None:
    with out.database.transaction("photogate") as tx:
        calibrations.save(tx, READER, (0.001, thresholds), 1, {})


def test_so_does_a_calibration_and_one_that_changes_nothing_ends_nothing(out: Out) -> None:
    out.sweep(replace(POLICY, fpir=0.001, version="calibrated"))
    photo, other = out.drop(1, "P1"), out.drop(2, "P2")
    calibrate(out, Thresholds(0.55, 0.29, 0.11))
    assert out.sweep()
    assert out.standing(photo).keys() == out.standing(other).keys() == {"website", "print"}
    assert out.waiting() == []
    calibrate(out, Thresholds(0.95, 0.29, 0.11))
    assert out.sweep()
    assert out.standing(photo) == out.standing(other) == {}


def test_a_calibration_is_held_against_the_one_before_and_not_against_what_was_judged(
    out: Out,
) -> None:
    """P1 was restricted while the veto did not reach them; then it does again."""
    loose = Thresholds(0.95, 0.93, 0.1)
    out.sweep(replace(POLICY, thresholds=loose, fpir=0.001, version="calibrated"))
    calibrate(out, replace(loose, veto=0.3))
    out.sweep()
    photo = out.drop(1, "P1", "P2")
    calibrate(out, loose)
    out.sweep()
    with out.database.transaction("dsl") as tx:
        restrict(tx, "P1")
    assert out.standing(photo).keys() == {"website", "print"}
    calibrate(out, replace(loose, veto=0.3))
    out.sweep()
    assert out.standing(photo) == {}


def test_a_channel_that_is_gone_takes_its_copies_with_it(out: Out) -> None:
    photo = out.drop(1, "P1")
    out.post(photo)
    out.sweep(replace(POLICY, channels=(PRINT,), version="print only"))
    assert out.standing(photo).keys() == {"print"}
    assert [one.reason for one in out.takedowns()] == ["channel_gone"]


def test_what_somebody_says_brings_down_what_it_covers(out: Out) -> None:
    photo = out.drop(1, "P1", "P2")
    out.post(photo)
    out.post(photo, "print", "poster")
    out.say(photo, Statement(1, StatementKind.COVERED, Box(0, 0, 50, 60)))
    assert {one.place.where for one in out.takedowns()} == {"https://school/1", "poster"}


def test_a_face_that_was_missed_brings_a_published_copy_down(out: Out) -> None:
    photo = out.drop(1, "P1")
    out.post(photo)
    out.say(photo, Statement(1, StatementKind.DRAWN, Box(700, 300, 50, 60)))
    (one,) = out.takedowns()
    assert one.place.where == "https://school/1"


def test_after_a_template_went_other_peoples_withdrawals_still_count(out: Out) -> None:
    photo = out.drop(1, "P1", "P2")
    out.post(photo)
    with out.database.transaction("dpl") as tx:
        refused = BiometricRecord(0, "P1", ConsentStatus.REFUSED, "parent", "letter", BEGUN)
        biometrics.record(tx, replace(refused, obtained_on=TODAY))
    assert out.standing(photo) == {}
    out.judge_again()
    assert out.standing(photo)["website"] == {"P2"}
    assert out.takedowns() == []
    withdraw(out, "P2")
    assert [one.person for one in out.takedowns()] == ["P2"]


def test_photos_that_cannot_be_judged_again_leave_takedowns_where_nobody_can_tell(
    out: Out,
) -> None:
    with out.database.transaction("dpl") as tx:
        templates.destroy(tx, "P1")
        restrict(tx, "P1")
    out.judge_again()
    photo, told = out.drop(1, "P1", "P2"), out.drop(2, "P2")
    out.post(photo)
    with out.database.transaction("dpl") as tx:
        templates.save(tx, "P1", READER, vector(7), REFERENCES)
    assert out.takedowns() == []
    with out.database.transaction("photogate") as tx:
        consequences().give_up(tx, photo)
        consequences().give_up(tx, told)
    (one,) = out.takedowns()
    assert one.place.photo == photo


def test_the_clock_set_back_refuses_and_says_how_to_go_on(out: Out, clock: StandingClock) -> None:
    clock.advance(timedelta(days=400))
    out.sweep()
    clock.advance(timedelta(days=-400))
    with pytest.raises(ClockBehind, match="--clock-is-right"):
        out.sweep()


def test_nothing_is_released_on_a_day_that_is_over(out: Out, clock: StandingClock) -> None:
    clock.advance(timedelta(days=4))
    out.sweep()
    clock.advance(timedelta(days=-4))
    with pytest.raises(ClockBehind):
        out.drop(1, "P1")
    clock.advance(timedelta(days=4))
    out.drop(1, "P1")


def test_nothing_is_released_by_settings_that_are_over(out: Out) -> None:
    loose = replace(POLICY, version="old")
    out.policy = loose
    with pytest.raises(SiteError, match="settings were changed"):
        out.drop(1, "P1")
    out.sweep()
    out.drop(1, "P1")


def test_a_register_without_consequences_changes_nothing_that_matters(out: Out) -> None:
    out.drop(1, "P1")
    plain = Database(out.url, out.clock, sealer=MadeUpKeys())
    with pytest.raises(RegisterError, match="cannot be told"), plain.transaction("x") as tx:
        consents.record(tx, withdrawn("P1", TODAY))
    assert out.standing().keys() == {"website", "print"}
