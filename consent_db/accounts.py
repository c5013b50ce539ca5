"""Accounts: who may do what, by name; never removed, only disabled, so that a name stays its own.

No function puts a password or a hash into an error, a value that it returns, or the audit log.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, exists, insert, select, update

from consent_db import passwords, sessions, tokens
from consent_db.numbering import next_ids
from consent_db.schema import accounts
from consent_db.transaction import Transaction
from gate.errors import RegisterError
from gate.roles import OF_CHANNELS, Role
from gate.values import ALL_CHANNELS

_Row: TypeAlias = Any

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Account:
    """An account as others may know it; instants in UTC.

    ``roles`` may hold words that this version does not know; they allow nothing. ``has_totp``:
    whether a one-time code must be asked for besides the password.
    """

    id: int
    name: str
    roles: frozenset[str]
    channels: frozenset[str]
    made_at: datetime
    made_by: str
    disabled_at: datetime | None = None
    disabled_by: str | None = None
    has_totp: bool = False

    @property
    def enabled(self) -> bool:
        """Whether it may log in."""
        return self.disabled_at is None


@dataclass(frozen=True, slots=True)
class Ended:
    """What went with a change: how many logins and tokens no longer count."""

    sessions: int = 0
    tokens: int = 0


def folded(name: str) -> str:
    """What makes a name the same as another: capitals and ways of writing accents do not count."""
    return unicodedata.normalize("NFC", _tidy(name).casefold())


def any_made(connection: Connection) -> bool:
    """Whether the site has accounts, so that everybody must log in."""
    return bool(connection.execute(select(exists().where(accounts.c.id > 0))).scalar_one())


def everyone(connection: Connection) -> tuple[Account, ...]:
    """All accounts in the order of making, disabled ones too."""
    return tuple(
        _value(row) for row in connection.execute(select(accounts).order_by(accounts.c.id))
    )


def get(connection: Connection, number: int) -> Account:
    """The account with this number. Raises RegisterError."""
    found = _found(connection, accounts.c.id == number)
    if found is None:
        raise RegisterError(f"There is no account {number}. Nothing was changed.")
    return found


def named(connection: Connection, name: str) -> Account:
    """The account of this name, however it is written. Raises RegisterError."""
    found = _found(connection, accounts.c.folded == folded(name))
    if found is None:
        raise RegisterError(
            "There is no account of that name; 'photogate account list' shows all. "
            "Nothing was changed."
        )
    return found


def make(
    tx: Transaction,
    name: str,
    password: str,
    *,
    roles: Collection[str],
    channels: Collection[str] = (),
) -> Account:
    """Make an account and return it. The first of a site must be an administrator's.

    Raises RegisterError when the name is taken, empty or too long, when the roles or channels do
    not go together, or when the password is not good enough.
    """
    shown = _checked_name(name)
    _require_sensible(roles, channels)
    if not any_made(tx.connection) and Role.ADMIN not in roles:
        raise RegisterError(
            "The first account must have the role admin, so that somebody can make the others. "
            "Nothing was changed."
        )
    if _found(tx.connection, accounts.c.folded == folded(shown)) is not None:
        raise RegisterError("There is an account of that name already. Nothing was changed.")
    number = next_ids(tx, accounts, 1)[0]
    row = {"id": number, "name": shown, "folded": folded(shown), **_said(roles, channels)}
    made = {"password": passwords.hashed(password, shown), "made_at": tx.now, "made_by": tx.actor}
    tx.connection.execute(insert(accounts).values(**row, **made))
    tx.audit("account.made", subject(number), _said(roles, channels))
    return get(tx.connection, number)


def change(
    tx: Transaction,
    number: int,
    *,
    roles: Collection[str] | None = None,
    channels: Collection[str] | None = None,
) -> Account:
    """Give an account other roles or channels (None: as they are); it counts at once.

    Raises RegisterError when they do not go together or no administrator would be left.
    """
    before = get(tx.connection, number)
    wanted = before.roles if roles is None else frozenset(roles)
    served = before.channels if channels is None else frozenset(channels)
    _require_sensible(wanted, served)
    if (wanted, served) == (before.roles, before.channels):
        return before
    _update(tx, number, **_said(wanted, served))
    _require_an_admin(tx.connection)
    tx.audit("account.changed", subject(number), _said(wanted, served))
    return get(tx.connection, number)


def set_password(tx: Transaction, number: int, password: str) -> Ended:
    """Give an account another password; all its logins end and all its tokens are revoked."""
    account = get(tx.connection, number)
    _update(tx, number, password=passwords.hashed(password, account.name))
    tx.audit("account.changed", subject(number), {"password": "new"})
    return _end_all(tx, number)


def disable(tx: Transaction, number: int) -> Ended:
    """Let an account in no more; all its logins end and all its tokens are revoked.

    Raises RegisterError when it is disabled already or no administrator would be left.
    """
    if not get(tx.connection, number).enabled:
        raise RegisterError("This account is disabled already. Nothing was changed.")
    _update(tx, number, disabled_at=tx.now, disabled_by=tx.actor)
    _require_an_admin(tx.connection)
    tx.audit("account.disabled", subject(number), {})
    return _end_all(tx, number)


def enable(tx: Transaction, number: int) -> Account:
    """Let a disabled account in again, with its old password. Raises RegisterError if it is not."""
    if get(tx.connection, number).enabled:
        raise RegisterError("This account is not disabled. Nothing was changed.")
    _update(tx, number, disabled_at=None, disabled_by=None)
    tx.audit("account.changed", subject(number), {"enabled": True})
    return get(tx.connection, number)


def subject(number: int) -> str:
    """How the audit log names an account: by number, never by name."""
    return f"account {number}"


def _checked_name(name: str) -> str:
    shown = _tidy(name)
    if not shown or len(shown) > LONGEST_NAME or not shown.isprintable():
        raise RegisterError(
            f"An account needs a name of 1 to {LONGEST_NAME} letters, digits or signs. "
            "Nothing was changed."
        )
    return shown


def _tidy(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split()))


def _require_sensible(roles: Collection[str], channels: Collection[str]) -> None:
    unknown = sorted(set(roles) - set(Role))
    if unknown or not roles:
        raise RegisterError(
            f"{', '.join(unknown) or 'Nothing'} is no role. There are {', '.join(Role)}. "
            "Nothing was changed."
        )
    bound = [role for role in Role if role in OF_CHANNELS.intersection(roles)]
    if bound and not channels:
        raise RegisterError(
            f"Say which channels an account with the role {bound[0]} looks after, or "
            f"{ALL_CHANNELS}. Nothing was changed."
        )
    if any(not name.strip() for name in channels):
        raise RegisterError("A channel has a name. Nothing was changed.")


def _require_an_admin(connection: Connection) -> None:
    if not any(one.enabled and Role.ADMIN in one.roles for one in everyone(connection)):
        raise RegisterError(
            "That would leave no account with the role admin, and nobody could make or change "
            "accounts any more. Nothing was changed."
        )


def _end_all(tx: Transaction, number: int) -> Ended:
    return Ended(sessions.end_all(tx, number), tokens.revoke_all(tx, number))


def _update(tx: Transaction, number: int, **values: object) -> None:
    tx.connection.execute(update(accounts).where(accounts.c.id == number).values(**values))


def _said(roles: Collection[str], channels: Collection[str]) -> dict[str, object]:
    return {"roles": sorted(set(roles)), "channels": sorted(set(channels))}


def _found(connection: Connection, condition: ColumnElement[bool]) -> Account | None:
    row = connection.execute(select(accounts).where(condition)).one_or_none()
    return None if row is None else _value(row)


def _value(row: _Row) -> Account:
    return Account(
        row.id,
        row.name,
        frozenset(row.roles),
        frozenset(row.channels),
        row.made_at,
        row.made_by,
        row.disabled_at,
        row.disabled_by,
        row.totp is not None,
    )
