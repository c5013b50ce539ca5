"""Sealing: what shows or names somebody never lies on the disk as it is.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits. A sealed value is one byte for the
version, eight for the id of the key, twelve for the nonce, and the ciphertext with its tag. The
associated data bind it to the kind of key, whose it is, and what it is. Each key is wrapped the
same way by the site key; it encrypts a few values in its life, so that nonces cannot meet.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gate.errors import Erased, KeysUnusable, SiteError
from gate.ports import KeyKind, KeySource, KeyStore, StoredKey
from gate.site_lock import SiteLock

KEY_BYTES = 32
_VERSION = b"\x01"
_ID_BYTES = 8
_NONCE_BYTES = 12
_ID = slice(1, 1 + _ID_BYTES)
_NONCE = slice(1 + _ID_BYTES, 1 + _ID_BYTES + _NONCE_BYTES)
_BODY = slice(1 + _ID_BYTES + _NONCE_BYTES, None)
OVERHEAD = 1 + _ID_BYTES + _NONCE_BYTES + 16
"""How many bytes longer a sealed value is than what it holds."""

_CHECK = b"photogate: this is the site key"
_INDEX = "index"
_PATIENCE = 30.0

_Keys: TypeAlias = dict[tuple[str, str], tuple[bytes, bytes | None]]
"""By kind and subject: the key's id, and the key, or None for one that was destroyed."""

_NONE: tuple[bytes, bytes | None] = (b"", None)


class KeyedSealer:
    """The sealer of a site: keys from a store, wrapped by the site key from a source.

    Nothing is opened before it is needed. It may be used by several threads, and be sent to
    another process. ``lock``: a file that is locked while the site key is replaced.
    """

    def __init__(self, store: KeyStore, source: KeySource, lock: Path) -> None:
        self._parts = (store, source, lock)
        self._store, self._source, self._lock = store, source, lock
        self._site_key: tuple[bytes, AESGCM] | None = None
        self._generation: int | None = None
        self._known: _Keys = {}
        self._indexes: dict[str, bytes] = {}
        self._complete: set[str] = set()

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), self._parts

    # --- values ---------------------------------------------------------------------------------

    def seal(self, kind: KeyKind, subject: str, plain: bytes, *, context: str) -> bytes:
        """Seal bytes for one place; see ``gate.ports.Sealer``."""
        number, key = self._ensured(kind, subject)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        body = AESGCM(key).encrypt(nonce, plain, _bound(kind, context, subject))
        return b"".join((_VERSION, number, nonce, body))

    def open(self, kind: KeyKind, subject: str, sealed: bytes, *, context: str) -> bytes:
        """Open what was sealed for this place. Raises Erased."""
        if sealed[:1] != _VERSION or len(sealed) < OVERHEAD:
            raise _damaged(kind, subject)
        number, key = self._found(kind, subject)
        if key is None or number != sealed[_ID]:
            raise _erased(kind, subject)
        try:
            bound = _bound(kind, context, subject)
            return AESGCM(key).decrypt(sealed[_NONCE], sealed[_BODY], bound)
        except InvalidTag as error:
            raise _damaged(kind, subject) from error

    # --- keys -----------------------------------------------------------------------------------

    def prepare(self, kind: KeyKind, subjects: Collection[str]) -> None:
        """Make the keys that are missing, in one go."""
        self.fetch(kind, subjects)
        missing = [one for one in subjects if self._known.get((kind, one), _NONE)[1] is None]
        if not missing:
            return
        self._add(kind, {one: secrets.token_bytes(KEY_BYTES) for one in missing})
        # Somebody else may have been quicker: what is stored counts.
        self._read(kind, missing)

    def fetch(self, kind: KeyKind, subjects: Collection[str] | None = None) -> None:
        """Have these keys (None: all of the kind) at hand."""
        if subjects is None:
            if kind not in self._complete:
                self._read(kind, None)
                # Those that are made from now on are read one by one.
                self._complete.add(kind)
            return
        unknown = [one for one in subjects if (kind, one) not in self._known]
        if unknown:
            self._read(kind, unknown)

    def refresh(self) -> None:
        """Forget all keys when somebody destroyed or replaced any since the last look."""
        generation = self._store.generation()
        if generation != self._generation:
            self._forget()
            self._generation = generation

    def destroy(self, kind: KeyKind, subject: str) -> bool:
        """Destroy a key for ever."""
        done = self._store.destroy(kind, subject)
        self._known.pop((kind, subject), None)
        return done

    def require_fitting(self) -> None:
        """Raises KeysUnusable unless the site key and the key store are there and fit."""
        self._forget()
        self._site()

    def rotate(self) -> int:
        """Replace the site key; how many keys were wrapped anew.

        A stop at any moment leaves the old or the new key in force, and both at hand until the
        next start. Raises SiteError when another one is at it.
        """
        with SiteLock(self._lock, "change of keys", patience=_PATIENCE):
            self._forget()
            self._settle()
            if self._fitting()[1]:
                raise KeysUnusable(
                    f"The new site key is in force already: let it replace the old one now "
                    f"({self._source.place})."
                )
            _, old = self._site()
            new = AESGCM(self._source.begin())
            count = self._store.rewrap(_rewrapping(old, new), _wrapped(new, _CHECK, b"check"))
            self._source.finish()
        self._forget()
        return count

    # --- what rests on secrets ------------------------------------------------------------------

    def index(self, context: str, text: str) -> str:
        """HMAC-SHA256 with a key derived (HKDF, RFC 5869) for this context."""
        key = self._indexes.get(context)
        if key is None:
            derive = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"photogate {context}".encode())
            key = self._indexes[context] = derive.derive(self.secret(_INDEX))
        return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def secret(self, name: str) -> bytes:
        """32 random bytes that belong to the site, made when first asked for."""
        return self._ensured(KeyKind.SECRET, name)[1]

    def adopt(self, name: str, value: bytes) -> None:
        """Take a secret that was made elsewhere, unless there is one of this name already."""
        if len(value) != KEY_BYTES:
            raise KeysUnusable(f"The secret {name} is damaged: it does not have 32 bytes.")
        if not self._store.read(KeyKind.SECRET, [name]):
            self._add(KeyKind.SECRET, {name: value})

    # --- inside ---------------------------------------------------------------------------------

    def _ensured(self, kind: KeyKind, subject: str) -> tuple[bytes, bytes]:
        number, key = self._known.get((kind, subject), _NONE)
        if key is None:
            self.prepare(kind, [subject])
            number, key = self._found(kind, subject)
        if key is None:
            raise _erased(kind, subject)
        return number, key

    def _found(self, kind: KeyKind, subject: str) -> tuple[bytes, bytes | None]:
        """The id and the key, or None for one that was destroyed."""
        known = self._known.get((kind, subject))
        if known is None:
            self._read(kind, [subject])
            known = self._known.get((kind, subject))
        if known is None:
            raise KeysUnusable(
                f"The key store has no key for the {kind} {subject[:12]}: it is older than the "
                "site. Put the newest copy of the key store back."
            )
        return known

    def _read(self, kind: KeyKind, subjects: Collection[str] | None) -> None:
        try:
            found = self._unwrapped(kind, subjects)
        except InvalidTag:
            # The site key was replaced in the meantime: once more, with the new one.
            self._forget()
            found = self._read_anew(kind, subjects)
        self._known.update(found)

    def _read_anew(self, kind: KeyKind, subjects: Collection[str] | None) -> _Keys:
        try:
            return self._unwrapped(kind, subjects)
        except InvalidTag as error:
            raise KeysUnusable(
                "A key in the key store is damaged. Put the newest copy of the key store back."
            ) from error

    def _unwrapped(self, kind: KeyKind, subjects: Collection[str] | None) -> _Keys:
        stored = self._store.read(kind, subjects)
        site = self._site()[1]
        return {(kind, one): _opened(site, kind, one, key) for one, key in stored.items()}

    def _add(self, kind: KeyKind, keys: dict[str, bytes]) -> None:
        for _ in range(2):
            check, site = self._site()
            stored = {
                one: StoredKey(
                    secrets.token_bytes(_ID_BYTES), _wrapped(site, key, _label(kind, one))
                )
                for one, key in keys.items()
            }
            if self._store.add(kind, stored, check):
                return
            self._forget()
        raise KeysUnusable("The site key was replaced meanwhile. Try again.")

    def _site(self) -> tuple[bytes, AESGCM]:
        """The check that the key fits, and the site key."""
        if self._site_key is None:
            check, place = self._fitting()
            if place:
                # Its replacement was cut short after all keys were wrapped anew.
                with suppress(SiteError), SiteLock(self._lock, "change of keys"):
                    self._settle()
            self._site_key = check, AESGCM(self._source.load()[self._fitting()[1]])
        return self._site_key

    def _settle(self) -> None:
        """End a replacement of the site key that was cut short; only while the lock is held."""
        if self._fitting()[1]:
            self._source.finish()

    def _fitting(self) -> tuple[bytes, int]:
        """The store's check, and the place of the key that fits it among those of the source."""
        check = self._store.check()
        for place, key in enumerate(self._source.load()):
            with suppress(InvalidTag):
                _unwrap(AESGCM(key), check, b"check")
                return check, place
        raise KeysUnusable(
            f"The site key does not fit this site ({self._source.place}). Nothing is judged or "
            "released until the right one is back; docs/keys.md says how."
        )

    def _forget(self) -> None:
        self._site_key, self._known, self._indexes, self._complete = None, {}, {}, set()


def first_check(site_key: bytes) -> bytes:
    """What a new key store keeps to notice a wrong site key."""
    return _wrapped(AESGCM(site_key), _CHECK, b"check")


def _bound(kind: str, context: str, subject: str) -> bytes:
    # Kind and context are fixed words of this software, so that nothing can be shifted over.
    return f"photogate\0{kind}\0{context}\0{subject}".encode("utf-8", "surrogatepass")


def _label(kind: str, subject: str) -> bytes:
    return f"key\0{kind}\0{subject}".encode("utf-8", "surrogatepass")


def _wrapped(site: AESGCM, key: bytes, label: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + site.encrypt(nonce, key, label)


def _unwrap(site: AESGCM, wrapped: bytes, label: bytes) -> bytes:
    if len(wrapped) <= _NONCE_BYTES:
        raise InvalidTag
    return site.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], label)


def _opened(site: AESGCM, kind: str, subject: str, key: StoredKey) -> tuple[bytes, bytes | None]:
    if key.wrapped is None:
        return key.id, None
    return key.id, _unwrap(site, key.wrapped, _label(kind, subject))


def _rewrapping(old: AESGCM, new: AESGCM) -> Callable[[str, str, bytes], bytes]:
    def change(kind: str, subject: str, wrapped: bytes) -> bytes:
        label = _label(kind, subject)
        try:
            return _wrapped(new, _unwrap(old, wrapped, label), label)
        except InvalidTag as error:
            raise KeysUnusable(
                "A key in the key store is damaged, so the site key was not replaced. Put the "
                "newest copy of the key store back."
            ) from error

    return change


def _damaged(kind: str, subject: str) -> KeysUnusable:
    return KeysUnusable(
        f"What is sealed for the {kind} {subject[:12]} was changed or is damaged. Restore it from "
        "a backup."
    )


def _erased(kind: str, subject: str) -> Erased:
    return Erased(f"What was sealed for the {kind} {subject[:12]} was erased for good.")
