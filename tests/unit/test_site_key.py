"""The site key comes from where the settings say, and its replacement can be cut short anywhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from consent_db.keys import SqlKeyStore
from gate.errors import KeysUnusable
from gate.ports import KeyKind, KeySource
from gate.sealing import KeyedSealer, first_check
from gate.site_key import EnvironmentKey, FileKey, KeyringKey, source_of

PERSON = KeyKind.PERSON


class MemoryKeyring(KeyringBackend):
    """A keyring that forgets everything at the end."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringError("it is locked")
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before, ring = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def new_sealer(folder: Path, source: FileKey | KeyringKey | EnvironmentKey) -> KeyedSealer:
    folder.mkdir(exist_ok=True)
    store = SqlKeyStore(folder / "keys.sqlite3", "site")
    store.create(first_check(source.make()))
    return KeyedSealer(store, source, folder / "lock")


def again(folder: Path, source: KeySource) -> KeyedSealer:
    return KeyedSealer(SqlKeyStore(folder / "keys.sqlite3", "site"), source, folder / "lock")


def test_the_settings_name_the_source(tmp_path: Path) -> None:
    for name, kind in (
        ("file", FileKey),
        ("keyring", KeyringKey),
        ("environment", EnvironmentKey),
    ):
        assert isinstance(source_of(name, tmp_path, "site"), kind)


def test_the_keyring_holds_the_key(tmp_path: Path, ring: MemoryKeyring) -> None:
    sealer = new_sealer(tmp_path, KeyringKey("site"))
    sealed = sealer.seal(PERSON, "P1", b"Cleo", context="c")
    before = dict(ring.held)
    sealer.rotate()
    assert ring.held.keys() == before.keys()
    assert ring.held != before
    assert again(tmp_path, KeyringKey("site")).open(PERSON, "P1", sealed, context="c") == b"Cleo"
    ring.locked = True
    with pytest.raises(KeysUnusable, match="it is locked"):
        again(tmp_path, KeyringKey("site")).require_fitting()
    ring.locked = False
    ring.held.clear()
    with pytest.raises(KeysUnusable, match="not in the keyring"):
        again(tmp_path, KeyringKey("site")).require_fitting()


def test_the_environment_gives_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeysUnusable, match="PHOTOGATE_SITE_KEY is not set"):
        EnvironmentKey().make()
    one, two = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
    monkeypatch.setenv("PHOTOGATE_SITE_KEY", one)
    sealer = new_sealer(tmp_path, EnvironmentKey())
    sealed = sealer.seal(PERSON, "P1", b"Cleo", context="c")
    with pytest.raises(KeysUnusable, match="PHOTOGATE_SITE_KEY_NEW"):
        sealer.rotate()
    monkeypatch.setenv("PHOTOGATE_SITE_KEY_NEW", two)
    sealer.rotate()
    assert again(tmp_path, EnvironmentKey()).open(PERSON, "P1", sealed, context="c") == b"Cleo"
    with pytest.raises(KeysUnusable, match="in force already"):
        sealer.rotate()
    monkeypatch.setenv("PHOTOGATE_SITE_KEY", two)
    monkeypatch.delenv("PHOTOGATE_SITE_KEY_NEW")
    assert again(tmp_path, EnvironmentKey()).open(PERSON, "P1", sealed, context="c") == b"Cleo"
    monkeypatch.setenv("PHOTOGATE_SITE_KEY", one)
    with pytest.raises(KeysUnusable, match="does not fit"):
        again(tmp_path, EnvironmentKey()).open(PERSON, "P1", sealed, context="c")


@pytest.mark.parametrize("stop", ["before", "after"])
def test_a_replacement_that_was_cut_short_is_finished_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    source = FileKey(tmp_path / "site.key")
    sealer = new_sealer(tmp_path, source)
    sealed = sealer.seal(PERSON, "P1", b"Cleo", context="c")

    def cut(*_: object) -> int:
        raise KeyboardInterrupt

    place: tuple[type, str] = (SqlKeyStore, "rewrap") if stop == "before" else (FileKey, "finish")
    with monkeypatch.context() as patch:
        patch.setattr(place[0], place[1], cut)
        with pytest.raises(KeyboardInterrupt):
            sealer.rotate()
    assert (tmp_path / "site.key.new").exists()
    assert again(tmp_path, source).open(PERSON, "P1", sealed, context="c") == b"Cleo"
    assert (tmp_path / "site.key.new").exists() == (stop == "before")
    assert again(tmp_path, source).rotate() == 1
    assert again(tmp_path, source).open(PERSON, "P1", sealed, context="c") == b"Cleo"
    assert not (tmp_path / "site.key.new").exists()


def test_a_new_key_that_was_half_written_does_no_harm(tmp_path: Path) -> None:
    source = FileKey(tmp_path / "site.key")
    sealer = new_sealer(tmp_path, source)
    sealed = sealer.seal(PERSON, "P1", b"Cleo", context="c")
    (tmp_path / "site.key.new").write_bytes(b"AAA")
    assert again(tmp_path, source).open(PERSON, "P1", sealed, context="c") == b"Cleo"
    assert again(tmp_path, source).rotate() == 1
