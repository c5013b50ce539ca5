"""How long the console's pages take when 50,000 photos are on record.

    python -m tests.bench.pages [--photos 50000] [--at DIR]

Takes the site of ``tests.bench.withdrawal`` (made when DIR holds none), adds three
large photos of drawn people that wait for somebody, and asks a real server for each page, one
request at a time. What is printed is milliseconds until the whole answer
was there: the median and the slowest of several. DIR is kept.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import httpx2 as httpx
import numpy as np

from cli.site import Site
from consent_db import stored
from gate.demo.camera import jpeg
from gate.demo.cast import CAST
from gate.demo.features import person
from gate.demo.scene import group
from gate.roles import Role
from gate.values import Arrival, Verdict
from gate.vault import Stamp
from gate.web.security import csrf_of
from tests.bench import withdrawal
from tests.web.people import log_in, make_accounts
from tests.web.served import serving

TIMES = 15
SIZE = (4000, 3000)


def held_photos(site: Site) -> None:
    """Three large photos that wait for somebody."""
    gate, ledger = site.gate(), site.ledger("bench")
    for number in range(3):
        pixels, _ = group([person(one.seed) for one in CAST[:6]], number, width=1600, height=1200)
        large = cv2.resize(pixels, SIZE, interpolation=cv2.INTER_CUBIC)
        path = site.staging / f"{number}.jpg"
        path.write_bytes(jpeg(np.asarray(large, np.uint8)))
        status = path.stat()
        photo = site.originals.store(path, Stamp.of(status))
        path.unlink()
        judged = gate.judge(photo, site.originals.read(photo))
        waiting = (replace(d, verdict=Verdict.REVIEW) for d in judged.decisions)
        judged = replace(judged, decisions=tuple(waiting), renditions=())
        name = f"pages/{number}.jpg"
        arrival = Arrival(photo, name, "pages", status.st_size, status.st_mtime_ns)
        ledger.record(arrival, judged, [])


class Visitor:
    """A browser of somebody with a role, which keeps its connection."""

    def __init__(self, url: str, site: Site, role: Role) -> None:
        self.secret = log_in(site, role)
        self.client = httpx.Client(base_url=url, cookies={"photogate": self.secret}, timeout=60)

    def get(self, path: str) -> httpx.Response:
        """Load it, as a browser asks for a page."""
        return self._good(self.client.get(path, headers={"Accept": "text/html"}))

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form."""
        return self._good(self.client.post(path, data={"csrf": csrf_of(self.secret), **fields}))

    def _good(self, answer: httpx.Response) -> httpx.Response:
        assert answer.status_code == 200, (answer.url, answer.status_code, answer.text[:500])
        return answer


def timed(what: str, ask: Callable[[], httpx.Response]) -> None:
    """Print how long it takes."""
    first = _milliseconds(ask)
    found = sorted(_milliseconds(ask) for _ in range(TIMES))
    print(
        f"| {what} | {statistics.median(found):.0f} | {found[-1]:.0f} | {first:.0f} |", flush=True
    )


def _milliseconds(ask: Callable[[], httpx.Response]) -> float:
    begun = time.perf_counter()
    ask()
    return 1_000 * (time.perf_counter() - begun)


def measure(url: str, site: Site) -> None:
    """Ask for every page."""
    see = {role: Visitor(url, site, role) for role in Role}
    with site.database.reading() as connection:
        (held, *_) = stored.find(connection, "pages/0.jpg")
    print("| page | median, ms | slowest | first |\n|---|---|---|---|")
    for role in Role:
        timed(f"first page, {role}", partial(see[role].get, "/"))
    dsl, why = see[Role.DSL], see[Role.AUDITOR]
    photo = held.photo
    timed("review: the queue", lambda: dsl.get("/review"))
    timed("review: a photo", lambda: dsl.get(f"/review/photos/{photo}"))
    timed("review: its picture, 1600", lambda: dsl.get(f"/review/photos/{photo}/picture/1600"))
    timed("why: the form", lambda: why.get("/why"))
    timed("why: search by file name", lambda: why.post("/why/search", name="4711.jpg"))
    timed("why: search by person", lambda: why.post("/why/search", person="P0006"))
    timed("why: a photo", lambda: why.get(f"/why/{photo}"))
    timed("ready: the gallery", lambda: see[Role.WEBSITE].get("/ready/website"))
    timed("drop", lambda: see[Role.COMMS].get("/drop"))
    timed("audit log", lambda: why.get("/audit"))
    timed("register", lambda: see[Role.DPL].get("/register"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=1_500)
    parser.add_argument("--at", type=Path)
    chosen = parser.parse_args()
    root = chosen.at or Path(tempfile.mkdtemp(prefix="photogate-pages-"))
    os.environ.setdefault("PHOTOGATE_KEYS", str(root / "keys"))
    site = Site(root / "site")
    withdrawal.made(site, chosen.photos, chosen.people)
    with site.database.reading() as connection:
        held = stored.find(connection, "pages/0.jpg")
    if not held:
        held_photos(site)
        make_accounts(site)
    with serving(root / "site", root) as server:
        measure(server.url, Site(root / "site"))


if __name__ == "__main__":
    main()
