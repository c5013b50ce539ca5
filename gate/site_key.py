"""The site key: from a file, from the operating system's keyring, or from the environment."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from gate.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, move, write
from gate.errors import KeysUnusable, SettingsError
from gate.ports import KeySource
from gate.sealing import KEY_BYTES

ENVIRONMENT = "PHOTOGATE_SITE_KEY"
NEXT = "PHOTOGATE_SITE_KEY_NEW"
FILE_NAME = "site.key"
_SERVICE = "photogate"
_HOW_TO_MAKE = "'openssl rand -base64 32' makes one"


def source_of(name: str, folder: Path, site: str) -> KeySource:
    """The source with this name in the settings, for the site with this id."""
    if name == "keyring":
        return KeyringKey(site)
    return EnvironmentKey() if name == "environment" else FileKey(folder / FILE_NAME)


class FileKey:
    """A file of the owner's that holds the key as base64 (RFC 4648) in one line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = path.with_name(path.name + ".new")

    @property
    def place(self) -> str:
        """The file."""
        return str(self._path)

    def make(self) -> bytes:
        """The first key of a new site."""
        make_folder(self._path.parent, mode=PRIVATE_FOLDER)
        return self._write(self._path)

    def load(self) -> tuple[bytes, ...]:
        """The key, and the next one where it lies there."""
        try:
            text = self._path.read_text("ascii")
        except FileNotFoundError as error:
            raise KeysUnusable(
                f"The site key {self._path} is not there. Nothing is judged or released until "
                "it is back from its copy; docs/keys.md says how."
            ) from error
        except (OSError, ValueError) as error:
            raise KeysUnusable(f"The site key {self._path} cannot be read ({error}).") from error
        keys = [decoded(text, self.place)]
        with suppress(OSError, ValueError, KeysUnusable):
            # Half-written: then nothing was wrapped with it yet.
            keys.append(decoded(self._next.read_text("ascii"), str(self._next)))
        return tuple(keys)

    def begin(self) -> bytes:
        """A new key in a file beside the one in use."""
        return self._write(self._next)

    def finish(self) -> None:
        """Put the new file in the place of the old one."""
        try:
            move(self._next, self._path)
        except OSError as error:
            raise _not_kept(self.place, error) from error

    def _write(self, path: Path) -> bytes:
        key = secrets.token_bytes(KEY_BYTES)
        part = path.with_name(path.name + ".part")
        try:
            part.unlink(missing_ok=True)
            write(part, base64.b64encode(key) + b"\n", mode=PRIVATE_FILE)
            move(part, path)
        except OSError as error:
            raise _not_kept(str(path), error) from error
        return key


class KeyringKey:
    """An entry in the keyring of the operating system, under the service "photogate"."""

    def __init__(self, site: str) -> None:
        self._entry, self._next = site, f"{site} new"

    @property
    def place(self) -> str:
        """The entry."""
        return f"keyring of this account, service {_SERVICE}, entry {self._entry}"

    def make(self) -> bytes:
        """The first key of a new site."""
        return self._put(self._entry)

    def load(self) -> tuple[bytes, ...]:
        """The key, and the next one where there is one."""
        texts = [_password(entry) for entry in (self._entry, self._next)]
        if texts[0] is None:
            raise KeysUnusable(
                f"The site key is not in the {self.place}. Nothing is judged or released until it "
                "is back; docs/keys.md says how."
            )
        return tuple(decoded(text, self.place) for text in texts if text is not None)

    def begin(self) -> bytes:
        """A new key in an entry of its own."""
        return self._put(self._next)

    def finish(self) -> None:
        """Put the new key in the place of the old one."""
        new = _password(self._next)
        if new is not None:
            _keyring(lambda k: k.set_password(_SERVICE, self._entry, new))
            _keyring(lambda k: k.delete_password(_SERVICE, self._next))

    def _put(self, entry: str) -> bytes:
        key = secrets.token_bytes(KEY_BYTES)
        text = base64.b64encode(key).decode()
        _keyring(lambda k: k.set_password(_SERVICE, entry, text))
        return key


class EnvironmentKey:
    """The variable PHOTOGATE_SITE_KEY; whoever starts the program gives it."""

    @property
    def place(self) -> str:
        """The variable."""
        return f"environment, {ENVIRONMENT}"

    def make(self) -> bytes:
        """The first key: the one that is given."""
        return self.load()[0]

    def load(self) -> tuple[bytes, ...]:
        """The key, and the next one where it is given."""
        if not os.environ.get(ENVIRONMENT):
            raise KeysUnusable(
                f"The settings say that the site key comes from the environment, but {ENVIRONMENT} "
                f"is not set. Set it to 32 random bytes as base64 ({_HOW_TO_MAKE})."
            )
        given = ((name, os.environ.get(name, "")) for name in (ENVIRONMENT, NEXT))
        return tuple(decoded(text, name) for name, text in given if text)

    def begin(self) -> bytes:
        """The new key: the one that is given."""
        keys = self.load()
        if len(keys) < 2 or keys[0] == keys[1]:
            raise KeysUnusable(
                f"Set {NEXT} to the new site key as base64 ({_HOW_TO_MAKE}), then again."
            )
        return keys[1]

    def finish(self) -> None:
        """Nothing: whoever starts the program gives the new key from now on."""


def decoded(text: str, place: str) -> bytes:
    """The key that a text holds. Raises KeysUnusable."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeysUnusable(f"The site key is damaged: it is no base64 ({place}).") from error
    if len(key) != KEY_BYTES:
        raise KeysUnusable(f"The site key must have 32 bytes, and has {len(key)} ({place}).")
    return key


def _password(entry: str) -> str | None:
    found: str | None = _keyring(lambda k: k.get_password(_SERVICE, entry))
    return found


def _keyring(use: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - an optional library
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise SettingsError(
            "The settings say that the site key is in the keyring, whose library is not "
            "installed: pip install 'photogate[keyring]'."
        ) from error
    try:
        return use(keyring)
    except KeyringError as error:
        raise KeysUnusable(f"The keyring of this account does not answer: {error}.") from error


def _not_kept(place: str, error: OSError) -> KeysUnusable:
    return KeysUnusable(
        f"The site key cannot be written to {place} ({error.strerror}). Check that this account "
        "may write there."
    )
