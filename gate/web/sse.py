"""Server-sent events: news that a page is told while it is open.

The browser connects again by itself, and says the number of the last event that it was told.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

EVERY = 1.0
"""Seconds between two looks for news."""
LONGEST = 60.0
"""Seconds after which a stream ends; the browser's next one passes the guard again."""
_QUIET = 15.0
_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of news. ``number`` grows; ``data`` becomes JSON."""

    number: int
    name: str
    data: object


Source = Callable[[int], Sequence[Event]]
"""The events after the one with this number, in order; may block."""


def stream(
    request: Request, source: Source, *, every: float = EVERY, longest: float = LONGEST
) -> StreamingResponse:
    """Answer with a stream of events, from the one after that which the browser was told last."""
    return StreamingResponse(
        _lines(request, source, every, longest),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _lines(
    request: Request, source: Source, every: float, longest: float
) -> AsyncIterator[str]:
    last, quiet = _told(request), 0.0
    yield "retry: 2000\n\n"
    end = asyncio.get_running_loop().time() + longest
    while asyncio.get_running_loop().time() < end and not await request.is_disconnected():
        events = await run_in_threadpool(source, last)
        for event in events:
            last = event.number
            yield written(event)
        quiet = 0.0 if events else quiet + every
        if quiet >= _QUIET:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(every)


def written(event: Event) -> str:
    """The event as it goes over the line."""
    data = json.dumps(event.data, ensure_ascii=True)
    return f"id: {event.number}\nevent: {event.name}\ndata: {data}\n\n"


def _told(request: Request) -> int:
    said = request.headers.get("last-event-id", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS else 0
