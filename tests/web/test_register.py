"""The register on the web: everybody's permissions, changed at once, and told to few."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from cli.setup import make_site
from cli.site import Site
from consent_db import (
    calibrations,
    consents,
    copies,
    rejudgings,
    takedowns,
    templates,
)
from consent_db.publications import Posted, record_posted
from gate.demo.camera import jpeg
from gate.demo.draw import portrait
from gate.demo.features import person as drawn_person
from gate.roles import Role
from gate.values import Person, Thresholds
from tests.fake_gate import said, seen_on
from tests.registers import vector
from tests.web.client import Console
from tests.web.people import make_accounts
from tests.web.register_pages import (
    DAFYDD,
    TODAY,
    add,
    followed,
    handle_of,
    judged_behind,
    judging,
    logged,
    page_of,
    ready,
    say,
)


@pytest.fixture
def released(released_copy: Console, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """A site with released copies, on which what falls is judged again behind."""
    with judging(released_copy, monkeypatch) as console:
        yield console


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
    judged_behind(released)
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


def test_where_people_name_the_faces_nothing_is_said_of_templates(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    make_site(site, '[matching]\nmode = "people"\n\n[channels.website]\nonline = true\n')
    make_accounts(site)
    add(site, Person("P1", "pupil", "Cleo", "Jessop", "7"))
    console = Console(site)
    dpl = console.as_(Role.DPL)
    for text in (dpl.get("/register").text, page_of(dpl, "P1")):
        assert "emplate" not in text
    answer = console.as_(Role.DSL).post(
        "/register/restrictions/add", {"person": "P1", "channel": "all"}
    )
    assert answer.headers["location"] == "/register/restrictions", "nobody is found by face there"
    handle = handle_of(dpl, "P1")
    assert dpl.get(f"/register/people/{handle}/references/1").status_code == 404


def test_reference_photos_are_shown_to_their_leads_only_and_on_record(released: Console) -> None:
    site = released.site
    data = jpeg(portrait(drawn_person(7), 0, size=360))
    sha256 = site.references.keep("P1", data)
    with site.database.transaction("Ada Evans") as tx:
        templates.save(tx, "P1", site.reader_version, vector(0), [(sha256, "good", None)])
    handle = handle_of(released.as_(Role.DPL), "P1")
    address = f"/register/people/{handle}/references/1"
    for role in (Role.DPL, Role.DSL):
        answer = released.as_(role).get(address)
        assert answer.headers["cache-control"] == "no-store"
        assert Image.open(BytesIO(answer.content)).size == (240, 240)
        assert logged(released, "person.viewed")[-1][1:] == ("P1", '{"part":"reference"}')
        assert address in released.as_(role).get(f"/register/people/{handle}").text
        assert released.as_(role).get(address.replace("/1", "/2")).status_code == 404
    for role in (Role.AUDITOR, Role.ADMIN):
        assert released.as_(role).get(address).status_code == 403
    auditor = released.as_(Role.AUDITOR).get(f"/register/people/{handle}").text
    assert address not in auditor
    fields = {"status": "withdrawn", "given_by": "parent", "method": "letter"}
    dpl = released.as_(Role.DPL)
    dpl.post(f"/register/people/{handle}/biometric", fields)
    assert dpl.get(address).status_code == 404
    assert not site.references.held("P1")


def test_whom_the_calibration_could_not_tell_apart_is_told(released: Console) -> None:
    site = released.site
    thresholds = Thresholds(0.5, 0.3, 0.1)
    pairs = [
        {"one": "P1", "other": "P2", "score": 0.4},
        {"one": "P3", "other": "P1", "score": 0.6},
        {"one": "P2", "other": "P4", "score": 0.9},
        {"one": "P1", "other": "GONE", "score": 0.9},
    ]
    report = {"thresholds": {"show": 0.5, "veto": 0.3, "margin": 0.1}, "pairs": pairs}
    with site.database.transaction("Ada Evans") as tx:
        calibrations.save(tx, site.reader_version, (0.001, thresholds), 1, report)
    dpl = released.as_(Role.DPL)
    text = page_of(dpl, "P1")
    told = text[text.index("Could be taken for") :]
    assert told.index(">P3<") < told.index("Hardly told apart") < told.index(">P2<")
    assert told.index(">P2<") < told.index(">Alike<")
    assert ">P4<" not in told
    assert "GONE" not in told


def test_a_voice_comes_back_from_the_form_as_the_same(released: Console) -> None:
    """Also in a script from right to left, which is set apart where it is shown."""
    mother = "الأم"
    with released.site.database.transaction("setup") as tx:
        consents.record(tx, replace(said("P1", on=TODAY), given_by=mother))
    dpl = released.as_(Role.DPL)
    text = page_of(dpl, "P1")
    offered = re.search(r'name="given_by"[^>]* value="([^"]*)"', text)
    assert offered is not None
    assert offered[1] == mother
    say(dpl, "P1", "withdrawn", "website", given_by=offered[1])
    with released.site.database.reading() as connection:
        newest = consents.history(connection, "P1")[-1].record
    assert newest.given_by == mother
    assert f"<bdi>\u2068{mother}\u2069, form</bdi>" in page_of(dpl, "P1")
