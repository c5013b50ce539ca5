"""Programs that come with a token, for the tests of what is for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from cli.site import Site
from consent_db import accounts, feed, tokens
from consent_db.feed import Told
from consent_db.tokens import Purpose, Token, Wanted
from gate.roles import Role
from tests.fake_gate import seen_on
from tests.fake_site import School
from tests.web.client import Console
from tests.web.people import NAMES

ROOT = "/api/v1"
WEBSITE = f"{ROOT}/channels/website"
CHANGES = f"{WEBSITE}/changes"


def make_token(
    site: Site,
    purpose: Purpose,
    channel: str = "website",
    role: Role = Role.WEBSITE,
    life: timedelta = timedelta(days=1),
) -> tuple[Token, str]:
    """A token of the account with this role, and its secret."""
    with site.database.transaction("setup") as tx:
        account = accounts.named(tx.connection, NAMES[role])
        return tokens.make(tx, Wanted(account.id, "a program", purpose, [channel], life))


def bearer(secret: str) -> dict[str, str]:
    """The header with a token."""
    return {"Authorization": f"Bearer {secret}"}


@dataclass(frozen=True)
class Program:
    """A program with two tokens: to pull and to report."""

    client: TestClient
    pulls: str
    reports: str

    def get(self, path: str, headers: Mapping[str, str] | None = None, **query: Any) -> Response:  # noqa: ANN401
        """Ask with the token for pulling."""
        sent = bearer(self.pulls) | dict(headers or {})
        return self.client.get(path, headers=sent, params=query)

    def told(self, path: str, **query: Any) -> Any:  # noqa: ANN401
        """What is answered, which must be 200."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, sent: Any) -> Response:  # noqa: ANN401
        """Report."""
        return self.client.post(path, headers=bearer(self.reports), json=sent)

    def to_take_down(self, **query: Any) -> Any:  # noqa: ANN401
        """What must come down."""
        path = f"{WEBSITE}/takedowns"
        return self.client.get(path, headers=bearer(self.reports), params=query).json()


def program_of(console: Console, channel: str = "website", role: Role = Role.WEBSITE) -> Program:
    """A program of the account with this role."""
    pulls, reports = (
        make_token(console.site, purpose, channel, role)[1]
        for purpose in (Purpose.PULL, Purpose.REPORT)
    )
    return Program(console.nobody().client, pulls, reports)


def website(console: Console, channel: str = "website") -> list[Told]:
    """The copies of a channel that stand, in the order of release."""
    with console.site.database.reading() as connection:
        return list(feed.standing(connection, channel, 0, 100))


def bytes_of(console: Console, copy: Told) -> bytes:
    """The copy as it lies in the site."""
    return (console.site.root / copy.path).read_bytes()


def with_person(console: Console, ref: str, channel: str = "website") -> Told:
    """The first copy of a channel on which somebody can be seen."""
    every = website(console, channel)
    return next(one for one in every if ref in seen_on(bytes_of(console, one)))


def file_of(copy: Told) -> str:
    """Where programs download it."""
    return f"{ROOT}/channels/{copy.channel}/items/{copy.id}/file"


def school_of(console: Console) -> School:
    """The school whose site the console shows."""
    return School(console.site.root.parent)


def following(program: Program, after: int = 0, limit: int = 200) -> Iterator[dict[str, Any]]:
    """What a program is told that asks again and again, until there is no more."""
    while True:
        page = program.told(CHANGES, after=after, limit=limit)
        yield from page["changes"]
        assert page["next"] >= after
        after = page["next"]
        if not page["more"]:
            return
