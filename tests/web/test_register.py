"""The register on the web: everybody's permissions, changed at once, and told to few."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from httpx2 import Response

from cli.site import Site, now
from consent_db import (
    audit,
    consents,
    copies,
    people,
    rejudgings,
    restrictions,
    takedowns,
    templates,
)
from consent_db.publications import Posted, record_posted
from gate.acting import Acting
from gate.roles import Role
from gate.values import Person, day_of
from gate.web.ports_register import Sought
from tests.fake_gate import restrict, said, seen_on
from tests.fake_site import without_models
from tests.web.client import Browser, Console
from tests.web.released import released_console

DAFYDD = "Dafydd Lewis"
TODAY = day_of(now())


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """A site with four people, released copies of six photos of them, and all accounts."""
    without_models(monkeypatch)
    console = released_console(tmp_path)
    yield console
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


# --- the list ------------------------------------------------------------------------------------


def test_a_fresh_register_says_how_to_begin(console: Console) -> None:
    with console.site.database.transaction("setup") as tx:
        tx.connection.exec_driver_sql("DELETE FROM people")
    text = console.as_(Role.DPL).get("/register").text
    assert "Nobody is in the register yet" in text
    assert 'href="/register/import"' in text


def test_everybody_is_found_by_parts_of_names_and_references(console: Console) -> None:
    add(
        console.site,
        Person("W-1", "pupil", "Siân", "Llŷr-Ŵyn", "9"),
        Person("A-1", "pupil", "ليلى", "حداد", "10"),
        Person("S-1", "staff", "Mair", "Rees"),
    )
    dpl = console.as_(Role.DPL)
    for text, ref in (("sian wyn", "W-1"), ("SIÂN", "W-1"), ("ليلى", "A-1"), ("s-1", "S-1")):
        found = dpl.post("/register/search", {"text": text}).text
        assert f">{ref}<" in found, text
        assert "1 person." in found, text
    arabic = dpl.post("/register/search", {"text": "A-1"}).text
    assert "<bdi>\u2068ليلى حداد\u2069</bdi>" in arabic
    staff = dpl.post("/register/search", {"kind": "staff"}).text
    assert ">S-1<" in staff and ">W-1<" not in staff
    nine = dpl.post("/register/search", {"group": "9"}).text
    assert ">W-1<" in nine and ">A-1<" not in nine


def test_leavers_are_listed_when_asked_for(console: Console) -> None:
    add(console.site, Person("L-1", "pupil", "Gone", "Away", "11", TODAY - timedelta(days=2)))
    dpl = console.as_(Role.DPL)
    assert "L-1" not in dpl.get("/register").text
    assert "L-1" in dpl.post("/register/search", {"leavers": "yes"}).text
    assert "L-1" in dpl.post("/register/search", {"text": "gone away"}).text


def test_many_people_come_page_by_page(console: Console) -> None:
    add(console.site, *(Person(f"N{n:03}", "pupil", "Name", f"{n:03}", "8") for n in range(120)))
    dpl = console.as_(Role.DPL)
    text = dpl.get("/register").text
    assert "122 people." in text
    assert "Page 1 of 3" in text
    last = dpl.post("/register/search", {"number": "3"}).text
    assert last.count('class="name"') == 22
    assert "Page 3 of 3" in dpl.post("/register/search", {"number": "99"}).text


def test_names_that_are_markup_stay_text(console: Console) -> None:
    add(console.site, Person("X-1", "pupil", "<script>alert(1)</script>", '"><img src=x>', "<b>"))
    dpl = console.as_(Role.DPL)
    for text in (dpl.get("/register").text, page_of(dpl, "X-1")):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_no_name_and_no_reference_stands_in_an_address(console: Console) -> None:
    add(console.site, Person("jones.rhys", "pupil", "Rhys", "Jones", "7"))
    dpl = console.as_(Role.DPL)
    text = dpl.get("/register").text + page_of(dpl, "jones.rhys")
    for address in re.findall(r'(?:href|action|src)="([^"]+)"', text):
        assert "rhys" not in address.lower()


def test_the_list_is_for_those_who_may_see_people(console: Console) -> None:
    for role in Role:
        answer = console.as_(role).get("/register")
        if role in (Role.DSL, Role.DPL, Role.AUDITOR):
            assert "Cleo" in answer.text
        elif role is Role.ADMIN:
            assert answer.headers["location"] == "/register/import"
        else:
            assert answer.status_code == 403


def test_looking_at_people_is_on_record(released: Console) -> None:
    dpl = released.as_(Role.DPL)
    page_of(dpl, "P1")
    seen = logged(released, "person.viewed")
    assert (DAFYDD, "people list", '{"count":1}') in seen
    assert seen[-1] == (DAFYDD, "P1", '{"part":"record"}')


# --- one person ----------------------------------------------------------------------------------


def test_a_withdrawal_is_foretold_and_ends_the_copies_at_once(released: Console) -> None:
    with released.site.database.reading() as connection:
        shown = list(copies.page(connection, "website", offset=0, limit=100))
    told = Posted(shown[-1].photo, "website", "https://school.example/news", shown[-1].sha256)
    with released.site.database.transaction("Wyn Hughes") as tx:
        record_posted(tx, released.site.consequences, told)
    before, printed = ready(released), ready(released, "print")
    dpl = released.as_(Role.DPL)
    text = page_of(dpl, "P1")
    dialog = text[text.index('id="withdraw-1"') : text.index('id="withdraw-2"')]
    assert "3 copies leave" in dialog
    assert "1 place where a copy was published" in dialog
    assert ready(released) == before, "nothing is done by looking"
    text = followed(dpl, say(dpl, "P1", "withdrawn", "website"))
    assert "3 copies left “ready”. 1 place is asked to take a copy down." in text
    assert 'id="withdraw-1"' not in text, "it cannot be withdrawn twice"
    assert ready(released, "print") == printed
    with released.site.database.reading() as connection:
        assert len(takedowns.pending(connection)) == 1
        newest = consents.history(connection, "P1")[-1]
    assert (newest.record.status, newest.by) == ("withdrawn", DAFYDD)


def test_files_of_copies_that_fell_are_gone_when_it_is_answered(
    released: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a watcher does the judging."""
    monkeypatch.setattr("cli.judging_behind.is_watched", lambda _site: True)
    say(released.as_(Role.DPL), "P1", "withdrawn", "website")
    shown = [seen_on(path.read_bytes()) for path in released.site.ready.rglob("website/*.jpg")]
    assert len(shown) == 3
    assert not any("P1" in one for one in shown)
    with released.site.database.reading() as connection:
        assert rejudgings.count(connection) == 3


def test_what_fell_is_judged_again_behind(released: Console) -> None:
    dpl = released.as_(Role.DPL)
    before = ready(released)
    say(dpl, "P1", "withdrawn", "website")
    behind = released.services.imports._behind  # type: ignore[attr-defined]
    assert behind.wait(30)
    # The same photos, with P1 covered.
    assert ready(released) == before
    assert "being looked at again. Until" not in page_of(dpl, "P1")


def test_a_yes_counts_from_now_until_its_last_day(released: Console) -> None:
    dpl = released.as_(Role.DPL)
    say(dpl, "P1", "withdrawn", "website", "print")
    until = TODAY + timedelta(days=10)
    answer = say(dpl, "P1", "granted", "website", "print", until=until.isoformat())
    text = followed(dpl, answer)
    assert "This yes shows nobody on Website" in text
    assert "Not online" in text
    say(dpl, "P1", "granted", "website", until=until.isoformat(), online="yes")
    with released.site.database.reading() as connection:
        newest = consents.history(connection, "P1")[-1].record
    assert (newest.valid_until, newest.names_online_use) == (until, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"given_by": " "},
        {"method": ""},
        {"status": "maybe"},
        {"channel": "nowhere"},
        {"until": "2026-02-30", "status": "granted"},
        {"until": "2020-01-01", "status": "granted"},
    ],
)
def test_what_is_not_clear_is_not_put_on_record(released: Console, wrong: dict[str, str]) -> None:
    dpl = released.as_(Role.DPL)
    channel = wrong.pop("channel", "website")
    status = wrong.pop("status", "withdrawn")
    answer = say(dpl, "P1", status, channel, **wrong)
    assert answer.status_code == 400
    assert "Please look at this again" in answer.text
    with released.site.database.reading() as connection:
        assert all(one.record.status == "granted" for one in consents.history(connection, "P1"))


def test_a_withdrawn_template_is_destroyed_at_once(released: Console) -> None:
    dpl = released.as_(Role.DPL)
    handle = handle_of(dpl, "P1")
    text = page_of(dpl, "P1")
    assert "The face template and 1 reference photo are destroyed at once" in text
    fields = {"status": "withdrawn", "given_by": "parent", "method": "letter"}
    text = followed(dpl, dpl.post(f"/register/people/{handle}/biometric", fields))
    assert "The face template and its photos are destroyed." in text
    with released.site.database.reading() as connection:
        assert templates.count(connection, "P1") == 0


def test_who_may_not_change_anything_is_shown_no_button_and_is_refused(released: Console) -> None:
    for role in (Role.AUDITOR, Role.DSL):
        browser = released.as_(role)
        text = page_of(browser, "P1")
        assert "withdraw-1" not in text
        assert 'name="status"' not in text
        assert say(browser, "P1", "withdrawn", "website").status_code == 403


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
        assert "estrict" not in browser.get("/").text
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
    behind = released.services.imports._behind  # type: ignore[attr-defined]
    assert behind.wait(30)
    assert ready(released) == before - 3, "photos with P1 are blocked"
    handle = handle_of(dsl, "P1")
    assert dsl.post(f"/register/restrictions/{handle}/lift").status_code == 303
    assert behind.wait(30)
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
