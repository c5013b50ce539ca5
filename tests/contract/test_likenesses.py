"""Versions of one photo: linked for ever, and none is released where another is blocked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import text

from consent_db import audit, likenesses, stored
from consent_db.database import Database
from consent_db.likenesses import SqlKinBook
from consent_db.photos import SqlLedger
from consent_db.stored import StoredPhoto
from gate.errors import RegisterChanged, RegisterError, RegisterUnreachable
from gate.ports import StoredFingerprint
from gate.statements import Change
from gate.values import Decision, Extent, Judgement, Kinship, Link, Reason, Verdict
from tests.registers import arrival, judgement, release, sha256

APPROVED = (Verdict.APPROVE, Reason.ALL_SHOWN)
RESTRICTED = (Verdict.BLOCK, Reason.RESTRICTED_PERSON)
REFUSED = (Verdict.BLOCK, Reason.REFUSED_BY_HAND)
INHERITED = (Verdict.BLOCK, Reason.LIKE_BLOCKED)
DAMAGED = (Verdict.BLOCK, Reason.DAMAGED)


@dataclass
class Eyes:
    """A last look that sees what it is told to."""

    alike: bool = False
    asked: list[tuple[str, list[str]]] = field(default_factory=list)

    def misses(self, judgement: Judgement, newer: Sequence[StoredFingerprint]) -> bool:
        self.asked.append((judgement.photo, [one.photo for one in newer]))
        return self.alike

    def keep(self, judgement: Judgement) -> None:
        pass


@pytest.fixture
def ledger(database: Database) -> SqlLedger:
    return SqlLedger(database, "somebody", late=Eyes())


def link(number: int, extent: Extent = Extent.WHOLE) -> Link:
    return Link(sha256(number), 0.99, extent)


def judged(
    number: int,
    *links: Link,
    website: tuple[Verdict, Reason] = APPROVED,
    known_to: int = 0,
) -> Judgement:
    channels = (
        Decision("website", *website),
        Decision("print", Verdict.REVIEW, Reason.SIGN_OFF),
    )
    kinship = Kinship(f"bits {number}".encode(), known_to, links)
    return replace(judgement(number), decisions=channels, kinship=kinship)


def drop(ledger: SqlLedger, one: Judgement) -> tuple[str, ...]:
    """Record it; the paths of the copies that thereby ended."""
    number = int(one.photo, 16)
    copies = [release(number)] if one.decisions[0].verdict is Verdict.APPROVE else []
    return tuple(r.path for r in ledger.record(arrival(number, f"{number}.jpg"), one, copies))


def photo(database: Database, number: int) -> StoredPhoto:
    with database.reading() as connection:
        return stored.stored(connection, [sha256(number)])[sha256(number)]


def reasons(database: Database, number: int) -> list[Reason]:
    return [one.reason for one in photo(database, number).judgement.decisions]


def barred(database: Database, number: int, *links: Link) -> dict[str, str]:
    return dict(SqlKinBook(database).barred(sha256(number), links))


def test_a_link_is_seen_from_both_sides(database: Database, ledger: SqlLedger) -> None:
    drop(ledger, judged(1))
    drop(ledger, judged(2, link(1, Extent.PART)))
    book = SqlKinBook(database)
    assert book.about(sha256(2)) == (link(1, Extent.PART),)
    assert book.about(sha256(1)) == (link(2, Extent.MORE),)
    assert book.about(sha256(3)) is None
    with database.reading() as connection:
        audit.verify(connection)
        actions = [e.action for e in audit.entries(connection)]
    assert actions.count("photo.linked") == 1


def test_fingerprints_come_in_the_order_of_recording_and_once(
    database: Database, ledger: SqlLedger
) -> None:
    drop(ledger, judged(7))
    drop(ledger, judged(3))
    ledger.rejudge(judged(7), [], "review", Change("why"))
    book = SqlKinBook(database)
    first, second = book.since(0)
    assert (first.photo, first.fingerprint) == (sha256(7), b"bits 7")
    assert second.photo == sha256(3)
    assert book.since(first.number) == [second]


@pytest.mark.parametrize("source", [RESTRICTED, REFUSED, (Verdict.BLOCK, Reason.STILL_MATCHED)])
def test_a_version_of_a_blocked_photo_is_recorded_only_as_blocked(
    database: Database, ledger: SqlLedger, source: tuple[Verdict, Reason]
) -> None:
    drop(ledger, judged(1, website=source))
    with pytest.raises(RegisterChanged):
        drop(ledger, judged(2, link(1)))
    assert SqlKinBook(database).about(sha256(2)) is None
    drop(ledger, judged(2, link(1), website=INHERITED))
    assert barred(database, 2, link(1)) == {"website": sha256(1)}
    assert reasons(database, 2) == [Reason.LIKE_BLOCKED, Reason.SIGN_OFF]


def test_a_fault_of_the_file_is_no_block_of_its_versions(
    database: Database, ledger: SqlLedger
) -> None:
    drop(ledger, judged(1, website=DAMAGED))
    drop(ledger, judged(2, link(1)))
    assert barred(database, 2, link(1)) == {}


def test_an_inherited_block_ends_with_its_cause_and_is_none_itself(
    database: Database, ledger: SqlLedger
) -> None:
    drop(ledger, judged(1, website=RESTRICTED))
    drop(ledger, judged(2, link(1), website=INHERITED))
    drop(ledger, judged(3, link(1), link(2), website=INHERITED))
    with database.reading() as connection:
        assert likenesses.freed(connection) == []
    ledger.rejudge(judged(1), [release(1)], "restriction lifted", Change("why"))
    with database.reading() as connection:
        assert set(likenesses.freed(connection)) == {sha256(2), sha256(3)}
    with pytest.raises(RegisterChanged):
        ledger.rejudge(judged(2, website=INHERITED), [], "again", Change("why"))
    ledger.rejudge(judged(2), [release(2)], "again", Change("why"))
    assert reasons(database, 2)[0] is Reason.ALL_SHOWN


@pytest.mark.parametrize("again", [False, True], ids=["dropped", "judged again"])
def test_copies_of_versions_end_with_the_block(
    database: Database, ledger: SqlLedger, again: bool
) -> None:
    drop(ledger, judged(1))
    drop(ledger, judged(2, link(1)))
    assert set(ledger.releases()) == {release(1).path, release(2).path}
    if again:
        blocked = judged(1, website=REFUSED)
        ended = {r.path for r in ledger.rejudge(blocked, [], "review", Change("why"))}
        assert ended == {release(1).path, release(2).path}
    else:
        ended = set(drop(ledger, judged(3, link(1), website=RESTRICTED)))
        assert ended == {release(1).path, release(2).path}
    assert ledger.releases() == {}
    assert reasons(database, 2) == [Reason.LIKE_BLOCKED, Reason.SIGN_OFF]
    assert photo(database, 2).cause == "other version"
    with database.reading() as connection:
        audit.verify(connection)


def test_copies_on_other_channels_stay(database: Database, ledger: SqlLedger) -> None:
    both = (Decision("website", *APPROVED), Decision("print", *APPROVED))
    first = replace(judged(1), decisions=both)
    ledger.record(arrival(1), first, [release(1), release(11, "print")])
    drop(ledger, judged(2, link(1), website=RESTRICTED))
    assert set(ledger.releases()) == {release(11, "print").path}
    assert reasons(database, 1) == [Reason.LIKE_BLOCKED, Reason.ALL_SHOWN]


@pytest.mark.parametrize(
    ("first", "second", "follows"),
    [
        (Extent.PART, Extent.PART, True),
        (Extent.MORE, Extent.MORE, True),
        (Extent.WHOLE, Extent.PART, True),
        (Extent.PART, Extent.WHOLE, True),
        (Extent.MORE, Extent.PART, False),
        (Extent.PART, Extent.MORE, False),
    ],
)
def test_parts_of_parts_follow_and_two_photos_with_a_common_part_do_not(
    database: Database, ledger: SqlLedger, first: Extent, second: Extent, follows: bool
) -> None:
    drop(ledger, judged(1, website=RESTRICTED))
    drop(ledger, judged(2, link(1, second), website=INHERITED))
    assert bool(barred(database, 3, link(2, first))) is follows


def test_a_version_that_came_up_meanwhile_is_looked_at(database: Database) -> None:
    eyes = Eyes()
    ledger = SqlLedger(database, "somebody", late=eyes)
    drop(ledger, judged(1, website=RESTRICTED))
    eyes.alike = True
    with pytest.raises(RegisterChanged):
        drop(ledger, judged(2))
    assert eyes.asked == [(sha256(2), [sha256(1)])]
    known_to = SqlKinBook(database).since(0)[-1].number
    drop(ledger, judged(2, known_to=known_to))
    assert len(eyes.asked) == 1
    with pytest.raises(RegisterChanged):
        drop(SqlLedger(database, "nobody looks"), judged(3))


def test_what_was_refused_meanwhile_is_noticed(database: Database, ledger: SqlLedger) -> None:
    drop(ledger, judged(1))
    late = judged(2, link(1), known_to=SqlKinBook(database).since(0)[-1].number)
    ledger.rejudge(judged(1, website=REFUSED), [], "review", Change("why"))
    with pytest.raises(RegisterChanged):
        drop(ledger, late)


def test_other_causes_can_bar_too(database: Database, ledger: SqlLedger) -> None:
    drop(ledger, judged(1))
    with database.reading() as connection:
        number = likenesses.newer(connection, 0)[0].number
        found = likenesses.barred(
            connection, sha256(2), [link(1)], lambda _, numbers: [(n, "print") for n in numbers]
        )
    assert number
    assert found == {"print": sha256(1)}


@pytest.mark.parametrize("change", ["UPDATE links SET score = 0", "DELETE FROM links"])
def test_the_database_refuses_to_change_a_link(
    database: Database, ledger: SqlLedger, change: str
) -> None:
    drop(ledger, judged(1))
    drop(ledger, judged(2, link(1)))
    with pytest.raises((RegisterError, RegisterUnreachable)), database.transaction("x") as tx:
        tx.connection.execute(text(change))
    assert SqlKinBook(database).about(sha256(2)) == (link(1),)


def test_a_copy_is_known_by_its_bytes(database: Database, ledger: SqlLedger) -> None:
    drop(ledger, judged(1))
    ledger.rejudge(judged(1, website=REFUSED), [], "review", Change("why"))
    book = SqlKinBook(database)
    assert book.original_of(release(1).sha256) == sha256(1)
    assert book.original_of(sha256(1)) is None


def test_what_was_seen_is_of_the_newest_judgement(database: Database, ledger: SqlLedger) -> None:
    drop(ledger, judged(1))
    ledger.rejudge(replace(judged(1), faces=()), [release(2)], "review", Change("why"))
    seen = SqlKinBook(database).seen(sha256(1))
    assert seen is not None
    assert (seen.faces, seen.width) == ((), 4000)
    assert SqlKinBook(database).seen(sha256(9)) is None
