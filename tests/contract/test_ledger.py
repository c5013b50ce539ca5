"""The ledger of photos: nothing is lost, nothing rests on what is no longer so; any database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from consent_db import audit, consents, people, photos
from consent_db.database import Database
from consent_db.photos import SqlLedger, StoredPhoto
from consent_db.stored import EndedRelease
from gate.errors import RegisterChanged, RegisterError, RegisterUnreachable
from gate.ports import Ledger
from gate.values import WORTH_TRYING_AGAIN, Judgement, Reason, Verdict
from tests.registers import (
    NOON,
    StandingClock,
    arrival,
    consent,
    judgement,
    person,
    release,
    sha256,
)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return SqlLedger(database, "watch")


def everything(database: Database) -> list[StoredPhoto]:
    with database.reading() as connection:
        return list(photos.decisions(connection))


def found(database: Database, words: str) -> list[str]:
    with database.reading() as connection:
        return [photo.photo for photo in photos.find(connection, words)]


def test_a_photo_comes_back_as_it_was_judged(database: Database, ledger: Ledger) -> None:
    ledger.record(arrival(), judgement(), [release()])
    (photo,) = everything(database)
    assert photo.judgement == judgement()
    assert (photo.judged_at, photo.judged_by, photo.times_judged) == (NOON, "watch", 1)
    assert [drop.arrival for drop in photo.drops] == [arrival()]
    assert (photo.drops[0].at, photo.drops[0].duplicate_of) == (NOON, None)
    assert (photo.releases, photo.ended) == ((release(),), ())


def test_a_file_that_could_not_be_read_comes_back_too(database: Database, ledger: Ledger) -> None:
    refused = replace(
        judgement(verdict=Verdict.BLOCK), width=0, height=0, faces=(), matches=(), search=None
    )
    ledger.record(arrival(), refused, [])
    assert everything(database)[0].judgement == refused


def test_what_was_never_dropped_is_not_known(database: Database, ledger: Ledger) -> None:
    assert not ledger.knows(sha256(1))
    assert not ledger.has_drop(arrival())
    assert ledger.releases() == {}
    ledger.record(arrival(), judgement(), [release()])
    assert ledger.knows(sha256(1))
    assert ledger.has_drop(arrival())
    assert not ledger.has_drop(replace(arrival(), modified_ns=1))
    assert not ledger.has_drop(replace(arrival(), photo=sha256(2)))
    assert not ledger.has_drop(replace(arrival(), original="sports-day/IMG_2.jpg"))
    assert ledger.releases() == {release().path: release()}


def test_a_judgement_on_an_older_register_is_not_stored(database: Database, ledger: Ledger) -> None:
    with database.transaction("dpl") as tx:
        people.add_or_change(tx, person())
        consents.record(tx, consent())
    for rests_on in (0, 2):
        with pytest.raises(RegisterChanged):
            ledger.record(arrival(), judgement(register=rests_on), [release()])
    assert everything(database) == []
    assert not ledger.has_drop(arrival())
    ledger.record(arrival(), judgement(register=1), [release()])
    assert len(everything(database)) == 1


def test_a_judgement_of_another_day_is_not_stored(
    database: Database, ledger: Ledger, clock: StandingClock
) -> None:
    clock.advance(timedelta(days=1))
    with pytest.raises(RegisterChanged):
        ledger.record(arrival(), judgement(), [release()])
    clock.advance(timedelta(days=-2))
    with pytest.raises(RegisterChanged):
        ledger.record(arrival(), judgement(), [release()])
    assert everything(database) == []


def test_a_copy_of_a_photo_that_was_not_approved_is_never_stored(
    database: Database, ledger: Ledger
) -> None:
    for verdict in (Verdict.BLOCK, Verdict.REVIEW):
        with pytest.raises(RegisterError, match="not approved"):
            ledger.record(arrival(), judgement(verdict=verdict), [release()])
    with pytest.raises(RegisterError, match="not approved"):
        ledger.record(arrival(), judgement(), [release(channel="unheard-of")])
    with pytest.raises(RegisterError, match="another photo"):
        ledger.record(arrival(2), judgement(1), [release()])
    assert everything(database) == []


def test_two_copies_never_lie_at_one_path(database: Database, ledger: Ledger) -> None:
    ledger.record(arrival(1), judgement(1), [release()])
    with pytest.raises(RegisterError):
        ledger.record(arrival(2, "IMG_2.jpg"), judgement(2), [release()])
    assert len(everything(database)) == 1
    assert not ledger.has_drop(arrival(2, "IMG_2.jpg"))


def test_the_newest_judgement_counts_and_ends_the_copies_of_the_one_before(
    database: Database, ledger: Ledger
) -> None:
    ledger.record(arrival(), judgement(), [release()])
    blocked = replace(judgement(verdict=Verdict.BLOCK), detail="judged again")
    ledger.record(arrival(), blocked, [])
    (photo,) = everything(database)
    assert photo.judgement == blocked
    assert (photo.times_judged, len(photo.drops)) == (2, 1)
    assert (photo.releases, photo.ended) == ((), (EndedRelease(release(), NOON),))
    assert ledger.releases() == {}
    ledger.record(arrival(), judgement(), [release()])
    (photo,) = everything(database)
    assert (photo.releases, photo.ended) == ((release(),), (EndedRelease(release(), NOON),))
    assert ledger.releases() == {release().path: release()}


def test_the_same_bytes_again_are_a_duplicate_of_the_first_file(
    database: Database, ledger: Ledger
) -> None:
    ledger.record(arrival(), judgement(), [])
    again = replace(arrival(), original="fair/copy.jpg", event="fair")
    ledger.record_duplicate(again)
    ledger.record_duplicate(again)
    (photo,) = everything(database)
    assert [drop.duplicate_of for drop in photo.drops] == [None, arrival().original]
    assert photo.drops[1].arrival == again
    with pytest.raises(RegisterError, match="never judged"):
        ledger.record_duplicate(arrival(7))


# A photo is like a blocked one only while there is one.
@pytest.mark.parametrize("reason", [one for one in Reason if one is not Reason.LIKE_BLOCKED])
def test_only_a_photo_blocked_for_a_cause_outside_it_is_worth_another_try(
    database: Database, ledger: Ledger, reason: Reason
) -> None:
    first = judgement(verdict=Verdict.BLOCK)
    blocked = tuple(replace(d, verdict=Verdict.BLOCK, reason=reason) for d in first.decisions)
    ledger.record(arrival(), replace(first, decisions=blocked), [])
    again = reason in WORTH_TRYING_AGAIN
    assert ledger.knows(arrival().photo) is not again
    assert ledger.has_drop(arrival()) is not again
    ledger.record(arrival(), judgement(), [release()])
    assert ledger.knows(arrival().photo)
    assert [photo.times_judged for photo in everything(database)] == [2]


def test_a_photo_is_found_by_everything_that_people_may_hold_in_their_hand(
    database: Database, ledger: Ledger
) -> None:
    numbers = (0xABCD << 240, (0xABCE << 240) + 1)
    for number, name in zip(numbers, ("fair/Zoë 1.jpg", "IMG_2.jpg"), strict=True):
        ledger.record(arrival(number, name), judgement(number), [release(number % 7)])
    first, second = (sha256(number) for number in numbers)
    assert found(database, "abcd") == [first]
    assert found(database, "ABCD0") == [first]
    assert found(database, first) == [first]
    assert found(database, "abc") == []
    assert found(database, "fair/Zoë 1.jpg") == [first]
    assert found(database, "fair\\Zoë 1.jpg") == [first]
    assert found(database, " Zoë 1.jpg ") == [first]
    assert found(database, "IMG_2.jpg") == [second]
    copy = release(numbers[1] % 7)
    assert found(database, copy.path) == [second]
    assert found(database, "./" + copy.path) == [second]
    assert found(database, copy.sha256) == [second]
    assert found(database, "") == found(database, "%") == found(database, "IMG") == []


def test_a_copy_that_was_taken_back_is_still_explained(database: Database, ledger: Ledger) -> None:
    ledger.record(arrival(), judgement(), [release()])
    ledger.record(arrival(), judgement(verdict=Verdict.BLOCK), [])
    assert found(database, release().path) == found(database, release().sha256) == [sha256(1)]


def test_events_list_what_was_dropped_there(database: Database, ledger: Ledger) -> None:
    for number, name in enumerate(("fair/b.jpg", "fair/a.jpg", "c.jpg"), start=1):
        ledger.record(arrival(number, name), judgement(number), [])
    with database.reading() as connection:
        assert photos.events(connection) == ["", "fair"]
        originals = [drop.arrival.original for drop in photos.drops(connection, "fair")]
        assert originals == ["fair/b.jpg", "fair/a.jpg"]
        assert photos.drops(connection, "elsewhere") == []
        chosen = photos.stored(connection, [sha256(3), sha256(9)])
    assert list(chosen) == [sha256(3)]


def test_more_photos_than_one_page_come_once_each_and_in_order(
    database: Database, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consent_db.stored._BATCH", 2)
    for number in (3, 1, 2, 5, 4):
        ledger.record(arrival(number, f"{number}.jpg"), judgement(number), [release(number)])
    assert [photo.photo for photo in everything(database)] == [sha256(n) for n in (3, 1, 2, 5, 4)]
    assert all(len(photo.releases) == 1 for photo in everything(database))


def test_names_that_are_no_text_are_kept_readable(database: Database, ledger: Ledger) -> None:
    odd = replace(arrival(), original="fair/\udcff\0.jpg", event="fair")
    odd = replace(odd, modified_ns=2**70)
    ledger.record(odd, replace(judgement(), detail="odd \udcff\0"), [])
    assert ledger.has_drop(odd)
    (photo,) = everything(database)
    assert photo.drops[0].arrival.original == "fair/\\udcff\\x00.jpg"


def test_the_audit_log_names_no_file_and_holds_every_verdict(
    database: Database, ledger: Ledger
) -> None:
    ledger.record(arrival(1, "Cleo Jessop.jpg"), judgement(), [release()])
    with database.reading() as connection:
        entries = list(audit.entries(connection))
    assert [entry.action for entry in entries] == [
        "photo.dropped",
        "photo.judged",
        "photo.released",
    ]
    assert all(entry.subject == sha256(1) for entry in entries)
    assert "Cleo" not in repr(entries)
    assert '"website":["blur","some_covered"]' in entries[1].details
    assert release().sha256 in entries[2].details


def test_a_score_that_is_no_number_is_not_stored(database: Database, ledger: Ledger) -> None:
    seen = judgement().faces[0]
    with pytest.raises(RegisterError):
        ledger.record(
            arrival(), replace(judgement(), faces=(replace(seen, score=float("nan")),)), []
        )
    assert everything(database) == []


def test_a_register_that_does_not_answer_is_said_to_be_unreachable(
    database: Database, ledger: Ledger
) -> None:
    with database.transaction("intruder") as tx:
        tx.connection.execute(
            text(
                "DROP TABLE releases"
                + (" CASCADE" if tx.connection.dialect.name == "postgresql" else "")
            )
        )
    for ask in (ledger.releases, lambda: ledger.record(arrival(), judgement(), [release()])):
        with pytest.raises(RegisterUnreachable) as caught:
            ask()
        assert caught.value.__cause__ is not None
    assert not ledger.knows(sha256(1))


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    width=st.integers(0, 2**31 - 1),
    # That a photo follows another version is refused where no other version is known.
    reason=st.sampled_from(sorted(set(Reason) - {Reason.LIKE_BLOCKED})),
    detail=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40),
    score=st.floats(-2, 2),
    number=st.integers(0, 2**200),
)
def test_nothing_of_a_judgement_is_rounded_or_lost(
    database: Database, width: int, reason: Reason, detail: str, score: float, number: int
) -> None:
    made: Judgement = judgement(number)
    made = replace(
        made,
        width=width,
        detail=detail,
        thresholds=replace(made.thresholds, veto=score),
        faces=tuple(replace(face, score=score) for face in made.faces),
        decisions=tuple(replace(one, reason=reason) for one in made.decisions),
    )
    SqlLedger(database, "watch").record(arrival(number, f"{number}.jpg"), made, [])
    with database.reading() as connection:
        assert photos.stored(connection, [sha256(number)])[sha256(number)].judgement == made


def test_a_judgement_that_still_stands_is_not_reopened(database: Database) -> None:
    ledger = SqlLedger(database, "watch", policy="policy 1")
    ledger.record(arrival(), judgement(), [release()])
    ledger.reopen([release().path])
    assert ledger.knows(sha256(1))
    assert ledger.releases() == {release().path: release()}


def test_a_photo_is_to_be_judged_again_when_permissions_changed_before_its_copy_was_in_place(
    database: Database, ledger: Ledger
) -> None:
    ledger.record(arrival(), judgement(), [release()])
    ledger.record(arrival(2), judgement(2), [release(2)])
    with database.transaction("dpl") as tx:
        people.add_or_change(tx, person())
    ledger.reopen([release().path])
    assert not ledger.knows(sha256(1))
    assert not ledger.has_drop(arrival())
    assert ledger.releases() == {release(2).path: release(2)}
    reopened, _ = everything(database)
    assert {d.verdict for d in reopened.judgement.decisions} == {Verdict.BLOCK}
    assert {d.channel for d in reopened.judgement.decisions} == {"website", "print"}
    assert (reopened.times_judged, reopened.ended) == (2, (EndedRelease(release(), NOON),))
    with database.reading() as connection:
        audit.verify(connection)
    ledger.record(arrival(), judgement(register=1), [release()])
    assert ledger.knows(sha256(1))


def test_a_photo_is_to_be_judged_again_when_the_day_or_the_policy_is_another(
    database: Database, clock: StandingClock
) -> None:
    ledger = SqlLedger(database, "watch", policy="policy 2")
    ledger.record(arrival(), judgement(), [release()])
    ledger.reopen([release().path])
    assert not ledger.knows(sha256(1))
    ledger = SqlLedger(database, "watch")
    ledger.record(arrival(2), judgement(2), [release(2)])
    clock.advance(timedelta(days=1))
    ledger.reopen([release(2).path])
    assert not ledger.knows(sha256(2))
    assert ledger.releases() == {}
