"""Letting somebody in by name and password, slowly enough that guessing leads nowhere.

Failures are counted in the database, so that they hold over processes, under a slot made from the
name, so that a name without an account is slowed down like any other. The slot is 16 bits of the
name's hash: too little to tell what somebody typed, who may have put a password there by mistake.
An attempt is counted before the password is compared: many at once gain nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from consent_db import passwords, totp
from consent_db.accounts import Account, folded, get, subject
from consent_db.database import Database
from consent_db.schema import accounts, login_attempts
from consent_db.transaction import Transaction
from gate.errors import LoginRefused

FREE = 5
"""Wrong passwords before anybody waits."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
FORGOTTEN = timedelta(hours=1)
"""After so long without an attempt the failures of a name are forgotten."""
TOLD_EVERY = timedelta(minutes=1)
"""How often a failed login is written into the audit log, for one name, and for unknown ones."""

_UNKNOWN = -1
"""The slot that says when failures of unknown names were told last."""
_ACTOR = "login"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What is known of a name before its password is looked at; ``number`` None: no account."""

    slot: int
    number: int | None
    kept: str
    enabled: bool


def wait_after(failed: int) -> timedelta:
    """How long nobody is let in after so many wrong passwords in a row."""
    if failed < FREE:
        return timedelta(0)
    doublings = min(failed - FREE, 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def authenticate(database: Database, name: str, password: str, code: str | None = None) -> Account:
    """The account of this name, if this is its password and it is enabled.

    ``code`` is the one-time code, which must be right where the account asks for one; None: none
    is asked for here, and the caller sees to it. Raises LoginRefused with one and the same
    sentence for a wrong name, a wrong password, a wrong code and a disabled account, after the
    same work; and while the name has to wait, without looking.
    """
    with database.transaction(_ACTOR) as tx:
        candidate = _candidate(tx, name)
        wait = _count(tx, candidate.slot)
    if wait:
        raise LoginRefused(_wait_sentence(wait), wait)
    # Outside the transaction: comparing takes a good while, and nobody else should wait for it.
    right = passwords.matches(candidate.kept, password)
    fresh = passwords.rehashed(password) if right and passwords.is_dated(candidate.kept) else ""
    with database.transaction(_ACTOR) as tx:
        account = _let_in(tx, candidate, fresh, code) if right and candidate.enabled else None
        if account is None:
            _tell(tx, candidate)
    if account is None:
        raise LoginRefused("The name or the password is wrong.")
    return account


def _slot(name: str) -> int:
    return int.from_bytes(
        hashlib.sha256(folded(name).encode("utf-8", "surrogatepass")).digest()[:2]
    )


def _candidate(tx: Transaction, name: str) -> _Candidate:
    columns = accounts.c.id, accounts.c.password, accounts.c.disabled_at
    row = tx.connection.execute(
        select(*columns).where(accounts.c.folded == _storable(folded(name)))
    ).one_or_none()
    if row is None:
        return _Candidate(_slot(name), None, passwords.NOBODYS, enabled=False)
    return _Candidate(_slot(name), row.id, row.password, row.disabled_at is None)


def _storable(text: str) -> str:
    """The text without what no database takes; no account's name holds such."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _count(tx: Transaction, slot: int) -> int:
    """Count an attempt as failed; or, while the name has to wait, the seconds still to go."""
    stale = tx.now - FORGOTTEN
    tx.connection.execute(
        delete(login_attempts).where(login_attempts.c.failed_at < stale, login_attempts.c.slot >= 0)
    )
    same = login_attempts.c.slot == slot
    row = tx.connection.execute(select(login_attempts).where(same)).one_or_none()
    if row is None:
        first = {"slot": slot, "failed": 1, "failed_at": tx.now}
        tx.connection.execute(insert(login_attempts).values(**first))
        return 0
    left = _left(row.failed, row.failed_at, tx.now)
    if left:
        if row.failed_at > tx.now:
            # The clock was set back: wait from now, not until it has caught up.
            tx.connection.execute(update(login_attempts).where(same).values(failed_at=tx.now))
        return left
    counted = update(login_attempts).where(same)
    tx.connection.execute(counted.values(failed=row.failed + 1, failed_at=tx.now))
    return 0


def _left(failed: int, failed_at: datetime, now: datetime) -> int:
    passed = max(now - failed_at, timedelta(0))
    left = wait_after(failed) - passed
    return max(0, -int(-left.total_seconds() // 1))


def _let_in(tx: Transaction, candidate: _Candidate, fresh: str, code: str | None) -> Account | None:
    """Forget the failures; None for a wrong code, or when the account changed meanwhile."""
    assert candidate.number is not None  # noqa: S101 - only an account is enabled
    same = accounts.c.id == candidate.number
    row = tx.connection.execute(
        select(accounts.c.password, accounts.c.disabled_at).where(same)
    ).one()
    if row.password != candidate.kept or row.disabled_at is not None:
        return None
    if code is not None and not totp.accepts(tx, candidate.number, code):
        return None
    if fresh:
        tx.connection.execute(update(accounts).where(same).values(password=fresh))
    tx.connection.execute(delete(login_attempts).where(login_attempts.c.slot == candidate.slot))
    return get(tx.connection, candidate.number)


def _tell(tx: Transaction, candidate: _Candidate) -> None:
    """Write the failure down, but not so often that the log could be flooded with it."""
    known = candidate.number is not None
    slot = candidate.slot if known else _UNKNOWN
    same = login_attempts.c.slot == slot
    row = tx.connection.execute(select(login_attempts).where(same)).one_or_none()
    told_at: datetime | None = None if row is None else row.told_at
    if told_at is not None and timedelta(0) <= tx.now - told_at < TOLD_EVERY:
        return
    if row is None:
        first = {"slot": slot, "failed": 0, "told_at": tx.now}
        tx.connection.execute(insert(login_attempts).values(**first))
    else:
        tx.connection.execute(update(login_attempts).where(same).values(told_at=tx.now))
    about = subject(candidate.number) if candidate.number is not None else "unknown name"
    tx.audit("login.failed", about, {"failures": row.failed if row is not None and known else 1})


def _wait_sentence(seconds: int) -> str:
    return (
        f"Too many wrong passwords for this name. Wait {seconds} seconds, then try again; "
        "until then not even the right one is looked at."
    )
