"""Dropping photos in the console: what is taken, under which name, by whom, and the answer."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlalchemy import select

from cli.upload_names import event_folder_of, file_name_of
from cli.uploading import clear_parts
from consent_db import approvals, copies, places
from consent_db.schema import drops, photos, uploads
from gate.approvals import Approval, ApprovalKind
from gate.errors import RegisterError, UploadRefused
from gate.publish import Publisher
from gate.roles import Role
from gate.values import Reason, Verdict
from gate.web.security import CSRF_FIELD
from tests.fake_gate import photo_of, put_into_vault
from tests.fake_site import fake_gate
from tests.watch_fakes import sha256
from tests.web.client import Browser, Console
from tests.web.released import watch_once

CARYS = "Carys Morgan"
FRESH = photo_of(77, "P1")


@pytest.fixture
def released(released_copy: Console) -> Console:
    return released_copy


def send(
    browser: Browser, data: bytes, event: str = "Sports day", name: str = "IMG_1.jpg"
) -> Response:
    headers = {
        "X-CSRF-Token": browser.csrf,
        "X-Event": quote(event),
        "X-File-Name": quote(name),
        "Accept": "application/json",
    }
    return browser.client.post("/drop/file", content=data, headers=headers)


def staged(console: Console) -> dict[str, bytes]:
    root = console.site.staging
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("IMG_1.jpg", "IMG_1.jpg"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("Year 7/a<b>:c?.JPG", "a b c.JPG"),
        ("con.jpg", "con-.jpg"),
        ("x" * 400 + ".jpeg", "x" * 120 + ".jpeg"),
        ("\u202egpj.exe\u0000.jpg", "gpj.exe.jpg"),
        ("a.part.jpg", "a.part.jpg"),
        ("???.jpg", "photo.jpg"),
        ("e\u0301te\u0301.heic", "\u00e9t\u00e9.heic"),
    ],
)
def test_names_are_made_harmless(said: str, kept: str) -> None:
    assert file_name_of(said) == kept


@pytest.mark.parametrize("said", ["", ".htaccess", "Thumbs.db", "x.jpg.part", "~$x.jpg", "a/.."])
def test_what_is_no_photo_by_its_name_is_refused(said: str) -> None:
    with pytest.raises(UploadRefused):
        file_name_of(said)


def test_an_event_s_folder_stays_within_staging() -> None:
    assert event_folder_of("../../Sports  day / Year 7") == "Sports day Year 7"
    assert event_folder_of(" .hidden") == "hidden"
    for said in ("", "..", "///", "lost+found", "@eaDir"):
        with pytest.raises(UploadRefused):
            event_folder_of(said)


def test_a_file_lands_in_its_event_whole_and_beside_nothing_else(released: Console) -> None:
    answer = send(released.as_(Role.COMMS), FRESH)
    assert answer.json()["taken"] == "staged"
    assert staged(released) == {"Sports day/IMG_1.jpg": FRESH}
    assert "Sports" not in answer.json()["event"], "no names in addresses"


def test_another_file_of_the_same_name_does_not_replace_it(released: Console) -> None:
    comms = released.as_(Role.COMMS)
    send(comms, FRESH)
    send(comms, photo_of(78, "P1"))
    assert set(staged(released)) == {"Sports day/IMG_1.jpg", "Sports day/IMG_1 (2).jpg"}


def test_the_same_bytes_for_the_same_event_are_told_at_once(released: Console) -> None:
    comms = released.as_(Role.COMMS)
    send(comms, FRESH)
    assert send(comms, FRESH, name="other.jpg").json()["taken"] == "waiting"
    told = {"event": "Sports day", "sha256": sha256(FRESH)}
    assert comms.post("/drop/known", told).json()["taken"] == "waiting"
    watch_once(released.site)
    found = comms.post("/drop/known", told).json()
    assert found["taken"] == "judged"
    assert found["answer"]["channels"][0]["label"] == "Approved"
    assert comms.post("/drop/known", {**told, "event": "Other"}).json()["taken"] == ""
    assert send(comms, FRESH, event="Other").json()["taken"] == "staged"


def test_too_large_a_file_is_refused_by_what_it_says_and_by_what_comes(released: Console) -> None:
    small = released.site.settings.limits.model_copy(update={"megabytes": 1})
    settings = released.site.settings.model_copy(update={"limits": small})
    released.site.__dict__["settings"] = settings
    comms = released.as_(Role.COMMS)
    assert send(comms, b"x" * 1_000_001).status_code == 413
    headers = {"X-CSRF-Token": comms.csrf, "X-Event": "a", "X-File-Name": "a.jpg"}
    parts = (b"x" * 500_000 for _ in range(3))
    chunked = comms.client.post("/drop/file", content=parts, headers=headers)
    assert chunked.status_code == 413
    assert staged(released) == {}


def test_an_empty_file_is_refused_and_leaves_nothing(released: Console) -> None:
    answer = send(released.as_(Role.COMMS), b"")
    assert answer.status_code == 400
    assert "empty" in answer.json()["detail"]
    assert staged(released) == {}


def test_whoever_uploads_is_who_dropped_it(released: Console) -> None:
    site = released.site
    send(released.as_(Role.COMMS), FRESH)
    (site.staging / "Sports day" / "by-hand.jpg").write_bytes(photo_of(79, "P2"))
    watch_once(site)
    query = select(photos.c.sha256, drops.c.by).join_from(drops, photos)
    with site.database.reading() as connection:
        by = {row.sha256: row.by for row in connection.execute(query)}
        assert connection.execute(select(uploads.c.id)).all() == []
    assert by[sha256(FRESH)] == CARYS
    assert by[sha256(photo_of(79, "P2"))] == "photogate watch"


def test_the_uploader_cannot_release_a_vetoed_photo(released: Console) -> None:
    site = released.site
    send(released.as_(Role.ADMIN), FRESH)
    watch_once(site)
    with site.database.reading() as connection:
        number = connection.execute(
            select(photos.c.id).where(photos.c.sha256 == sha256(FRESH))
        ).scalar_one()
    veto = Approval(1, ApprovalKind.VETO, "website", "seen", "Ada Evans", "admin")
    with (
        pytest.raises(RegisterError, match="Whoever dropped a photo"),
        site.database.transaction("Ada Evans") as tx,
    ):
        approvals.add(tx, sha256(FRESH), number, [veto], "why")


def test_a_plain_form_takes_several_files(released: Console) -> None:
    comms = released.as_(Role.COMMS)
    data = [("files", ("a.jpg", FRESH)), ("files", ("Thumbs.db", b"x"))]
    fields = {CSRF_FIELD: comms.csrf, "event": "Fair"}
    answer = comms.client.post(
        "/drop",
        data=fields,
        files=data,
        headers={"Accept": "text/html"},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert set(staged(released)) == {"Fair/a.jpg"}
    text = comms.get(answer.headers["location"]).text
    assert "1 photo was taken" in text
    assert "1 file was not taken" in text
    assert "the watcher is not running" in text


def test_the_watched_folder_s_own_photos_are_told_too(released: Console) -> None:
    folder = released.site.staging / "Harvest"
    folder.mkdir()
    (folder / "<b>.jpg").write_bytes(photo_of(80, "P1", ""))
    comms = released.as_(Role.COMMS)
    assert "1 waits to be checked" in comms.get("/drop").text
    watch_once(released.site)
    text = comms.get("/drop").text
    assert "Harvest" in text
    index = text.split("Harvest")[1].split('href="')[1].split('"')[0]
    answers = comms.get(index).text
    assert "&lt;b&gt;.jpg" in answers
    assert "Approved, faces covered" in answers or "covered" in answers
    assert "P1" not in answers, "who is in it is not for this role"
    looks = re.findall(r'class="look" ([^>]*)>', answers.split('id="answers"')[1])
    assert looks
    for look in looks:
        found = re.fullmatch(r'href="(/drop/copies/\d+)"', look)
        assert found
        assert comms.get(found[1]).status_code == 200


def test_a_copy_is_taken_along_on_record_and_only_while_it_stands(released: Console) -> None:
    site, comms = released.site, released.as_(Role.COMMS)
    with site.database.reading() as connection:
        copy = copies.page(connection, "website", offset=0, limit=1)[0]
    assert comms.get(f"/drop/copies/{copy.id}").content == (site.root / copy.path).read_bytes()
    answer = comms.post(f"/drop/copies/{copy.id}/download")
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    with site.database.reading() as connection:
        (place,) = places.of_photo(connection, copy.photo)
    assert (place.where, place.by, place.is_downloaded) == (f"Downloads of {CARYS}", CARYS, True)
    (site.root / copy.path).write_bytes(b"changed by hand")
    assert comms.get(f"/drop/copies/{copy.id}").status_code == 404
    assert comms.post(f"/drop/copies/{copy.id}/download").status_code == 404


def test_what_a_killed_server_left_of_a_file_goes_with_the_next_start(released: Console) -> None:
    folder = released.site.staging / "Fair"
    folder.mkdir()
    part, other = folder / f".{'0a' * 8}.part", folder / ".someone-elses.part"
    for path in (part, other):
        path.write_bytes(b"half a photo")
    send(released.as_(Role.COMMS), FRESH, event="Fair")
    assert set(staged(released)) == {f"Fair/{other.name}", "Fair/IMG_1.jpg"}


def test_what_is_being_sent_stays_while_others_send(released: Console, tmp_path: Path) -> None:
    part = tmp_path / "event" / f".{'0a' * 8}.part"
    part.parent.mkdir()
    part.write_bytes(b"half a photo")
    clear_parts(tmp_path)
    assert part.exists()
    os.utime(part, (0, 0))
    clear_parts(tmp_path)
    assert not part.exists()


def test_a_plain_form_takes_hundreds_of_files(released: Console) -> None:
    comms = released.as_(Role.COMMS)
    # A name that is refused: what is asked is whether so many are read at all.
    data = [("files", ("Thumbs.db", b"x")) for _ in range(300)]
    fields = {CSRF_FIELD: comms.csrf, "event": "Fair"}
    answer = comms.client.post("/drop", data=fields, files=data, headers={"Accept": "text/html"})
    assert "300 files were not taken" in answer.text


def test_what_is_held_in_an_event_is_found_at_once(released: Console) -> None:
    judged_as(released, "shown.jpg", Verdict.APPROVE, Reason.ALL_SHOWN)
    judged_as(released, "signed.jpg", Verdict.REVIEW, Reason.SIGN_OFF)
    judged_as(released, "blocked.jpg", Verdict.BLOCK, Reason.RESTRICTED_PERSON)
    judged_as(released, "minutes.jpg", Verdict.REVIEW, Reason.NOT_AN_IMAGE)
    comms = released.as_(Role.COMMS)
    index = comms.get("/drop").text.split("Fair")[1].split('href="')[1].split('"')[0]
    text = comms.get(index).text
    counts = re.findall(r'(All|Held|Could not be checked) <span class="number">(\d+)', text)
    assert counts == [("All", "4"), ("Held", "2"), ("Could not be checked", "1")]
    found = {
        only: set(re.findall(r'<h3 class="name">(.+?)</h3>', comms.get(index + only).text))
        for only in ("?only=held", "?only=unchecked", "?only=nonsense")
    }
    assert found["?only=held"] == {"signed.jpg", "blocked.jpg"}
    assert found["?only=unchecked"] == {"minutes.jpg"}
    assert len(found["?only=nonsense"]) == 4


def judged_as(console: Console, name: str, verdict: Verdict, reason: Reason) -> None:
    """A photo of the event Fair that was judged so."""
    site, data = console.site, photo_of(len(name), name)
    arrival = put_into_vault(site.root, data)
    arrival = replace(arrival, original=f"Fair/{name}", event="Fair")
    judged = fake_gate(site).judge(arrival.photo, photo_of(1, "P1"))
    decisions = (replace(one, verdict=verdict, reason=reason) for one in judged.decisions)
    renditions = judged.renditions if verdict is Verdict.APPROVE else ()
    judged = replace(judged, photo=arrival.photo, decisions=tuple(decisions), renditions=renditions)
    Publisher(site.root, site.ledger("watch"), frozenset).publish(arrival, judged)
