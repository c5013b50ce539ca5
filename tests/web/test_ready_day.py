"""A website administrator's day in a real browser: download, posted, take down, done."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gate import manifest
from gate.roles import Role
from tests.web.browsers import LOOKS, Look, axe, fits, shot
from tests.web.client import Console
from tests.web.released import drawn, open_console, withdraw


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_download_posted_withdrawn_taken_down(
    browser: Browser, released_copy: Console, look: Look, shots: Path | None
) -> None:
    console = released_copy
    drawn(console)
    with open_console(console, browser, Role.WEBSITE, look) as page:
        page.goto("/ready")
        expect(page.locator(".copy")).to_have_count(6)
        axe(page)
        fits(page)
        page.get_by_role("checkbox").first.check()
        shot(page, f"ready-{look}", shots)
        with page.expect_download() as saved:
            page.get_by_role("button", name="Download those chosen").click()
        with zipfile.ZipFile(saved.value.path()) as found:
            assert len(found.namelist()) == 2
            assert manifest.FILE_NAME in found.namelist()
        last = page.locator(".copy").last
        last.locator("summary").click()
        last.get_by_label("Where it was published").fill("https://school.example/news")
        last.get_by_role("button", name="Note it").click()
        expect(page.get_by_text("Should permission end")).to_be_visible()
        withdraw(console.site, "P1")
        page.reload()
        urgent = page.locator(".urgent-list")
        expect(urgent).to_contain_text("1 copy must be taken down")
        axe(page)
        fits(page)
        shot(page, f"ready-urgent-{look}", shots)
        urgent.get_by_label("How you know").fill("Looked at 14:00, it is gone")
        urgent.get_by_role("button", name="It is taken down").click()
        expect(page.get_by_text("Noted: it is taken down.")).to_be_visible()
        expect(page.locator(".urgent-list")).to_have_count(0)
