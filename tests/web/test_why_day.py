"""The day of whoever asks why, and of whoever reads the log, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cli.site import Site
from consent_db.publications import Posted, record_posted
from gate.roles import Role
from tests.web.browsers import DESKTOP, LOOKS, PLAIN, Look, axe, fits, opened, shot
from tests.web.served import Served, serving
from tests.web.test_why import drop

NAME = "summer-fair/IMG_0417.jpg"


@pytest.fixture(scope="module")
def fair(accounts_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server on a site with a few photos, one of them posted. Only look at it."""
    folder = tmp_path_factory.mktemp("fair")
    site = Site(Path(shutil.copytree(accounts_site, folder / "site")))
    photos = drop(site, NAME, *(f"summer-fair/IMG_04{number}.jpg" for number in range(50, 76)))
    with site.database.transaction("Wyn Hughes") as tx:
        place = Posted(photos[0], "website", "https://school.example/news/summer-fair")
        record_posted(tx, site.consequences, place)
    with serving(site.root, folder) as server:
        yield server


def search(page: Page, name: str) -> None:
    page.goto("/why")
    page.get_by_label("Name of the file, or id").fill(name)
    page.get_by_role("button", name="Search").click()


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_day_of_an_auditor(
    browser: Browser, fair: Served, look: Look, shots: Path | None
) -> None:
    with opened(browser, fair.url, look, fair.login(Role.AUDITOR)) as page:
        page.goto("/why")
        looked_at(page, f"why-{look}", shots)
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_text("Page 2 of 2")).to_be_visible()
        search(page, "nowhere.jpg")
        expect(page.get_by_role("heading", name="No such photo")).to_be_visible()
        search(page, "IMG_0417.jpg")
        expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
        expect(page.locator("figure img")).to_have_js_property("naturalWidth", 400)
        expect(page.locator(".life")).to_contain_text("school.example/news")
        looked_at(page, f"why-photo-{look}", shots)
        page.goto("/audit")
        page.get_by_label("What").fill("photo")
        page.get_by_role("button", name="Show these").click()
        expect(page.locator(".log")).to_contain_text("photo.dropped")
        looked_at(page, f"audit-{look}", shots)
        page.get_by_text("Take it elsewhere").click()
        with page.expect_download() as begun:
            page.get_by_role("button", name="Download a checkpoint").click()
        page.get_by_text("Check the log").click()
        page.locator("input[type=file]").set_input_files(begun.value.path())
        page.get_by_role("button", name="Check now").click()
        expect(page.get_by_text("each one checked")).to_be_visible()
        expect(page.get_by_text("holds. The first")).to_be_visible()
        looked_at(page, f"audit-checked-{look}", shots)


@pytest.mark.parametrize("look", [DESKTOP, PLAIN], ids=str)
def test_any_copy_of_the_picture_finds_it(browser: Browser, fair: Served, look: Look) -> None:
    copy = next(fair.site.root.glob("ready/website/**/*.jpg"))
    with opened(browser, fair.url, look, fair.login(Role.SOCIAL)) as page:
        page.goto("/why")
        page.locator("input[type=file]").set_input_files(copy)
        page.get_by_role("button", name="Find this picture").click()
        expect(page.get_by_role("heading", name="Its life so far")).to_be_visible()
        expect(page.locator("main")).not_to_contain_text("IMG_04")
        expect(page.locator("figure")).to_have_count(0)


def looked_at(page: Page, name: str, shots: Path | None) -> None:
    axe(page)
    fits(page)
    shot(page, name, shots)
