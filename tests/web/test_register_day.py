"""The days of those who keep the register and the restricted list, in a real browser."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cli.site import Site
from consent_db import rejudgings, stored
from gate.roles import Role
from gate.values import Outcome
from tests.fake_site import without_models
from tests.web.browsers import DESKTOP, LOOKS, PLAIN, Look, axe, fits, shot
from tests.web.client import Console
from tests.web.register_site import enliven, people_file, post_one
from tests.web.released import open_console
from tests.web.served import Served

ALL = (*LOOKS, PLAIN, Look("wide")) if os.environ.get("PHOTOGATE_ALL_LOOKS") else (*LOOKS, PLAIN)


@pytest.fixture
def console(released_copy: Console, monkeypatch: pytest.MonkeyPatch) -> Console:
    """A lively register; without models, nothing is judged again beside the test."""
    without_models(monkeypatch)
    monkeypatch.setattr("cli.judging_behind.is_watched", lambda _site: True)
    enliven(released_copy)
    return released_copy


@pytest.mark.parametrize("look", ALL, ids=str)
def test_the_day_of_a_data_protection_lead(
    browser: Browser, console: Console, tmp_path: Path, look: Look, shots: Path | None
) -> None:
    post_one(console, "P1")
    with open_console(console, browser, Role.WEBSITE, DESKTOP) as page:
        page.goto("/ready")
        expect(page.locator(".copy")).to_have_count(6)
    with open_console(console, browser, Role.DPL, look) as page:
        page.goto("/register")
        looked_at(page, f"register-{look}", shots)
        import_people(page, tmp_path, look, shots)
        page.get_by_label("Name or reference").fill("sian llew")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="Siân Llewelyn-Ŵyn").click()
        expect(page.locator(".references img").first).to_have_js_property("naturalWidth", 240)
        looked_at(page, f"register-person-{look}", shots)
        for fold in ("Record a yes or a no", "Record a yes or an objection"):
            page.get_by_text(fold, exact=True).click()
        looked_at(page, f"register-forms-{look}", shots)
        page.get_by_role("button", name="Withdraw …").first.click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("3 copies leave “ready” at once.")
        expect(dialog).to_contain_text("1 place where a copy was published")
        looked_at(page, f"register-withdraw-{look}", shots)
        dialog.get_by_role("button", name="Withdraw now").click()
        expect(page.get_by_role("status").first).to_contain_text("3 copies left “ready”.")
        looked_at(page, f"register-withdrawn-{look}", shots)
        page.goto("/register/expiring")
        expect(page.get_by_role("row")).not_to_have_count(0)
        looked_at(page, f"register-expiring-{look}", shots)
    with open_console(console, browser, Role.WEBSITE, DESKTOP) as page:
        page.goto("/ready")
        # Two went with the import: somebody in them has left.
        expect(page.locator(".copy")).to_have_count(1)
        expect(page.locator(".urgent-list")).to_contain_text("1 copy must be taken down")


def import_people(page: Page, folder: Path, look: Look, shots: Path | None) -> None:
    page.get_by_role("link", name="Import a file").click()
    looked_at(page, f"register-import-{look}", shots)
    page.get_by_label("People").check()
    page.get_by_label("The file").set_input_files(people_file(folder))
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What people.csv would change")
    expect(page.locator(".tally .addition")).to_contain_text("60")
    looked_at(page, f"register-plan-{look}", shots)
    page.get_by_role("button", name="Import these 62 changes").click()
    expect(page.get_by_role("status").first).to_contain_text("62 changes were imported.")
    looked_at(page, f"register-many-{look}", shots)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_file_with_mistakes(
    browser: Browser, console: Console, tmp_path: Path, look: Look, shots: Path | None
) -> None:
    path = people_file(tmp_path)
    text = path.read_text("utf-8")
    wrong = text.replace("N003,pupil", "N003,pupils").replace("Ŵyn,7,", "Ŵyn,7,31/02/2026")
    path.write_text(wrong.replace("N010,", "N 010,"), "utf-8")
    with open_console(console, browser, Role.DPL, look) as page:
        page.goto("/register/import")
        page.get_by_label("People").check()
        page.get_by_label("The file").set_input_files(path)
        page.get_by_role("button", name="Show what would change").click()
        expect(page.get_by_text("rows cannot be taken").first).to_be_visible()
        expect(page.get_by_role("button", name="Import these")).to_have_count(0)
        looked_at(page, f"register-mistakes-{look}", shots)
        page.get_by_role("button", name="Send another file").click()
        expect(page.get_by_role("status").first).to_contain_text("was thrown away")


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_day_of_a_safeguarding_lead(
    browser: Browser, console: Console, look: Look, shots: Path | None
) -> None:
    with open_console(console, browser, Role.DSL, look) as page:
        page.goto("/register/restrictions")
        looked_at(page, f"restrictions-none-{look}", shots)
        page.get_by_label("Person", exact=True).fill("Rhys Pritchard")
        page.get_by_label("Why").fill("Court order of 3 June. Not to be named to anybody.")
        page.get_by_role("button", name="Restrict now").click()
        expect(page.get_by_role("status").first).to_contain_text("P3 is on the restricted list.")
        page.get_by_text("Put somebody on the list").click()
        page.get_by_label("Person", exact=True).fill("P7")
        page.get_by_role("button", name="Restrict now").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Look through: Nia Newydd")
        looked_at(page, f"restrictions-look-{look}", shots)
        page.goto("/register/restrictions")
        looked_at(page, f"restrictions-{look}", shots)
        page.goto("/register")
        expect(page.locator(".badge.block")).to_have_count(6)
        page.get_by_role("link", name="Rhys Pritchard").click()
        expect(page.locator(".lead")).to_contain_text("Court order")
        looked_at(page, f"restrictions-person-{look}", shots)
        page.goto("/register/restrictions")
        page.get_by_role("button", name="End …").first.click()
        looked_at(page, f"restrictions-end-{look}", shots)
        page.get_by_role("dialog").get_by_role("button", name="End the restriction").click()
        expect(page.get_by_role("status").first).to_contain_text("The restriction has ended.")


def test_all_by_keyboard(browser: Browser, console: Console) -> None:
    with open_console(console, browser, Role.DPL, DESKTOP) as page:
        page.goto("/register")
        page.get_by_label("Name or reference").focus()
        page.keyboard.type("llewelyn")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Siân Llewelyn-Ŵyn").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Withdraw …").first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="Withdraw now").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("The withdrawal is on record.")


def test_on_a_real_server_what_fell_is_covered_and_ready_again(
    page_of: Callable[[Served, Role], Page], school_copy: Served
) -> None:
    """Real copies of drawn people; no watcher runs, so that the console judges behind."""
    site = school_copy.site
    shown = on_the_website(site)
    ref = next(iter(shown))
    before = dict(shown[ref])
    page = page_of(school_copy, Role.DPL)
    page.goto("/register")
    page.get_by_label("Name or reference").fill(ref)
    page.get_by_role("button", name="Search").click()
    page.locator("a.name").click()
    page.get_by_role("button", name="Withdraw …").first.click()
    number = len(before)
    copies = "1 copy leaves" if number == 1 else f"{number} copies leave"
    expect(page.get_by_role("dialog")).to_contain_text(f"{copies} “ready” at once.")
    page.get_by_role("dialog").get_by_role("button", name="Withdraw now").click()
    expect(page.get_by_role("status").first).to_contain_text("The withdrawal is on record.")
    for sha256 in before.values():
        assert not standing(site, sha256), "nothing that shows them is handed out"
    end = time.monotonic() + 120
    while waiting(site) and time.monotonic() < end:
        time.sleep(0.5)
    assert not waiting(site), "judged behind the console"
    assert ref not in on_the_website(site), "covered where they were shown"


def on_the_website(site: Site) -> dict[str, list[tuple[str, str]]]:
    """Whose faces copies on the website show: photo and copy (SHA-256), by reference."""
    found: dict[str, list[tuple[str, str]]] = {}
    with site.database.reading() as connection:
        for photo in stored.decisions(connection):
            ready = [one for one in photo.releases if one.channel == "website"]
            of_channel = [d for d in photo.judgement.decisions if d.channel == "website"]
            seen = {
                face.person or ""
                for decision in of_channel
                for face in decision.faces
                if face.outcome is Outcome.SHOWN
            }
            for ref in seen if ready else ():
                found.setdefault(ref, []).append((photo.photo, ready[0].sha256))
    return found


def standing(site: Site, sha256: str) -> bool:
    """Whether these bytes stand as a copy for the website; other channels may have the same."""
    there = site.ledger("test").releases().values()
    return ("website", sha256) in {(one.channel, one.sha256) for one in there}


def waiting(site: Site) -> int:
    with site.database.reading() as connection:
        return rejudgings.count(connection)


def looked_at(page: Page, name: str, shots: Path | None) -> None:
    if page.context.browser and "plain" not in name:
        axe(page)
    fits(page)
    shot(page, name, shots)
