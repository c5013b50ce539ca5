"""The pictures of the console in the documents, of drawn people.

    python -m tests.bench.console_pictures [--to docs/pictures] [--at DIR]

Judges the invented school on a site with an account for each role, posts some copies, lets one
person withdraw, and takes pictures of what each role sees then.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from cli.site import Site
from consent_db import stored
from gate.demo.school import School, build
from gate.roles import Role
from gate.values import Verdict
from tests.command_line import CommandLine
from tests.drawn_school import registered
from tests.web.browsers import DESKTOP, launch, opened
from tests.web.people import make_accounts
from tests.web.served import Served, serving

SIGN_OFF = '[channels.print]\nonline = false\nmax_edge = 1600\ncover = "smooth"\nsign_off = '


@dataclass(frozen=True)
class Picture:
    """One picture: who looks, and at what."""

    name: str
    role: Role
    show: Callable[[Page, Site], None]


def drop(page: Page, _site: Site) -> None:
    page.goto("/drop")
    page.locator(".card .go a").first.click()
    page.wait_for_load_state("networkidle")


def review(page: Page, _site: Site) -> None:
    page.goto("/review")
    page.locator("main a[href*='/review/photos/']").first.click()
    page.wait_for_load_state("networkidle")


def why(page: Page, site: Site) -> None:
    with site.database.reading() as connection:
        blurred = next(
            photo.photo
            for photo in stored.decisions(connection)
            if any(d.verdict is Verdict.BLUR for d in photo.judgement.decisions)
        )
    page.goto(f"/why/{blurred}")
    page.wait_for_load_state("networkidle")


def at(path: str) -> Callable[[Page, Site], None]:
    def show(page: Page, _site: Site) -> None:
        page.goto(path)
        page.wait_for_load_state("networkidle")

    return show


PICTURES = (
    Picture("console-overview", Role.DSL, at("/")),
    Picture("console-drop", Role.COMMS, drop),
    Picture("console-review", Role.DSL, review),
    Picture("console-why", Role.AUDITOR, why),
    Picture("console-ready", Role.WEBSITE, at("/ready/website")),
    Picture("console-register", Role.DPL, at("/register")),
)


def school_at(root: Path) -> School:
    """The judged school, with copies posted and a permission withdrawn since."""
    school = build(root / "school", today=date.today())  # noqa: DTZ011
    run = registered(school, root / "site", (f"{SIGN_OFF}false", f"{SIGN_OFF}true"))
    run("enrol", str(school.references))
    shutil.copytree(school.incoming, run.site / "staging", dirs_exist_ok=True)
    run("watch", "--once", "--workers", "2")
    _post_and_withdraw(run)
    make_accounts(Site(run.site))
    return school


def _post_and_withdraw(run: CommandLine) -> None:
    rows = run("decisions", "--json").json()
    out = [row for row in rows if row["channel"] == "website" and row["rendition"]]
    for number, row in enumerate(out[:4]):
        where = f"https://www.school.example/news/{number + 1}"
        words = ("-c", "website", "--where", where, "--by", "Wyn Hughes")
        run("posted", row["photo"][:12], *words)
    shown = next(face["person"] for face in out[0]["faces"] if face["outcome"] == "shown")
    run("consent", "withdraw", shown, "-c", "website", "--by", "Dafydd Lewis")


def take(browser: Browser, served: Served, picture: Picture, folder: Path) -> None:
    """One picture, as high as the window."""
    with opened(browser, served.url, DESKTOP, served.login(picture.role)) as page:
        picture.show(page, served.site)
        page.screenshot(path=folder / f"{picture.name}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--at", type=Path)
    chosen = parser.parse_args()
    root = chosen.at or Path(tempfile.mkdtemp(prefix="photogate-pictures-"))
    os.environ.setdefault("PHOTOGATE_KEYS", str(root / "keys"))
    if not (root / "site").exists():
        school_at(root)
    with sync_playwright() as playwright, serving(root / "site", root) as served:
        browser = launch(playwright)
        for picture in PICTURES:
            take(browser, served, picture, chosen.to)
        browser.close()


if __name__ == "__main__":
    main()
