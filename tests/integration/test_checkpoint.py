"""A log that was rewritten whole holds in itself; a checkpoint that was kept elsewhere tells."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cli.site import Site
from consent_db import audit, people
from consent_db.database import Database
from gate.ports import KeyKind
from tests.command_line import InProcess
from tests.registers import person

REMOVED = 4
Entry = dict[str, Any]


@pytest.fixture(scope="session")
def school_site(tmp_path_factory: pytest.TempPathFactory) -> InProcess:
    """A site with a few entries in its log. Only look at it."""
    run = InProcess(tmp_path_factory.mktemp("logged") / "site")
    run("init")
    with Site(run.site).database.transaction("dpl") as tx:
        people.add_or_change_all(tx, [person(f"P{number}") for number in range(6)])
    run("verify", "--show-key")
    return run


@pytest.fixture
def run(school_site: InProcess, tmp_path: Path) -> InProcess:
    """A copy of the site, to change."""
    shutil.copytree(school_site.site, tmp_path / "site")
    return InProcess(tmp_path / "site")


def listed(run: InProcess, *words: str) -> list[Entry]:
    found: list[Entry] = run("audit", "list", "--json", *words).json()
    return found


def rewrite(site: Path, change: Callable[[list[Entry]], list[Entry]]) -> None:
    """Write the whole log anew, with every number and hash as it should be."""
    with closing(sqlite3.connect(site / "register" / "photogate.sqlite3")) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(r) for r in connection.execute("SELECT * FROM audit ORDER BY sequence")]
        for guard in ("no_update", "no_delete", "no_replace"):
            connection.execute(f"DROP TRIGGER audit_{guard}")
        connection.execute("DELETE FROM audit")
        previous = ""
        for sequence, row in enumerate(change(rows), 1):
            texts = [row[n] for n in ("at", "actor", "action", "subject", "details")]
            hash_ = audit.digest(sequence, [*texts, previous])
            connection.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (sequence, *texts, previous, hash_),
            )
            previous = hash_
        head = (connection.execute("SELECT max(sequence) FROM audit").fetchone()[0], previous)
        connection.execute("UPDATE audit_head SET sequence = ?, hash = ?", head)
        connection.commit()


def without_one(rows: list[Entry]) -> list[Entry]:
    return [row for row in rows if row["sequence"] != REMOVED]


def kept(run: InProcess, tmp_path: Path, name: str = "kept.json") -> Path:
    file = tmp_path / name
    run("audit", "checkpoint", "--to", str(file), "--by", "dpl")
    return file


def in_words(text: str) -> str:
    return " ".join(text.split())


def test_a_log_that_nobody_touched_is_vouched_for(run: InProcess, tmp_path: Path) -> None:
    before = len(listed(run))
    file = kept(run, tmp_path)
    told = in_words(run("audit", "verify", "--against", str(file)).out)
    assert "intact in itself" in told
    assert f"The first {before} entries are vouched for" in told
    found = run("audit", "verify", "--against", str(file), "--json").json()
    assert found["intact"]
    assert found["checkpoints"][0]["holds"]
    (entry,) = listed(run, "--action", "audit.checkpointed")
    assert (entry["subject"], entry["actor"]) == (str(before), "dpl")
    stated = json.loads(file.read_bytes())["checkpoint"]
    assert json.loads(entry["details"]) == {"hash": stated["hash"], "key": stated["key"]}


def test_a_log_rewritten_whole_passes_alone_and_fails_against_a_checkpoint(
    run: InProcess, tmp_path: Path
) -> None:
    early = kept(run, tmp_path, "early.json")
    late = kept(run, tmp_path, "late.json")
    entries = len(listed(run))
    rewrite(run.site, without_one)
    assert run("audit", "verify", "--json").json() == {"intact": True, "entries": entries - 1}
    for file in (early, late):
        failed = run("audit", "verify", "--against", str(file), expect=1)
        assert "does not hold" in in_words(failed.err)
    found = run("audit", "verify", "--json", "--against", str(early), str(late), expect=1).json()
    assert found["intact"]
    assert [one["found"] for one in found["checkpoints"]] == ["rewritten", "rewritten"]
    assert "vouched for" not in run("audit", "verify", "--against", str(early), expect=1).out


def test_what_was_rewritten_after_a_checkpoint_is_told_by_the_next_one_only(
    run: InProcess, tmp_path: Path
) -> None:
    early = kept(run, tmp_path, "early.json")
    with Site(run.site).database.transaction("dpl") as tx:
        people.add_or_change(tx, person("P9"))
    late = kept(run, tmp_path, "late.json")
    added = listed(run, "--subject", "P9")[0]["sequence"]
    rewrite(run.site, lambda rows: [row for row in rows if row["sequence"] != added])
    assert "vouched for" in run("audit", "verify", "--against", str(early)).out
    run("audit", "verify", "--against", str(early), str(late), expect=1)


def test_a_log_cut_off_or_an_older_register_is_told(run: InProcess, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(run.site, older)
    file = kept(run, tmp_path)
    file = kept(run, tmp_path, "second.json")
    told = InProcess(older)("audit", "verify", "--against", str(file), expect=1)
    assert "is gone" in in_words(told.err)


def test_checkpoints_of_an_earlier_key_still_count(run: InProcess, tmp_path: Path) -> None:
    file = kept(run, tmp_path)
    site = run("verify", "--show-key", "--json").json()
    assert Site(run.site).sealer.destroy(KeyKind.SECRET, "signing")
    later = kept(run, tmp_path, "later.json")
    renewed = run("verify", "--show-key", "--json").json()
    assert renewed["key"] != site["key"]
    assert renewed["site"] == site["site"]
    run("audit", "verify", "--against", str(file), str(later))
    assert len(listed(run, "--action", "signing_key.made")) == 2


def test_a_log_without_its_key_or_a_file_of_another_site_is_not_taken(
    run: InProcess, tmp_path: Path
) -> None:
    file = kept(run, tmp_path)
    other = InProcess(tmp_path / "other")
    other("init")
    strange = kept(other, tmp_path, "strange.json")
    told = run("audit", "verify", "--against", str(file), str(strange), expect=1)
    assert "another site" in in_words(told.err)
    rewrite(run.site, lambda rows: [r for r in rows if r["action"] != "signing_key.made"])
    run("audit", "verify")
    told = run("audit", "verify", "--against", str(file), expect=1)
    assert "a key that this log does not know" in in_words(told.err)


def test_a_changed_or_unreadable_file_is_told(run: InProcess, tmp_path: Path) -> None:
    file = kept(run, tmp_path)
    whole = file.read_bytes()
    for data in (whole.replace(b'"count":', b'"count":1'), b"", b"{}", whole[:-9]):
        file.write_bytes(data)
        run("audit", "verify", "--against", str(file), expect=1)
    gone = run("audit", "verify", "--against", str(tmp_path / "gone.json"), expect=1)
    assert "cannot be read" in gone.err


def test_nothing_is_overwritten_and_a_broken_log_is_not_vouched_for(
    run: InProcess, tmp_path: Path
) -> None:
    file = kept(run, tmp_path)
    before = file.read_bytes(), len(listed(run))
    assert "exists already" in run("audit", "checkpoint", "--to", str(file), expect=1).err
    refused = run("audit", "checkpoint", "--to", str(tmp_path / "no" / "where"), expect=1)
    assert "cannot be written" in refused.err
    assert (file.read_bytes(), len(listed(run))) == before
    made = run("audit", "checkpoint", "--to", str(tmp_path), "--json").json()
    assert Path(made["file"]).parent == tmp_path
    with closing(sqlite3.connect(run.site / "register" / "photogate.sqlite3")) as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET actor = 'eve' WHERE sequence = 2")
        connection.commit()
    refused = run("audit", "checkpoint", "--to", str(tmp_path / "broken.json"), expect=1)
    assert "Entry 2" in refused.err
    assert not (tmp_path / "broken.json").exists()
    told = run("audit", "verify", "--against", str(file), expect=1)
    assert "Entry 2" in told.err


def test_the_log_can_be_read_newest_first_and_by_everything(run: InProcess) -> None:
    everything = listed(run)
    assert [e["sequence"] for e in everything] == list(range(len(everything), 0, -1))
    (one,) = listed(run, "--subject", "P3")
    assert one["action"] == "person.added"
    assert listed(run, "--action", "person.added", "--actor", "dpl", "--subject", "P3") == [one]
    assert len(listed(run, "--action", "person")) == 6
    assert not listed(run, "--action", "pers")
    assert not listed(run, "--actor", "nobody")
    assert not listed(run, "--subject", "P")
    today = one["at"][:10]
    assert listed(run, "--since", "2020-01-01", "--until", "2199-01-01") == everything
    assert not listed(run, "--until", "2020-01-01")
    assert not listed(run, "--since", "2199-01-01")
    assert today.startswith("20")
    limited = run("audit", "list", "--limit", "2")
    assert len(limited.out.splitlines()) == 2
    assert "older ones" in limited.err
    assert "person.added" in run("audit", "list").out


def test_a_photo_is_found_by_the_beginning_of_its_id(database_with_photos: Database) -> None:
    with database_with_photos.reading() as connection:
        found = list(audit.newest(connection, audit.Wanted(subject="00ab"), 10))
        assert [entry.subject for entry in found] == ["00ab" + "0" * 60]
        assert not list(audit.newest(connection, audit.Wanted(subject="00a"), 10))


@pytest.fixture
def database_with_photos(run: InProcess) -> Database:
    database = Site(run.site).database
    with database.transaction("watch") as tx:
        tx.audit("photo.dropped", "00ab" + "0" * 60, {})
        tx.audit("photo.dropped", "00ac" + "0" * 60, {})
        tx.audit("thing.done", "00abc", {})
    return database
