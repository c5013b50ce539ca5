"""Whoever holds a copy can ask whether it is approved and still is; whatever was done to it."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from cli.site import Site
from consent_db.schema import judgements, releases
from gate import manifest
from gate.demo.school import School
from gate.manifest import Entry
from gate.signing import PublicKey, Signer
from tests.command_line import CommandLine, InProcess

SiteOf = Callable[[], CommandLine]


def pull(run: CommandLine | InProcess, folder: Path, channel: str = "website") -> Path:
    """What pulling leaves behind: the copies of a channel, and their signed manifest."""
    site = Site(run.site)
    query = select(releases, judgements.c.at).join_from(releases, judgements)
    with site.database.reading() as connection:
        rows = connection.execute(
            query.where(releases.c.channel == channel, releases.c.ended_at.is_(None))
        ).all()
    entries = []
    for row in rows:
        name = row.path.removeprefix(f"ready/{channel}/")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(run.site / row.path, folder / name)
        entries.append(
            Entry(
                name=name,
                sha256=row.sha256,
                size=row.size,
                width=row.width,
                height=row.height,
                release=row.id,
                approved_at=row.at,
            )
        )
    made = manifest.build(entries, channel, "anna", datetime.now(UTC), site.id)
    manifest.write(folder, manifest.to_bytes(made, site.signer))
    return folder


@pytest.fixture(scope="session")
def signed(judged: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> InProcess:
    """A judged site that has a signing key. Only look at it."""
    shutil.copytree(judged.site, folder := tmp_path_factory.mktemp("signed") / "site")
    run = InProcess(folder)
    run("verify", "--show-key")
    return run


@pytest.fixture(scope="session")
def pulled_once(signed: InProcess, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder pulled from it. Only look at it."""
    return pull(signed, tmp_path_factory.mktemp("pulled"))


@pytest.fixture
def pulled(pulled_once: Path, tmp_path: Path) -> Path:
    """A copy of the folder, to change."""
    return Path(shutil.copytree(pulled_once, tmp_path / "folder"))


def pictures(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*.jpg") if p.is_file())


def key_of(run: CommandLine | InProcess) -> str:
    return run("verify", "--show-key").out.strip()


def in_words(text: str) -> str:
    return " ".join(text.split())


def places(run: InProcess, folder: Path, *words: str) -> dict[str, str]:
    found = run("verify", str(folder), "--json", *words, expect=1).json()
    assert found["outcome"] == "wrong"
    return {f["name"]: f["place"] for f in found["files"] if f["place"] != "as_listed"}


def test_the_key_is_made_once_and_on_record(signed: InProcess) -> None:
    assert PublicKey.parse(key_of(signed)) == PublicKey.parse(key_of(signed))
    made = [json.loads(line) for line in signed("audit", "export").out.splitlines()]
    made = [entry for entry in made if entry["action"] == "signing_key.made"]
    assert [json.loads(e["details"])["public_key"] for e in made] == [key_of(signed)]
    assert made[0]["subject"] == signed("verify", "--show-key", "--json").json()["site"]


def test_a_pulled_folder_stands(signed: InProcess, pulled: Path) -> None:
    told = in_words(signed("verify", str(pulled)).out)
    assert "for the website by anna" in told
    assert "Everything here is approved, and still is." in told
    found = signed("verify", str(pulled), "--json").json()
    assert found["signature"] == "good"
    assert found["outcome"] == "stands"
    assert {f["name"] for f in found["files"]} == {
        p.relative_to(pulled).as_posix() for p in pictures(pulled)
    }
    assert len(found["files"]) >= 3


def test_outside_the_site_signature_and_bytes_can_be_told(
    signed: InProcess, pulled: Path, tmp_path: Path
) -> None:
    outside = InProcess(tmp_path / "no site at all")
    told = outside("verify", str(pulled), "--key", key_of(signed), expect=3).out
    assert "cannot be told here" in in_words(told)
    one = pictures(pulled)[0]
    assert "By its list, approved" in in_words(
        outside("verify", str(one), "--key", key_of(signed), expect=3).out
    )
    strange = str(Signer(bytes(32)).public_key)
    assert "not this site's" in in_words(
        outside("verify", str(pulled), "--key", strange, expect=1).err
    )
    one.write_bytes(one.read_bytes() + b" ")
    outside("verify", str(pulled), "--key", key_of(signed), expect=1)
    assert "was changed" in in_words(
        outside("verify", str(one), "--key", key_of(signed), expect=1).out
    )
    assert not outside.site.exists()


def test_whatever_is_done_to_a_folder_is_named(signed: InProcess, pulled: Path) -> None:
    first, second, third, *_ = [p.relative_to(pulled).as_posix() for p in pictures(pulled)]
    changed = pulled / first
    changed.write_bytes(changed.read_bytes()[:-3] + b"x\xff\xd9")
    (pulled / second).unlink()
    (pulled / third).rename(pulled / "Elin at sports day.jpg")
    shutil.copy(signed.site / "photogate.toml", pulled / "notes.txt")
    (pulled / ".DS_Store").write_bytes(b"left by a system")
    expected = {
        first: "changed",
        second: "missing",
        "Elin at sports day.jpg": "renamed",
        "notes.txt": "not_listed",
    }
    assert places(signed, pulled) == expected
    assert places(signed, pulled, "--channel", "website") == expected
    told = in_words(signed("verify", str(pulled), expect=1).out)
    assert f"{first} was changed" in told
    assert f"{second} is listed, but it is not there" in told
    assert f"Elin at sports day.jpg is {third} under another name" in told
    assert "notes.txt is not on the list" in told


def test_links_are_named_and_never_followed(signed: InProcess, pulled: Path) -> None:
    one = pictures(pulled)[0]
    elsewhere = shutil.move(one, pulled.parent / "elsewhere.jpg")
    one.symlink_to(elsewhere)
    (pulled / "more").symlink_to(pulled.parent, target_is_directory=True)
    assert places(signed, pulled) == {
        one.relative_to(pulled).as_posix(): "unreadable",
        "more": "unreadable",
    }


def test_a_changed_list_is_found_but_the_files_are_looked_at(
    signed: InProcess, pulled: Path
) -> None:
    path = pulled / manifest.FILE_NAME
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"by":"anna"', b'"by":"eve"'))
    assert signed("verify", str(pulled), "--json", expect=1).json()["signature"] == "bad"
    path.write_bytes(whole + b"\n")
    found = signed("verify", str(pulled), "--json", expect=1).json()
    assert found["signature"] == "unreadable"
    assert {f["standing"] for f in found["files"]} == {"stands"}
    path.unlink()
    assert signed("verify", str(pulled), "--json").json()["signature"] == "no_manifest"
    (pulled / "x.jpg").write_bytes(b"x")
    told = in_words(signed("verify", str(pulled), expect=1).out)
    assert "x.jpg: Not an approved copy" in told


def test_a_file_alone_is_told_for_its_channels(signed: InProcess, pulled: Path) -> None:
    one = pulled / "taken from somewhere.jpg"
    pictures(pulled)[0].rename(one)
    assert "Approved for the website since" in in_words(signed("verify", str(one)).out)
    signed("verify", str(one), "--channel", "website")
    one.write_bytes(one.read_bytes() + b"\0")
    assert "Not an approved copy" in in_words(signed("verify", str(one), expect=1).out)
    assert "There is no channel called tiktok" in in_words(
        signed("verify", str(one), "--channel", "tiktok", expect=1).err
    )
    assert "is not there" in in_words(signed("verify", "nowhere.jpg", expect=1).err)


def test_an_ended_release_is_no_longer_approved(site_of: SiteOf, tmp_path: Path) -> None:
    run = site_of()
    folder = pull(run, tmp_path / "folder")
    run("verify", str(folder))
    photo = next(
        d for d in run("decisions", "--json").json() if d["channel"] == "website" and d["rendition"]
    )
    name = photo["rendition"].removeprefix("ready/website/")
    run("review", "refuse", photo["photo"][:12], "--channel", "website", "--reason", "no")
    found = run("verify", str(folder), "--json", expect=1).json()
    assert found["signature"] == "good"
    standings = {f["name"]: f["standing"] for f in found["files"]}
    assert {n for n, s in standings.items() if s == "ended"} == {name}
    told = in_words(run("verify", str(folder / name), expect=1).out)
    assert "No longer approved for the website" in told
    assert "take it down" in told
    outside = InProcess(tmp_path / "no site")
    outside("verify", str(folder), "--key", key_of(run), expect=3)


def test_nothing_of_people_or_originals_is_in_a_manifest(
    signed: InProcess, school: School, pulled_once: Path
) -> None:
    whole = json.loads((pulled_once / manifest.FILE_NAME).read_bytes())
    stated = json.dumps(whole["manifest"], ensure_ascii=False)
    with school.people.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["given_name"] not in stated
            assert row["family_name"] not in stated
    for decision in signed("decisions", "--json").json():
        assert decision["photo"] not in stated
        assert Path(decision["original"]).name not in stated
