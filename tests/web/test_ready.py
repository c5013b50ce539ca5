"""Copies to use: only those of one's channel that stand now, on record once they are taken."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from consent_db import accounts, copies, places, sessions, takedowns
from consent_db.copies import Copy
from consent_db.publications import Posted, record_posted
from consent_db.sessions import SessionKind
from gate import manifest
from gate.released import PlaceKind
from gate.roles import OF_CHANNELS, Role
from gate.set_aside import sha256_of
from gate.verifying import Signature, signature_of
from tests.account_site import Keyboard
from tests.fake_gate import seen_on
from tests.web.client import Console
from tests.web.people import NAMES
from tests.web.released import withdraw

WYN = "Wyn Hughes"


@pytest.fixture
def released(released_copy: Console) -> Console:
    return released_copy


def website(console: Console) -> list[Copy]:
    with console.site.database.reading() as connection:
        return list(copies.page(connection, "website", offset=0, limit=100))


def shown(console: Console, copy: Copy) -> frozenset[str]:
    return seen_on((console.site.root / copy.path).read_bytes())


def bundle(console: Console, numbers: list[int]) -> zipfile.ZipFile | None:
    wyn = console.as_(Role.WEBSITE)
    fields = {"csrf": wyn.csrf, "chosen": [str(number) for number in numbers]}
    answer = wyn.client.post("/ready/website/download", data=fields, follow_redirects=False)
    return zipfile.ZipFile(BytesIO(answer.content)) if answer.status_code == 200 else None


def test_a_channel_shows_its_copies_newest_first(released: Console) -> None:
    wyn = released.as_(Role.WEBSITE)
    assert wyn.get("/ready").headers["location"] == "/ready/website"
    text = wyn.get("/ready/website").text
    numbers = [copy.id for copy in website(released)]
    assert len(numbers) == 6
    found = [text.index(f"/ready/website/copies/{number}/small") for number in numbers]
    assert found == sorted(found)
    assert wyn.get("/ready/print").status_code == 403
    assert wyn.get("/ready/nothing").status_code == 403


def test_a_copy_for_another_channel_is_not_found(released: Console) -> None:
    with released.site.database.reading() as connection:
        other = copies.page(connection, "print", offset=0, limit=1)[0].id
    wyn = released.as_(Role.WEBSITE)
    assert wyn.get(f"/ready/website/copies/{other}").status_code == 404
    assert wyn.post(f"/ready/website/copies/{other}/download").status_code == 404
    posted = wyn.post(f"/ready/website/copies/{other}/posted", {"where": "page"})
    assert posted.status_code == 404
    assert bundle(released, [other]) is None


def test_a_zip_holds_the_copies_and_their_signed_list(released: Console, tmp_path: Path) -> None:
    chosen = website(released)[:3]
    found = bundle(released, [copy.id for copy in chosen])
    assert found is not None
    found.extractall(tmp_path / "out")
    listed = manifest.read_from(tmp_path / "out")
    assert listed is not None
    assert signature_of(listed, released.site.public_keys) is Signature.GOOD
    assert {e.sha256 for e in listed.manifest.files} == {copy.sha256 for copy in chosen}
    for entry in listed.manifest.files:
        assert sha256_of(tmp_path / "out" / entry.name) == entry.sha256
    assert found.namelist()[-1] == manifest.FILE_NAME
    with released.site.database.reading() as connection:
        there = [p for c in chosen for p in places.of_photo(connection, c.photo)]
    assert {(p.by, p.kind) for p in there} == {(WYN, PlaceKind.PULLED)}
    assert len(there) == len(chosen)


def test_downloading_twice_is_one_place(released: Console) -> None:
    copy = website(released)[0]
    for _ in range(2):
        assert bundle(released, [copy.id]) is not None
    with released.site.database.reading() as connection:
        assert len(places.of_photo(connection, copy.photo)) == 1


def test_what_ended_since_the_page_was_loaded_is_left_out(released: Console) -> None:
    before = website(released)
    gone = [copy.id for copy in before if "P1" in shown(released, copy)]
    withdraw(released.site, "P1")
    found = bundle(released, [copy.id for copy in before])
    assert found is not None
    assert gone
    assert len(found.namelist()) == len(before) - len(gone) + 1
    assert bundle(released, gone) is None


def test_posted_then_withdrawn_then_taken_down(released: Console) -> None:
    copy = next(one for one in website(released) if "P1" in shown(released, one))
    wyn, address = released.as_(Role.WEBSITE), "/ready/website"
    assert wyn.post(f"{address}/copies/{copy.id}/posted", {"where": ""}).status_code == 400
    where = "https://school.example/<news>"
    assert wyn.post(f"{address}/copies/{copy.id}/posted", {"where": where}).status_code == 303
    assert "https://school.example/&lt;news&gt;" in wyn.get(address).text
    withdraw(released.site, "P1")
    text = wyn.get(address).text
    assert "1 copy must be taken down" in text
    assert text.index("must be taken down") < text.index('class="gallery"')
    assert "about a pupil" in text
    assert "P1" not in text, "not who it is"
    with released.site.database.reading() as connection:
        (asked,) = takedowns.pending(connection)
    done = f"{address}/takedowns/{asked.id}/done"
    assert wyn.post(done, {"proof": " "}).status_code == 400
    assert wyn.post(done, {"proof": "looked, it is gone"}).status_code == 303
    assert "must be taken down" not in wyn.get(address).text
    assert wyn.post(done, {"proof": "again"}).status_code == 400


def test_a_download_is_asked_back_when_permission_ends(released: Console) -> None:
    copy = next(one for one in website(released) if "P1" in shown(released, one))
    assert bundle(released, [copy.id]) is not None
    withdraw(released.site, "P1")
    text = released.as_(Role.WEBSITE).get("/ready/website").text
    assert f"Downloads of {WYN}" in text
    assert "Delete the file wherever it was saved" in text


def test_a_takedown_of_another_channel_is_not_ended_here(released: Console) -> None:
    with released.site.database.reading() as connection:
        other = copies.page(connection, "print", offset=0, limit=100)
    copy = next(one for one in other if "P1" in shown(released, one))
    with released.site.database.transaction("Dafydd Lewis") as tx:
        told = Posted(copy.photo, "print", "yearbook page 9", copy.sha256)
        record_posted(tx, released.site.consequences, told)
    withdraw(released.site, "P1", "print")
    with released.site.database.reading() as connection:
        (asked,) = takedowns.pending(connection)
    wyn = released.as_(Role.WEBSITE)
    address = f"/ready/website/takedowns/{asked.id}/done"
    assert wyn.post(address, {"proof": "gone"}).status_code == 404
    assert "yearbook" not in wyn.get("/ready/website").text


def test_everything_to_take_down_stands_on_one_page_for_who_sees_to_it(released: Console) -> None:
    with released.site.database.reading() as connection:
        found = [*website(released), *copies.page(connection, "print", offset=0, limit=100)]
    with released.site.database.transaction("Dafydd Lewis") as tx:
        for copy in found:
            told = Posted(copy.photo, copy.channel, f"{copy.channel} page", copy.sha256)
            record_posted(tx, released.site.consequences, told)
    for channel in ("website", "print"):
        withdraw(released.site, "P1", channel)
    assert released.as_(Role.REVIEWER).get("/takedowns").status_code == 403
    for role in set(Role) - {Role.REVIEWER}:
        text = released.as_(role).get("/takedowns").text
        assert ("print page" in text) == (role not in OF_CHANNELS), role
        assert ("website page" in text) == (role is not Role.SOCIAL), role
        assert ("It is taken down" in text) == (role in (Role.WEBSITE, Role.DSL, Role.DPL)), role
        assert "P1" not in text
    with released.site.database.reading() as connection:
        (asked, *_) = (
            one for one in takedowns.pending(connection) if one.place.release.channel == "print"
        )
    dpl = released.as_(Role.DPL)
    done = f"/ready/print/takedowns/{asked.id}/done"
    answer = dpl.post(done, {"proof": "pulped", "back": "takedowns"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/takedowns")
    with released.site.database.reading() as connection:
        assert takedowns.get(connection, asked.id).done_by == NAMES[Role.DPL]


def test_where_copies_went_is_told_by_channel(released: Console) -> None:
    copy = website(released)[0]
    with released.site.database.transaction("Wyn Hughes") as tx:
        record_posted(tx, released.site.consequences, Posted(copy.photo, "website", "news page"))
    for role in (Role.WEBSITE, Role.SOCIAL, Role.COMMS, Role.AUDITOR):
        with released.site.database.transaction("setup") as tx:
            account = accounts.named(tx.connection, NAMES[role])
            login = sessions.open_(tx, account.id, SessionKind.CLI)[1]
        told = Keyboard(released.site, login).said("where", copy.photo)
        assert ("news page" in told) == (role is not Role.SOCIAL), role
        assert ("Wyn Hughes" in told) == (role is Role.AUDITOR), role
