"""Two hundred photos an hour at the review desk: what of each 18 seconds is the machine's.

    python -m tests.bench.reviewing [--photos 60] [--look 3]

A served site of drawn people on which every photo waits for somebody (``sign_off``), and a real
browser of the safeguarding lead, driven by keyboard alone: approve, cover a face, name a face by
typing letters and picking, refuse. Measured: from the key that decides until the next photo's
picture is decoded and on the screen, and until its faces are there, too; keys for each photo; and
how long after the last decision all are carried out (each waits ten seconds by itself). ``--look``
is how many seconds somebody looks at each photo. Photos about whose faces something was said come
back, because somebody must approve what comes of it: that is done without looking at all.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import cycle, repeat
from pathlib import Path
from typing import Any

import httpx2 as httpx
from playwright.sync_api import Page, sync_playwright

from cli.site import Site
from consent_db import waiting
from gate.roles import Role
from tests.bench.console_site import Server, school_site
from tests.bench.school import run
from tests.bench.upload_photos import write_photos
from tests.web.browsers import DESKTOP, launch, opened
from tests.web.people import log_in

ALLOWED = 3_600 / 200
_LETTER = 0.08
_PROBE = """
(() => {
  const probe = { pressed: 0, keys: 0, shown: [] };
  window.probe = probe;
  addEventListener("keydown", () => { probe.pressed = performance.now(); probe.keys += 1; }, true);
  let current = null;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const all = () => [...document.querySelectorAll("#content img")];
  const look = async () => {
    const picture = document.querySelector("#picture");
    if (!picture || picture === current) return;
    current = picture;
    const { pressed, keys } = probe;
    probe.keys = 0;
    const ahead = picture.src.startsWith("blob:");
    await picture.decode().catch(() => null);
    await frame();
    await frame();
    const seen = performance.now() - pressed;
    const near = all().filter((one) => one.getBoundingClientRect().top < innerHeight);
    await Promise.all(near.map((one) => one.decode().catch(() => null)));
    const faces = performance.now() - pressed;
    probe.shown.push({ seen, faces, keys, ahead });
  };
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.querySelector("#content"), { childList: true });
  });
})();
"""


@dataclass
class Times:
    """Milliseconds by kind of decision, and keys of each."""

    seen: list[float] = field(default_factory=list)
    faces: list[float] = field(default_factory=list)
    ahead: int = 0
    kinds: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    listed: list[float] = field(default_factory=list)

    def add(self, kind: str, shown: dict[str, Any]) -> None:
        """The next photo is there."""
        self.seen.append(shown["seen"])
        self.faces.append(shown["faces"])
        self.ahead += shown["ahead"]
        self.kinds[kind].append(shown["keys"])


def approve(page: Page, _times: Times) -> None:
    """With a reason by its number."""
    _press(page, "a", "3")


def refuse(page: Page, _times: Times) -> None:
    """With a reason by its number."""
    _press(page, "r", "5")


def cover(page: Page, _times: Times) -> None:
    """The first face; it is judged again with that, and comes back to be approved."""
    _press(page, "1", "c", "s", "4")


def name(page: Page, times: Times) -> None:
    """The first face, by letters of the name; it comes back, too."""
    _press(page, "1", "n")
    page.keyboard.type("otto", delay=1_000 * _LETTER)
    begun = time.perf_counter()
    page.get_by_role("option").first.wait_for()
    times.listed.append(1_000 * (time.perf_counter() - begun))
    _press(page, "Enter", "s", "2")


Turn = Callable[[Page, Times], None]
TURNS = (approve, approve, cover, name, refuse)


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def decide(page: Page, turns: Iterable[Turn], look: float) -> Times:
    """Go through the line from its first photo on, until its end or that of the turns."""
    times = Times()
    page.goto("/review")
    page.keyboard.press("j")
    _until_shown(page, 0)
    for number, turn in enumerate(turns, 1):
        time.sleep(look)
        turn(page, times)
        if not _until_shown(page, number):
            break
        times.add(turn.__name__, page.evaluate("window.probe.shown.at(-1)"))
        problem = page.locator("#content .alert.bad").all_inner_texts()
        assert not problem, (number, turn.__name__, problem)
    return times


def _until_shown(page: Page, before: int) -> bool:
    """Wait for the next photo; False at the end of the line."""
    # The page's own rules forbid what Playwright waits with.
    end = time.monotonic() + 60
    while page.evaluate("window.probe.shown.length") <= before:
        if before and not page.evaluate("Boolean(document.querySelector('#picture'))"):
            return False
        assert time.monotonic() < end, page.locator("#content").inner_text()
        time.sleep(0.02)
    return True


def report(what: str, times: Times) -> None:
    """Print what was seen."""
    for part, found in (("the picture", times.seen), ("and the faces", times.faces)):
        ordered = sorted(found)
        place = min(len(ordered) - 1, round(0.95 * len(ordered)))
        print(
            f"{what}, until {part}: median {statistics.median(ordered):.0f} ms, 95 % "
            f"{ordered[place]:.0f}, worst {ordered[-1]:.0f} of {len(ordered)}"
        )
    print(f"  fetched ahead: {times.ahead} of {len(times.seen)}")
    for kind, keys in times.kinds.items():
        print(f"  {kind}: {statistics.mean(keys):.1f} keys")
    if times.listed:
        print(f"  list of people: slowest {max(times.listed):.0f} ms after the last letter")
    print(f"  of {ALLOWED:.0f} s each, {ALLOWED - max(times.faces) / 1_000:.1f} s are the person's")


def floor(server: Server, secret: str) -> float:
    """Milliseconds in which the server alone answers with a photo's page and its picture."""
    with Site(server.site).database.reading() as connection:
        lines = waiting.held(connection)[:10]
    cookies, took = {"photogate": secret}, []
    with httpx.Client(base_url=server.url, cookies=cookies, timeout=60) as client:
        for photo in lines * 2:
            begun = time.perf_counter()
            for path in (f"/review/photos/{photo}", f"/review/photos/{photo}/picture/1600"):
                assert client.get(path, headers={"Accept": "text/html"}).status_code == 200
            took.append(1_000 * (time.perf_counter() - begun))
    return statistics.median(took[len(lines) :])


def settled(page: Page) -> float:
    """Seconds until all that was decided is carried out."""
    begun = time.perf_counter()
    while True:
        jobs = page.evaluate("async () => (await ask('/review/jobs')).json()")
        if not any(job["state"] in ("waiting", "running") for job in jobs):
            return time.perf_counter() - begun
        time.sleep(0.2)


def held(site: Site) -> int:
    """How many photos wait for somebody."""
    with site.database.reading() as connection:
        return len(waiting.held(connection))


def at_the_desk(server: Server, look: float) -> None:
    """Decide all photos; then approve, in a hurry, those that came back."""
    site = Site(server.site)
    secret = log_in(site, Role.DSL)
    print(f"held before: {held(site)}")
    print(f"floor, page and picture without a browser: {floor(server, secret):.0f} ms")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, server.url, DESKTOP, secret) as page:
            page.add_init_script(_PROBE)
            report(f"looking for {look:g} s", decide(page, cycle(TURNS), look))
            print(f"carried out {settled(page):.1f} s after the last decision; back: {held(site)}")
            report("without looking", decide(page, repeat(approve), 0.0))
            print(f"carried out {settled(page):.1f} s after the last decision; left: {held(site)}")
        browser.close()
    print(f"server: {server.peak():.0f} MB at most")


def main() -> None:
    """Make the site, decide, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--look", type=float, default=3.0)
    parser.add_argument("--at", type=Path)
    options = parser.parse_args()
    root = options.at or Path(tempfile.mkdtemp(prefix="photogate-reviewing-"))
    root.mkdir(parents=True, exist_ok=True)
    # What a channel never shows without a person is held; some are vetoed besides.
    site = school_site(root, ("sign_off = false", "sign_off = true"))
    # Each of another scene: what is like a refused photo is blocked.
    write_photos(site / "staging" / "Fair", options.photos, each=1)
    run(site, "watch", "--once", "--workers", "2", may_fail=True)
    server = Server(site)
    server.start()
    try:
        at_the_desk(server, options.look)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
