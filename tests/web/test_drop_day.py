"""A comms admin's day in a real browser: drop photos, see the answers, take a copy along."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from gate.roles import Role
from gate.site_lock import SiteLock
from gate.values import Reason, Verdict
from tests.fake_gate import photo_of
from tests.web.browsers import DESKTOP, LOOKS, PLAIN, Look, axe, fits, shot
from tests.web.client import Console
from tests.web.people import log_in
from tests.web.released import drawn, open_console, watch_once
from tests.web.test_drop import judged_as

# What only a screen reader says stands apart, so that a space comes before it.
ANSWERS = re.compile(r"Answers ?: Prize giving")


def photos(folder: Path, count: int) -> list[Path]:
    """Files to drop, on the disk of whoever drops them."""
    folder.mkdir()
    found = [folder / f"IMG_{number}.jpg" for number in range(count)]
    for number, path in enumerate(found):
        path.write_bytes(photo_of(100 + number, "P1", *([""] if number % 2 else [])))
    return found


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_photos_are_dropped_and_answered_while_the_page_is_open(
    browser: Browser, released_copy: Console, tmp_path: Path, look: Look, shots: Path | None
) -> None:
    console = released_copy
    files = photos(tmp_path / "phone", 4)
    with open_console(console, browser, Role.COMMS, look) as page:
        page.goto("/drop")
        expect(page.locator("#unwatched")).to_be_visible()
        axe(page)
        fits(page)
        shot(page, f"drop-{look}", shots)
        page.get_by_label("Photos", exact=True).set_input_files(files)
        expect(page.locator("#event-problem")).to_be_visible()
        page.get_by_label("Event", exact=True).fill("Prize giving")
        with SiteLock(console.site.vault / ".watch.lock", "watcher"):
            page.get_by_role("button", name="Drop these photos").click()
            expect(page.locator("#summary")).to_contain_text("4 of 4 uploaded", timeout=30_000)
            expect(page.locator("#unwatched")).to_be_hidden()
            shot(page, f"drop-on-the-way-{look}", shots)
            watch_once(console.site)
            drawn(console)
            expect(page.locator("#answers > li")).to_have_count(4, timeout=30_000)
        expect(page.locator("#summary")).to_contain_text("4 checked")
        expect(page.locator("#kinds button")).to_have_text([r"All 4", "Held 0", re.compile("0$")])
        axe(page)
        fits(page)
        shot(page, f"drop-answered-{look}", shots)
        page.goto("/drop")
        page.get_by_role("link", name=ANSWERS).click()
        expect(page.locator(".answer").first).to_be_visible()
        axe(page)
        fits(page)
        shot(page, f"drop-event-{look}", shots)
        with page.expect_download() as saved:
            page.locator(".take:not([hidden]) button").first.click()
        assert saved.value.suggested_filename.endswith(".jpg")


def test_a_lost_connection_does_not_lose_a_photo(
    browser: Browser, released_copy: Console, tmp_path: Path
) -> None:
    console = released_copy
    with open_console(console, browser, Role.COMMS, DESKTOP) as page:
        page.goto("/drop")
        page.get_by_label("Event", exact=True).fill("Lost and found")
        page.context.set_offline(offline=True)
        page.get_by_label("Photos", exact=True).set_input_files(photos(tmp_path / "phone", 2))
        expect(page.locator("#uploads")).to_contain_text("The connection was lost")
        page.context.set_offline(offline=False)
        expect(page.locator("#summary")).to_contain_text("2 of 2 uploaded", timeout=30_000)
    assert len(list((console.site.staging / "Lost and found").glob("*.jpg"))) == 2


def test_what_is_not_taken_stands_apart_and_can_be_tried_again(
    browser: Browser, released_copy: Console, tmp_path: Path
) -> None:
    console = released_copy
    photo = FilePayload(name="1.jpg", mimeType="image/jpeg", buffer=photo_of(100, "P1"))
    other = FilePayload(name="2.jpg", mimeType="image/jpeg", buffer=photo_of(101, "P1"))
    film = FilePayload(name="film.mp4", mimeType="video/mp4", buffer=b"moving")
    empty = FilePayload(name="empty.jpg", mimeType="image/jpeg", buffer=b"")
    with open_console(console, browser, Role.COMMS, DESKTOP) as page:
        page.goto("/drop")
        choose, failed = page.get_by_label("Photos", exact=True), page.locator("#failed > li")
        choose.set_input_files([film, empty, photo])
        expect(page.get_by_text("3 photos are chosen.")).to_be_visible()
        page.get_by_label("Event", exact=True).fill("Fair")
        page.get_by_role("button", name="Drop these photos").click()
        told = "1 of 3 uploaded, 0 checked. 2 were not taken."
        expect(page.locator("#summary")).to_have_text(told)
        expect(failed).to_contain_text(["film.mp4This is no photo", "empty.jpgThis file is empty"])
        expect(page.get_by_role("button", name="Try again: film.mp4")).to_have_count(0)

        page.context.clear_cookies()
        choose.set_input_files([other])
        expect(failed.last).to_contain_text("You are not logged in any more")
        secret, url = log_in(console.site, Role.COMMS), page.url
        page.context.add_cookies([{"name": "photogate", "value": secret, "url": url}])
        page.get_by_role("button", name="Try all again").click()
        expect(page.locator("#summary")).to_contain_text("2 of 4 uploaded")
        expect(failed).to_have_count(2)
    assert len(list((console.site.staging / "Fair").glob("*.jpg"))) == 2


def test_a_file_that_cannot_get_through_does_not_stop_the_others(
    browser: Browser, released_copy: Console, tmp_path: Path
) -> None:
    console = released_copy
    with open_console(console, browser, Role.COMMS, DESKTOP) as page:
        page.goto("/drop")
        page.get_by_label("Event", exact=True).fill("Fair")
        page.route(
            "**/drop/file",
            lambda route: (
                route.abort()
                if route.request.headers["x-file-name"] == "IMG_0.jpg"
                else route.continue_()
            ),
        )
        page.get_by_label("Photos", exact=True).set_input_files(photos(tmp_path / "phone", 3))
        expect(page.locator("#summary")).to_contain_text("2 of 3 uploaded", timeout=15_000)
        page.unroute("**/drop/file")
        expect(page.locator("#summary")).to_contain_text("3 of 3 uploaded", timeout=15_000)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_what_is_held_can_be_looked_at_alone(
    browser: Browser, released_copy: Console, tmp_path: Path, look: Look, shots: Path | None
) -> None:
    console = released_copy
    judged_as(console, "signed.jpg", Verdict.REVIEW, Reason.SIGN_OFF)
    with open_console(console, browser, Role.COMMS, look) as page:
        page.goto("/drop")
        page.get_by_label("Event", exact=True).fill("Fair")
        page.get_by_label("Photos", exact=True).set_input_files(photos(tmp_path / "phone", 1))
        expect(page.locator("#summary")).to_contain_text("1 of 1 uploaded")
        watch_once(console.site)
        live = page.locator("#answers > li")
        expect(live).to_be_visible()
        page.get_by_role("button", name="Held 0").click()
        expect(live).to_be_hidden()
        page.get_by_role("button", name="All 1").click()
        expect(live).to_be_visible()
        page.goto("/drop")
        page.get_by_role("link", name="Answers : Fair").click()
        page.get_by_role("link", name="Held 1").click()
        expect(page.locator(".answer .name")).to_have_text(["signed.jpg"])
        axe(page)
        fits(page)
        shot(page, f"drop-held-{look}", shots)


def test_without_javascript_a_form_does(
    browser: Browser, released_copy: Console, tmp_path: Path
) -> None:
    console = released_copy
    with open_console(console, browser, Role.COMMS, PLAIN) as page:
        page.goto("/drop")
        page.get_by_label("Event", exact=True).fill("Plain")
        page.get_by_label("Photos", exact=True).set_input_files(photos(tmp_path / "phone", 2))
        page.get_by_role("button", name="Drop these photos").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Plain")
        expect(page.get_by_text("2 photos were taken")).to_be_visible()
