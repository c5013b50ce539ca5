"""The vault holds whole files only, once each, for the owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

import gate.vault
from gate.errors import Erased, KeysUnusable, PhotoLocked, SiteError
from gate.ports import KeyKind
from gate.sealed_files import BLOCK, MARK
from gate.vault import SourceChanged, SourceUnreadable, Stamp, Vault
from tests.sealers import MadeUpKeys
from tests.watch_fakes import sha256


def _source(tmp_path: Path, data: bytes = b"photo") -> tuple[Path, Stamp]:
    source = tmp_path / "a.jpg"
    source.write_bytes(data)
    return source, Stamp.of(source.lstat())


def _vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault", MadeUpKeys())


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_stored_under_its_hash_and_the_source_stays(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path, b"x" * 3_000_000)
    vault = _vault(tmp_path)
    photo = vault.store(source, stamp)
    assert photo == sha256(source.read_bytes())
    assert vault.read(photo) == source.read_bytes()
    assert _files(tmp_path / "vault") == [vault.path(photo)]


def test_the_same_bytes_are_stored_once(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path)
    vault = _vault(tmp_path)
    assert vault.store(source, stamp) == vault.store(source, stamp)
    assert len(_files(tmp_path / "vault")) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_only_the_owner_can_read_the_vault(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path)
    vault = _vault(tmp_path)
    path = vault.path(vault.store(source, stamp))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, tmp_path / "vault", tmp_path / "vault" / "tmp"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_that_changed_since_it_was_seen_is_not_stored(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path)
    source.write_bytes(b"another")
    with pytest.raises(SourceChanged):
        _vault(tmp_path).store(source, stamp)
    source.unlink()
    with pytest.raises(SourceChanged):
        _vault(tmp_path).store(source, stamp)
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
        _vault(tmp_path).store(source, stamp)
    assert _files(tmp_path / "vault") == []


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path)
    other = tmp_path / "other.jpg"
    source.rename(other)
    source.symlink_to(other)
    with pytest.raises((SourceUnreadable, SourceChanged)):
        _vault(tmp_path).store(source, stamp)


def test_a_full_disk_is_a_clear_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, stamp = _source(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SiteError, match="No space left"):
        _vault(tmp_path).store(source, stamp)
    assert _files(tmp_path / "vault") == []


def test_copies_that_were_cut_short_are_cleared(tmp_path: Path) -> None:
    source, stamp = _source(tmp_path)
    vault = _vault(tmp_path)
    photo = vault.store(source, stamp)
    (tmp_path / "vault" / "tmp" / "left").write_bytes(b"half")
    assert vault.clear_unfinished() == 1
    assert _files(tmp_path / "vault") == [vault.path(photo)]


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 7])
def test_a_file_of_any_size_comes_back_as_it_was(tmp_path: Path, size: int) -> None:
    source, stamp = _source(tmp_path, os.urandom(size))
    vault = _vault(tmp_path)
    assert vault.read(vault.store(source, stamp)) == source.read_bytes()


def test_no_part_of_a_photo_lies_in_the_vault(tmp_path: Path) -> None:
    data = os.urandom(2 * BLOCK + 100)
    vault = _vault(tmp_path)
    kept = vault.path(vault.store(*_source(tmp_path, data))).read_bytes()
    assert not [at for at in range(0, len(data) - 16, 8_191) if data[at : at + 16] in kept]


def test_an_original_is_read_only_as_it_was_taken(tmp_path: Path) -> None:
    vault = _vault(tmp_path)
    photo = vault.store(*_source(tmp_path, os.urandom(2 * BLOCK + 100)))
    path = vault.path(photo)
    whole = path.read_bytes()
    last = len(whole) - 116
    first = last - 2 * (BLOCK + 16)
    blocks = whole[first : first + BLOCK + 16], whole[first + BLOCK + 16 : last]
    wrong = [whole[:end] for end in (0, 5, len(MARK), first, first + 9, last - 9, last)]
    for place in (0, len(MARK) + 1, len(MARK) + 30, first, last, len(whole) - 1):
        wrong.append(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    wrong += [whole + b"x", whole + whole[last:], whole[:first] + whole[last:], b"other"]
    wrong.append(whole[:first] + blocks[1] + blocks[0] + whole[last:])
    for other in wrong:
        path.write_bytes(other)
        with pytest.raises((SiteError, KeysUnusable), match=r"not the file that was taken|damaged"):
            vault.read(photo)
    path.unlink()
    with pytest.raises(SiteError, match="cannot be read"):
        vault.read(photo)


def test_the_file_of_one_photo_does_not_pass_for_another(tmp_path: Path) -> None:
    vault = _vault(tmp_path)
    one = vault.store(*_source(tmp_path, b"one"))
    other = vault.store(*_source(tmp_path, b"other"))
    vault.path(one).write_bytes(vault.path(other).read_bytes())
    with pytest.raises(KeysUnusable):
        vault.read(one)


def test_without_its_key_an_original_is_gone(tmp_path: Path) -> None:
    sealer = MadeUpKeys()
    vault = Vault(tmp_path / "vault", sealer)
    photo = vault.store(*_source(tmp_path))
    sealer.destroy(KeyKind.PHOTO, photo)
    with pytest.raises(Erased):
        vault.read(photo)


def test_an_original_from_before_is_read_found_and_sealed(tmp_path: Path) -> None:
    vault = _vault(tmp_path)
    vault.store(*_source(tmp_path, b"sealed"))
    photo = vault.store(*_source(tmp_path, b"plain"))
    assert vault.unprotected() == []
    vault.path(photo).write_bytes(b"plain")
    assert vault.read(photo) == b"plain"
    assert vault.unprotected() == [photo]
    vault.protect(photo)
    assert vault.unprotected() == []
    assert vault.read(photo) == b"plain"
    assert b"plain" not in vault.path(photo).read_bytes()
    vault.path(photo).write_bytes(b"other")
    with pytest.raises(SiteError, match="not the file that was taken"):
        vault.protect(photo)


def test_a_locked_original_is_handed_to_nobody_and_can_still_be_sealed(tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    source.write_bytes(b"evidence")
    locked: set[str] = set()
    vault = Vault(tmp_path / "vault", MadeUpKeys(), locked.__contains__)
    photo = vault.store(source, Stamp.of(source.stat()))
    locked.add(photo)
    with pytest.raises(PhotoLocked, match="ask the safeguarding lead"):
        vault.read(photo)
    vault.path(photo).write_bytes(b"evidence")
    vault.protect(photo)
    assert vault.unprotected() == []
    locked.clear()
    assert vault.read(photo) == b"evidence"
