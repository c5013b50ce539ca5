"""The restricted list on the web, for its lead alone; and what of the register ends soon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from consent_db import (
    consents,
    restrictions,
)
from gate.acting import Acting
from gate.roles import Role
from gate.values import Person
from gate.web.ports_register import Sought
from tests.fake_gate import restrict, said
from tests.web.client import Console
from tests.web.register_pages import (
    TODAY,
    add,
    handle_of,
    judged_behind,
    judging,
    logged,
    page_of,
    ready,
)


@pytest.fixture
def released(released_copy: Console, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """A site with released copies, on which what falls is judged again behind."""
    with judging(released_copy, monkeypatch) as console:
        yield console


# --- the restricted list -------------------------------------------------------------------------


def test_only_the_safeguarding_lead_sees_who_is_restricted(released: Console) -> None:
    """The bytes of every page are the same for everybody else, restricted or not."""
    others = (Role.DPL, Role.AUDITOR)
    before = {role: _stripped(page_of(released.as_(role), "P3")) for role in others}
    listed = {role: _stripped(released.as_(role).get("/register").text) for role in others}
    with released.site.database.transaction("setup") as tx:
        restrict(tx, "P3")
        last = TODAY + timedelta(days=9)
        restrictions.add(tx, "P3", {"print"}, TODAY, last, reason="Court order")
    for role in others:
        browser = released.as_(role)
        who = Acting(role, frozenset({role}), frozenset(), 1)
        found = released.services.register.people(who, Sought(), 1)
        assert not any(row.restricted for row in found.rows)
        after = _stripped(page_of(browser, "P3"))
        for text in (after, browser.get("/register").text, browser.get("/register/expiring").text):
            assert "estrict" not in text
            assert "Court" not in text
        assert _uncounted(after) == _uncounted(before[role]), role
        assert _stripped(browser.get("/register").text) == listed[role], role
        assert browser.get("/register/restrictions").status_code == 403
        assert "estriction" not in browser.get("/").text
    dsl = released.as_(Role.DSL)
    text = page_of(dsl, "P3")
    assert "Court order" in text
    assert "Restricted" in dsl.get("/register").text
    assert "Restriction" in dsl.get("/register/expiring").text
    assert "restriction ends within 30 days" in dsl.get("/").text


def _stripped(text: str) -> str:
    """Without what is another in each browser."""
    return re.sub(r'(value|content)="[0-9a-f]{64}"', "", text)


def _uncounted(text: str) -> str:
    """Without how many copies lie in "ready", which anybody may see there."""
    return re.sub(r"<li>[^<]*(copy|copies|place)[^<]*</li>", "", text)


def test_a_restriction_counts_at_once_and_can_be_ended(released: Console) -> None:
    dsl, before = released.as_(Role.DSL), ready(released)
    fields = {"person": "P1", "channel": "all", "reason": "<b>Told by phone</b>"}
    answer = dsl.post("/register/restrictions/add", fields)
    assert answer.headers["location"] == "/register/restrictions"
    text = dsl.get("/register/restrictions").text
    assert "P1 is on the restricted list. 12 copies left “ready”." in text
    assert "&lt;b&gt;Told by phone&lt;/b&gt;" in text
    judged_behind(released)
    assert ready(released) == before - 3, "photos with P1 are blocked"
    handle = handle_of(dsl, "P1")
    assert dsl.post(f"/register/restrictions/{handle}/lift").status_code == 303
    judged_behind(released)
    assert ready(released) == before
    assert "Nobody is on the list" in dsl.get("/register/restrictions").text
    assert dsl.post(f"/register/restrictions/{handle}/lift").status_code == 400
    assert "Told by phone" in page_of(dsl, "P1"), "kept as history"


def test_who_cannot_be_recognised_leads_to_photos_to_look_through(released: Console) -> None:
    add(released.site, Person("N1", "pupil", "Nia", "Newydd", "7"))
    dsl = released.as_(Role.DSL)
    answer = dsl.post("/register/restrictions/add", {"person": "nia newydd", "channel": "all"})
    assert answer.headers["location"].endswith("/photos")
    text = dsl.get(answer.headers["location"]).text
    assert "Nia Newydd has no face template" in text
    assert "6 photos of the last year are out" in text
    assert len(set(re.findall(r'href="/why/([0-9a-f]{64})"', text))) == 6
    assert "Photos to look through" in dsl.get("/register/restrictions").text


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"person": "nobody at all", "channel": "all"}, "every stranger’s face is covered"),
        ({"person": "Cleo Jessop", "channel": "all"}, "Several people are called"),
        ({"person": "", "channel": "all"}, "Say who it is about"),
        ({"person": "P1"}, "Say for which channels"),
        ({"person": "P1", "channel": "all", "since": "x"}, "not a date"),
        ({"person": "P1", "channel": "all", "until": "2020-01-01"}, "before it begins"),
    ],
)
def test_a_restriction_that_is_not_clear_is_not_added(
    released: Console, fields: dict[str, str], problem: str
) -> None:
    answer = released.as_(Role.DSL).post("/register/restrictions/add", fields)
    assert answer.status_code == 400
    assert problem in answer.text.replace("&#39;", "’")
    with released.site.database.reading() as connection:
        assert not list(restrictions.standing(connection))


def test_the_log_does_not_tell_how_many_are_restricted(released: Console) -> None:
    with released.site.database.transaction("setup") as tx:
        restrict(tx, "P3")
    dsl = released.as_(Role.DSL)
    dsl.get("/register/restrictions")
    assert logged(released, "person.viewed")[-1] == ("Dilys Rees", "people list", "{}")


# --- what ends soon ------------------------------------------------------------------------------


def test_what_ends_soon_is_listed_and_told_on_the_first_page(released: Console) -> None:
    dpl = released.as_(Role.DPL)
    assert "Nothing ends in these 30 days" in dpl.get("/register/expiring").text
    assert "ends within" not in dpl.get("/").text
    with released.site.database.transaction("setup") as tx:
        soon, later = TODAY + timedelta(days=20), TODAY + timedelta(days=80)
        records = [said("P1", on=TODAY, until=soon), said("P2", on=TODAY, until=later)]
        consents.record_all(tx, records)
    add(released.site, Person("P4", "pupil", "Cleo", "Jessop", "7", TODAY + timedelta(days=3)))
    text = dpl.get("/register/expiring").text
    assert "2 entries." in text
    assert text.index(">P4<") < text.index(">P1<")
    assert "3 entries." in dpl.get("/register/expiring?days=90").text
    assert "person has a permission that ends within 30 days" in dpl.get("/").text
    assert "ends within" not in released.as_(Role.AUDITOR).get("/").text


def test_a_permission_that_was_renewed_does_not_end(released: Console) -> None:
    with released.site.database.transaction("setup") as tx:
        soon = TODAY + timedelta(days=20)
        consents.record_all(tx, [said("P1", on=TODAY - timedelta(days=9), until=soon)])
        consents.record_all(tx, [said("P1", on=TODAY)])
    text = released.as_(Role.DPL).get("/register/expiring").text
    assert "Nothing ends in these 30 days" in text
