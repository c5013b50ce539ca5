"""A real browser (Debian's chromium, driven by Playwright), and what is checked on every page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"phone": (360, 740), "desktop": (1366, 800), "wide": (3840, 2160)}


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    size: Literal["phone", "desktop", "wide"] = "desktop"
    scheme: Literal["light", "dark"] = "light"
    javascript: bool = True

    def __str__(self) -> str:
        return f"{self.size}-{self.scheme}{'' if self.javascript else '-plain'}"


DESKTOP = Look()
_TWO = (Look("phone"), Look("desktop", "dark"))
LOOKS = (*_TWO, Look("phone", "dark"), DESKTOP) if os.environ.get("PHOTOGATE_ALL_LOOKS") else _TWO
"""Both sizes and both schemes; each in each with PHOTOGATE_ALL_LOOKS, as for taking pictures."""
PLAIN = Look(javascript=False)


def chromium() -> str | None:
    """Where the browser is."""
    return shutil.which("chromium")


def launch(playwright: Playwright) -> Browser:
    """Start it."""
    return playwright.chromium.launch(executable_path=chromium(), args=FLAGS)


@dataclass
class Watched:
    """What a page did that no page of ours may do."""

    own: str
    found: list[str] = field(default_factory=list)

    def attach(self, page: Page) -> None:
        """Watch this page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"script: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # A page that answers with an error is no error of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.found.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.own, "blob:", "data:")):
            self.found.append(f"asked somebody else: {request.url}")


@contextmanager
def opened(browser: Browser, url: str, look: Look = DESKTOP, secret: str = "") -> Iterator[Page]:
    """A fresh browser window, logged in by this secret; fails on script errors and strange hosts.

    Paths such as ``page.goto("/login")`` are those of the server at ``url``.
    """
    width, height = SIZES[look.size]
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        color_scheme=look.scheme,
        java_script_enabled=look.javascript,
        locale="en-GB",
        timezone_id="Europe/London",
        has_touch=look.size == "phone",
        reduced_motion="reduce",
    )
    watched = Watched(url)
    try:
        if secret:
            context.add_cookies([{"name": "photogate", "value": secret, "url": url}])
        page = context.new_page()
        watched.attach(page)
        yield page
    finally:
        context.close()
    assert not watched.found, watched.found


def axe(page: Page) -> None:
    """Nothing on this page is in the way of a screen reader, of the keyboard or of weak eyes."""
    found = Axe().run(page)
    assert not found.violations_count, found.generate_report()


def fits(page: Page) -> None:
    """The page is no wider than the window: nobody scrolls sideways."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= window, f"{page.url}: {wide} in {window}"


def shot(page: Page, name: str, folder: Path | None) -> None:
    """A picture of the whole page, where there is a folder for it (see ``shots``)."""
    if folder is not None:
        page.screenshot(path=folder / f"{name}.png", full_page=True)
