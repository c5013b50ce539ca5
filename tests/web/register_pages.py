"""The register's pages as tests read them, and change things by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from httpx2 import Response

from cli.site import Site, now
from consent_db import audit, copies, people
from gate.values import Person, day_of
from tests.fake_site import without_models
from tests.web.client import Browser, Console

DAFYDD = "Dafydd Lewis"
TODAY = day_of(now())


@contextmanager
def judging(console: Console, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """Let the console of released copies judge without models, and end."""
    without_models(monkeypatch)
    yield console
    judged_behind(console)


def judged_behind(console: Console) -> None:
    """Wait until nothing is judged again any more."""
    behind = console.services.imports._behind  # type: ignore[attr-defined]
    assert behind.wait(30), "judging behind does not end"


def add(site: Site, *persons: Person) -> None:
    with site.database.transaction("setup") as tx:
        people.add_or_change_all(tx, persons)


def handle_of(browser: Browser, ref: str) -> str:
    """The address's part that stands for a person, as the list links it."""
    found = browser.post("/register/search", {"text": ref, "leavers": "yes"})
    handles = re.findall(r'href="/register/people/([0-9a-f]{32})"', found.text)
    assert len(handles) == 1, (ref, handles)
    return str(handles[0])


def page_of(browser: Browser, ref: str) -> str:
    answer = browser.get(f"/register/people/{handle_of(browser, ref)}")
    assert answer.status_code == 200
    return answer.text


def followed(browser: Browser, answer: Response) -> str:
    """The page to which a form leads."""
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"]).text


def say(browser: Browser, ref: str, status: str, *channels: str, **others: str) -> Response:
    """Record what a parent said about images."""
    fields = {"csrf": browser.csrf, "status": status, "given_by": "parent", "method": "form"}
    address = f"/register/people/{handle_of(browser, ref)}/consent"
    data = fields | {"channel": list(channels)} | others
    return browser.client.post(
        address, data=data, headers={"Accept": "text/html"}, follow_redirects=False
    )


def logged(console: Console, action: str) -> list[tuple[str, str, str]]:
    with console.site.database.reading() as connection:
        found = [one for one in audit.entries(connection) if one.action == action]
    return [(one.actor, one.subject, one.details) for one in found]


def ready(console: Console, channel: str = "website") -> int:
    with console.site.database.reading() as connection:
        return copies.count(connection, channel)
