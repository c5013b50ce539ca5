"""The review screen's rules: who sees what, what may be decided, and that it can be taken back."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import pytest
from httpx2 import Response
from PIL import Image

from cli.rejudging import Wish
from cli.site import Site, now
from cli.web_review import WebReview
from cli.web_review_work import ReviewWork
from cli.web_site import WebSite
from consent_db import accounts, audit, people, stored
from consent_db.stored import StoredPhoto
from gate.approvals import Approval, ApprovalKind
from gate.roles import Role
from gate.statements import StatementKind
from gate.values import (
    Box,
    Candidate,
    Decision,
    Face,
    FaceDecision,
    FaceReason,
    Match,
    Outcome,
    Person,
    Reason,
    Verdict,
    day_of,
)
from gate.vault import Stamp
from tests.registers import arrival, judgement
from tests.web.client import Browser, Console
from tests.web.people import NAMES

SIZE = (400, 300)
BOXES = (Box(20, 30, 60, 70), Box(200, 40, 50, 60))
WHY = "looked"


@dataclass
class Desk:
    """A console whose decisions are carried out when the test says so, by a judge that notes."""

    console: Console
    clock: float = 0.0
    wishes: list[Wish] = field(default_factory=list)
    work: ReviewWork | None = None

    def later(self, seconds: float) -> None:
        """Let time pass, and do what is due."""
        self.clock += seconds
        assert self.work is not None
        self.work.settle()

    def open(self, photo: str, role: Role = Role.DSL) -> Response:
        return self.console.as_(role).get(f"/review/photos/{photo}")


def keep(site: Site, number: int, *decisions: Decision, faces: Sequence[Box] = BOXES) -> str:
    """A judged photo of this site; its SHA-256."""
    out = io.BytesIO()
    Image.new("RGB", SIZE, (number * 20, 90, 120)).save(out, "JPEG")
    source = site.root / f"photo-{number}.jpg"
    source.write_bytes(out.getvalue())
    sha256 = hashlib.sha256(out.getvalue()).hexdigest()
    site.originals.store(source, Stamp.of(source.stat()))
    judged = replace(
        judgement(register=site.register().revision(), on=day_of(now())),
        photo=sha256,
        width=SIZE[0],
        height=SIZE[1],
        decisions=decisions,
        faces=tuple(Face(box, (), 0.9) for box in faces),
        matches=tuple(
            Match((Candidate("P1", 0.9),)) if not n else Match() for n in range(len(faces))
        ),
        renditions=(),
    )
    dropped = replace(arrival(), photo=sha256, original=f"fair/<b>{number}.jpg", event="fair")
    site.ledger("photogate watch").record(dropped, judged, [])
    return sha256


def two_faces(channel: str, verdict: Verdict, reason: Reason) -> Decision:
    veto = reason is Reason.RESTRICTED_PERSON
    return Decision(
        channel,
        verdict,
        reason,
        (
            FaceDecision(0, Outcome.SHOWN, FaceReason.PERMITTED, "P1", 0.9),
            FaceDecision(
                1,
                Outcome.VETO if veto else Outcome.COVERED,
                FaceReason.RESTRICTED if veto else FaceReason.NOT_RECOGNISED,
                "P2" if veto else None,
                0.8 if veto else None,
            ),
        ),
    )


def waits(channel: str) -> Decision:
    return two_faces(channel, Verdict.REVIEW, Reason.SIGN_OFF)


def vetoed(channel: str) -> Decision:
    return two_faces(channel, Verdict.BLOCK, Reason.RESTRICTED_PERSON)


@pytest.fixture(scope="module")
def held_console(accounts_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with two held photos and a vetoed one. Copy it."""
    root = tmp_path_factory.mktemp("held") / "site"
    shutil.copytree(accounts_site, root)
    site = Site(root)
    with site.database.transaction("setup") as tx:
        given = [
            Person("P1", "pupil", "Siân", "Ŵyn", "7"),
            Person("P2", "pupil", "Idris", "Fenwood", "8"),
            Person("P3", "pupil", "Idris", "Fenwood", "9"),
        ]
        people.add_or_change_all(tx, given)
    keep(site, 1, waits("website"), waits("social"))
    keep(site, 2, waits("website"), two_faces("social", Verdict.REVIEW, Reason.NAMES_NEEDED))
    keep(site, 3, vetoed("website"), vetoed("social"))
    return root


@pytest.fixture
def desk(held_console: Path, tmp_path: Path) -> Desk:
    shutil.copytree(held_console, tmp_path / "site")
    console = Console(Site(tmp_path / "site"))
    made = Desk(console)

    def again(photo: StoredPhoto, wish: Wish) -> StoredPhoto:
        made.wishes.append(wish)
        return photo

    shared = WebSite(console.site)
    made.work = ReviewWork(shared, again=again, clock=lambda: made.clock)
    # The test's own clock stands still, so that the thread never finds anything due.
    review = WebReview(shared, made.work)
    console.__dict__["services"] = replace(console.services, review=review)
    return made


@pytest.fixture
def photos(desk: Desk) -> list[str]:
    with desk.console.site.database.reading() as connection:
        return [photo.photo for photo in stored.decisions(connection)]


def fields_of(page: Response, **others: str) -> dict[str, str]:
    found = re.search(r'name="seen" value="(\d+)"', page.text)
    assert found is not None, page.text
    return {"seen": found[1], "line": "held", **others}


def decide(
    desk: Desk,
    photo: str,
    role: Role = Role.DSL,
    faces: Mapping[str, str] = MappingProxyType({}),
    **fields: str,
) -> Response:
    browser = desk.console.as_(role)
    page = browser.get(f"/review/photos/{photo}")
    return browser.post(f"/review/photos/{photo}", fields_of(page, **faces, **fields))


def log_of(desk: Desk) -> list[audit.Entry]:
    with desk.console.site.database.reading() as connection:
        return list(audit.entries(connection))


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


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DSL, Role.ADMIN}))
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


def test_a_thread_carries_out_what_is_due(held_console: Path, tmp_path: Path) -> None:
    import threading

    shutil.copytree(held_console, tmp_path / "site")
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
