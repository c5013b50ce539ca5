"""Passwords: which ones are taken, and how they are kept (argon2id) and compared.

Nothing here puts a password or its hash into an error.
"""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from consent_db.common_passwords import COMMON
from gate.errors import RegisterError

SHORTEST = 12
"""Characters, as OWASP and NIST SP 800-63B advise where a password is all there is."""
MOST_BYTES = 1_000
_FEWEST_DIFFERENT = 5
_BESIDES_THE_NAME = 6

_HASHER = PasswordHasher()
"""argon2-cffi's defaults: argon2id by RFC 9106 (64 MiB, 3 passes, 4 lanes)."""

NOBODYS = (
    "$argon2id$v=19$m=65536,t=3,p=4$dfFcXj7sb7lTMWmjGwDcUw$"
    "0a8CeI09IjimM6T1rZ0aHW2EaE9jDLS2eNul0gPdRLY"
)
"""Compared with where there is no account, so that this takes as long; nobody has its password."""


def hashed(password: str, name: str) -> str:
    """The argon2id hash to keep. Raises RegisterError, which says what is wrong, never what it was.

    ``name`` is the account's, which the password must not consist of.
    """
    problem = weakness(password, name)
    if problem:
        raise RegisterError(f"{problem} Nothing was changed.")
    return _HASHER.hash(_bytes(password))


def weakness(password: str, name: str) -> str:
    """Why this password is not taken, as a sentence; "" when it is."""
    text = unicodedata.normalize("NFKC", password)
    if len(text) < SHORTEST:
        return f"A password has at least {SHORTEST} characters; three or four words do well."
    if len(_bytes(password)) > MOST_BYTES:
        return f"A password has at most {MOST_BYTES} bytes."
    plain, own = _plain(text), _plain(name)
    if own and own in plain and len(plain.replace(own, "")) < _BESIDES_THE_NAME:
        return "The password is little more than the account's name."
    if text.casefold() in COMMON or plain in COMMON:
        return "This password is among the commonest there are, so it is tried first."
    if len(set(text)) < _FEWEST_DIFFERENT:
        return "The password has too few different characters."
    return ""


def matches(kept: str, password: str) -> bool:
    """Whether this is the password that was kept; takes as long either way."""
    data = _bytes(password)
    # What is too long was never taken; it is compared all the same, so that it costs the same.
    too_long = len(data) > MOST_BYTES
    try:
        return _HASHER.verify(kept, b"" if too_long else data) and not too_long
    except (VerificationError, InvalidHashError):
        return False


def is_dated(kept: str) -> bool:
    """Whether the hash was made with other parameters than are used now."""
    return _HASHER.check_needs_rehash(kept)


def rehashed(password: str) -> str:
    """A new hash of a password that was just found right, whatever the rules say today."""
    return _HASHER.hash(_bytes(password))


def _bytes(password: str) -> bytes:
    # The same words typed on another keyboard may come as other code points.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())
