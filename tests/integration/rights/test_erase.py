"""Who is erased is gone: here, in every copy that is out, and in every backup."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from cli.again import judge_all_again
from cli.importing import Kind, take
from cli.site import Site, now
from consent_db import erasures, people, restrictions, takedowns, templates
from consent_db.people import was_erased
from consent_db.schema import mentions
from gate.errors import Erased, RegisterError, UnknownPerson
from gate.ports import KeyKind
from gate.values import Outcome, Reason, day_of
from tests.registers import person
from tests.rights_site import ALONE, SIDEWAYS, THREE, VETOED, Judged


def said(text: str) -> str:
    return " ".join(text.split())


def erase(own: Judged, ref: str, *words: str) -> str:
    asked = ("person", "erase", ref, "--reason", "the family asked", "--yes", "--by", "dpl")
    return said(own.run(*asked, *words).out)


def ready(own: Judged) -> set[str]:
    folder = own.root / "ready"
    return {
        path.relative_to(own.root).as_posix()
        for path in folder.rglob("*.jpg")
        if ".incoming" not in path.parts
    }


def shown(own: Judged, photo: str) -> set[str]:
    """Who is shown on any copy, by the newest judgement."""
    return {
        str(face.person)
        for decision in own.photo(photo).judgement.decisions
        for face in decision.faces
        if face.outcome is Outcome.SHOWN
    }


def test_nothing_is_left_but_the_reference(own: Judged) -> None:
    assert shown(own, THREE) >= {"D02", "D05"}
    held = own.site.references.held("D05")
    assert len(held) == 3
    told = erase(own, "D05")
    assert "1 photo of other people, too, are kept" in told or "kept" in told
    site = own.site
    snapshot = site.register().snapshot()
    assert "D05" not in snapshot.people
    assert "D05" not in snapshot.gallery.people
    assert site.references.held("D05") == ()
    with pytest.raises(Erased):
        site.sealer.open(KeyKind.PERSON, "D05", b"\x01" + bytes(60), context="x")
    assert shown(own, THREE) == {"D02"}
    (done,) = own.log("person.erased")
    assert (done.actor, done.subject, done.details) == ("dpl", "D05", '{"erasure":1}')
    assert [e.subject for e in own.log("person.erasure_finished")] == ["D05"]
    assert {e.subject for e in own.log("references.deleted")} == {"D05"}
    assert "Harjot" not in repr(own.log())
    with site.database.reading() as connection:
        (past,) = erasures.history(connection, "D05")
        assert past.reason == "the family asked"
        assert templates.count(connection, "D05") == 0
        with pytest.raises(UnknownPerson, match="was erased on"):
            people.get(connection, "D05")


def test_copies_come_down_and_each_place_is_asked_for(own: Judged) -> None:
    own.run("posted", THREE, "--channel", "website", "--where", "https://school.example/fair")
    before = ready(own)
    told = erase(own, "D05")
    assert "1 copies must be taken down" in told
    (task,) = own.run("takedowns", "--json").json()
    assert (task["where"], task["about"]) == ("https://school.example/fair", "a pupil")
    website = [path for path in before if path.startswith("ready/website/science-fair/")]
    assert not set(website) <= ready(own)
    assert own.log("person.erasure_finished") == []
    own.run("takedown", "done", str(task["id"]), "--proof", "the page is gone")
    own.run("people", "list")
    assert [e.subject for e in own.log("person.erasure_finished")] == ["D05"]
    with own.site.database.reading() as connection:
        assert [one.person for one in takedowns.everything(connection)] == ["D05"]


def test_a_backup_shows_everybody_but_who_was_erased(own: Judged, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(own.root, backup)
    held = own.site.references.held("D05")
    erase(own, "D05")
    old = Site(backup)
    snapshot = old.register().snapshot()
    assert (snapshot.people["D05"].given_name, snapshot.people["D05"].family_name) == ("", "")
    assert snapshot.people["D02"].given_name == "Zoë"
    assert "D05" not in snapshot.gallery.people
    assert "D02" in snapshot.gallery.people
    assert old.references.path("D05", held[0]).is_file()
    with pytest.raises(Erased):
        old.references.read("D05", held[0])
    other = old.references.held("D02")[0]
    assert old.references.read("D02", other)


def test_everything_else_goes_on_working(own: Judged) -> None:
    erase(own, "D05")
    for words in (
        ("people", "list"),
        ("decisions",),
        ("why", THREE),
        ("where", THREE),
        ("takedowns", "--all"),
        ("review", "list", "--all"),
        ("audit", "verify"),
        ("restrict", "show", "D05"),
    ):
        own.run(*words)
    for asked in (["people", "show", "D05"], ["person", "export", "D05", "--to", "x"]):
        assert "was erased on" in own.run(*asked, expect=1).err
    assert "was erased on" in own.run("consent", "grant", "D05", "-c", "print", expect=1).err


def test_a_face_that_was_named_is_covered_like_a_strangers(own: Judged) -> None:
    numbers = own.photo(THREE).judgement.decisions[0].faces
    face = next(one.face + 1 for one in numbers if one.person == "D05")
    own.run("review", "name-face", THREE, f"{face}=D05", "--reason", "her teacher knows her")
    assert "D05" in shown(own, THREE)
    erase(own, "D05")
    assert shown(own, THREE) == {"D02"}
    assert [e.subject for e in own.log("person.erasure_finished")] == ["D05"]
    with own.site.database.reading() as connection:
        mentioned = select(mentions.c.judgement_id).where(mentions.c.person == "D05")
        assert connection.execute(mentioned).all() == []
    refused = own.run("review", "name-face", THREE, "1=D05", "--reason", "again", expect=1)
    assert "Nobody in the register" in refused.err


def test_imports_leave_out_who_was_erased_until_somebody_says_otherwise(own: Judged) -> None:
    site, school = own.site, own.school
    consents = len(own.run("people", "show", "D05", "--json").json()["consents"])
    erase(own, "D05")
    files = (school.people, school.consents, school.biometric_permissions)
    for kind, file in zip((Kind.PEOPLE, Kind.CONSENTS, Kind.BIOMETRIC), files, strict=True):
        plan = take(site, kind, file, "dpl")
        assert {item.ref for item in plan.warnings} == {"D05"}
        assert was_erased("D05") in str(plan.warnings[0])
        assert plan.values == ()
        assert "D05" not in {item.ref for item in plan.missing}
    with pytest.raises(RegisterError, match="was erased"), site.database.transaction("x") as tx:
        people.add_or_change(tx, person("D05"))
    own.run("person", "readmit", "D05", "--by", "dpl")
    take(site, Kind.PEOPLE, school.people, "dpl")
    shown_again = own.run("people", "show", "D05", "--json").json()
    assert shown_again["name"] == "Harjot Sandhar"
    # What was agreed before the erasure does not come back with the person.
    for kind, file in zip((Kind.CONSENTS, Kind.BIOMETRIC), files[1:], strict=True):
        assert take(site, kind, file, "dpl").values == ()
    shown_again = own.run("people", "show", "D05", "--json").json()
    assert shown_again["may_be_shown_on"] == []
    assert not shown_again["may_have_template"]
    assert len(shown_again["consents"]) == 2 * consents
    assert "not erased" in own.run("person", "readmit", "D05", expect=1).err


def test_photos_of_nobody_else_go_too_where_that_is_wanted(own: Judged) -> None:
    photo = own.photo(ALONE).photo
    told = erase(own, "D03", "--with-photos")
    assert "1 photo that showed nobody else known: deleted" in told
    site = own.site
    assert not site.originals.path(photo).exists()
    newest = own.photo(photo).judgement
    assert {one.reason for one in newest.decisions} == {Reason.ORIGINAL_GONE}
    assert ALONE not in (own.root / "results" / "science-fair.html").read_text(encoding="utf-8")
    assert photo[:12] in (own.root / "results" / "science-fair.html").read_text(encoding="utf-8")
    assert [e.subject for e in own.log("original.deleted")] == [photo]
    drawn = own.run("why", photo, "--picture", str(own.root / "x.png"), expect=1)
    assert "not kept any more since" in drawn.err
    own.run("review", "refuse", photo, "--reason", "nobody may use it")


def test_photos_stay_and_the_summary_says_so(own: Judged) -> None:
    told = erase(own, "D03")
    assert "2 photos of other people, too, are kept" in told
    assert own.site.originals.path(own.photo(ALONE).photo).is_file()
    assert shown(own, ALONE) == set()


def test_it_asks_before(own: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    words = ("person", "erase", "D05", "--reason", "the family asked")
    monkeypatch.setattr("sys.stdin", io.StringIO("D04\n"))
    assert "not the reference" in own.run(*words, expect=1).err
    assert "D05" in own.site.register().snapshot().people
    monkeypatch.setattr("sys.stdin", io.StringIO("D05\n"))
    asked = said(own.run(*words).out)
    assert "--with-photos" not in asked
    assert "D05" not in own.site.register().snapshot().people


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("", "Say why"), ("Harjot's family asked", "names the person"), ("x" * 501, "500")],
)
def test_a_reason_is_needed_and_names_nobody(own: Judged, reason: str, sentence: str) -> None:
    told = own.run("person", "erase", "D05", "--reason", reason, "--yes", expect=1)
    assert sentence in told.err
    assert "D05" in own.site.register().snapshot().people


def test_who_is_restricted_is_not_erased_before_the_restriction_is(own: Judged) -> None:
    told = own.run("person", "erase", "D12", "--reason", "leaver", "--yes", expect=1)
    assert "safeguarding lead takes them off the list first" in told.err
    before = own.photo(VETOED).judgement.decisions
    own.run("restrict", "lift", "D12")
    erase(own, "D12")
    assert own.photo(VETOED).judgement.decisions != before
    assert "D12" not in shown(own, VETOED)


def test_a_restriction_that_was_added_since_still_holds_what_names_them(own: Judged) -> None:
    numbers = own.photo(SIDEWAYS).judgement.decisions[0].faces
    face = next(one.face + 1 for one in numbers if one.person == "D02")
    own.run("review", "name-face", SIDEWAYS, f"{face}=D02", "--reason", "her teacher knows her")
    site = own.site
    with site.database.transaction("dpl") as tx:
        erasures.ask(tx, "D02", "the family asked")
        restrictions.add(tx, "D02", ["all"], day_of(now()), None, reason="court")
    own.run("people", "list")
    judge_all_again(own.site)
    assert {d.reason for d in own.photo(SIDEWAYS).judgement.decisions} == {Reason.RESTRICTED_PERSON}
    lists = own.school.restrictions
    with lists.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    plan = take(site, Kind.RESTRICTIONS, lists, "dsl", dry_run=True)
    assert "D02" not in {item.ref for item in plan.missing}


def test_everything_as_json(own: Judged) -> None:
    words = ("person", "erase", "D05", "--reason", "asked", "--yes", "--json")
    found = own.run(*words).json()
    assert found["ref"] == "D05"
    assert (found["photos"], found["takedowns"], found["files_left"]) == (1, 0, False)
    assert found["finished_at"]


def test_withdrawing_biometric_permission_takes_the_reference_photos_at_once(own: Judged) -> None:
    assert len(own.site.references.held("D05")) == 3
    told = said(own.run("biometric", "withdraw", "D05", "--by", "dpl").out)
    assert "the reference photos are destroyed" in told
    assert own.site.references.held("D05") == ()
    (proof,) = own.log("references.deleted")
    assert (proof.actor, proof.subject) == ("dpl", "D05")
    assert json.loads(proof.details)["files"] == 3
    assert own.site.references.held("D02")
