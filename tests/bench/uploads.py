"""Hundreds of photos at once on the page "Drop photos", in a real browser.

    python -m tests.bench.uploads [--photos 300] [--workers 1] [--shots DIR] [--only NAME...]

A fresh site of drawn people, a real ``photogate serve`` and a real watcher. The files are photos of
two to six megapixels, ten of them broken or no photos, one the same as another; all are picked at
once. Measured: until all are uploaded, until each has its answer on the page, and what becomes of
the page meanwhile. The floor: the same files sent one after the other without a browser, and
judged by ``watch --once`` alone. Then a drop on a phone with a processor four times slower, and one
during which the server is killed twice and the network goes away once.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

import httpx2 as httpx
from playwright.sync_api import Page
from sqlalchemy import select

from cli.site import Site
from consent_db import events
from consent_db.dropped import indexes
from consent_db.schema import drops, photos
from gate.roles import Role
from gate.web.security import csrf_of
from tests.bench.console_site import Server, copy_of, school_site, use_keys, watcher
from tests.bench.school import run
from tests.bench.upload_page import Seen, all_answered, all_uploaded, drop, drop_page
from tests.bench.upload_photos import write_drop, write_photos
from tests.web.browsers import DESKTOP, Look
from tests.web.people import log_in

PHONE = Look("phone")


def floor(root: Path, files: Sequence[Path]) -> float:
    """The same files by a program, one after the other; then judged alone. Seconds to upload."""
    server = Server(root / "site")
    server.start()
    secret = log_in(Site(root / "site"), Role.COMMS)
    begun = time.perf_counter()
    with httpx.Client(base_url=server.url, cookies={"photogate": secret}, timeout=60) as client:
        for file in files:
            headers = {
                "X-CSRF-Token": csrf_of(secret),
                "X-Event": "Floor",
                "X-File-Name": quote(file.name),
                "Origin": server.url,
            }
            answer = client.post("/drop/file", content=file.read_bytes(), headers=headers)
            assert answer.status_code == 200, answer.text
    took = time.perf_counter() - begun
    server.stop()
    return took


def judged_alone(root: Path, workers: int) -> float:
    """Seconds in which the watcher judges what waits, with nothing else going on."""
    begun = time.perf_counter()
    run(root / "site", "watch", "--once", "--workers", str(workers), may_fail=True)
    return time.perf_counter() - begun


def registered_drops(site: Site, event: str) -> Counter[str]:
    """How often each file, by its SHA-256, is on record as dropped into an event."""
    with site.database.reading() as connection:
        index = indexes(connection, "", event)["event_index"]
        query = select(photos.c.sha256).join_from(drops, photos)
        rows = connection.execute(query.where(drops.c.event_index == index)).scalars()
        found = Counter(rows)
        assert events.last_number(connection, index) > 0
    return found


def report(what: str, seen: Seen, count: int, server: Server) -> None:
    """Print what was seen."""
    waits, each = seen.waits, seen.each
    print(f"\n## {what}: {count} files, {seen.bytes / 1e6:.0f} MB")
    print(f"uploaded after {seen.uploaded:.1f} s, {seen.bytes / 1e6 / seen.uploaded:.1f} MB/s")
    print(f"one request: median {statistics.median(each):.0f} ms, longest {each[-1]:.0f} ms")
    if waits:
        print(
            f"answers: {len(waits)}, first {waits[0]:.1f} s after its arrival, "
            f"median {statistics.median(waits):.1f}, last {waits[-1]:.1f}; all after "
            f"{seen.answered:.1f} s"
        )
    print(
        f"page: longest task {seen.longest('tasks'):.0f} ms ({len(seen.probe['tasks'])} over 50), "
        f"longest gap between pictures {seen.longest('gaps'):.0f} ms, slowest click "
        f"{seen.longest('events'):.0f} ms, memory {seen.heap:.1f} MB"
    )
    print(f"server: {server.peak():.0f} MB at most; streams opened {seen.probe['streams']}")
    print(f"requests: {seen.requests}")
    print(f"page says: {seen.summary!r}; rows left {seen.rows}, failed {seen.failed}", flush=True)


def check(site: Site, event: str, files: Sequence[Path]) -> None:
    """Each different file is on record once, and nothing lies about."""
    import hashlib

    found = registered_drops(site, event)
    wanted = {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    left = [p.name for p in site.staging.rglob("*") if p.is_file()]
    print(
        f"register: {len(found)} of {len(wanted)} files, lost {len(wanted - set(found))}, "
        f"doubled {sum(n > 1 for n in found.values())}; left in staging: {left}",
        flush=True,
    )


class Trouble:
    """Takes away the server twice and the network once while files are on their way."""

    def __init__(self, server: Server, done: Callable[[Page, Seen], bool], count: int) -> None:
        self._server, self._done, self._count = server, done, count
        self._next = [1, 2, 3]

    def __call__(self, page: Page, seen: Seen) -> bool:
        """Ask whether it is done, and make trouble when a quarter more is up."""
        done = self._done(page, seen)
        if self._next:
            sent = page.evaluate("document.getElementById('all').value")
            if sent >= self._next[0] * self._count / 4:
                self._trouble(self._next.pop(0), page)
        return done

    def _trouble(self, number: int, page: Page) -> None:
        if number == 2:
            page.context.set_offline(True)
            time.sleep(5)
            page.context.set_offline(False)
            return
        self._server.stop(signal.SIGKILL if number == 1 else signal.SIGTERM)
        time.sleep(3)
        self._server.start()


def scene(root: Path, what: str, files: Sequence[Path], *, options: argparse.Namespace) -> None:
    """One drop, from the picking of the files to the last answer."""
    use_keys(root)
    site = Site(root / "site")
    server, judging = Server(site.root), watcher(site.root, options.workers)
    server.start()
    judging.start()
    is_phone = what == "phone"
    try:
        secret = log_in(site, Role.COMMS)
        look, slower = (PHONE, 4) if is_phone else (DESKTOP, 1)
        with drop_page(server.url, secret, look, slower=slower) as page:
            done = all_uploaded if is_phone else all_answered(_different(files))
            if what == "trouble":
                done = Trouble(server, done, len(files))
            seen = drop(page, what, files, done, shots=options.shots)
            report(what, seen, len(files), server)
            if options.shots:
                page.screenshot(path=options.shots / f"{what}-end.png", full_page=False)
        if not is_phone:
            check(site, what, files)
    finally:
        judging.stop()
        server.stop()


def _different(files: Sequence[Path]) -> int:
    return len({file.read_bytes() for file in files})


def main() -> None:
    """Make everything, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--shots", type=Path)
    parser.add_argument("--only", nargs="*", default=["floor", "desktop", "phone", "trouble"])
    parser.add_argument("--at", type=Path)
    options = parser.parse_args()
    root = options.at or Path(tempfile.mkdtemp(prefix="photogate-uploads-"))
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    if not (root / "base").exists():
        (root / "base").mkdir(parents=True)
        school_site(root / "base")
    many = write_drop(root / "many", options.photos)
    if "floor" in options.only:
        copy_of(root / "base", root / "floor")
        took = floor(root / "floor", many)
        size = sum(one.stat().st_size for one in many) / 1e6
        print(f"floor: {len(many)} files, {size:.0f} MB sent in {took:.1f} s")
        took = judged_alone(root / "floor", options.workers)
        print(f"floor: judged in {took:.1f} s, {len(many) / took:.2f} a second", flush=True)
    if not (root / "run").exists():
        copy_of(root / "base", root / "run")
    fewer = max(20, options.photos // 3)
    if "desktop" in options.only:
        scene(root / "run", "desktop", many, options=options)
    if "trouble" in options.only:
        files = write_photos(root / "trouble", fewer, seed=1)
        scene(root / "run", "trouble", files, options=options)
    if "phone" in options.only:
        files = write_photos(root / "phone", options.photos, seed=2)
        scene(root / "run", "phone", files, options=options)


if __name__ == "__main__":
    main()
