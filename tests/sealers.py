"""Sealers to test with: a real one with its keys in a folder, and one that makes its keys up."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from consent_db.keys import SqlKeyStore
from gate.errors import Erased, KeysUnusable
from gate.ports import KeyKind
from gate.sealing import KeyedSealer, first_check
from gate.site_key import FileKey


def keyed(folder: Path, site: str = "site") -> KeyedSealer:
    """The sealer of the keys in this folder, which are made when there are none."""
    source, store = FileKey(folder / "site.key"), SqlKeyStore(folder / "keys.sqlite3", site)
    if not store.path.exists():
        store.create(first_check(source.make()))
    return KeyedSealer(store, source, folder / "rotate.lock")


class MadeUpKeys:
    """A sealer whose keys follow from their subject, so that all processes have the same ones.

    Only good for tests: anybody can make them up. Destroyed ones are gone in this process alone.
    """

    def __init__(self) -> None:
        self._destroyed: Counter[tuple[str, str]] = Counter()

    def seal(self, kind: KeyKind, subject: str, plain: bytes, *, context: str) -> bytes:
        head = b"\x01" + self._destroyed[kind, subject].to_bytes(8, "big")
        nonce = os.urandom(12)
        return head + nonce + self._key(kind, subject).encrypt(nonce, plain, context.encode())

    def open(self, kind: KeyKind, subject: str, sealed: bytes, *, context: str) -> bytes:
        number = int.from_bytes(sealed[1:9], "big")
        if number < self._destroyed[kind, subject]:
            raise Erased("erased")
        if number > self._destroyed[kind, subject] or sealed[:1] != b"\x01":
            raise KeysUnusable("damaged")
        try:
            return self._key(kind, subject).decrypt(sealed[9:21], sealed[21:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise KeysUnusable("damaged") from error

    def prepare(self, kind: KeyKind, subjects: Collection[str]) -> None:
        pass

    def fetch(self, kind: KeyKind, subjects: Collection[str] | None = None) -> None:
        pass

    def refresh(self) -> None:
        pass

    def destroy(self, kind: KeyKind, subject: str) -> bool:
        self._destroyed[kind, subject] += 1
        return True

    def index(self, context: str, text: str) -> str:
        data = f"{context}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(b"index", data, hashlib.sha256).hexdigest()

    def secret(self, name: str) -> bytes:
        return hashlib.sha256(name.encode()).digest()

    def _key(self, kind: str, subject: str) -> AESGCM:
        return AESGCM(hashlib.sha256(f"{kind}\0{subject}".encode()).digest())
