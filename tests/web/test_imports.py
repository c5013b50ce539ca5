"""Files of the school's system on the web: shown as changes, imported exactly as shown, or not."""

from __future__ import annotations

import re
import tempfile
from datetime import timedelta
from html import unescape

import pytest
from httpx2 import Response
from sqlalchemy import func, select

from cli import web_imports
from cli.site import now
from consent_db import audit, consents, people, restrictions
from consent_db.csvfile import MAX_COLUMNS
from consent_db.schema import people as people_table
from gate.roles import Role
from gate.values import Person
from gate.web import imports as routes
from tests.web.client import Browser, Console

PEOPLE = "ref,kind,given_name,family_name,year_group,left_on\n"
CONSENTS = (
    "ref,status,given_by,method,obtained_on,channel,valid_from,valid_until,names_online_use\n"
)


def send(browser: Browser, kind: str, text: str | bytes, name: str = "people.csv") -> Response:
    data = text.encode() if isinstance(text, str) else text
    files = [
        ("csrf", (None, browser.csrf)),
        ("kind", (None, kind)),
        ("file", (name, data, "text/csv")),
    ]
    return browser.client.post(
        "/register/import/look",
        files=files,  # type: ignore[arg-type]
        headers={"Accept": "text/html"},
        follow_redirects=False,
    )


def looked(browser: Browser, kind: str, text: str, name: str = "people.csv") -> tuple[str, str]:
    """The address of the dry run, and its page."""
    answer = send(browser, kind, text, name)
    assert answer.status_code == 303, answer.text
    address = str(answer.headers["location"])
    return address, browser.get(address).text


def plain(text: str) -> str:
    """What stands in a page, without its marks."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", text[text.index("<main") :]).split()))


def everybody(console: Console) -> dict[str, Person]:
    with console.site.database.reading() as connection:
        return {one.ref: one for one in people.everyone(connection)}


def count(console: Console) -> int:
    with console.site.database.reading() as connection:
        query = select(func.count()).select_from(people_table)
        return int(connection.execute(query).scalar_one())


def test_a_file_is_shown_as_changes_and_imported_exactly_so(console: Console) -> None:
    dpl = console.as_(Role.DPL)
    before = everybody(console)
    rows = "P1,pupil,Cleo,Jessop-Puw,8,\nP2,pupil,Cleo,Jessop,7,2026-07-20\nN1,staff,Siân,Huws,,\n"
    address, text = looked(dpl, "people", PEOPLE + rows)
    told = plain(text)
    assert "What people.csv would change" in told
    assert "family name Jessop → becomes Jessop-Puw" in told
    assert "year group 7 → becomes 8" in told
    assert "left on (empty) → becomes 20 July 2026" in told
    assert "given name Siân" in told
    assert told.index("What ends") < told.index("What changes") < told.index("What is new")
    assert "Import these 3 changes" in told
    assert f'{address}/take"' in text
    assert everybody(console) == before, "nothing is stored by looking"
    answer = dpl.post(f"{address}/take")
    assert answer.headers["location"] == "/register"
    assert "3 changes were imported." in dpl.get("/register").text
    assert everybody(console)["N1"].given_name == "Siân"
    assert dpl.get(address).status_code == 303, "the file is kept no longer"
    with console.site.database.reading() as connection:
        audit.verify(connection)
        last = [one for one in audit.entries(connection) if one.action == "register.imported"]
    assert last[-1].actor == "Dafydd Lewis"


def test_with_one_wrong_row_nothing_can_be_imported(console: Console) -> None:
    dpl, before = console.as_(Role.DPL), everybody(console)
    rows = "N1,pupil,Nia,New,7,\nN2,alien,Ola,New,7,\nN3,pupil,Pia,New,7,31/02/2026\n"
    answer = send(dpl, "people", PEOPLE + rows)
    page = dpl.get(answer.headers["location"])
    assert page.status_code == 400
    told = plain(page.text)
    assert "2 rows cannot be taken" in told
    assert re.search(r"3 Column kind is .alien., but must be pupil, staff or visitor", told)
    assert "4 Column left_on" in told
    assert '/take"' not in page.text
    refused = dpl.post(f"{answer.headers['location']}/take")
    assert refused.headers["location"] == answer.headers["location"]
    assert everybody(console) == before


def test_nothing_changes_one_change_and_many(console: Console) -> None:
    dpl = console.as_(Role.DPL)
    same = "P1,pupil,Cleo,Jessop,7,\nP2,pupil,Cleo,Jessop,7,\n"
    address, text = looked(dpl, "people", PEOPLE + same)
    assert "Nothing changes" in text
    assert dpl.post(f"{address}/take").status_code == 303
    _, text = looked(dpl, "people", PEOPLE + same + "N1,pupil,Nia,New,7,\n")
    assert "Import this 1 change" in text
    many = "".join(f"M{number:03},pupil,Many,{number},7,\n" for number in range(230))
    address, text = looked(dpl, "people", PEOPLE + many)
    assert "Import these 230 changes" in text
    assert "Page 1 of 3" in text
    assert "2 not in the file" in plain(dpl.get(f"{address}?page=3").text)
    assert count(console) == 2


def test_after_another_change_the_file_is_looked_at_afresh(console: Console) -> None:
    dpl = console.as_(Role.DPL)
    address, _ = looked(dpl, "people", PEOPLE + "P1,pupil,Cleo,Puw,8,\nP2,pupil,Cleo,Jessop,7,\n")
    with console.site.database.transaction("somebody") as tx:
        people.add_or_change(tx, Person("P1", "pupil", "Cleo", "Jessop", "12"))
    answer = dpl.post(f"{address}/take")
    assert answer.headers["location"] == address
    told = plain(dpl.get(address).text)
    assert "The register changed meanwhile, so nothing was imported." in told
    assert "year group 12 → becomes 8" in told
    assert everybody(console)["P1"].year_group == "12"
    assert dpl.post(f"{address}/take").headers["location"] == "/register"
    assert everybody(console)["P1"].year_group == "8"


def test_a_dry_run_is_for_whoever_sent_the_file(console: Console) -> None:
    dpl, admin = console.as_(Role.DPL), console.as_(Role.ADMIN)
    address, _ = looked(dpl, "people", PEOPLE + "N1,pupil,Secret,Name,7,\n")
    for answer in (admin.get(address), admin.post(f"{address}/take")):
        assert answer.headers["location"] == "/register/import"
        assert "Secret" not in answer.text
    admin.post(f"{address}/forget")
    assert "Secret" in dpl.get(address).text, "nobody else throws it away"
    again = console.as_(Role.DPL)
    assert "Secret" in again.get(address).text, "the same account in another browser"
    assert dpl.post(f"{address}/forget").headers["location"] == "/register/import"
    assert dpl.get(address).headers["location"] == "/register/import"
    assert count(console) == 2


def test_a_file_is_kept_for_half_an_hour_only(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    dpl = console.as_(Role.DPL)
    address, _ = looked(dpl, "people", PEOPLE + "N1,pupil,Nia,New,7,\n")
    late = now() + timedelta(minutes=31)
    monkeypatch.setattr(web_imports, "now", lambda: late)
    assert "no longer kept" in dpl.get(dpl.post(f"{address}/take").headers["location"]).text
    assert count(console) == 2


def test_only_the_newest_files_of_an_account_are_kept(console: Console) -> None:
    dpl = console.as_(Role.DPL)
    kept = [looked(dpl, "people", PEOPLE + f"N{n},pupil,Nia,New,7,\n")[0] for n in range(3)]
    assert [dpl.get(address).status_code for address in kept] == [303, 200, 200]


def test_no_file_touches_the_disk(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither below the site, nor as a temporary file of the server."""

    def spilled(_file: object) -> None:
        raise AssertionError("a file that names people is written to the disk")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", spilled)
    rare = "Zzyzzyva"
    rows = f"N1,pupil,{rare},New,7,\n" + "".join(
        f"M{n:06},pupil,Many,{'x' * 40},7,\n" for n in range(30_000)
    )
    assert len(rows) > 1_500_000
    looked(console.as_(Role.DPL), "people", PEOPLE + rows)
    for path in console.site.root.rglob("*"):
        assert not path.is_file() or rare.encode() not in path.read_bytes(), path


def test_an_administrator_imports_people_and_looks_nobody_up(console: Console) -> None:
    admin = console.as_(Role.ADMIN)
    address, text = looked(admin, "people", PEOPLE + "N1,pupil,Nia,New,7,\n")
    assert "Cleo" not in text
    assert admin.post(f"{address}/take").headers["location"] == "/register"
    assert admin.get("/register").headers["location"] == "/register/import"
    assert "1 change was imported." in admin.get("/register/import").text


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_broken_form_is_refused(console: Console, kind: str) -> None:
    dpl = console.as_(Role.DPL)
    headers = {"X-CSRF-Token": dpl.csrf, "Content-Type": kind, "Accept": "text/html"}
    answer = dpl.client.post("/register/import/look", content=b"--x\r\nbroken", headers=headers)
    assert answer.status_code == 400


def test_each_kind_is_for_those_who_may_change_it(console: Console) -> None:
    allowed = {
        Role.DPL: {"people", "consents", "biometric"},
        Role.ADMIN: {"people"},
        Role.DSL: {"restrictions"},
    }
    for role, kinds in allowed.items():
        browser = console.as_(role)
        text = browser.get("/register/import").text
        for kind in ("people", "consents", "biometric", "restrictions"):
            assert (f'value="{kind}"' in text) == (kind in kinds), (role, kind)
            status = send(browser, kind, "ref\n").status_code
            assert (status == 403) == (kind not in kinds), (role, kind)
    for role in set(Role) - set(allowed):
        assert console.as_(role).get("/register/import").status_code == 403


def test_the_restricted_list_is_imported_by_its_lead_alone(console: Console) -> None:
    dsl = console.as_(Role.DSL)
    rows = "ref,channels,valid_from,valid_until\nP1,all,2026-01-01,\n"
    address, text = looked(dsl, "restrictions", rows, "list.csv")
    assert "all channels" in plain(text)
    for role in (Role.DPL, Role.ADMIN):
        assert console.as_(role).get(address).headers["location"] == "/register/import"
    assert dsl.post(f"{address}/take").headers["location"] == "/register/restrictions"
    with console.site.database.reading() as connection:
        assert [one.person for one in restrictions.standing(connection)] == ["P1"]


def test_permissions_say_what_they_were_before(console: Console) -> None:
    dpl = console.as_(Role.DPL)
    first = CONSENTS + "P1,granted,mother,form,2026-01-05,website,,,yes\n"
    address, text = looked(dpl, "consents", first, "yes.csv")
    assert "channel Website" in plain(text)
    dpl.post(f"{address}/take")
    second = first + "P1,withdrawn,mother,email,2026-02-05,website,,,no\n"
    address, text = looked(dpl, "consents", second, "no.csv")
    told = plain(text)
    assert "What ends" in told
    assert "said granted → becomes withdrawn" in told
    dpl.post(f"{address}/take")
    with console.site.database.reading() as connection:
        said = [one.record.status.value for one in consents.history(connection, "P1")]
    assert said == ["granted", "withdrawn"]


def test_names_and_markup_of_a_file_stay_text(console: Console) -> None:
    dpl = console.as_(Role.DPL)
    row = 'N1,pupil,<script>alert(1)</script>,"a""><img src=x>",7,\n'
    _, text = looked(dpl, "people", PEOPLE + row, "../../<b>x</b>.csv")
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<b>x</b>" not in text
    assert ".." not in plain(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "Choose a file first"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "is no text file"),
        (b"a,b\n1,2\n", "has no column"),
        (b"," * (MAX_COLUMNS + 1) + b"\n", "more than 500 columns"),
        (b'ref,kind\n"P1,pupil\n', "Look at the quotation marks there"),
    ],
)
def test_what_is_no_such_file_is_told_in_words(console: Console, text: bytes, problem: str) -> None:
    dpl = console.as_(Role.DPL)
    answer = send(dpl, "people", text)
    page = answer if answer.status_code == 400 else dpl.get(answer.headers["location"])
    assert page.status_code == 400
    assert problem in page.text.replace("&#39;", "'")
    assert '/take"' not in page.text


def test_a_file_that_is_too_large_is_not_even_parsed(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    dpl = console.as_(Role.DPL)
    monkeypatch.setattr(routes, "MOST_BYTES", 1_000)
    answer = send(dpl, "people", PEOPLE + "x" * 1_000)
    assert answer.status_code == 400
    assert "larger than 20 MB" in answer.text
    huge = {"X-CSRF-Token": dpl.csrf, "Content-Length": "30000000"}
    assert dpl.client.post("/register/import/look", headers=huge).status_code == 413
