"""Signing what leaves the site, so that anybody can tell later that it came from here unchanged.

Ed25519 (RFC 8032). What is signed is the purpose, a zero byte and the document, so that one kind
of document never passes for another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from gate.errors import DocumentRefused

SEED_BYTES = 32
SIGNATURE_BYTES = 64
_PREFIX = "ed25519:"
_PUBLIC_BYTES = 32
_FINGERPRINT_DIGITS = 32


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What is handed out so that others can check signatures: 32 bytes, no secret."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != _PUBLIC_BYTES:
            raise DocumentRefused("A public key has 32 bytes; this one has not.")

    def __str__(self) -> str:
        """``ed25519:`` and 43 letters, digits, ``-`` and ``_``; ``parse`` reads it."""
        return _PREFIX + base64.urlsafe_b64encode(self.raw).decode().rstrip("=")

    @property
    def fingerprint(self) -> str:
        """The first 32 hexadecimal digits of the key's SHA-256: names a key, never replaces it."""
        return hashlib.sha256(self.raw).hexdigest()[:_FINGERPRINT_DIGITS]

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """The key that was written like this. Raises DocumentRefused for anything else."""
        words = text.strip()
        try:
            key = cls(base64.b64decode(words.removeprefix(_PREFIX) + "=", "-_", validate=True))
        except (ValueError, binascii.Error, DocumentRefused):
            key = None
        if key is None or str(key) != words:
            raise DocumentRefused(
                f"This is not a public key of photogate: it starts with {_PREFIX} and has 43 "
                "letters and digits after that. 'photogate verify --show-key' prints it."
            )
        return key

    def verify(self, purpose: str, document: bytes, signature: bytes) -> bool:
        """Whether the holder of the secret half signed exactly this, for this purpose."""
        try:
            key = Ed25519PublicKey.from_public_bytes(self.raw)
            key.verify(signature, _bound(purpose, document))
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """Signs in the name of a site; made from a secret of 32 bytes, which it never shows."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError(f"a seed has {SEED_BYTES} bytes")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> PublicKey:
        """The half that is handed out."""
        return PublicKey(self._key.public_key().public_bytes_raw())

    def sign(self, purpose: str, document: bytes) -> bytes:
        """The signature, 64 bytes; the same for the same document."""
        return self._key.sign(_bound(purpose, document))


def _bound(purpose: str, document: bytes) -> bytes:
    return purpose.encode() + b"\0" + document
