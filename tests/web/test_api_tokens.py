"""Programs come in with a token that counts now, for this purpose and channel, and no other way."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi.routing import APIRoute
from httpx2 import Response
from sqlalchemy import update

from cli.site import Site
from consent_db import accounts, audit, tokens
from consent_db.schema import api_tokens
from consent_db.tokens import Purpose
from gate.roles import Role
from gate.web.access import ACCESS, Who
from gate.web.errors import PROBLEM
from tests.web.client import Console
from tests.web.programs import ROOT, WEBSITE, bearer, make_token, program_of
from tests.web.released import released_console


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Console:
    return released_console(tmp_path_factory.mktemp("tokens"))


def routes(console: Console) -> list[APIRoute]:
    """Everything that is for programs."""
    found = [one for one in console.app.router.routes if isinstance(one, APIRoute)]
    return [one for one in found if ACCESS[one.name].who is Who.TOKEN]


def ask(
    console: Console, route: APIRoute, secret: str | None, channel: str = "website"
) -> Response:
    path = re.sub(r"\{\w+\}", "1", route.path.replace("{channel}", channel))
    (method,) = route.methods or {"GET"}
    headers = {} if secret is None else {b"Authorization": f"Bearer {secret}".encode("latin-1")}
    body = {"where": "page", "proof": "gone"} if method == "POST" else None
    return console.nobody().client.request(method, path, headers=headers, json=body)


def refused(answer: Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    if answer.content and answer.request.method != "HEAD":
        assert answer.headers["content-type"] == PROBLEM
        told = answer.json()
        assert told["status"] == status
        assert told["reference"] == answer.headers["x-request-id"]
        assert set(told) == {"type", "title", "status", "detail", "reference"}
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_without_a_token_everything_is_closed(console: Console) -> None:
    assert len(routes(console)) >= 11
    for route in routes(console):
        for secret in (None, "", "x" * 43, "é"):
            refused(ask(console, route, secret), 401)


def test_a_token_for_another_purpose_opens_nothing(console: Console) -> None:
    secrets = {one.value: make_token(console.site, one)[1] for one in Purpose}
    for route in routes(console):
        purpose = ACCESS[route.name].purpose
        for other, secret in secrets.items():
            answer = ask(console, route, secret)
            if other == purpose:
                assert answer.status_code not in (401, 403), (route.name, answer.text)
            else:
                refused(answer, 403)
    with console.site.database.reading() as connection:
        told = {(one.action, one.details) for one in audit.entries(connection)}
    assert {("access.denied", f'{{"purpose":"{one}"}}') for one in ("pull", "report")} <= told


def test_a_token_for_another_channel_opens_nothing(console: Console) -> None:
    for route in routes(console):
        if ACCESS[route.name].channel:
            secret = make_token(console.site, Purpose(ACCESS[route.name].purpose))[1]
            for channel in ("print", "nowhere", "social"):
                refused(ask(console, route, secret, channel), 403)


def test_a_role_that_may_not_pull_has_no_use_for_a_token(console: Console) -> None:
    for role in (Role.COMMS, Role.DSL, Role.ADMIN, Role.AUDITOR):
        secret = make_token(console.site, Purpose.PULL, role=role)[1]
        for route in routes(console):
            if ACCESS[route.name].purpose == "pull":
                refused(ask(console, route, secret), 403)


def expire(site: Site, token: tokens.Token) -> None:
    with site.database.transaction("setup") as tx:
        same = api_tokens.c.id == token.id
        tx.connection.execute(update(api_tokens).where(same).values(expires_at=token.made_at))


def revoke(site: Site, token: tokens.Token) -> None:
    with site.database.transaction("setup") as tx:
        tokens.revoke(tx, token.id)


def disable(site: Site, token: tokens.Token) -> None:
    with site.database.transaction("setup") as tx:
        if accounts.get(tx.connection, token.account).enabled:
            accounts.disable(tx, token.account)


@pytest.mark.parametrize("end", [expire, revoke, disable])
def test_a_token_that_ended_opens_nothing(
    released_copy: Console, end: Callable[[Site, tokens.Token], None]
) -> None:
    console = released_copy
    made = {one: make_token(console.site, one) for one in (Purpose.PULL, Purpose.REPORT)}
    secrets = [(one, made[Purpose(ACCESS[one.name].purpose)][1]) for one in routes(console)]
    for route, secret in secrets:
        assert ask(console, route, secret).status_code not in (401, 403), route.name
    end(console.site, made[Purpose.PULL][0])
    end(console.site, made[Purpose.REPORT][0])
    for route, secret in secrets:
        refused(ask(console, route, secret), 401)


def test_the_login_of_a_person_opens_nothing_here(console: Console) -> None:
    wyn = console.as_(Role.WEBSITE)
    for path in (f"{ROOT}/channels", f"{WEBSITE}/items", "/feeds/website.atom"):
        refused(wyn.client.get(path), 401)
    refused(wyn.client.get(f"{ROOT}/channels", headers=bearer(wyn.secret)), 401)


def test_a_token_opens_no_page(console: Console) -> None:
    program = program_of(console)
    for path in ("/", "/ready/website", "/account"):
        assert program.get(path, headers={"Accept": "*/*"}).status_code == 401


def test_a_token_is_never_taken_from_an_address(console: Console) -> None:
    secret = make_token(console.site, Purpose.PULL)[1]
    for name in ("token", "access_token"):
        path = f"{WEBSITE}/items?{name}={secret}"
        refused(console.nobody().client.get(path), 401)


def test_the_description_is_for_everybody_and_names_no_channel(console: Console) -> None:
    answer = console.nobody().client.get(f"{ROOT}/openapi.json")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert answer.json()["openapi"].startswith("3.1")
    assert "print" not in answer.text.replace("fingerprint", "")


def test_other_methods_are_told_those_that_are_right(console: Console) -> None:
    program = program_of(console)
    answer = program.client.put(f"{WEBSITE}/items", headers=bearer(program.pulls))
    refused(answer, 405)
    assert answer.headers["allow"] == "GET"
    answer = program.client.put(f"{WEBSITE}/items/1/file")
    assert answer.headers["allow"] == "GET, HEAD"


def test_another_host_name_is_not_answered(console: Console) -> None:
    client = console.nobody().client
    answer = client.get(f"{ROOT}/channels", headers={"Host": "elsewhere.example"})
    refused(answer, 400)
