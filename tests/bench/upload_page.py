"""The page "Drop photos" in a real browser, watched from inside while very many files go in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, Request, sync_playwright

from tests.web.browsers import Look, launch, opened

_EVERY = 0.5
_CLICK_EVERY = 2.0
_PROBE = """
(() => {
  const probe = { gaps: [], tasks: [], events: [], sent: [], answers: [], streams: 0 };
  window.probe = probe;
  let last = performance.now();
  const frame = (now) => {
    if (now - last > 100) probe.gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const watch = (type, kept, more) => new PerformanceObserver((list) => {
    for (const one of list.getEntries()) probe[kept].push(one.duration);
  }).observe({ type, buffered: true, ...more });
  watch("longtask", "tasks");
  watch("event", "events", { durationThreshold: 16 });
  const Source = window.EventSource;
  window.EventSource = class extends Source {
    constructor(...words) { super(...words); probe.streams += 1; }
  };
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    const begun = Date.now();
    this.addEventListener("load", () => probe.sent.push({
      name: body.name, bytes: body.size, begun, ended: Date.now(), status: this.status }));
    return send.call(this, body);
  };
  document.addEventListener("DOMContentLoaded", () => {
    const answers = document.getElementById("answers");
    if (answers) new MutationObserver((list) => {
      for (const one of list) for (const piece of one.addedNodes) {
        if (piece.dataset) probe.answers.push({
          name: piece.querySelector(".name").textContent, at: Date.now() });
      }
    }).observe(answers, { childList: true });
  });
})();
"""


@dataclass
class Seen:
    """What came of one drop; times in seconds since the files were picked, durations in ms."""

    picked: float
    uploaded: float = 0.0
    answered: float = 0.0
    summary: str = ""
    rows: int = 0
    failed: int = 0
    heap: float = 0.0
    probe: dict[str, Any] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)

    def longest(self, kind: str) -> float:
        """The longest of these durations."""
        return float(max(self.probe[kind], default=0))

    @property
    def bytes(self) -> int:
        """Bytes of all files that were taken."""
        return sum(one["bytes"] for one in self.probe["sent"] if one["status"] == 200)

    @property
    def each(self) -> list[float]:
        """Milliseconds that each request with a file took."""
        return sorted(one["ended"] - one["begun"] for one in self.probe["sent"])

    @property
    def waits(self) -> list[float]:
        """Seconds from each file's arrival to its answer on the page."""
        arrived = {one["name"]: one["ended"] for one in self.probe["sent"]}
        told = {one["name"]: one["at"] for one in self.probe["answers"]}
        return sorted((told[n] - arrived[n]) / 1_000 for n in told if n in arrived)


@contextmanager
def drop_page(url: str, secret: str, look: Look, *, slower: int = 1) -> Iterator[Page]:
    """The page, logged in; ``slower``: how many times slower its processor is made."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with opened(browser, url, look, secret) as page:
            page.add_init_script(_PROBE)
            if slower > 1:
                _devtools(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
            page.goto("/drop")
            yield page
        browser.close()


def drop(
    page: Page,
    event: str,
    files: Sequence[Path],
    done: Callable[[Page, Seen], bool],
    *,
    shots: Path | None = None,
    patience: float = 1_800,
) -> Seen:
    """Pick the files and watch until ``done``, clicking now and then as somebody would.

    ``done`` is asked every half second and may do things meanwhile.
    """
    counts: dict[str, int] = {}
    page.on("request", lambda request: _count(counts, request))
    page.get_by_label("Event", exact=True).fill(event)
    seen = Seen(time.time())
    page.get_by_label("Photos", exact=True).set_input_files(files)
    clicked = shot = 0.0
    while not done(page, seen):
        now = time.time() - seen.picked
        assert now < patience, seen.summary
        if now - clicked > _CLICK_EVERY:
            page.locator("h1").click(no_wait_after=True)
            clicked = now
        if shots is not None and now - shot > 20:
            page.screenshot(path=shots / f"{event}-{now:04.0f}.png")
            shot = now
        time.sleep(_EVERY)
    _look(page, seen)
    seen.probe = page.evaluate("window.probe")
    seen.requests = counts
    seen.heap = _heap(page)
    return seen


def all_answered(count: int) -> Callable[[Page, Seen], bool]:
    """Done when this many answers stand on the page and nothing is under way."""

    def done(page: Page, seen: Seen) -> bool:
        answers = _look(page, seen)
        if answers >= count and not seen.answered:
            seen.answered = time.time() - seen.picked
        return bool(seen.answered and seen.uploaded)

    return done


def all_uploaded(page: Page, seen: Seen) -> bool:
    """Done when every file is up."""
    _look(page, seen)
    return bool(seen.uploaded)


def _look(page: Page, seen: Seen) -> int:
    found = page.evaluate(
        """() => [document.getElementById("summary").textContent,
          document.querySelectorAll("#uploads > li").length,
          document.querySelectorAll("#uploads > li.failed").length,
          document.querySelectorAll("#answers > li").length,
          document.getElementById("all").value, document.getElementById("all").max]"""
    )
    seen.summary, seen.rows, seen.failed, answers, sent, every = found
    if sent == every and not seen.uploaded:
        seen.uploaded = time.time() - seen.picked
    return int(answers)


def _count(counts: dict[str, int], request: Request) -> None:
    path = request.url.split("/", 3)[3].partition("?")[0]
    parts = ["0" if any(c.isdigit() for c in part) else part for part in path.split("/")]
    key = f"{request.method} /{'/'.join(parts)}"
    counts[key] = counts.get(key, 0) + 1


def _heap(page: Page) -> float:
    tools = _devtools(page)
    tools.send("HeapProfiler.collectGarbage")
    return float(tools.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


def _devtools(page: Page) -> CDPSession:
    return page.context.new_cdp_session(page)
