"""A comms admin's day in a real browser: drop photos, see the answers, take a copy along."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gate.demo.school import School
from gate.roles import Role
from tests.web.browsers import LOOKS, PLAIN, Look, axe, fits, opened, shot
from tests.web.served import Served


@contextmanager
def watching(served: Served) -> Iterator[None]:
    """The watcher at work on the server's site."""
    command = [sys.executable, "-m", "cli", "--site", str(served.site.root), "watch", "--workers"]
    env = {**os.environ, "PHOTOGATE_HOME": str(served.site.root.parent)}
    process = subprocess.Popen([*command, "1"], stdout=subprocess.DEVNULL, env=env)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def some_photos(school: School) -> list[Path]:
    return sorted(path for path in school.incoming.rglob("*") if path.suffix == ".jpg")[:4]


def test_photos_are_dropped_and_answered_while_the_page_is_open(
    school: School, school_copy: Served, page_of: Callable[[Served, Role], Page], shots: Path
) -> None:
    page = page_of(school_copy, Role.COMMS)
    page.goto("/drop")
    expect(page.locator("#unwatched")).to_be_visible()
    with watching(school_copy):
        page.get_by_label("Photos", exact=True).set_input_files(some_photos(school))
        expect(page.locator("#event-problem")).to_be_visible()
        page.get_by_label("Event", exact=True).fill("Prize giving")
        page.get_by_role("button", name="Drop these photos").click()
        expect(page.locator("#summary")).to_contain_text("4 of 4 uploaded", timeout=60_000)
        shot(page, "drop-on-the-way", shots)
        expect(page.locator("#answers > li")).to_have_count(4, timeout=120_000)
    expect(page.locator("#summary")).to_contain_text("4 checked")
    axe(page)
    fits(page)
    shot(page, "drop-answered", shots)
    with page.expect_download() as saved:
        page.locator(".take:not([hidden]) button").first.click()
    assert saved.value.suggested_filename.endswith(".jpg")
    page.get_by_label("Photos", exact=True).set_input_files(some_photos(school)[:1])
    expect(page.locator("#summary")).to_contain_text("5 of 5 uploaded, 5 checked")


def test_a_lost_connection_does_not_lose_a_photo(
    school: School, school_copy: Served, page_of: Callable[[Served, Role], Page]
) -> None:
    page = page_of(school_copy, Role.COMMS)
    page.goto("/drop")
    page.get_by_label("Event", exact=True).fill("Lost and found")
    page.context.set_offline(offline=True)
    page.get_by_label("Photos", exact=True).set_input_files(some_photos(school)[:2])
    expect(page.locator("#uploads")).to_contain_text("The connection was lost")
    page.context.set_offline(offline=False)
    expect(page.locator("#summary")).to_contain_text("2 of 2 uploaded", timeout=30_000)
    assert len(list((school_copy.site.staging / "Lost and found").glob("*.jpg"))) == 2


def test_without_javascript_a_form_does(
    school: School, browser: Browser, school_copy: Served
) -> None:
    with opened(browser, school_copy.url, PLAIN, school_copy.login(Role.COMMS)) as page:
        page.goto("/drop")
        page.get_by_label("Event", exact=True).fill("Plain")
        page.get_by_label("Photos", exact=True).set_input_files(some_photos(school)[:2])
        page.get_by_role("button", name="Drop these photos").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Plain")
        expect(page.get_by_text("2 photos were taken")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS, indirect=True, ids=str)
def test_the_pages_in_every_look(
    served_school: Served, page_of: Callable[[Served, Role], Page], look: Look, shots: Path
) -> None:
    page = page_of(served_school, Role.COMMS)
    page.goto("/drop")
    axe(page)
    fits(page)
    shot(page, f"drop-{look}", shots)
    page.locator(".card .go a").first.click()
    expect(page.locator(".answer").first).to_be_visible()
    axe(page)
    fits(page)
    shot(page, f"drop-event-{look}", shots)
