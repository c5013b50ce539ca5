"""photogate incident: from the first word to the document, as the two leads type it."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cli.site import Site
from consent_db import audit, consents
from gate.ports import KeyKind
from gate.roles import Role
from gate.values import ConsentStatus, day_of
from tests.account_site import everybody
from tests.command_line import InProcess
from tests.incident_site import FIRST, SECOND, released_site
from tests.registers import consent

LONDON = ZoneInfo("Europe/London")
NOTE = "Elin could be seen on the news page."
PAGE = "https://school.example/news"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTOGATE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("cli.output.console._width", 200)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Two photos that show P1 on the website: one was pulled, and published on a page."""
    made = released_site(tmp_path)
    run = InProcess(made.root)
    (tmp_path / "web").mkdir()
    run("pull", "--channel", "website", "--to", str(tmp_path / "web"), "--by", "Wyn Web")
    posted = ("posted", FIRST, "--channel", "website", "--where", PAGE, "--by", "Wyn Web")
    run(*posted)
    return made


@pytest.fixture
def run(site: Site) -> InProcess:
    return InProcess(site.root)


def open_(run: InProcess, *photos: str, since: str = "") -> None:
    aware = ("--aware-since", since) if since else ()
    run("incident", "open", *photos, "--note", NOTE, *aware, "--by", "Di Protect")


def test_the_whole_story_is_in_the_document(site: Site, run: InProcess, tmp_path: Path) -> None:
    open_(run, FIRST, SECOND)
    with site.database.transaction("Di Protect") as tx:
        gone = consent("P1", "website", ConsentStatus.WITHDRAWN, on=day_of(tx.now))
        consents.record(tx, gone)
    run("takedown", "done", number_of(run, PAGE), "--proof", "the page answers 404")
    run("incident", "note", "1", "--note", "a name was mistyped", "--about", "cause")
    run("incident", "note", "1", "--note", "we rang the family")
    run("incident", "told", "1", "commissioner", "--note", "reference IC-1")
    told = run("incident", "show", "1", "--json").json()
    stages = [(copy["stage"], copy["where"].split("/")[0], copy["by"]) for copy in told["copies"]]
    assert ("posted", "https:", "Wyn Web") in stages
    assert [stage for stage, *_ in stages].count("pulled") == 2
    assert {task["state"] for task in told["takedowns"]} == {"done", "open"}
    assert told["clock"]["state"] == "told_in_time"
    assert [one["ref"] for one in told["affected"]] == ["P1"]
    assert [note["text"] for note in told["notes"]] == [
        NOTE, "a name was mistyped", "we rang the family", "reference IC-1",
    ]  # fmt: skip
    assert told["account"]["cause"] == "a name was mistyped"
    shown = " ".join(run("incident", "show", "1").out.split())
    for part in (NOTE, PAGE, "P1", "Wyn Web", "Told after", "answers 404", "we rang the family"):
        assert part in shown, part
    assert "Jessop" not in shown
    page = tmp_path / "incident.html"
    run("incident", "export", "1", "--to", str(page), "--by", "Di Protect")
    text = page.read_text(encoding="utf-8")
    assert NOTE in text
    assert "Jessop" not in text
    named = tmp_path / "named.json"
    run("incident", "export", "1", "--to", str(named), "--names")
    assert "Cleo Jessop" in named.read_text(encoding="utf-8")
    if os.name == "posix":
        assert stat.S_IMODE(page.stat().st_mode) == 0o600


def number_of(run: InProcess, where: str) -> str:
    rows = run("takedowns", "--json").json()
    return str(next(row["id"] for row in rows if row["where"] == where))


def test_the_clock_runs_from_when_the_school_knew_in_british_time(run: InProcess) -> None:
    aware = (datetime.now(LONDON) - timedelta(hours=30)).replace(second=0, microsecond=0)
    open_(run, FIRST, since=f"{aware:%Y-%m-%d %H:%M}")
    told = run("incident", "show", "1", "--json").json()
    assert datetime.fromisoformat(told["aware_at"]) == aware
    deadline = datetime.fromisoformat(told["clock"]["deadline"])
    assert deadline == aware.astimezone(UTC) + timedelta(hours=72)
    (row,) = run("incident", "list", "--json").json()
    assert row["clock"].startswith("41 hours and ")
    assert row["state"] == "open"


def test_what_cannot_be_is_refused_in_words(run: InProcess, tmp_path: Path) -> None:
    ahead = datetime.now(LONDON) + timedelta(hours=1)
    words = ("incident", "open", FIRST, "--note", NOTE)
    said = run(*words, "--aware-since", f"{ahead:%Y-%m-%d %H:%M}", expect=1).err
    assert "later than now" in said
    assert "No photo of this site" in run("incident", "open", "x", "--note", NOTE, expect=1).err
    assert "There is no incident 1" in run("incident", "show", "1", expect=1).err
    open_(run, FIRST)
    assert (
        "ends in .html or .json"
        in run("incident", "export", "1", "--to", str(tmp_path / "x.pdf"), expect=1).err
    )
    (tmp_path / "x.html").write_text("mine")
    assert (
        "is there already"
        in run("incident", "export", "1", "--to", str(tmp_path / "x.html"), expect=1).err
    )
    assert (tmp_path / "x.html").read_text() == "mine"
    run("incident", "close", "1", "--note", "over")
    assert "is closed" in run("incident", "note", "1", "--note", "more", expect=1).err
    assert "0 open." in run("incident", "list").out


def test_photos_may_be_added(run: InProcess) -> None:
    open_(run, FIRST)
    run("incident", "add", "1", SECOND)
    assert len(run("incident", "show", "1", "--json").json()["photos"]) == 2
    assert "already" in run("incident", "add", "1", SECOND, expect=1).err


def test_looks_and_exports_are_on_record_and_words_are_not(
    site: Site, run: InProcess, tmp_path: Path
) -> None:
    open_(run, FIRST)
    dpl = everybody(site)[Role.DPL]
    dpl.said("incident", "show", "1")
    dpl.said("incident", "export", "1", "--to", str(tmp_path / "one.json"), "--names")
    with site.database.reading() as connection:
        log = [(e.actor, e.action, e.subject, e.details) for e in audit.entries(connection)]
    seen = ("dpl account", "person.viewed", "P1", '{"part":"incident"}')
    assert log[-3:] == [
        seen,
        seen,
        ("dpl account", "incident.exported", "incident 1", '{"format":"json","names":true}'),
    ]
    assert NOTE not in repr(log)


def test_of_a_locked_photo_only_the_safeguarding_lead_reads(site: Site, run: InProcess) -> None:
    open_(run, FIRST, SECOND)
    photo = run("incident", "show", "1", "--json").json()["photos"][0]
    run("lock", FIRST, "--reason", "evidence")
    keyboards = everybody(site)
    dsl, dpl = keyboards[Role.DSL], keyboards[Role.DPL]
    for words in (("incident", "show", "1"), ("incident", "show", "1", "--json")):
        assert photo[:12] in dsl(*words).output
        hidden = dpl(*words).output
        assert photo[:12] not in hidden
        assert PAGE not in hidden
    assert "Part of this incident is for the safeguarding lead alone" in dpl.said(
        "incident", "show", "1"
    )
    assert "safeguarding lead alone" not in dsl.said("incident", "show", "1")
    refused = dpl.refused("incident", "open", FIRST, "--note", NOTE)
    assert "No photo of this site" in str(refused)


def test_whoever_was_erased_does_not_break_the_document(site: Site, run: InProcess) -> None:
    open_(run, FIRST)
    site.sealer.destroy(KeyKind.PERSON, "P1")
    told = run("incident", "show", "1", "--json")
    assert [one["ref"] for one in told.json()["affected"]] == ["P1"]
    assert "Jessop" not in told.out
