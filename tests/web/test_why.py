"""Why: found by whoever may look, told as far as they may know, and nothing of locked photos."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from cli.site import Site
from consent_db import locking
from consent_db.audit import entries
from consent_db.publications import Posted, record_posted
from gate.acting import Acting
from gate.explain import explain
from gate.life import Happened, Moment, told
from gate.publish import Publisher
from gate.roles import OF_CHANNELS, Act, Role, entitled, sight_of
from gate.values import Arrival
from gate.vault import Stamp
from gate.web.app import create_app
from gate.web.ports_why import Asked, Found, PhotoPage, Ways
from gate.web.security import CSRF_FIELD
from tests.explain_cases import vetoed
from tests.web.client import Browser, Console

NAME = "fair/Rhys_at_the_fair.jpg"


def drop(site: Site, *originals: str) -> list[str]:
    """Judge photos without faces and release their copies, as the watcher does; their SHA-256."""
    gate, publisher = site.gate(), publisher_of(site)
    photos = []
    for number, original in enumerate(originals):
        source = site.root / "dropped.jpg"
        Image.new("RGB", (400, 300), (8 * number, 90, 40)).save(source, "JPEG")
        stamp = Stamp.of(source.stat())
        photo = site.originals.store(source, stamp)
        event = original.partition("/")[0]
        arrived = Arrival(photo, original, event, stamp.size, stamp.modified_ns)
        publisher.publish(arrived, gate.judge(photo, source.read_bytes()))
        photos.append(photo)
    return photos


def publisher_of(site: Site) -> Publisher:
    return Publisher(site.root, site.ledger("watch"), frozenset, site.names_key)


ASKING = entitled(Act.SEE_DECISIONS)


@pytest.fixture(scope="module")
def judged(accounts_site: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A site with two photos of an event, and their ids. Copy it."""
    root = shutil.copytree(accounts_site, tmp_path_factory.mktemp("judged") / "site")
    photo, other = drop(Site(root), NAME, "fair/2.jpg")
    return root, photo, other


@pytest.fixture
def console(judged: tuple[Path, str, str], tmp_path: Path) -> Console:
    return Console(Site(shutil.copytree(judged[0], tmp_path / "site")))


@pytest.fixture
def photo(judged: tuple[Path, str, str]) -> str:
    return judged[1]


@pytest.fixture
def other(judged: tuple[Path, str, str]) -> str:
    return judged[2]


def logged(console: Console, action: str) -> list[tuple[str, str]]:
    with console.site.database.reading() as connection:
        return [(one.actor, one.subject) for one in entries(connection) if one.action == action]


def ask(browser: Browser, **fields: str) -> tuple[int, str]:
    """The status of a search, and where it leads or what it shows."""
    answer = browser.post("/why/search", fields)
    return answer.status_code, answer.headers.get("location", "") or answer.text


@pytest.mark.parametrize("role", ASKING)
def test_one_photo_leads_to_its_page_and_its_file_name_only_to_whoever_may_know_it(
    console: Console, photo: str, role: Role
) -> None:
    browser = console.as_(role)
    for text in (NAME, "Rhys_at_the_fair.jpg", photo[:8]):
        assert ask(browser, text=text) == (303, f"/why/{photo}")
    answer = browser.get(f"/why/{photo}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    sees_original = role not in OF_CHANNELS
    assert ("Rhys" in answer.text) == sees_original
    assert (f"/why/{photo}/picture" in answer.text) == sees_original
    assert ("by watch" in answer.text) == (role not in (*OF_CHANNELS, Role.COMMS))


def test_the_picture_is_for_those_who_may_see_originals_and_on_record(
    console: Console, photo: str
) -> None:
    for role in OF_CHANNELS:
        assert console.as_(role).get(f"/why/{photo}/picture").status_code == 403
    answer = console.as_(Role.AUDITOR).get(f"/why/{photo}/picture")
    assert answer.headers["cache-control"] == "no-store"
    assert Image.open(BytesIO(answer.content)).size == (400, 300)
    assert logged(console, "original.viewed") == [("Anita Price", photo)]


def test_lists_are_for_those_who_may_see_evidence(console: Console, photo: str, other: str) -> None:
    for role in ASKING:
        shown = console.as_(role).get("/why").text
        may = role in (Role.AUDITOR, Role.DSL, Role.DPL, Role.ADMIN)
        assert (photo in shown and other in shown) == may, role
    status, shown = ask(console.as_(Role.COMMS), event="fair")
    assert (status, photo in shown, "2 photos were found" in shown) == (200, True, True)
    assert photo not in ask(console.as_(Role.WEBSITE), event="fair")[1]
    assert "No such photo" in ask(console.as_(Role.COMMS), event="fai")[1]


def test_a_question_about_a_person_is_for_few_and_on_record(console: Console, photo: str) -> None:
    assert "No such photo" in ask(console.as_(Role.DPL), person="P1")[1]
    assert logged(console, "person.viewed") == [("Dafydd Lewis", "P1")]
    # Whoever may not ask for a person asks, without it, for everything they may see.
    assert photo in ask(console.as_(Role.ADMIN), person="P1")[1]
    assert "No such photo" in ask(console.as_(Role.COMMS), person="P1")[1]


def test_verdicts_and_days_narrow_it_down(console: Console, photo: str) -> None:
    auditor = console.as_(Role.AUDITOR)
    assert photo in ask(auditor, verdict="approve", since="2020-01-01")[1]
    assert photo not in ask(auditor, verdict="review")[1]
    assert photo not in ask(auditor, until="2020-01-01")[1]
    assert ask(auditor, since="2020-02-31")[0] == 400


def test_any_copy_of_the_picture_finds_it_and_is_not_kept(console: Console, photo: str) -> None:
    site = console.site
    copy = next(site.root.glob("ready/website/**/*.jpg")).read_bytes()
    browser = console.as_(Role.SOCIAL)
    before = {path for path in site.root.rglob("*") if "register" not in path.name}
    for data, status in ((site.originals.read(photo), 303), (copy, 303), (copy + b"0", 200)):
        answer = browser.client.post(
            "/why/copy",
            data={CSRF_FIELD: browser.csrf},
            files={"file": ("x.jpg", data, "image/jpeg")},
            headers={"Accept": "text/html"},
            follow_redirects=False,
        )
        assert answer.status_code == status, answer.text
    assert before == {path for path in site.root.rglob("*") if "register" not in path.name}
    assert hashlib.sha256(copy).hexdigest() != photo


def test_a_locked_photo_is_there_for_the_safeguarding_lead_only(
    console: Console, photo: str
) -> None:
    site = console.site
    with site.database.transaction("Dilys Rees") as tx:
        locking.lock(tx, photo, "a parent came", site.consequences.takedown_within)
    for role in set(ASKING) - {Role.DSL}:
        browser = console.as_(role)
        assert browser.get(f"/why/{photo}").status_code == 404, role
        assert browser.get(f"/why/{photo}/picture").status_code in (403, 404)
        assert photo not in browser.get("/why").text
        assert photo not in ask(browser, text=photo)[1].replace(f'value="{photo}"', "")
    dsl = console.as_(Role.DSL)
    shown = dsl.get(f"/why/{photo}").text
    assert "a parent came" in shown
    assert "/picture" not in shown
    assert dsl.get(f"/why/{photo}/picture").status_code == 404


def test_the_life_tells_who_and_where_to_those_who_may_know(console: Console, photo: str) -> None:
    site = console.site
    with site.database.transaction("Wyn Hughes") as tx:
        where = Posted(photo, "website", "news page four")
        record_posted(tx, site.consequences, where)
    lives = {role: console.as_(role).get(f"/why/{photo}").text for role in ASKING}
    posted = {role for role, text in lives.items() if "news page four" in text}
    assert posted == set(ASKING) - {Role.SOCIAL}, "another channel than theirs"
    named = {role for role, text in lives.items() if "by Wyn Hughes" in text}
    assert named == {Role.AUDITOR, Role.DSL, Role.DPL, Role.ADMIN}
    assert all("Copy released" in text for text in lives.values())


def test_who_may_see_no_evidence_is_told_of_the_newest_check_only() -> None:
    day = datetime(2026, 7, 3, tzinfo=UTC)
    moments = [
        Moment(day + timedelta(2), Happened.SIGNED_OFF, "Dilys Rees", "website"),
        Moment(day, Happened.JUDGED, "watch"),
        Moment(day + timedelta(1), Happened.JUDGED_AGAIN, "again"),
    ]
    full = told(moments, sight_of(Role.DSL), lambda _: True)
    assert [one.at.day for one in full] == [3, 4, 5]
    plain = told(moments, sight_of(Role.COMMS), lambda _: True)
    assert plain == (Moment(day + timedelta(1), Happened.JUDGED),)


class Invented:
    """Implements the port of the screen with a case full of faces."""

    def ways(self, who: Acting) -> Ways:
        return Ways(event=False, person=False, all=False)

    def search(self, who: Acting, asked: Asked, page: int) -> Found:
        return Found((), 0)

    def photo(self, who: Acting, photo: str) -> PhotoPage | None:
        return PhotoPage(explain(vetoed(), who.role), "", (), has_picture=False)

    def picture(self, who: Acting, photo: str) -> bytes | None:
        return None


@pytest.mark.parametrize("role", ASKING)
def test_people_and_scores_are_in_the_page_of_those_who_may_see_evidence_only(
    console: Console, role: Role
) -> None:
    services = replace(console.services, why=Invented())
    console.__dict__["app"] = create_app(services, console.how)
    shown = console.as_(role).get(f"/why/{'0' * 64}").text
    evidence = sight_of(role).evidence
    assert ("Evidence for each face" in shown) == evidence
    for one in explain(vetoed(), Role.DSL).evidence:
        assert (f">{one.person}<" in shown) == evidence
