"""Requests that wait for news: none holds a thread, and one look a second serves all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Lock
from time import monotonic

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from gate.web.ports_api import Newest

EVERY = 1.0
"""Seconds between two looks at a channel."""
MOST = 200
"""How many requests wait at the same time; others are answered at once."""


class Waiting:
    """Who waits for news; ``newest`` may block, and is asked about a channel once at a time."""

    def __init__(self, newest: Callable[[str], Newest], every: float = EVERY) -> None:
        self._newest = newest
        self._every = every
        self._lock = Lock()
        self._seen: dict[str, Newest] = {}
        self._due: dict[str, float] = {}
        self._looking: set[str] = set()
        self._waiting = 0

    async def until(
        self, request: Request, channel: str, is_news: Callable[[Newest], bool], seconds: float
    ) -> bool:
        """Wait until there is news, for so long at most; whether there is.

        Ends early when whoever asked is gone, or when too many wait already.
        """
        if self._waiting >= MOST:
            return False
        self._waiting += 1
        try:
            end = monotonic() + seconds
            while monotonic() < end and not await request.is_disconnected():
                newest = await self._look(channel)
                if newest is not None and is_news(newest):
                    return True
                await asyncio.sleep(max(0.0, min(self._every, end - monotonic())))
            return False
        finally:
            self._waiting -= 1

    async def _look(self, channel: str) -> Newest | None:
        """Where the channel is, as somebody saw it within the last look; None: not known yet."""
        with self._lock:
            looks = channel not in self._looking and self._due.get(channel, 0.0) <= monotonic()
            if looks:
                self._looking.add(channel)
        if looks:
            try:
                self._seen[channel] = await run_in_threadpool(self._newest, channel)
                self._due[channel] = monotonic() + self._every / 2
            finally:
                self._looking.discard(channel)
        return self._seen.get(channel)
