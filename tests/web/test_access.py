"""Who may open what: every route times every role; what is not in the table does not exist."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from gate.acting import Acting
from gate.roles import Act, Role, may
from gate.web import access
from gate.web.access import ACCESS, Entry, Who, allowed, opens, program, refusal
from gate.web.static_files import static_files
from tests.web.client import Browser, Console
from tests.web.people import CHANNELS

EVERYBODY = frozenset(Role)
REFUSED = {401, 403, 404}
WRONG_PASSWORD = {"log_in"}
"""Routes that answer an empty form with 403."""
MAY_BE_MISSING: frozenset[str] = frozenset(
    {
        "drop_event",
        "drop_news",
        "drop_copy",
        "drop_small_copy",
        "drop_download",
        "ready_copy",
        "ready_small_copy",
        "ready_download",
        "ready_posted",
        "ready_taken_down",
        "register_person",
        "register_reference",
        "register_consent",
        "register_biometric",
        "register_lift",
        "register_look_through",
        "review_photo",
        "review_picture",
        "review_face",
        "review_likeness",
        "review_say",
        "review_undo",
        "why_photo",
        "why_picture",
    }
)
"""Routes about one thing, which answer 404 where there is none."""


def routes(console: Console) -> list[APIRoute]:
    found = console.app.router.routes
    assert all(isinstance(route, APIRoute) for route in found), "add routes to the router itself"
    return [route for route in found if isinstance(route, APIRoute)]


def path_of(route: APIRoute, role: Role | None = None) -> str:
    """An address of this route on the role's own channel; what else stands in it is nowhere."""
    if route.name == "static":
        return f"/static/{static_files()['console.css'].address}"
    path = route.path.replace("{channel}", CHANNELS.get(role or Role.WEBSITE, "website"))
    return re.sub(r"\{\w+\}", "0", path)


def send(
    browser: Browser, route: APIRoute, role: Role | None = None, *, csrf: str | None = None
) -> int:
    (method,) = route.methods or {"GET"}
    if method == "GET":
        return browser.get(path_of(route, role)).status_code
    if ACCESS[route.name].who is Who.TOKEN and method == "HEAD":
        return browser.client.head(path_of(route, role)).status_code
    assert method == "POST", "forms know GET and POST only"
    return browser.post(path_of(route, role), csrf=csrf).status_code


def test_every_route_has_a_name_of_its_own_in_the_table(console: Console) -> None:
    names = [route.name for route in routes(console)]
    assert len(set(names)) == len(names)
    assert set(names) == set(ACCESS)


def test_the_address_of_a_route_is_its_own(console: Console) -> None:
    """The guard and the application find the same route for an address."""
    seen = [(path_of(route), method) for route in routes(console) for method in route.methods or ()]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("role", Role)
def test_every_route_is_open_to_the_roles_of_the_table_and_to_no_others(
    console: Console, role: Role
) -> None:
    for route in routes(console):
        entry = ACCESS[route.name]
        if entry.who is Who.TOKEN:
            continue
        browser = console.as_(role)
        status = send(browser, route, role)
        if entry.who is Who.SETUP:
            assert status == 404, route.name
        elif entry.who is Who.ACTS and not any(may({role}, act) for act in entry.acts):
            assert status == 403, (route.name, role)
        else:
            fine = status not in REFUSED or route.name in WRONG_PASSWORD
            missing = status == 404 and route.name in MAY_BE_MISSING
            assert fine or missing, (route.name, role, status)
            assert status < 500, (route.name, role, status)


def test_without_a_login_only_the_public_routes_are_there(console: Console) -> None:
    for route in routes(console):
        browser = console.nobody()
        browser.get("/login")
        status, entry = send(browser, route), ACCESS[route.name]
        if entry.who in (Who.FILE, Who.PUBLIC):
            assert status in (200, 403), route.name  # 403: a wrong name and password
        elif entry.who is Who.SETUP:
            assert status == 404, route.name
        elif route.methods == {"GET"} and entry.who is not Who.TOKEN:
            assert status == 303, route.name
        else:
            assert status == 401, route.name


@pytest.mark.parametrize("wrong", ["", "0" * 64, "é"])
def test_no_form_is_taken_without_the_right_token(console: Console, wrong: str) -> None:
    for route in routes(console):
        entry = ACCESS[route.name]
        if route.methods == {"POST"} and entry.who not in (Who.SETUP, Who.TOKEN):
            roles = [r for r in Role if not entry.acts or any(may({r}, a) for a in entry.acts)]
            browser = console.as_(roles[0])
            answer = browser.post(path_of(route), csrf=wrong)
            assert answer.status_code == 403, route.name
            assert "This page was open for too long" in answer.text
            assert browser.get("/").status_code == 200, "still logged in"


def test_without_accounts_only_the_set_up_page_is_there(fresh_console: Console) -> None:
    for route in routes(fresh_console):
        browser, entry = fresh_console.nobody(), ACCESS[route.name]
        browser.get("/set-up")
        status = send(browser, route)
        if entry.who is Who.FILE:
            assert status == 200
        elif entry.who is Who.SETUP:
            assert status in (200, 400), route.name
        elif route.methods == {"GET"} and entry.who is not Who.TOKEN:
            assert status == 303, route.name
        else:
            assert status == 404, route.name


def test_a_route_without_an_entry_does_not_exist(console: Console) -> None:
    async def secret() -> str:
        return "secret"

    console.app.add_api_route("/forgotten", secret, name="forgotten")
    console.app.router.routes.append(Mount("/mounted", Route("/x", secret)))
    admin = console.as_(Role.ADMIN)
    for path in ("/forgotten", "/mounted/x", "/openapi.json", "/docs", "/redoc"):
        answer = admin.get(path)
        assert answer.status_code == 404, path
        assert "secret" not in answer.text


def test_an_entry_that_names_no_act_lets_nobody_in() -> None:
    who = Acting("Ada", EVERYBODY, frozenset({"all"}), 1, session=1)
    assert refusal(Entry(Who.ACTS), who, {})
    assert not refusal(allowed(Act.DROP), who, {})


def test_channels_are_held_to_the_account_s_own() -> None:
    wyn = Acting("Wyn", frozenset({Role.WEBSITE}), frozenset({"website"}), 1, session=1)
    of_channel = allowed(Act.PULL, channel="channel")
    assert not refusal(of_channel, wyn, {"channel": "website"})
    assert refusal(of_channel, wyn, {"channel": "social"})
    assert refusal(of_channel, wyn, {})
    assert refusal(allowed(Act.PULL), wyn, {}), "all channels are not Wyn's"
    assert not refusal(allowed(Act.PULL, own_channels=True), wyn, {})
    assert refusal(allowed(Act.REVIEW, own_channels=True), wyn, {})


def test_programs_and_people_do_not_pass_for_each_other() -> None:
    roles, served = frozenset({Role.WEBSITE}), frozenset({"website"})
    person = Acting("Wyn", roles, served, 1, session=1)
    token = Acting("Wyn", roles, served, 1, token=1)
    entry = program("pull", Act.PULL, own_channels=True)
    assert not refusal(entry, token, {})
    assert refusal(entry, person, {})
    assert refusal(ACCESS["overview"], token, {})


def test_links_lead_only_where_the_account_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"one": allowed(Act.PULL, channel="channel"), "many": allowed(Act.PULL)}
    monkeypatch.setattr(access, "ACCESS", table)
    wyn = Acting("Wyn", frozenset({Role.WEBSITE}), frozenset({"website"}), 1, session=1)
    assert opens("one", wyn)
    assert not opens("many", wyn)
    assert not opens("nowhere", wyn)
    assert not opens("one", None)


def test_what_was_refused_stands_in_the_audit_log(console: Console) -> None:
    from consent_db import audit

    assert console.as_(Role.SOCIAL).get("/health").status_code == 403
    with console.site.database.reading() as connection:
        last = list(audit.entries(connection))[-1]
    assert (last.action, last.details) == ("access.denied", '{"act":"manage_site"}')
