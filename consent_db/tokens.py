"""Tokens of programs: each for one purpose and certain channels, in the name of an account.

Only the SHA-256 of a token is kept. It counts until it is revoked, expires, or its account is
disabled; it never allows more than the account may do at that moment.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, insert, select, update

from consent_db import bearer
from consent_db.numbering import next_ids
from consent_db.schema import accounts, api_tokens
from consent_db.transaction import Transaction
from gate.errors import RegisterError
from gate.values import ALL_CHANNELS

_Row: TypeAlias = Any

LONGEST_LIFE = timedelta(days=366)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a token was last used."""
_LONGEST_LABEL = 100


class Purpose(StrEnum):
    """What a token may be used for.

    ``pull``: to list and fetch released copies. ``report``: to say where a copy was published or
    that it was taken down. ``commands``: the command line, as the account itself.
    """

    PULL = "pull"
    REPORT = "report"
    COMMANDS = "commands"


@dataclass(frozen=True, slots=True)
class Token:
    """A token as others may know it; instants in UTC, ``account`` is the number of its account."""

    id: int
    account: int
    label: str
    purpose: Purpose
    channels: frozenset[str]
    made_at: datetime
    made_by: str
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it lets a program in now."""
        return self.revoked_at is None and now < self.expires_at

    def is_due(self, now: datetime) -> bool:
        """Whether it should be noted that it is used now."""
        return self.last_used_at is None or now - self.last_used_at >= SEEN_EVERY


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token to be made: for the account with this number, for so long."""

    account: int
    label: str
    purpose: Purpose
    channels: Collection[str]
    life: timedelta


def make(tx: Transaction, wanted: Wanted) -> tuple[Token, str]:
    """Make a token: what is kept of it, and its secret, which cannot be had again.

    Raises RegisterError without a label or channels, for a life that is no time or too long, for
    channels that the account does not serve, and for an account that is disabled or not there.
    """
    _require_sensible(tx.connection, wanted)
    secret, number = bearer.fresh(), next_ids(tx, api_tokens, 1)[0]
    row = {
        "id": number,
        "token": bearer.digest(secret),
        "account": wanted.account,
        "label": wanted.label.strip(),
        "purpose": wanted.purpose.value,
        "channels": sorted(set(wanted.channels)),
        "made_at": tx.now,
        "made_by": tx.actor,
        "expires_at": tx.now + wanted.life,
    }
    made = tx.connection.execute(insert(api_tokens).values(**row).returning(api_tokens)).one()
    told = {name: row[name] for name in ("account", "purpose", "channels")}
    tx.audit("token.made", _subject(number), told)
    return _value(made), secret


def find(connection: Connection, secret: str, now: datetime) -> Token | None:
    """The token with this secret, if it counts now and its account is enabled."""
    query = (
        select(api_tokens)
        .join(accounts, accounts.c.id == api_tokens.c.account)
        .where(api_tokens.c.token == bearer.digest(secret), accounts.c.disabled_at.is_(None))
    )
    row = connection.execute(query).one_or_none()
    found = None if row is None else _value(row)
    return found if found is not None and found.counts(now) else None


def channels_of(token: Token, served: frozenset[str]) -> frozenset[str]:
    """The channels on which a token counts, given those that its account serves today."""
    if ALL_CHANNELS in served or not served:
        return token.channels
    return served if ALL_CHANNELS in token.channels else token.channels & served


def used(tx: Transaction, token: int) -> None:
    """Note that a token is used."""
    same = api_tokens.c.id == token
    tx.connection.execute(update(api_tokens).where(same).values(last_used_at=tx.now))


def revoke(tx: Transaction, token: int) -> None:
    """Let a token count no more. Raises RegisterError when there is none that did."""
    if not _revoke(tx, api_tokens.c.id == token):
        raise RegisterError(
            f"There is no token {token} that still counts; 'photogate account token list' shows "
            "all. Nothing was changed."
        )


def revoke_all(tx: Transaction, account: int) -> int:
    """Revoke every token of an account; how many there were."""
    return _revoke(tx, api_tokens.c.account == account)


def everything(connection: Connection) -> tuple[Token, ...]:
    """All tokens in the order of making, also those that no longer count."""
    rows = connection.execute(select(api_tokens).order_by(api_tokens.c.id))
    return tuple(_value(row) for row in rows)


def _revoke(tx: Transaction, which: ColumnElement[bool]) -> int:
    revoking = (
        update(api_tokens)
        .where(which, api_tokens.c.revoked_at.is_(None), api_tokens.c.expires_at > tx.now)
        .values(revoked_at=tx.now, revoked_by=tx.actor)
        .returning(api_tokens.c.id, api_tokens.c.account)
    )
    rows = sorted(tx.connection.execute(revoking).all())
    for row in rows:
        tx.audit("token.revoked", _subject(row.id), {"account": row.account})
    return len(rows)


def _require_sensible(connection: Connection, wanted: Wanted) -> None:
    label = wanted.label.strip()
    if not label or len(label) > _LONGEST_LABEL or not label.isprintable():
        raise RegisterError("Say in a few words which program the token is for.")
    if not timedelta(0) < wanted.life <= LONGEST_LIFE:
        raise RegisterError(f"A token counts for 1 to {LONGEST_LIFE.days} days.")
    row = connection.execute(
        select(accounts.c.channels).where(
            accounts.c.id == wanted.account, accounts.c.disabled_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        raise RegisterError("There is no such account, or it is disabled. No token was made.")
    served = frozenset(row.channels)
    extra = set() if ALL_CHANNELS in served or not served else set(wanted.channels) - served
    if extra or not wanted.channels:
        raise RegisterError(
            f"Name channels that the account looks after ({', '.join(sorted(served)) or 'all'}). "
            "No token was made."
        )


def _subject(token: int) -> str:
    return f"token {token}"


def _value(row: _Row) -> Token:
    return Token(
        row.id,
        row.account,
        row.label,
        Purpose(row.purpose),
        frozenset(row.channels),
        row.made_at,
        row.made_by,
        row.expires_at,
        row.last_used_at,
        row.revoked_at,
    )
