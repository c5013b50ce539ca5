"""Accounts: made, changed and disabled so that somebody can always put things right."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

import pytest
from sqlalchemy import select

from consent_db import accounts, audit, sessions, tokens
from consent_db.accounts import Account, Ended
from consent_db.database import Database
from consent_db.schema import accounts as accounts_table
from consent_db.sessions import SessionKind
from consent_db.tokens import Purpose, Wanted
from gate.errors import RegisterError
from tests.registers import NOON

SECRET = "heron waits by the weir"  # noqa: S105
OTHER = "seven swans over the mill"


def make(database: Database, name: str = "Ada Min", *roles: str, channels: str = "") -> Account:
    with database.transaction("somebody") as tx:
        wanted = roles or ("admin",)
        return accounts.make(tx, name, SECRET, roles=wanted, channels=channels.split())


def log(database: Database) -> list[tuple[str, str, str, str]]:
    with database.reading() as connection:
        audit.verify(connection)
        return [(e.actor, e.action, e.subject, e.details) for e in audit.entries(connection)]


def everyone(database: Database) -> tuple[Account, ...]:
    with database.reading() as connection:
        return accounts.everyone(connection)


def test_an_account_comes_back_as_it_was_made(database: Database) -> None:
    with database.reading() as connection:
        assert not accounts.any_made(connection)
    first = make(database)
    second = make(database, "  Wyn   Ŵeb ", "website", "comms", channels="website social")
    assert everyone(database) == (first, second)
    assert (second.id, second.name) == (2, "Wyn Ŵeb")
    assert second.roles == {"website", "comms"}
    assert second.channels == {"website", "social"}
    assert (second.made_at, second.made_by, second.enabled) == (NOON, "somebody", True)
    with database.reading() as connection:
        assert accounts.any_made(connection)
        assert accounts.named(connection, "wyn ŵEB") == second
        with pytest.raises(RegisterError):
            accounts.named(connection, "nobody")
        with pytest.raises(RegisterError):
            accounts.get(connection, 3)


def test_the_first_account_is_an_administrators(database: Database) -> None:
    with pytest.raises(RegisterError, match="first account"):
        make(database, "Com Ms", "comms")
    assert everyone(database) == ()


def test_a_name_belongs_to_one_account_however_it_is_written(database: Database) -> None:
    make(database, "Zoë Straße")
    same = ("zoë strasse", "ZOË STRASSE", unicodedata.normalize("NFD", "Zoë  Straße"))
    for name in same:
        with pytest.raises(RegisterError, match="already"):
            make(database, name)
    for name in ("", "  ", "x" * 101, "Jo\x1bSmith", "Jo \N{RIGHT-TO-LEFT OVERRIDE}Smith"):
        with pytest.raises(RegisterError):
            make(database, name)
    assert len(everyone(database)) == 1


def test_roles_and_channels_go_together(database: Database) -> None:
    make(database)
    for roles, channels in (
        (("root",), ""),
        (("website",), ""),
        (("social", "comms"), ""),
    ):
        with pytest.raises(RegisterError):
            make(database, "Somebody Else", *roles, channels=channels)
    with database.transaction("Ada Min") as tx, pytest.raises(RegisterError):
        accounts.make(tx, "Somebody Else", SECRET, roles=(), channels=())
    assert make(database, "Somebody Else", "social", channels="all").channels == {"all"}


def test_an_enabled_administrator_always_remains(database: Database) -> None:
    first, second = make(database), make(database, "Bea Min", "admin")
    with database.transaction("Ada Min") as tx:
        accounts.disable(tx, first.id)
    before = log(database)
    with pytest.raises(RegisterError, match="no account with the role admin"):
        change_roles(database, second, "dsl")
    with (
        pytest.raises(RegisterError, match="no account with the role admin"),
        database.transaction("Bea Min") as tx,
    ):
        accounts.disable(tx, second.id)
    assert everyone(database)[1] == second
    assert log(database) == before
    with database.transaction("Bea Min") as tx:
        assert accounts.enable(tx, first.id).enabled
    assert change_roles(database, second, "dsl").roles == {"dsl"}


def change_roles(database: Database, account: Account, *roles: str) -> Account:
    with database.transaction("Bea Min") as tx:
        return accounts.change(tx, account.id, roles=roles)


def test_a_change_counts_and_none_leaves_no_trace(database: Database) -> None:
    make(database)
    one = make(database, "Wyn Web", "website", channels="website")
    with database.transaction("Ada Min") as tx:
        accounts.change(tx, one.id, roles={"website"})
    before = log(database)
    with database.transaction("Ada Min") as tx:
        changed = accounts.change(tx, one.id, channels={"social"})
    assert changed.roles == {"website"}
    assert changed.channels == {"social"}
    assert log(database)[:-1] == before
    with pytest.raises(RegisterError), database.transaction("Ada Min") as tx:
        accounts.change(tx, one.id, channels=())


@pytest.mark.parametrize("how", ["password", "disable"])
def test_logins_and_tokens_end_with_the_password_and_with_the_account(
    database: Database, how: str
) -> None:
    make(database)
    one = make(database, "Wyn Web", "website", channels="website")
    with database.transaction("Ada Min") as tx:
        secrets = [sessions.open_(tx, one.id, kind)[1] for kind in SessionKind]
        wanted = Wanted(one.id, "site", Purpose.PULL, ["website"], timedelta(days=1))
        token = tokens.make(tx, wanted)[1]
    with database.transaction("Ada Min") as tx:
        if how == "password":
            ended = accounts.set_password(tx, one.id, OTHER)
        else:
            ended = accounts.disable(tx, one.id)
        if how == "disable":
            accounts.enable(tx, one.id)
    assert ended == Ended(sessions=2, tokens=1)
    with database.reading() as connection:
        assert not any(sessions.find(connection, secret, NOON) for secret in secrets)
        assert tokens.find(connection, token, NOON) is None
    told = [action for _, action, _, _ in log(database)]
    assert told.count("session.ended") == 2
    assert told.count("token.revoked") == 1


def test_disabling_and_enabling_twice_is_told(database: Database) -> None:
    make(database)
    one = make(database, "Wyn Web", "comms")
    with database.transaction("Ada Min") as tx:
        accounts.disable(tx, one.id)
    gone = everyone(database)[1]
    assert (gone.enabled, gone.disabled_at, gone.disabled_by) == (False, NOON, "Ada Min")
    with pytest.raises(RegisterError), database.transaction("Ada Min") as tx:
        accounts.disable(tx, one.id)
    with database.transaction("Ada Min") as tx:
        accounts.enable(tx, one.id)
    with pytest.raises(RegisterError), database.transaction("Ada Min") as tx:
        accounts.enable(tx, one.id)


def test_the_log_names_accounts_by_number_and_holds_no_secret(database: Database) -> None:
    make(database)
    one = make(database, "Wyn Web", "comms")
    with database.transaction("Ada Min") as tx:
        accounts.set_password(tx, one.id, OTHER)
        secret = sessions.open_(tx, one.id, SessionKind.WEB)[1]
        wanted = Wanted(one.id, "laptop", Purpose.COMMANDS, ["all"], timedelta(days=1))
        token = tokens.make(tx, wanted)[1]
        accounts.disable(tx, one.id)
    with database.reading() as connection:
        hashes = list(connection.execute(select(accounts_table.c.password)).scalars())
    everything = repr(log(database))
    for hidden in (SECRET, OTHER, secret, token, "argon2", "Wyn", *hashes):
        assert hidden not in everything
    assert repr(everyone(database)).find("argon2") == -1
    assert ("Ada Min", "account.disabled", "account 2", "{}") in log(database)
