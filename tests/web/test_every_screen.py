"""Every page that stands in the navigation: on phones, on large screens, in the dark, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gate.roles import Role
from tests.web.browsers import DESKTOP, PLAIN, Look, axe, fits, opened, shot
from tests.web.served import Served

ALL = (Look("phone"), Look("phone", "dark"), Look("wide"), PLAIN)


def pages(browser: Browser, served: Served, look: Look) -> Iterator[tuple[Page, str]]:
    """Each page of the navigation, once, opened by a role that is led to it; and its path."""
    seen: set[str] = set()
    for role in Role:
        with opened(browser, served.url, look, served.login(role)) as page:
            page.goto("/")
            links = page.locator(".top nav a").evaluate_all("all => all.map(a => a.pathname)")
            for path in (path for path in links if path not in seen):
                answer = page.goto(path)
                assert answer is not None
                assert answer.ok, path
                yield page, path
        seen.update(links)
    assert len(seen) > 5


@pytest.mark.parametrize("look", ALL, ids=str)
def test_every_page_can_be_read_and_worked_with(
    browser: Browser, served_school: Served, look: Look, shots: Path | None
) -> None:
    for page, path in pages(browser, served_school, look):
        expect(page.locator("h1")).to_have_count(1)
        if look.javascript:
            axe(page)
        fits(page)
        shot(page, f"every{path.replace('/', '-')}-{look}", shots)


def test_the_keyboard_comes_past_the_menu_on_every_page(
    browser: Browser, served_school: Served
) -> None:
    for page, _ in pages(browser, served_school, DESKTOP):
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("Skip to the content")
        page.keyboard.press("Enter")
        expect(page.locator(":focus")).to_have_id("content")


def test_on_paper_there_is_no_menu(browser: Browser, served_school: Served) -> None:
    with opened(browser, served_school.url, DESKTOP, served_school.login(Role.AUDITOR)) as page:
        page.goto("/why")
        page.emulate_media(media="print")
        expect(page.locator(".top nav").first).to_be_hidden()
        expect(page.locator("h1")).to_be_visible()
