"""Messages for the next page that a browser is shown, such as "Done"; kept in memory only."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from fastapi import Request

from gate.web.visitor import visitor_of

_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence that was filled already. ``kind``: good, note or bad."""

    kind: str
    text: str


@dataclass
class Flashes:
    """What waits for which browser; the oldest goes when there are too many."""

    waiting: OrderedDict[str, list[Message]] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def add(self, browser: str, message: Message) -> None:
        """Keep a message for the next page of this browser."""
        with self.lock:
            self.waiting.setdefault(browser, []).append(message)
            while len(self.waiting) > _MOST:
                self.waiting.popitem(last=False)

    def take(self, browser: str) -> list[Message]:
        """The messages of this browser; they are not shown again."""
        with self.lock:
            return self.waiting.pop(browser, [])


def flash(request: Request, text: str, kind: str = "good", *, browser: str = "") -> None:
    """Show this sentence on the next page of the same browser, or of that with another token."""
    flashes: Flashes = request.app.state.flashes
    flashes.add(browser or visitor_of(request).csrf, Message(kind, text))
