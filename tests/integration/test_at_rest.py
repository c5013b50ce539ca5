"""A copy of the site's folder shows nobody; without the keys nothing is judged or released."""

from __future__ import annotations

import csv
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, inspect, text
from typer.testing import CliRunner

from cli import watching
from cli.app import app
from cli.enrolment import enrol_all
from cli.importing import Kind, take
from cli.setup import make_site
from cli.site import Site, now
from consent_db import biometrics, people, restrictions, stored, templates
from gate import settings as settings_file
from gate.demo.school import School, build
from gate.errors import Erased, KeysUnusable
from gate.ports import KeyKind
from gate.values import BiometricRecord, ConsentStatus

OPEN = ("staging", "ready", "results")
"""The folders whose content lies open by purpose."""

PHOTOS = ("assembly/IMG_2001.jpg", "open-evening/IMG_2011.jpg", "assembly/notes.jpg")
WHY = "her grandmother Wilhelmina asked"


@dataclass(frozen=True)
class Judged:
    """A small site with everything that there is to hide, and the school it was made of."""

    root: Path
    school: School

    @property
    def site(self) -> Site:
        return Site(self.root)

    def names(self) -> set[str]:
        with self.school.people.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        found = {row[column] for row in rows for column in ("given_name", "family_name")}
        return {name for name in found if len(name) >= 5}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = tmp_path_factory.mktemp("at-rest")
    school = build(folder / "school", today=date.today())  # noqa: DTZ011
    for references in sorted(school.references.iterdir())[4:]:
        shutil.rmtree(references)
    site = Site(folder / "site")
    quick = settings_file.default_text().replace("settle_seconds = 2.0", "settle_seconds = 0.1")
    make_site(site, quick.replace("patience_seconds = 30.0", "patience_seconds = 0.5"))
    lists = (school.people, school.consents, school.biometric_permissions, school.restrictions)
    for kind, file in zip(Kind, lists, strict=True):
        take(site, kind, file, "somebody")
    enrol_all(site, school.references, "somebody")
    for path in PHOTOS:
        target = site.staging / path
        target.parent.mkdir(exist_ok=True)
        shutil.copy(school.incoming / path, target)
    watching.run(site, once=True, workers=1, quiet=True)
    with site.database.transaction("dsl") as tx:
        ref = people.everyone(tx.connection)[0].ref
        restrictions.add(tx, ref, ["print"], now().date(), None, reason=WHY)
    runner = CliRunner()
    words = ["review", "refuse", PHOTOS[0], "--channel", "print", "--reason", WHY]
    told = runner.invoke(app, ["--site", str(site.root), *words])
    assert told.exit_code == 0, told.output
    return Judged(site.root, school)


@pytest.fixture
def own(judged: Judged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judged:
    """A copy of the site and of its keys, to change."""
    shutil.copytree(judged.root, tmp_path / "site")
    keys = judged.site.keys_folder
    shutil.copytree(keys, tmp_path / "keys" / keys.name)
    monkeypatch.setenv("PHOTOGATE_KEYS", str(tmp_path / "keys"))
    return Judged(tmp_path / "site", judged.school)


def closed(root: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.relative_to(root).parts[0] not in OPEN:
            yield path, path.read_bytes()


def run(site: Site, *words: str) -> tuple[int, str]:
    told = CliRunner().invoke(app, ["--site", str(site.root), *words])
    return told.exit_code, " ".join(f"{told.output} {told.exception or ''}".split())


def test_no_file_of_the_site_holds_a_name_a_face_or_a_photo(judged: Judged) -> None:
    site = judged.site
    secrets = {name.encode() for name in judged.names()} | {WHY.encode(), b"Wilhelmina"}
    secrets |= {part.encode() for path in PHOTOS for part in (path, Path(path).name)}
    gallery = site.register().snapshot().gallery
    assert len(gallery.people) == 4
    secrets |= {vector.astype("<f4").tobytes()[:16] for vector in gallery.vectors}
    with site.database.reading() as connection:
        known = templates.references(connection, gallery.reader)
    secrets |= {vector.astype("<f4").tobytes()[:16] for vector in known.vectors}
    photos = [judged.school.incoming / path for path in PHOTOS]
    photos += list(judged.school.references.rglob("*.jpg"))
    for photo in photos:
        data = photo.read_bytes()
        secrets |= {data[at : at + 24] for at in range(0, len(data) - 24, len(data) // 7 + 1)}
    secrets |= {b"\xff\xd8\xff\xe0\x00\x10JFIF", b"Exif\0\0"}
    with site.database.reading():
        # A register that is in use: its log lies there, too.
        files = list(closed(judged.root))
    assert any(path.name.startswith("photogate.sqlite3") for path, _ in files)
    assert len(files) > len(photos)
    for path, data in files:
        for secret in secrets:
            assert secret not in data, (path, secret)


def test_no_column_of_the_register_holds_a_name(judged: Judged) -> None:
    engine = create_engine(f"sqlite:///{judged.root / 'register' / 'photogate.sqlite3'}")
    words = {*judged.names(), WHY, *PHOTOS, *(Path(path).name for path in PHOTOS)}
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f"SELECT * FROM {table}")):  # noqa: S608
                for cell in row:
                    assert not [word for word in words if word in str(cell)], (table, cell)
    engine.dispose()


def test_with_the_keys_everything_is_there(judged: Judged) -> None:
    site = judged.site
    with site.database.reading() as connection:
        known = {person.given_name for person in people.everyone(connection)}
        assert judged.names() & known
        (photo,) = stored.find(connection, PHOTOS[0])
        assert stored.find(connection, "IMG_2001.jpg") == [photo]
        assert stored.events(connection) == ["assembly", "open-evening"]
        kept = templates.reference_photos(connection)
    assert site.originals.read(photo.photo) == (judged.school.incoming / PHOTOS[0]).read_bytes()
    assert site.originals.unprotected() == []
    given = {path.read_bytes() for path in judged.school.references.rglob("*.jpg")}
    for person, sha256s in kept.items():
        assert set(site.references.held(person)) == sha256s
        assert {site.references.read(person, one) for one in sha256s} <= given


def test_without_the_key_store_a_copy_shows_nothing(
    own: Judged, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PHOTOGATE_KEYS", str(tmp_path / "elsewhere"))
    for words in (("people", "list"), ("decisions",), ("why", PHOTOS[0]), ("watch", "--once")):
        code, said = run(own.site, *words)
        assert code == 1
        assert "is not there" in said
    assert not (tmp_path / "elsewhere").exists()


def test_who_is_erased_is_gone_from_older_copies_too(own: Judged, tmp_path: Path) -> None:
    site = own.site
    backup = tmp_path / "backup"
    shutil.copytree(own.root, backup)
    gallery = site.register().snapshot().gallery
    gone, left = gallery.people[0], gallery.people[1]
    with site.database.reading() as connection:
        (photo,) = stored.find(connection, PHOTOS[0])
    held = site.references.held(gone)
    with site.database.transaction("dpl") as tx:
        tx.destroy_key(KeyKind.PERSON, gone)
        tx.destroy_key(KeyKind.TEMPLATE, gone)
        tx.destroy_key(KeyKind.PHOTO, photo.photo)
    for root in (own.root, backup):
        copy = Site(root)
        snapshot = copy.register().snapshot()
        assert gone not in snapshot.gallery.people
        assert left in snapshot.gallery.people
        assert (snapshot.people[gone].given_name, snapshot.people[gone].family_name) == ("", "")
        assert snapshot.people[left].given_name
        with pytest.raises(Erased):
            copy.references.read(gone, held[0])
        with pytest.raises(Erased):
            copy.originals.read(photo.photo)
        with copy.database.reading() as connection:
            (erased,) = stored.stored(connection, [photo.photo]).values()
        assert {drop.arrival.original for drop in erased.drops} == {""}


def test_a_refused_permission_takes_references_and_templates_with_it(own: Judged) -> None:
    site = own.site
    ref, left = site.register().snapshot().gallery.people[:2]
    said = BiometricRecord(0, ref, ConsentStatus.REFUSED, "parent", "form", now().date())
    with site.database.transaction("dpl") as tx:
        biometrics.record(tx, said)
    site.tidy_references()
    assert site.references.held(ref) == ()
    assert site.references.held(left)
    assert not np.any([ref == one for one in site.register().snapshot().gallery.people])


def test_a_wrong_site_key_judges_and_releases_nothing(own: Judged) -> None:
    site = own.site
    key = site.keys_folder / "site.key"
    right = key.read_bytes()
    key.write_bytes(b"A" * 43 + b"=\n")
    shutil.copy(own.school.incoming / PHOTOS[0], site.staging / "again.jpg")
    shutil.copy(own.school.incoming / "science-fair/IMG_2025.jpg", site.staging / "new.jpg")
    before = sorted(path for path in own.root.rglob("*") if path.is_file())
    for words in (("watch", "--once"), ("people", "list"), ("keys", "rotate"), ("doctor",)):
        code, said = run(Site(own.root), *words)
        assert code == 1
        assert "The site key does not fit this site" in said
    assert sorted(path for path in own.root.rglob("*") if path.is_file()) == before
    key.write_bytes(right)
    assert watching.run(Site(own.root), once=True, workers=1, quiet=True).judged == 1


def test_a_watcher_whose_key_store_vanishes_leaves_photos_in_staging(own: Judged) -> None:
    site = own.site
    site.database  # noqa: B018 - opened while the keys were there
    (site.keys_folder / "keys.sqlite3").unlink()
    shutil.copy(own.school.incoming / "science-fair/IMG_2025.jpg", site.staging / "new.jpg")
    with pytest.raises(KeysUnusable):
        watching.run(site, once=True, workers=1, quiet=True)
    assert (site.staging / "new.jpg").is_file()


def test_originals_from_before_are_found_and_encrypted(own: Judged) -> None:
    site = own.site
    with site.database.reading() as connection:
        (photo,) = stored.find(connection, PHOTOS[0])
    site.originals.path(photo.photo).write_bytes((own.school.incoming / PHOTOS[0]).read_bytes())
    assert "1 originals are not encrypted" in run(site, "doctor")[1]
    assert "1 originals are not encrypted" in run(site, "keys", "status")[1]
    code, said = run(site, "keys", "protect")
    assert (code, "1 originals were encrypted" in said) == (0, True)
    assert "not encrypted" not in run(site, "doctor")[1]
    assert site.originals.read(photo.photo)


def test_a_new_site_key_keeps_everything_readable(own: Judged) -> None:
    old = (own.site.keys_folder / "site.key").read_bytes()
    code, said = run(own.site, "keys", "rotate")
    assert (code, "was replaced" in said) == (0, True)
    assert (own.site.keys_folder / "site.key").read_bytes() != old
    test_with_the_keys_everything_is_there(own)
    assert "keys.rotated" in run(own.site, "audit", "export")[1]


def test_the_doctor_names_keys_in_the_wrong_place(
    own: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = own.site
    (site.keys_folder / "site.key").chmod(0o644)
    code, said = run(site, "doctor")
    assert code == 1
    assert "other accounts can read site.key" in said
    (site.keys_folder / "site.key").chmod(0o600)
    shutil.copytree(site.keys_folder, own.root / "keys" / site.keys_folder.name)
    monkeypatch.setenv("PHOTOGATE_KEYS", str(own.root / "keys"))
    code, said = run(Site(own.root), "doctor")
    assert code == 1
    assert "inside the site" in said


def test_a_site_from_before_gets_keys_and_keeps_its_numbers(
    own: Judged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "old"
    make_site(Site(root))
    shutil.rmtree(Site(root).keys_folder)
    (root / "register" / "site.id").unlink()
    (root / "vault" / ".names.key").write_bytes(b"n" * 32)
    assert Site(root).names_key() == b"n" * 32
    assert not (root / "vault" / ".names.key").exists()
    assert Site(root).names_key() == b"n" * 32
    assert stat.S_IMODE((root / "register" / "site.id").stat().st_mode) == 0o600
