"""The vault holds whole files only, once each, for the owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

import gate.vault
from gate.errors import SiteError
from gate.vault import SourceChanged, SourceUnreadable, Stamp, Vault, read_original
from tests.watch_fakes import sha256


def _source(tmp_path: Path, data: bytes = b"photo") -> tuple[Path, Stamp]:
    source = tmp_path / "a.jpg"
    source.write_bytes(data)
    return source, Stamp.of(source.lstat())


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_stored_under_its_hash_and_the_source_stays(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path, b"x" * 3_000_000)
    vault = Vault(tmp_path / "vault")
    photo = vault.store(source, stamp)
    assert photo == sha256(source.read_bytes())
    assert vault.path(photo).read_bytes() == source.read_bytes()
    assert _files(tmp_path / "vault") == [vault.path(photo)]


def test_the_same_bytes_are_stored_once(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path)
    vault = Vault(tmp_path / "vault")
    assert vault.store(source, stamp) == vault.store(source, stamp)
    assert len(_files(tmp_path / "vault")) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_only_the_owner_can_read_the_vault(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path)
    vault = Vault(tmp_path / "vault")
    path = vault.path(vault.store(source, stamp))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, tmp_path / "vault", tmp_path / "vault" / "tmp"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_that_changed_since_it_was_seen_is_not_stored(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path)
    source.write_bytes(b"another")
    with pytest.raises(SourceChanged):
        Vault(tmp_path / "vault").store(source, stamp)
    source.unlink()
    with pytest.raises(SourceChanged):
        Vault(tmp_path / "vault").store(source, stamp)
    assert _files(tmp_path / "vault") == []


def test_a_file_that_changes_while_it_is_copied_is_not_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, stamp = _source(tmp_path)
    read = os.read

    def read_while_somebody_writes(descriptor: int, count: int) -> bytes:
        with source.open("ab") as file:
            file.write(b"more")
        return read(descriptor, 2)

    monkeypatch.setattr(os, "read", read_while_somebody_writes)
    monkeypatch.setattr(gate.vault, "_CHUNK", 2)

    def limited(descriptor: int, count: int) -> bytes:
        return b"" if source.stat().st_size > 50 else read_while_somebody_writes(descriptor, count)

    monkeypatch.setattr(os, "read", limited)
    with pytest.raises(SourceChanged):
        Vault(tmp_path / "vault").store(source, stamp)
    assert _files(tmp_path / "vault") == []


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path)
    other = tmp_path / "other.jpg"
    source.rename(other)
    source.symlink_to(other)
    with pytest.raises((SourceUnreadable, SourceChanged)):
        Vault(tmp_path / "vault").store(source, stamp)


def test_a_full_disk_is_a_clear_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, stamp = _source(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SiteError, match="No space left"):
        Vault(tmp_path / "vault").store(source, stamp)
    assert _files(tmp_path / "vault") == []


def test_copies_that_were_cut_short_are_cleared(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path)
    vault = Vault(tmp_path / "vault")
    photo = vault.store(source, stamp)
    (tmp_path / "vault" / "tmp" / "left").write_bytes(b"half")
    assert vault.clear_unfinished() == 1
    assert _files(tmp_path / "vault") == [vault.path(photo)]


def test_an_original_is_read_only_as_it_was_taken(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path)
    vault = Vault(tmp_path / "vault")
    photo = vault.store(source, stamp)
    assert read_original(vault.path(photo), photo) == b"photo"
    vault.path(photo).write_bytes(b"other")
    with pytest.raises(SiteError, match="not the file that was taken"):
        read_original(vault.path(photo), photo)
    vault.path(photo).unlink()
    with pytest.raises(SiteError, match="cannot be read"):
        read_original(vault.path(photo), photo)
