"""Reviewers whom a channel names: what is held there, and nothing of anybody or anywhere else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from cli.site import Site
from consent_db import accounts, statements, stored
from consent_db.stored import StoredPhoto
from gate.approvals import Approval, ApprovalKind, seen_of
from gate.roles import Role
from gate.statements import Change, StatementKind
from gate.values import Box, Decision, Reason, Verdict
from tests.web.people import NAMES
from tests.web.review_desk import (
    BOXES,
    WHY,
    Desk,
    decide,
    desk_on,
    held_site,
    keep,
    log_of,
    photos_of,
    two_faces,
    vetoed,
    waits,
)

NAMED = ("Siân", "Ŵyn", "Idris", "P1", "P2", "0.9", "0.8")
REVIEWER = Role.REVIEWER


@pytest.fixture
def mixed(accounts_site: Path, tmp_path: Path) -> Desk:
    """A desk with photos on which the channels differ; the reviewer's is ``website``."""
    root = held_site(tmp_path, accounts_site)
    keep(Site(root), 4, waits("website"), vetoed("social"))
    keep(Site(root), 5, vetoed("website"), waits("social"))
    keep(Site(root), 6, two_faces("website", Verdict.BLUR, Reason.SOME_COVERED), waits("social"))
    return desk_on(root)


def test_they_see_what_is_held_on_their_channels_alone(mixed: Desk) -> None:
    photos = photos_of(mixed)
    page = mixed.console.as_(REVIEWER).get("/review")
    assert [one in page.text for one in photos] == [True, True, False, True, False, False]
    assert "3 photos wait" in page.text
    assert "Social" not in page.text
    for vetoed_line in ("/review?line=vetoed", "/review?line=held"):
        assert mixed.console.as_(REVIEWER).get(vetoed_line).text.count("/review/photos/") == 4
    for photo in (photos[2], photos[4], photos[5], "0" * 64):
        for path in ("", "/picture/960", "/faces/1"):
            answer = mixed.console.as_(REVIEWER).get(f"/review/photos/{photo}{path}")
            assert answer.status_code == 404, path
    assert "3</" in mixed.console.as_(REVIEWER).get("/").text


def test_they_see_the_photo_and_what_becomes_of_its_faces_but_of_nobody_who_it_is(
    mixed: Desk,
) -> None:
    photo = photos_of(mixed)[3]
    page = mixed.open(photo, REVIEWER).text
    assert page.count('class="box ') == 2
    assert 'class="box shown"' in page
    assert 'class="box covered"' in page, "what a veto elsewhere says of it is not told"
    assert "A person must look at each photo before it is released here." in page
    for word in (*NAMED, "Social", "restricted", "taken for", "Not a face", "What was said before"):
        assert word not in page, word
    assert "what-1" in page
    picture = mixed.console.as_(REVIEWER).get(f"/review/photos/{photo}/picture/960")
    assert picture.headers["content-type"] == "image/jpeg"
    assert [e.actor for e in log_of(mixed) if e.action == "original.viewed"] == [NAMES[REVIEWER]]
    for path in ("/faces/1/likeness/0",):
        answer = mixed.console.as_(REVIEWER).get(f"/review/photos/{photo}{path}")
        assert answer.status_code == 403
    assert mixed.console.as_(REVIEWER).post("/review/people", {"text": "idris"}).status_code == 403


def test_they_release_and_refuse_on_their_channels_only(desk: Desk, photos: list[str]) -> None:
    decide(desk, photos[0], REVIEWER, do="approve", why=WHY)
    decide(desk, photos[1], REVIEWER, do="refuse", why=WHY)
    desk.later(11)
    approved, refused = (wish.said for wish in desk.wishes)
    assert [(a.channel, a.role) for a in approved if isinstance(a, Approval)] == [
        ("website", "reviewer")
    ]
    assert [(r.kind, r.channel) for r in refused if not isinstance(r, Approval)] == [  # type: ignore[union-attr]
        (StatementKind.REFUSED, "website")
    ]
    told = [job["text"] for job in desk.console.as_(REVIEWER).get("/review/jobs").json()]
    assert not any("Social" in text for text in told)


@pytest.mark.parametrize("do", ["approve:social", "refuse:social"])
def test_another_channel_is_refused(desk: Desk, photos: list[str], do: str) -> None:
    assert decide(desk, photos[0], REVIEWER, do=do, reason="y").status_code in (400, 403)
    desk.later(11)
    assert desk.wishes == []


def test_they_have_faces_covered_and_missed_ones_drawn(desk: Desk, photos: list[str]) -> None:
    faces = {"what-1": "covered"}
    decide(desk, photos[0], REVIEWER, faces, do="save", reason="y", drawn="300,200,50,60")
    desk.later(11)
    told = [(one.kind, one.box, one.person) for one in desk.wishes[0].said]  # type: ignore[union-attr]
    assert told == [
        (StatementKind.COVERED, BOXES[0], None),
        (StatementKind.DRAWN, Box(300, 200, 50, 60), None),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"what-1": "is:P1"},
        {"what-1": "not_a_face"},
        {"drawn": "300,200,50,60", "drawn_who": "P1"},
        {"what-1": "covered", "back": "1"},
    ],
)
def test_who_is_in_it_is_not_theirs_to_say(
    desk: Desk, photos: list[str], fields: dict[str, str]
) -> None:
    answer = decide(desk, photos[0], REVIEWER, fields, do="save", reason="y")
    assert answer.status_code == 403
    assert "safeguarding lead" in answer.text
    desk.later(11)
    assert desk.wishes == []


@pytest.mark.parametrize("name", ["nobody", "sian wyn", "idris fenwood", "P1", ""])
def test_whether_there_is_somebody_of_a_name_is_not_told(
    desk: Desk, photos: list[str], name: str
) -> None:
    faces = {"what-1": "named", "who-1": name}
    answer = decide(desk, photos[0], REVIEWER, faces, do="save", reason="y")
    assert answer.status_code == 403
    for word in ("P1", "P2", "P3", "Nobody in the register"):
        assert word not in answer.text


def test_who_is_no_longer_the_lead_releases_nothing_as_the_lead(
    desk: Desk, photos: list[str]
) -> None:
    site = desk.console.site
    with site.database.transaction("setup") as tx:
        account = accounts.named(tx.connection, NAMES[Role.DSL])
        accounts.change(tx, account.id, roles=["dsl", "admin"])
    decide(desk, photos[2], Role.DSL, do="release:website", reason="y", line="vetoed")
    with site.database.transaction("setup") as tx:
        accounts.change(tx, account.id, roles=["admin"])
    desk.later(11)
    assert desk.wishes == []


def test_a_veto_is_not_theirs_to_lift_nor_to_see(mixed: Desk) -> None:
    for photo in photos_of(mixed)[2:5]:
        page = mixed.console.as_(REVIEWER).get(f"/review/photos/{photo}")
        if page.status_code == 404:
            continue
        for channel in ("website", "social"):
            answer = decide(mixed, photo, REVIEWER, do=f"release:{channel}", reason="y")
            assert answer.status_code in (400, 403)
    mixed.later(11)
    assert mixed.wishes == []


def test_what_became_of_it_is_told_without_a_word_on_restrictions(
    desk: Desk, photos: list[str]
) -> None:
    assert desk.work is not None
    after = vetoed("website"), vetoed("social")
    desk.work._again = lambda photo, _: decided(photo, *after)
    decide(desk, photos[0], REVIEWER, do="approve", why=WHY)
    desk.later(11)
    (job,) = desk.console.as_(REVIEWER).get("/review/jobs").json()
    assert "locked" not in job["text"]
    assert "Website: Held for review." in job["text"]


def test_what_they_released_they_may_still_refuse(desk: Desk, photos: list[str]) -> None:
    site, photo = desk.console.site, photos[0]
    with site.database.reading() as connection:
        before = stored.stored(connection, [photo])[photo]
    said = Approval(1, ApprovalKind.SIGN_OFF, "website", "0" * 64, NAMES[REVIEWER], "reviewer")
    after = decided(before, two_faces("website", Verdict.BLUR, Reason.SOME_COVERED))
    versions = replace(after.judgement.versions, policy=site.policy.version)
    again = replace(after.judgement, versions=versions, statements=(1,))
    site.ledger(NAMES[REVIEWER]).rejudge(again, [], "review", Change("y", (said,)))
    assert photo not in desk.console.as_(REVIEWER).get("/review").text
    assert decide(desk, photo, REVIEWER, do="refuse", why=WHY).status_code == 303
    desk.later(11)
    assert len(desk.wishes) == 1


def test_an_account_that_lost_the_channel_meanwhile_decides_nothing(
    desk: Desk, photos: list[str]
) -> None:
    decide(desk, photos[0], REVIEWER, do="approve", why=WHY)
    with desk.console.site.database.transaction("setup") as tx:
        account = accounts.named(tx.connection, NAMES[REVIEWER])
        accounts.change(tx, account.id, channels=["social"])
    desk.later(11)
    assert desk.wishes == []


# --- the second person of a vetoed photo ----------------------------------------------------


def test_what_waits_for_the_second_person_is_marked(desk: Desk, photos: list[str]) -> None:
    assert "Second person needed" not in desk.console.as_(Role.DSL).get("/review?line=vetoed").text
    release(desk.console.site, photos[2], NAMES[Role.ADMIN], "admin")
    lead = desk.console.as_(Role.DSL)
    line = row_of(lead.get("/review?line=vetoed").text, photos[2])
    assert f"{NAMES[Role.ADMIN]} released it on Website. A second person must, too." in line
    assert "Second person needed" in lead.get("/").text
    admin = desk.console.as_(Role.ADMIN)
    assert "You released it on Website." in admin.get("/review?line=vetoed").text
    assert "Second person needed" not in admin.get("/").text, "it does not wait for them"


def test_a_second_administrator_is_not_the_second_person(desk: Desk, photos: list[str]) -> None:
    release(desk.console.site, photos[2], "Somebody Else", "admin")
    assert "Second person needed" not in desk.console.as_(Role.ADMIN).get("/").text
    assert "Second person needed" in desk.console.as_(Role.DSL).get("/").text


def release(site: Site, photo: str, by: str, role: str) -> None:
    seen = seen_of(vetoed("website").faces)
    said = Approval(1, ApprovalKind.VETO, "website", seen, by, role)
    with site.database.transaction(by) as tx:
        number = statements.next_number(tx.connection)
        assert number == 1
        statements.change(tx, photo, 3, Change("they agreed", (said,)))


def decided(photo: StoredPhoto, *decisions: Decision) -> StoredPhoto:
    return replace(photo, judgement=replace(photo.judgement, decisions=decisions))


def row_of(page: str, photo: str) -> str:
    found = next(row for row in page.split("<tr")[1:] if photo in row)
    return re.sub(r"\s+", " ", found)
