"""One-time codes (RFC 6238, 30 seconds, six digits) that an account asks for besides its password.

A code counts once: the step of time of the last one is kept, and only later ones are taken. The
secrets are sealed, so that a copy of the register alone makes no codes.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import datetime

import pyotp
from sqlalchemy import select, update

from consent_db.schema import accounts
from consent_db.sealed import sealer_of
from consent_db.transaction import Transaction
from gate.errors import RegisterError
from gate.ports import KeyKind

SECRET_LETTERS = 32
"""Base32 letters of a secret: 160 bits, as RFC 4226 recommends."""
_SECONDS = 30
_KEY = "totp"
_EARLIER_OR_LATER = 1
"""Steps by which the phone's clock may differ."""
_BASE32 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def ask_for(tx: Transaction, account: int, secret: str, code: str) -> None:
    """From now on ask for codes made of this secret (Base32), of which ``code`` is one of now.

    Raises RegisterError when the secret is none, or the code is not of it.
    """
    if len(secret) != SECRET_LETTERS or not _BASE32.issuperset(secret):
        raise RegisterError("This is no key for one-time codes. Nothing was changed.")
    step = _step(secret, code, tx.now, after=-1)
    if step is None:
        raise RegisterError(
            "This is not the code that the app shows for this key now. Look whether your phone's "
            "clock is right, and type the next code. Nothing was changed."
        )
    _keep(tx, account, {"secret": secret, "step": step})
    tx.audit("account.changed", f"account {account}", {"totp": True})


def ask_no_more(tx: Transaction, account: int) -> None:
    """Ask for the password only."""
    _store(tx, account, None)
    tx.audit("account.changed", f"account {account}", {"totp": False})


def accepts(tx: Transaction, account: int, code: str) -> bool:
    """Whether this code is right now, and was not used before; or the account asks for none.

    A right code is used up by this. Raises KeysUnusable.
    """
    kept = tx.connection.execute(
        select(accounts.c.totp).where(accounts.c.id == account)
    ).scalar_one()
    if kept is None:
        return True
    sealer = sealer_of(tx.connection)
    known = json.loads(sealer.open(KeyKind.SECRET, _KEY, kept, context=_context(account)))
    step = _step(known["secret"], code, tx.now, after=known["step"])
    if step is None:
        return False
    _keep(tx, account, known | {"step": step})
    return True


def _step(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """The step of time to which this code belongs, if it is near now and later than ``after``."""
    typed = "".join(code.split()).encode("utf-8", "replace")
    here = int(now.timestamp()) // _SECONDS
    codes = pyotp.TOTP(secret, interval=_SECONDS)
    for step in range(here - _EARLIER_OR_LATER, here + _EARLIER_OR_LATER + 1):
        if step > after and hmac.compare_digest(codes.generate_otp(step).encode(), typed):
            return step
    return None


def _keep(tx: Transaction, account: int, known: Mapping[str, object]) -> None:
    plain = json.dumps(known).encode()
    sealer = sealer_of(tx.connection)
    _store(tx, account, sealer.seal(KeyKind.SECRET, _KEY, plain, context=_context(account)))


def _store(tx: Transaction, account: int, kept: bytes | None) -> None:
    tx.connection.execute(update(accounts).where(accounts.c.id == account).values(totp=kept))


def _context(account: int) -> str:
    return f"accounts.totp/{account}"
