"""Logins: who is logged in, since when and until when; kept by the server, ended at any time.

Only the SHA-256 of a session's secret is kept. A session counts until it is ended, expires, is
not used for too long, or its account is disabled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from consent_db import bearer
from consent_db.schema import accounts, sessions
from consent_db.transaction import Transaction
from gate.errors import RegisterError

_Row: TypeAlias = Any


class SessionKind(StrEnum):
    """Where somebody is logged in."""

    CLI = "cli"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a login counts: at most, and without being used."""

    longest: timedelta
    idle: timedelta


LIFETIMES = {
    SessionKind.CLI: Lifetime(timedelta(hours=12), timedelta(hours=2)),
    SessionKind.WEB: Lifetime(timedelta(hours=12), timedelta(minutes=30)),
}
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a session was last used."""

_KEPT = timedelta(days=30)
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Session:
    """A login of an account; instants in UTC, ``account`` is the account's number."""

    id: int
    account: int
    kind: SessionKind
    made_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it lets somebody in now; not where the clock stands before its beginning."""
        return (
            self.ended_at is None
            and self.last_seen_at <= now + _CLOCKS_DIFFER
            and now < self.expires_at
            and now - self.last_seen_at < LIFETIMES[self.kind].idle
        )

    def is_due(self, now: datetime) -> bool:
        """Whether it should be noted that it is used now."""
        return now - self.last_seen_at >= SEEN_EVERY


def open_(tx: Transaction, account: int, kind: SessionKind) -> tuple[Session, str]:
    """Log an account in: the session, and its secret, which cannot be had again.

    The caller has just authenticated it. Raises RegisterError when it was disabled meanwhile.
    """
    _forget_old(tx)
    enabled = select(accounts.c.id).where(
        accounts.c.id == account, accounts.c.disabled_at.is_(None)
    )
    if tx.connection.execute(enabled).one_or_none() is None:
        raise RegisterError("This account cannot log in. Nothing was changed.")
    secret = bearer.fresh()
    row = {
        "token": bearer.digest(secret),
        "account": account,
        "kind": kind.value,
        "made_at": tx.now,
        "last_seen_at": tx.now,
        "expires_at": tx.now + LIFETIMES[kind].longest,
    }
    made = tx.connection.execute(insert(sessions).values(**row).returning(sessions)).one()
    tx.audit("session.opened", _subject(made.id), {"account": account, "kind": kind.value})
    return _value(made), secret


def find(connection: Connection, secret: str, now: datetime) -> Session | None:
    """The session with this secret, if it counts now and its account is enabled."""
    query = (
        select(sessions)
        .join(accounts, accounts.c.id == sessions.c.account)
        .where(sessions.c.token == bearer.digest(secret), accounts.c.disabled_at.is_(None))
    )
    row = connection.execute(query).one_or_none()
    found = None if row is None else _value(row)
    return found if found is not None and found.counts(now) else None


def seen(tx: Transaction, session: int) -> None:
    """Note that a session is used, so that it goes on."""
    same = sessions.c.id == session
    tx.connection.execute(update(sessions).where(same).values(last_seen_at=tx.now))


def end(tx: Transaction, session: int) -> bool:
    """Log out; whether there was anything to end."""
    return _end(tx, sessions.c.id == session) > 0


def end_all(tx: Transaction, account: int) -> int:
    """End every session of an account; how many there were."""
    return _end(tx, sessions.c.account == account)


def of_account(connection: Connection, account: int, now: datetime) -> tuple[Session, ...]:
    """The sessions of an account that count now, newest first."""
    query = select(sessions).where(sessions.c.account == account).order_by(sessions.c.id.desc())
    found = (_value(row) for row in connection.execute(query))
    return tuple(session for session in found if session.counts(now))


def _end(tx: Transaction, which: ColumnElement[bool]) -> int:
    ending = (
        update(sessions)
        .where(which, sessions.c.ended_at.is_(None))
        .values(ended_at=tx.now)
        .returning(sessions.c.id, sessions.c.account, sessions.c.expires_at)
    )
    rows = sorted(tx.connection.execute(ending).all())
    for row in rows:
        tx.audit("session.ended", _subject(row.id), {"account": row.account})
    return sum(row.expires_at > tx.now for row in rows)


def _forget_old(tx: Transaction) -> None:
    """What ended long ago is in the audit log."""
    tx.connection.execute(delete(sessions).where(sessions.c.expires_at < tx.now - _KEPT))


def _subject(session: int) -> str:
    return f"session {session}"


def _value(row: _Row) -> Session:
    return Session(
        row.id,
        row.account,
        SessionKind(row.kind),
        row.made_at,
        row.last_seen_at,
        row.expires_at,
        row.ended_at,
    )
