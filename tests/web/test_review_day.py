"""A safeguarding lead's day in a real browser: photos of drawn people, decided by keyboard."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cli.site import Site
from consent_db import statements, stored
from consent_db.stored import StoredPhoto
from gate.demo.school import School
from gate.roles import Role
from gate.statements import Statement, StatementKind, Word
from gate.values import FaceReason, Verdict
from tests.web.browsers import LOOKS, PLAIN, Look, axe, fits, opened, shot
from tests.web.held_school import VETOED, held_site
from tests.web.served import Served, serving


@pytest.fixture(scope="session")
def held_school(school: School, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site on which each photo of drawn people waits for somebody. Copy it."""
    return held_site(school, tmp_path_factory)


@pytest.fixture
def desk(held_school: Path, tmp_path: Path) -> Iterator[Served]:
    """A server on a copy of it."""
    shutil.copytree(held_school, tmp_path / "site")
    with serving(tmp_path / "site", tmp_path) as server:
        yield server


def photos_of(site: Site) -> dict[str, StoredPhoto]:
    """Every photo by the name that it was dropped with."""
    with site.database.reading() as connection:
        return {p.drops[0].arrival.original: p for p in stored.decisions(connection)}


def verdicts(photo: StoredPhoto) -> set[Verdict]:
    return {decision.verdict for decision in photo.judgement.decisions}


def said_of(site: Site, photo: StoredPhoto) -> list[Word]:
    with site.database.reading() as connection:
        return list(statements.about(connection, photo.photo))


def until(ready: Callable[[], bool], patience: float = 60.0) -> None:
    """Wait for what the server does by itself."""
    end = time.monotonic() + patience
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.2)


def stands_at(page: Page, name: str) -> None:
    expect(page.locator("#title")).to_have_text(name)


def open_first(page: Page) -> str:
    """Begin with the first photo, by keyboard; its name."""
    page.goto("/review")
    page.keyboard.press("j")
    title = page.locator("#title")
    expect(title).to_be_visible()
    return title.inner_text()


def test_a_day_at_the_review_desk_by_keyboard_alone(
    desk: Served, page_of: Callable[[Served, Role], Page]
) -> None:
    site, page = desk.site, page_of(desk, Role.DSL)
    before = photos_of(site)
    names = [name for name in before if name != VETOED]
    assert open_first(page) == names[0]
    approve(page, names)
    assert verdicts(photos_of(site)[names[0]]) == {Verdict.REVIEW}, "nothing happened yet"
    refuse_and_think_better_of_it(page, names)
    name_a_face(page, names, unknown_face(before[names[2]]))
    draw_a_face(page, names)
    page.keyboard.press("r")
    page.keyboard.press("5")
    stands_at(page, names[5])

    until(lambda: bool(said_of(site, before[names[4]])))
    expect(page.locator(".job.waiting, .job.running")).to_have_count(0, timeout=30_000)
    after = photos_of(site)
    assert verdicts(after[names[0]]) <= {Verdict.APPROVE, Verdict.BLUR}
    assert after[names[0]].releases
    assert not said_of(site, after[names[1]]), "what was taken back never happened"
    assert told(site, after[names[2]]) == [(StatementKind.NAMED, "D15")]
    assert told(site, after[names[3]]) == [(StatementKind.DRAWN, None)]
    faces = [len(photos[names[3]].judgement.faces) for photos in (before, after)]
    assert faces[1] == faces[0] + 1
    assert verdicts(after[names[4]]) == {Verdict.BLOCK}
    assert after[names[5]] == before[names[5]]


def approve(page: Page, names: Sequence[str]) -> None:
    """A reason is asked for, and nothing is sent without one."""
    page.keyboard.press("a")
    expect(page.locator("#why-needed")).to_be_visible()
    stands_at(page, names[0])
    page.keyboard.press("3")
    stands_at(page, names[1])
    expect(page.locator(".job.waiting")).to_contain_text(f"{names[0]}: approved by you")


def refuse_and_think_better_of_it(page: Page, names: Sequence[str]) -> None:
    page.keyboard.press("r")
    page.keyboard.press("0")
    page.keyboard.type("The wrong one")
    page.keyboard.press("Enter")
    stands_at(page, names[2])
    page.keyboard.press("u")
    stands_at(page, names[1])
    expect(page.get_by_text("Taken back. Nothing was changed.")).to_be_visible()


def name_a_face(page: Page, names: Sequence[str], number: int) -> None:
    """By typing a part of the name."""
    page.keyboard.press("j")
    stands_at(page, names[2])
    page.keyboard.press(str(number))
    page.keyboard.press("n")
    page.keyboard.type("otto")
    expect(page.get_by_role("option")).to_have_text(re.compile("Otto Pennifold"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name=f"Who is face {number}?")).to_have_value(
        "Otto Pennifold (D15)"
    )
    page.keyboard.press("Enter")
    page.keyboard.press("2")
    stands_at(page, names[3])


def draw_a_face(page: Page, names: Sequence[str]) -> None:
    """With the arrow keys."""
    page.keyboard.press("d")
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Who is missed face A?")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("4")
    stands_at(page, names[4])


def told(site: Site, photo: StoredPhoto) -> list[tuple[StatementKind, str | None]]:
    """What was said about its faces, and whom they were said to be."""
    return [(o.kind, o.person) for o in said_of(site, photo) if isinstance(o, Statement)]


def unknown_face(photo: StoredPhoto) -> int:
    """The number of a face that was not recognised."""
    faces = photo.judgement.decisions[0].faces
    return next(one.face + 1 for one in faces if one.reason is FaceReason.NOT_RECOGNISED)


def test_what_is_pressed_before_the_next_photo_is_there_does_nothing(
    desk: Served, page_of: Callable[[Served, Role], Page]
) -> None:
    site, page = desk.site, page_of(desk, Role.DSL)
    names = [name for name in photos_of(site) if name != VETOED]
    open_first(page)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.evaluate(
        """() => [..."a3a3j"].forEach((key) => document.body.dispatchEvent(
          new KeyboardEvent("keydown", { key, bubbles: true })))"""
    )
    stands_at(page, names[1])
    assert len(sent) == 1
    expect(page.locator("#content .alert.bad")).to_have_count(0)


def test_a_missed_face_is_drawn_with_a_pointer(
    desk: Served, page_of: Callable[[Served, Role], Page]
) -> None:
    page = page_of(desk, Role.DSL)
    name = open_first(page)
    page.get_by_role("button", name="Draw a missed face").click()
    frame = page.locator("#frame").bounding_box()
    assert frame is not None
    middle = frame["x"] + frame["width"] / 2
    page.mouse.move(middle, frame["y"] + 20)
    page.mouse.down()
    page.mouse.move(middle + 40, frame["y"] + 70, steps=4)
    page.mouse.up()
    page.get_by_role("combobox", name="Who is missed face A?").fill("Otto Pennifold (D15)")
    page.get_by_label("I looked at every face.").check()
    page.get_by_role("button", name="Save faces").click()
    photo = photos_of(desk.site)[name]
    until(lambda: bool(said_of(desk.site, photo)))
    (drawn,) = said_of(desk.site, photo)
    assert isinstance(drawn, Statement)
    assert (drawn.kind, drawn.person) == (StatementKind.DRAWN, "D15")
    assert drawn.box is not None
    assert drawn.box.x == pytest.approx(photo.judgement.width / 2, abs=3)


def test_without_a_script_everything_but_the_pointer_works(desk: Served, browser: Browser) -> None:
    with opened(browser, desk.url, PLAIN, desk.login(Role.DSL)) as page:
        page.goto("/review")
        page.get_by_role("link", name="Begin with the first").click()
        name = page.locator("#title").inner_text()
        page.get_by_role("button", name="Approve", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Say why")
        page.get_by_text("A face was missed").click()
        page.get_by_label("Place").fill("10,10,80,90")
        page.get_by_label("In your own words").fill("Behind the door")
        page.get_by_role("button", name="Save faces").click()
        expect(page.locator(".job.waiting")).to_contain_text(name)
        page.get_by_role("button", name="Take back").click()
        expect(page.get_by_role("status").first).to_contain_text("Nothing was changed")
        page.get_by_label("It is not suitable.").check()
        page.get_by_role("button", name="Refuse", exact=True).click()
        photo = photos_of(desk.site)[name]
        until(lambda: verdicts(photos_of(desk.site)[name]) == {Verdict.BLOCK})
        said = [getattr(one, "kind", "") for one in said_of(desk.site, photo)]
        assert said == [StatementKind.REFUSED]


def test_the_next_photo_is_there_before_it_is_asked_for(
    desk: Served, page_of: Callable[[Served, Role], Page]
) -> None:
    page = page_of(desk, Role.DSL)
    _, after, *_ = [one for name, one in photos_of(desk.site).items() if name != VETOED]
    picture = f"{after.photo}/picture/"
    with page.expect_event("requestfinished", lambda request: picture in request.url):
        open_first(page)
    page.wait_for_timeout(300)
    page.keyboard.press("j")
    expect(page.locator("#picture")).to_have_attribute("src", re.compile("^blob:"))


@pytest.mark.parametrize("look", LOOKS, indirect=True, ids=str)
def test_the_desk_is_open_to_everybody_s_eyes_and_hands(
    desk: Served, page_of: Callable[[Served, Role], Page], look: Look, shots: Path | None
) -> None:
    page = page_of(desk, Role.DSL)
    held, vetoed = photos_of(desk.site), photos_of(desk.site)[VETOED]
    crowd = held["assembly/IMG_2004.jpg"]
    for name, path in (
        ("queue", "/review"),
        ("photo", f"/review/photos/{held['open-evening/IMG_2012.jpg'].photo}"),
        ("crowd", f"/review/photos/{crowd.photo}"),
        ("vetoed", f"/review/photos/{vetoed.photo}?line=vetoed"),
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        axe(page)
        fits(page)
        shot(page, f"review-{name}-{look}", shots)
    page.keyboard.press("r")
    page.keyboard.press("1")
    expect(page.locator(".job.waiting")).to_be_visible()
    page.keyboard.press("Shift+?")
    axe(page)


@pytest.mark.parametrize("look", [Look("phone")], indirect=True, ids=str)
def test_a_channel_s_reviewer_sees_to_their_channel(
    desk: Served, page_of: Callable[[Served, Role], Page], shots: Path | None
) -> None:
    page = page_of(desk, Role.REVIEWER)
    page.goto("/review")
    expect(page.get_by_text("6 photos wait for your decision.")).to_be_visible()
    axe(page)
    name = open_first(page)
    photo = photos_of(desk.site)[name]
    expect(page.get_by_text("would be shown").first).to_be_visible()
    expect(page.get_by_text("Social")).to_have_count(0)
    fits(page)
    axe(page)
    shot(page, "review-reviewer-phone", shots)
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Missed face A")).to_be_visible()
    page.keyboard.press("s")
    page.keyboard.press("3")
    until(lambda: bool(said_of(desk.site, photo)))
    page.goto(f"/review/photos/{photo.photo}")
    page.get_by_label("I looked at every face.").check()
    expect(page.locator(".job.waiting, .job.running")).to_have_count(0, timeout=30_000)
    page.reload()
    page.keyboard.press("a")
    page.keyboard.press("3")
    until(lambda: verdicts(photos_of(desk.site)[name]) == {Verdict.BLUR, Verdict.REVIEW})
    after = photos_of(desk.site)[name]
    assert [one.channel for one in after.releases] == ["website"]
    assert len(after.judgement.faces) == len(photo.judgement.faces) + 1
