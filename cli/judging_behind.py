"""Judging again behind the console, where no watcher does it: one thread, which ends by itself."""

from __future__ import annotations

import logging
import threading
from functools import cache

from cli.again import Again
from cli.settling import is_watched
from cli.site import Site
from cli.web_site import WebSite
from gate.errors import PhotogateError
from gate.pipeline import Gate
from gate.values import Arrival, Judgement

_log = logging.getLogger(__name__)

ACTOR = "photogate"


class JudgingBehind:
    """Sees to what a change asks to be judged again, after the change was answered."""

    def __init__(self, site: WebSite, *, actor: str = ACTOR) -> None:
        self._site = site
        self._actor = actor
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wanted = False

    def wake(self) -> None:
        """Look whether there is something to do, in the background."""
        with self._lock:
            self._wanted = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="judging", daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is under way; whether it came to that in time."""
        with self._lock:
            running = self._thread
        if running is not None:
            running.join(seconds)
        return running is None or not running.is_alive()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    # Within the lock: whoever wakes it later starts another thread.
                    self._thread = None
                    return
                self._wanted = False
            try:
                self._drain()
            except (PhotogateError, OSError, MemoryError):
                _log.exception("judging again behind the console failed")

    def _drain(self) -> None:
        site = self._site.site()
        again = _again(site, self._actor)
        # Where a watcher was started meanwhile, the rest is for that one.
        while not is_watched(site) and (waiting := again.due()):
            for one in waiting:
                again.judge(one)


def _again(site: Site, actor: str) -> Again:
    @cache
    def gate() -> Gate:
        return site.gate()

    def judge(arrival: Arrival) -> Judgement:
        return gate().judge(arrival.photo, site.originals.read(arrival.photo))

    return Again(site, judge, actor, lambda text: _log.error("%s", text))
