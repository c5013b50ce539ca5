"""The first hour of a console, in a real browser: set up, log in, look around, log out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gate.roles import Role
from tests.web.browsers import DESKTOP, LOOKS, PLAIN, Look, axe, fits, opened, shot
from tests.web.people import PASSWORD
from tests.web.served import Served


def set_up(page: Page, code: str) -> None:
    page.goto("/")
    expect(page).to_have_url(page.url.split("/set-up")[0] + "/set-up")
    page.get_by_label("Set-up code").fill(code)
    page.get_by_label("Your name").fill("Ada Evans")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Make the first account").click()


def log_in(page: Page, name: str) -> None:
    page.get_by_label("Name of your account").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("look", [DESKTOP, PLAIN], ids=str)
def test_a_fresh_site_is_set_up_in_the_browser(
    browser: Browser, served_fresh: Served, look: Look
) -> None:
    with opened(browser, served_fresh.url, look) as page:
        set_up(page, "WRON-GWRO-NGWR")
        expect(page.get_by_role("alert")).to_contain_text("set-up code is wrong")
        set_up(page, served_fresh.setup_code)
        expect(page.get_by_role("status")).to_contain_text("Your account is made")
        log_in(page, "ada evans")
        expect(page.get_by_role("heading", level=1)).to_have_text("Good day, Ada Evans")
        page.get_by_role("button", name="Log out").first.click()
        expect(page.get_by_role("status")).to_contain_text("logged out")
        page.goto("/")
        expect(page).to_have_url(f"{served_fresh.url}/login")


@pytest.mark.parametrize("look", LOOKS, indirect=True, ids=str)
def test_every_page_is_open_to_everybody_s_eyes_and_hands(
    served: Served,
    page: Page,
    page_of: Callable[[Served, Role], Page],
    look: Look,
    shots: Path | None,
) -> None:
    page.goto("/login")
    axe(page)
    fits(page)
    shot(page, f"login-{look}", shots)
    admin = page_of(served, Role.ADMIN)
    admin.goto("/health")
    expect(admin.get_by_role("heading", level=1)).to_have_text("Health of the system")
    admin.wait_for_timeout(200)
    for name, path in (
        ("overview", "/"),
        ("account", "/account"),
        ("code", "/account/code"),
        ("health", "/health"),
        ("missing", "/nowhere"),
    ):
        admin.goto(path)
        axe(admin)
        fits(admin)
        shot(admin, f"{name}-{look}", shots)


def test_the_menu_of_a_phone_needs_no_script(browser: Browser, served: Served) -> None:
    look = Look("phone", javascript=False)
    with opened(browser, served.url, look, served.login(Role.ADMIN)) as page:
        page.goto("/")
        page.locator("details.menu > summary").click()
        page.get_by_role("link", name="Health").first.click()
        expect(page).to_have_url(f"{served.url}/health")
