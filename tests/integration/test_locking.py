"""Locking a photo on a site: as the safeguarding lead types it, and as all others meet it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from cli import locking
from cli import pages as result_pages
from cli.results import refresh_results
from cli.site import Site
from consent_db import audit, locks, rejudgings, takedowns
from gate.errors import PhotoLocked, SiteError
from gate.publish import Publisher
from gate.roles import Act, Role, may
from gate.values import Arrival
from gate.vault import Stamp
from tests.account_site import Keyboard, everybody, new_site
from tests.command_line import InProcess

WHY = "a parent came to school about this picture"
PLAIN = "Held: ask the safeguarding lead."
LOCKED, OTHER = "fair/IMG_1.jpg", "fair/IMG_2.jpg"


def picture(shade: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (400, 300), (shade, 90, 40)).save(file, "JPEG")
    return file.getvalue()


def drop(site: Site, original: str, data: bytes) -> str:
    """Judge a photo and release its copies, as the watcher does; its SHA-256."""
    source = site.root / "dropped.jpg"
    source.write_bytes(data)
    stamp = Stamp.of(source.stat())
    sha256 = site.originals.store(source, stamp)
    arrived = Arrival(sha256, original, original.partition("/")[0], stamp.size, stamp.modified_ns)
    publisher = Publisher(site.root, site.ledger("photogate watch"), frozenset, site.names_key)
    publisher.publish(arrived, site.gate().judge(sha256, data))
    return sha256


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTOGATE_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with two released photos. Only look at it."""
    made = new_site(tmp_path_factory.mktemp("template"))
    for original, shade in ((LOCKED, 30), (OTHER, 200)):
        drop(made, original, picture(shade))
    refresh_results(made, "fair")
    return made.root


@pytest.fixture
def site(template: Path, tmp_path: Path) -> Site:
    """The same, to change; the website has copies of both in a folder."""
    made = Site(Path(shutil.copytree(template, tmp_path / "site")))
    (tmp_path / "web").mkdir()
    InProcess(made.root)("pull", "--channel", "website", "--to", str(tmp_path / "web"))
    return made


@pytest.fixture
def run(site: Site) -> InProcess:
    return InProcess(site.root)


@pytest.fixture
def photo() -> str:
    return hashlib.sha256(picture(30)).hexdigest()


@pytest.fixture
def web(tmp_path: Path) -> Path:
    return tmp_path / "web"


def lock(run: InProcess) -> None:
    run("lock", LOCKED, "--reason", WHY, "--by", "Dee Lead")


def ready(site: Site) -> dict[str, str]:
    """The SHA-256 of every file in ready/, by its path."""
    found = (path for path in site.ready.rglob("*") if path.is_file())
    return {
        path.relative_to(site.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
    }


def pages(site: Site) -> Iterator[str]:
    for path in site.results.rglob("*"):
        if path.is_file():
            yield path.read_text(encoding="utf-8")


def test_every_copy_is_gone_and_those_outside_must_come_down(
    site: Site, run: InProcess, photo: str, web: Path
) -> None:
    before = ready(site)
    rows = run("decisions", "--json").json()
    copies = {row["rendition"] for row in rows if row["photo"] == photo}
    assert len(copies) == 3
    done = run("lock", LOCKED, "--reason", WHY, "--by", "Dee Lead", "--json").json()
    assert (done["photo"], set(done["withdrawn"])) == (photo, copies)
    assert all(not (site.root / path).exists() for path in copies)
    assert set(ready(site)) == set(before) - copies
    (asked,) = run("takedowns", "--json").json()
    assert (asked["where"], asked["about"]) == (str(web), "the photo")
    assert run("doctor", expect=0) is not None
    pulled = run("pull", "--channel", "website", "--to", str(web), "--json").json()
    assert len(pulled["removed"]) == 1
    assert run("takedowns", "--json").json() == []
    assert run("audit", "verify", "--json").json()["intact"]


def test_it_leaves_every_screen_but_the_leads(site: Site, run: InProcess, photo: str) -> None:
    assert any("IMG_1" in page for page in pages(site))
    lock(run)
    assert all("IMG_1" not in page for page in pages(site))
    assert any("IMG_2" in page for page in pages(site))
    for words in (("decisions", "--json"), ("review", "list", "--all", "--json")):
        assert photo[:12] not in run(*words).out
    (listed,) = run("locked", "--json").json()
    assert (listed["photo"], listed["dropped_as"], listed["by"]) == (photo, LOCKED, "Dee Lead")
    assert (listed["reason"], listed["places"]) == (WHY, 1)
    shown = " ".join(run("locked").out.split())
    assert "1 photo is locked." in shown


def test_only_the_safeguarding_lead_finds_it(site: Site, run: InProcess, photo: str) -> None:
    lock(run)
    for role, type_ in everybody(site).items():
        for verb, named in (("why", photo[:12]), ("why", LOCKED), ("where", photo)):
            words = (verb, named)
            if role is Role.DSL:
                assert type_.said(*words)
            else:
                said = str(type_.refused(*words))
                may_ask = may([role], Act.SEE_DECISIONS)
                wanted = "No photo of this site is called" if may_ask else "may not do this"
                assert wanted in said, (role, words)
        if role is Role.DSL:
            told = type_.said("why", photo[:12])
            assert "This photo was locked by Dee Lead on" in told
            assert WHY in told
            assert json.loads(type_("why", photo[:12], "--json").stdout)["locked"]["reason"] == WHY
        else:
            for line in ("decisions --json", "locked", "takedowns --json", "audit export"):
                output = type_(*line.split()).output
                assert WHY not in output, (role, line)
                assert "IMG_1" not in output, (role, line)


def test_who_may_read_the_log_learns_its_id_and_no_more(
    site: Site, run: InProcess, photo: str
) -> None:
    lock(run)
    auditor = everybody(site)[Role.AUDITOR]
    rows = json.loads(auditor("audit", "list", "--action", "photo.locked", "--json").stdout)
    assert [(row["subject"], row["details"]) for row in rows] == [(photo, '{"lock":1}')]


def test_no_picture_of_it_is_made_for_anybody(
    site: Site, run: InProcess, photo: str, tmp_path: Path
) -> None:
    lock(run)
    dsl = everybody(site)[Role.DSL]
    out = tmp_path / "boxes.png"
    for words in (("why", photo, "--picture", str(out)), ("why", photo[:9], "--picture", str(out))):
        assert "no picture of it is made" in str(dsl.refused(*words))
    assert isinstance(dsl.refused("review", "show", photo, "--picture", str(out)), SiteError)
    assert not out.exists()
    with pytest.raises(PhotoLocked, match="ask the safeguarding lead"):
        Site(site.root).originals.read(photo)
    with site.database.reading() as connection:
        assert [e for e in audit.entries(connection) if e.action == "original.viewed"] == []
    assert site.originals.path(photo).is_file()


def test_checking_the_same_bytes_tells_all_but_the_lead_the_plain_hold(
    site: Site, run: InProcess, tmp_path: Path
) -> None:
    lock(run)
    file = tmp_path / "again.jpg"
    file.write_bytes(picture(30))
    keyboards = everybody(site)
    for role in (Role.COMMS, Role.AUDITOR):
        said = keyboards[role].said("check", str(file))
        assert said.count(PLAIN) == 3, role
        assert "lock" not in said.lower()
    rows = json.loads(keyboards[Role.DPL]("check", str(file), "--json").stdout)
    assert {row["verdict"] for row in rows} == {"held"}
    assert "locked" not in json.dumps(rows)
    assert "has locked this photo" in keyboards[Role.DSL].said("check", str(file))
    file.write_bytes(picture(200))
    assert PLAIN not in keyboards[Role.AUDITOR].said("check", str(file))


def test_the_same_bytes_dropped_again_are_recorded_and_never_judged(
    site: Site, run: InProcess, photo: str
) -> None:
    lock(run)
    (site.staging / "spring").mkdir()
    (site.staging / "spring" / "again.jpg").write_bytes(picture(30))
    settings = site.root / "photogate.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("settle_seconds = 2.0", "settle_seconds = 0.1"), "utf-8")
    run("watch", "--once", "--workers", "1")
    assert list(site.staging.rglob("*.jpg")) == []
    with site.database.reading() as connection:
        done = [e.action for e in audit.entries(connection) if e.subject == photo][-2:]
    assert done[-1] == "photo.dropped"
    assert len(ready(site)) == 3
    assert all("again" not in page for page in pages(site))


def test_a_place_that_is_found_later_is_recorded_and_must_come_down(
    site: Site, run: InProcess, web: Path
) -> None:
    lock(run)
    locked_copy = next(
        path for path in web.rglob("*.jpg")
        if hashlib.sha256(path.read_bytes()).hexdigest() not in ready(site).values()
    )  # fmt: skip
    type_ = everybody(site)[Role.WEBSITE]
    words = ("posted", str(locked_copy), "--channel", "website", "--where", "prospectus, page 4")
    result = type_(*words)
    assert result.exit_code == 1
    assert "may no longer be shown" in " ".join(result.output.split())
    assert "lock" not in result.output.replace(str(locked_copy), "")
    assert "prospectus, page 4" in type_.said("takedowns", "--json")
    unknown = type_.refused("posted", LOCKED, "--channel", "social", "--where", "x")
    assert "looks after website" in str(unknown)


def test_a_photo_that_was_never_out_is_not_there_for_who_records_places(
    site: Site, run: InProcess, tmp_path: Path
) -> None:
    broken = drop(site, "fair/broken.jpg", b"no picture at all")
    run("lock", broken[:16], "--reason", WHY)
    type_ = everybody(site)[Role.WEBSITE]
    for name in ("fair/broken.jpg", broken, "nothing.jpg"):
        said = str(type_.refused("posted", name, "--channel", "website", "--where", "page 4"))
        assert said == (
            f"No photo of this site is called {name}. Name the file as it was dropped, the "
            "beginning of its id (four characters or more), or the path of a copy."
        )


def test_what_is_said_about_it_is_not_taken(run: InProcess, photo: str) -> None:
    run("review", "refuse", LOCKED, "--channel", "print", "--reason", "not there")
    lock(run)
    for words in (
        ("review", "refuse", photo),
        ("review", "cover", photo, "1"),
        ("review", "take-back", "1"),
    ):
        run(*words, "--reason", "why not", expect=1)
    assert run("audit", "verify", "--json").json()["intact"]


def test_unlocking_releases_by_the_ordinary_rules(site: Site, run: InProcess, photo: str) -> None:
    run("review", "refuse", LOCKED, "--channel", "print", "--reason", "not there")
    before = ready(site)
    lock(run)
    run("unlock", photo[:10], "--reason", "the police have their copy", "--by", "Dee Lead")
    rows = {
        row["channel"]: row for row in run("decisions", "--json").json() if row["photo"] == photo
    }
    assert (rows["website"]["verdict"], rows["print"]["verdict"]) == ("approve", "block")
    assert ready(site) == before
    assert any("IMG_1" in page for page in pages(site))
    assert run("locked", "--json").json() == []
    assert Site(site.root).originals.read(photo) == picture(30)
    with site.database.reading() as connection:
        assert rejudgings.count(connection) == 0
        assert takedowns.pending(connection) == []


def test_a_lock_that_was_cut_short_is_finished_by_the_next_command(
    site: Site, run: InProcess, photo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(locking, "settle", killed)
        lock(run)
    with site.database.reading() as connection:
        assert locks.locked_photos(connection) == {photo}
    assert any("IMG_1" in page for page in pages(site)), "it was cut short before the pages"
    run("people", "list")
    assert all("IMG_1" not in page for page in pages(site))
    assert len(ready(site)) == 3


def test_a_page_that_cannot_be_written_is_told_and_tried_again(
    site: Site, run: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise SiteError("Close the file if another program has it open.")

    with monkeypatch.context() as patch:
        patch.setattr(result_pages, "refresh_results", busy)
        said = run("lock", LOCKED, "--reason", WHY).out
        assert "another program has the page open" in " ".join(said.split())
        run("people", "list")
    assert any("IMG_1" in page for page in pages(site))
    run("people", "list")
    assert all("IMG_1" not in page for page in pages(site))


def test_a_keyboard_of_a_site_without_accounts_may_answer_as_another_role(
    site: Site, run: InProcess, photo: str
) -> None:
    lock(run)
    type_ = Keyboard(site)
    assert "This photo was locked by" in type_.said("why", photo)
    assert "This photo was locked by" in type_.said("why", photo, "--as", "dsl")
    for role in (role for role in Role if role is not Role.DSL):
        assert "No photo of this site" in str(type_.refused("why", photo, "--as", role))
