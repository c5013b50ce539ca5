"""Secrets that let whoever holds them act: made at random, shown once, kept as SHA-256 only.

A plain hash is enough here: 256 random bits cannot be guessed, however fast somebody guesses.
"""

from __future__ import annotations

import hashlib
import secrets

BYTES = 32
_LONGEST = 200


def fresh() -> str:
    """A new secret: letters, digits, - and _."""
    return secrets.token_urlsafe(BYTES)


def digest(secret: str) -> str:
    """What is kept of a secret, and by which it is found again: SHA-256 (hex)."""
    return hashlib.sha256(secret[:_LONGEST].encode("utf-8", "surrogatepass")).hexdigest()
