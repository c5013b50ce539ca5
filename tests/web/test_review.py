"""The review screen's rules: who sees what, what may be decided, and that it can be taken back."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from cli.rejudging import Wish
from cli.site import Site
from cli.web_review import WebReview
from cli.web_review_work import ReviewWork
from cli.web_site import WebSite
from consent_db import accounts, stored
from consent_db.stored import StoredPhoto
from gate.approvals import Approval, ApprovalKind
from gate.roles import Role
from gate.statements import StatementKind
from gate.values import Box
from tests.web.client import Browser, Console
from tests.web.people import NAMES
from tests.web.review_desk import BOXES, SIZE, WHY, Desk, decide, fields_of, log_of

# --- looking --------------------------------------------------------------------------------


def test_the_queue_holds_what_waits_and_vetoed_photos_apart(desk: Desk, photos: list[str]) -> None:
    page = desk.console.as_(Role.DSL).get("/review").text
    assert [photo in page for photo in photos] == [True, True, False]
    assert "2 photos wait for your decision." in page
    assert "fair/&lt;b&gt;1.jpg" in page
    page = desk.console.as_(Role.DSL).get("/review?line=vetoed").text
    assert [photo in page for photo in photos] == [False, False, True]


def test_an_administrator_sees_only_what_a_veto_blocks(desk: Desk, photos: list[str]) -> None:
    page = desk.console.as_(Role.ADMIN).get("/review").text
    assert [photo in page for photo in photos] == [False, False, True]
    for photo in photos[:2]:
        for path in ("", "/picture/960", "/faces/1"):
            answer = desk.console.as_(Role.ADMIN).get(f"/review/photos/{photo}{path}")
            assert answer.status_code == 404, path
    page = desk.open(photos[2], Role.ADMIN).text
    assert "Release for Website" in page
    assert "what-1" not in page, "who is in a photo is for reviewers to say"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DSL, Role.ADMIN, Role.REVIEWER}))
def test_nobody_else_sees_a_held_photo_or_its_picture(
    desk: Desk, photos: list[str], role: Role
) -> None:
    for path in ("", "/picture/960", "/faces/1", "/faces/1/likeness/0"):
        answer = desk.console.as_(role).get(f"/review/photos/{photos[0]}{path}")
        assert answer.status_code == 403, path


def test_a_photo_is_shown_with_its_faces_and_why(desk: Desk, photos: list[str]) -> None:
    page = desk.open(photos[0]).text
    assert page.count('class="box ') == 2
    assert "A person must look at each photo before it is released here." in page
    assert "Siân Ŵyn (P1)" in page
    assert "It is Siân Ŵyn" in page, "whom it may be is offered"
    assert "1 of 2" in page


def test_the_picture_is_made_on_request_without_boxes_and_never_kept(
    desk: Desk, photos: list[str]
) -> None:
    answer = desk.console.as_(Role.DSL).get(f"/review/photos/{photos[0]}/picture/960")
    assert answer.headers["cache-control"] == "no-store"
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == SIZE
    assert len(picture.getcolors(SIZE[0] * SIZE[1]) or ()) == 1, "boxes are not burnt in"
    face = desk.console.as_(Role.DSL).get(f"/review/photos/{photos[0]}/faces/2")
    assert (face.status_code, face.headers["content-type"]) == (200, "image/jpeg")
    for path in ("picture/961", "faces/3", "faces/0", "faces/1/likeness/0"):
        assert (
            desk.console.as_(Role.DSL).get(f"/review/photos/{photos[0]}/{path}").status_code == 404
        )


def test_each_look_at_an_original_is_on_record_once(desk: Desk, photos: list[str]) -> None:
    browser = desk.console.as_(Role.DSL)
    for path in ("picture/960", "picture/1600", "faces/1", "faces/2"):
        browser.get(f"/review/photos/{photos[0]}/{path}")
    desk.console.as_(Role.DSL).get(f"/review/photos/{photos[0]}/faces/1")
    looks = [e for e in log_of(desk) if e.action == "original.viewed"]
    assert [(e.subject, e.actor) for e in looks] == [(photos[0], NAMES[Role.DSL])] * 2


# --- deciding -------------------------------------------------------------------------------


def test_nothing_happens_before_the_ten_seconds_are_over(desk: Desk, photos: list[str]) -> None:
    answer = decide(desk, photos[0], do="approve", why=WHY)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/review/photos/{photos[1]}")
    desk.later(9.9)
    assert desk.wishes == []
    desk.later(0.2)
    (wish,) = desk.wishes
    assert wish.by == NAMES[Role.DSL]
    assert wish.reason == "I looked at every face."
    approvals = [(one.kind, one.channel) for one in wish.said if isinstance(one, Approval)]
    assert approvals == [(ApprovalKind.SIGN_OFF, "website"), (ApprovalKind.SIGN_OFF, "social")]


def test_what_was_decided_can_be_taken_back_while_it_waits(desk: Desk, photos: list[str]) -> None:
    decide(desk, photos[0], do="refuse", reason="blurred")
    browser = desk.console.as_(Role.DSL)
    page = browser.get("/review").text
    assert photos[0] not in page.split("<table")[1], "it left the queue"
    address = re.search(r'action="(/review/undo/\d+)"', page)
    assert address is not None
    assert browser.post(address[1]).headers["location"] == f"/review/photos/{photos[0]}"
    desk.later(60)
    assert desk.wishes == []
    assert photos[0] in browser.get("/review").text.split("<table")[1], "it is back"


def test_taking_back_too_late_is_said_to_be_too_late(desk: Desk, photos: list[str]) -> None:
    decide(desk, photos[0], do="refuse", reason="blurred")
    desk.later(11)
    browser = desk.console.as_(Role.DSL)
    browser.post("/review/undo/1")
    assert "That was too late" in browser.get(f"/review/photos/{photos[0]}").text
    assert len(desk.wishes) == 1


def test_nobody_takes_back_what_somebody_else_decided(desk: Desk, photos: list[str]) -> None:
    decide(desk, photos[0], do="refuse", reason="blurred")
    assert desk.console.as_(Role.ADMIN).post("/review/undo/1").status_code == 404
    assert desk.console.as_(Role.ADMIN).get("/review/jobs").json() == []
    desk.later(11)
    assert len(desk.wishes) == 1


def test_several_faces_are_spoken_about_at_once(desk: Desk, photos: list[str]) -> None:
    decide(
        desk,
        photos[0],
        do="save",
        reason="I was there.",
        drawn="300,200,50,60",
        faces={"what-1": "is:P1", "what-2": "not_a_face", "who-2": "ignored"},
    )
    desk.later(11)
    said = desk.wishes[0].said
    told = [(one.kind, one.box, getattr(one, "person", None)) for one in said]  # type: ignore[union-attr]
    assert told == [
        (StatementKind.NAMED, BOXES[0], "P1"),
        (StatementKind.NOT_A_FACE, BOXES[1], None),
        (StatementKind.DRAWN, Box(300, 200, 50, 60), None),
    ]


@pytest.mark.parametrize(("typed", "ref"), [("sian wyn", "P1"), ("P2", "P2"), ("X (P3)", "P3")])
def test_people_are_found_by_name_or_reference(
    desk: Desk, photos: list[str], typed: str, ref: str
) -> None:
    decide(desk, photos[0], do="save", reason="y", faces={"what-2": "named", "who-2": typed})
    desk.later(11)
    assert [one.person for one in desk.wishes[0].said] == [ref]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"do": "approve"}, "Say why"),
        ({"do": "save", "reason": "y"}, "You said nothing about any face yet"),
        ({"do": "save", "reason": "y", "what-2": "named", "who-2": "idris fenwood"}, "P2, P3"),
        ({"do": "save", "reason": "y", "what-2": "named", "who-2": "nobody"}, "called nobody"),
        ({"do": "save", "reason": "y", "what-9": "covered"}, "no face 9"),
        (
            {"do": "save", "reason": "y", "what-1": "is:P1", "what-2": "is:P1"},
            "Nobody can be in one photo twice",
        ),
        ({"do": "save", "reason": "y", "drawn": "1,2,3"}, "is no box"),
        ({"do": "approve", "reason": "y", "what-1": "covered"}, "Save what you said about faces"),
        ({"do": "approve:print", "reason": "y"}, "Nothing was decided about this photo on print"),
        ({"do": "refuse:nowhere", "reason": "y"}, "There is no such channel"),
        ({"do": "release:website", "reason": "y"}, "No restricted person holds this photo"),
        ({"do": "refuse", "reason": "y", "seen": "7"}, "judged again since you opened it"),
    ],
)
def test_a_mistake_is_explained_and_nothing_is_done(
    desk: Desk, photos: list[str], fields: dict[str, str], problem: str
) -> None:
    browser = desk.console.as_(Role.DSL)
    page = browser.get(f"/review/photos/{photos[0]}")
    answer = browser.post(f"/review/photos/{photos[0]}", fields_of(page, **{}) | fields)
    assert answer.status_code == 400
    assert problem in answer.text
    if "what-2" in fields and fields["what-2"] == "named":
        assert f'value="{fields["who-2"]}"' in answer.text, "what was typed stays"
    desk.later(11)
    assert desk.wishes == []


def test_only_what_waits_for_a_signature_can_be_approved(desk: Desk, photos: list[str]) -> None:
    assert decide(desk, photos[1], do="approve:social", reason="y").status_code == 400
    assert decide(desk, photos[1], do="approve", reason="y").status_code == 303
    desk.later(11)
    assert [getattr(one, "channel", "") for one in desk.wishes[0].said] == ["website"]


def test_an_administrator_releases_a_vetoed_photo_and_decides_nothing_else(
    desk: Desk, photos: list[str]
) -> None:
    assert decide(desk, photos[2], Role.ADMIN, do="refuse", reason="y").status_code == 403
    answer = decide(desk, photos[2], Role.ADMIN, do="release:website", reason="y", line="vetoed")
    assert answer.headers["location"] == "/review?line=vetoed"
    desk.later(11)
    (said,) = desk.wishes[0].said
    assert (said.kind, said.role) == (ApprovalKind.VETO, "admin")  # type: ignore[union-attr]


def test_one_photo_is_decided_about_once_at_a_time(desk: Desk, photos: list[str]) -> None:
    decide(desk, photos[0], do="refuse", reason="y")
    browser = desk.console.as_(Role.DSL)
    page = browser.get(f"/review/photos/{photos[0]}")
    assert 'data-do="r"' not in page.text
    again = browser.post(f"/review/photos/{photos[0]}", fields_of(page, do="approve", why=WHY))
    assert again.status_code == 400
    desk.later(11)
    assert len(desk.wishes) == 1


def test_an_account_that_was_closed_meanwhile_decides_nothing(
    desk: Desk, photos: list[str]
) -> None:
    decide(desk, photos[0], do="approve", why=WHY)
    site = desk.console.site
    with site.database.transaction("setup") as tx:
        accounts.disable(tx, accounts.named(tx.connection, NAMES[Role.DSL]).id)
    desk.later(11)
    assert desk.wishes == []


def test_what_failed_is_told_without_anything_internal(desk: Desk, photos: list[str]) -> None:
    def broken(photo: StoredPhoto, wish: Wish) -> StoredPhoto:
        raise OSError("/srv/photogate/vault is full")

    assert desk.work is not None
    desk.work._again = broken
    decide(desk, photos[0], do="approve", why=WHY)
    desk.later(11)
    (job,) = desk.console.as_(Role.DSL).get("/review/jobs").json()
    assert job["state"] == "failed"
    assert "could not be done" in job["text"]
    assert "vault" not in job["text"]


def test_what_failed_stays_in_sight_behind_newer_decisions(desk: Desk, photos: list[str]) -> None:
    def broken(photo: StoredPhoto, wish: Wish) -> StoredPhoto:
        raise OSError("full")

    assert desk.work is not None
    right, desk.work._again = desk.work._again, broken
    decide(desk, photos[0], do="approve", why=WHY)
    desk.later(11)
    desk.work._again = right
    for _ in range(3):
        for photo in photos[:2]:
            decide(desk, photo, do="approve", why=WHY)
        desk.later(11)
    jobs = desk.console.as_(Role.DSL).get("/review/jobs").json()
    assert [job["state"] for job in jobs] == ["done"] * 4 + ["failed"]


def test_the_register_is_searched_without_a_name_in_any_address(desk: Desk) -> None:
    browser = desk.console.as_(Role.DSL)
    found = browser.post("/review/people", {"text": "IDRIS f"}).json()
    assert [(one["ref"], one["name"]) for one in found] == [
        ("P2", "Idris Fenwood"),
        ("P3", "Idris Fenwood"),
    ]
    assert browser.post("/review/people", {"text": " "}).json() == []
    assert browser.get("/review/people?text=idris").status_code == 405
    looks = [e for e in log_of(desk) if e.action == "person.viewed"]
    assert [(e.subject, e.details) for e in looks] == [("people", "{}")]


def test_a_thread_carries_out_what_is_due(held_desk_site: Path, tmp_path: Path) -> None:
    import threading

    shutil.copytree(held_desk_site, tmp_path / "site")
    console = Console(Site(tmp_path / "site"))
    done = threading.Event()

    def again(photo: StoredPhoto, wish: Wish) -> StoredPhoto:
        done.set()
        return photo

    shared = WebSite(console.site)
    review = WebReview(shared, ReviewWork(shared, again=again, grace=0.05))
    console.__dict__["services"] = replace(console.services, review=review)
    browser: Browser = console.as_(Role.DSL)
    with console.site.database.reading() as connection:
        photo = next(iter(stored.decisions(connection))).photo
    page = browser.get(f"/review/photos/{photo}")
    browser.post(f"/review/photos/{photo}", fields_of(page, do="approve", why=WHY))
    assert done.wait(10)
