"""A console in the test's own process, and browsers of its users: fast, for rules and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from cli.british_time import british_zone
from cli.site import Site
from cli.web_services import services_of
from gate.roles import Role
from gate.web import security
from gate.web.app import create_app
from gate.web.ports import HealthReport
from gate.web.services import Options, Services
from tests.web.people import log_in

SETUP_CODE = "ABCD-EFGH-JKLM"
HOST = "localhost"
PAGE = {"Accept": "text/html"}


def options(**others: Any) -> Options:  # noqa: ANN401
    """How the console of the tests is reached."""
    usual = Options(frozenset({HOST}), british_zone(), setup_code=SETUP_CODE)
    return replace(usual, **others)


@dataclass(frozen=True)
class Browser:
    """One browser: ``secret`` is its login's; it brings the right token unless told otherwise."""

    client: TestClient
    app: FastAPI
    secret: str = ""

    @property
    def csrf(self) -> str:
        """What this browser's forms must bring."""
        held = self.client.cookies
        secret = held.get("photogate") or held.get("photogate-before") or ""
        return security.csrf_of(secret)

    def address(self, route: str, **parameters: object) -> str:
        """The path of a route by its name."""
        return str(self.app.url_path_for(route, **parameters))

    def get(self, path: str, headers: Mapping[str, str] = PAGE) -> Response:
        """Load a page; redirects are not followed."""
        return self.client.get(path, headers=dict(headers), follow_redirects=False)

    def post(
        self,
        path: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] = PAGE,
        *,
        csrf: str | None = None,
    ) -> Response:
        """Send a form, with the right token or another."""
        data = {security.CSRF_FIELD: self.csrf if csrf is None else csrf, **(fields or {})}
        return self.client.post(path, data=data, headers=dict(headers), follow_redirects=False)


class NotLookedAt:
    """Health that nobody has looked at yet: no thread loads models, or outlives its test."""

    def report(self) -> HealthReport:
        """Nothing."""
        return HealthReport()


@dataclass(frozen=True)
class Console:
    """A console on a site; ``how`` it is reached can be said."""

    site: Site
    how: Options = field(default_factory=options)

    @cached_property
    def services(self) -> Services:
        """What its pages are given."""
        return replace(services_of(self.site), health=NotLookedAt())

    @cached_property
    def app(self) -> FastAPI:
        """The application."""
        return create_app(self.services, self.how)

    def nobody(self) -> Browser:
        """A browser that is not logged in."""
        scheme = "https" if self.how.secure else "http"
        client = TestClient(self.app, base_url=f"{scheme}://{HOST}", raise_server_exceptions=False)
        return Browser(client, self.app)

    def as_(self, role: Role) -> Browser:
        """The browser of an account with this role, logged in anew."""
        browser, secret = self.nobody(), log_in(self.site, role)
        browser.client.cookies.set(security.session_cookie(self.how), secret)
        return Browser(browser.client, self.app, secret)
