"""Logins and tokens: known by a secret that is kept nowhere, until they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from consent_db import accounts, audit, sessions, tokens
from consent_db.accounts import Account
from consent_db.database import Database
from consent_db.sessions import LIFETIMES, SEEN_EVERY, Session, SessionKind
from consent_db.tokens import Purpose, Token, Wanted
from gate.errors import RegisterError
from tests.registers import NOON, StandingClock, raw

SECRET = "heron waits by the weir"  # noqa: S105
DAY = timedelta(days=1)


@pytest.fixture
def account(database: Database) -> Account:
    with database.transaction("somebody") as tx:
        accounts.make(tx, "Ada Min", SECRET, roles=["admin"])
        return accounts.make(tx, "Wyn Web", SECRET, roles=["website"], channels=["website"])


def opened(
    database: Database, account: Account, kind: SessionKind = SessionKind.WEB
) -> tuple[Session, str]:
    with database.transaction(account.name) as tx:
        return sessions.open_(tx, account.id, kind)


def found(database: Database, secret: str, clock: StandingClock) -> Session | None:
    with database.reading() as connection:
        return sessions.find(connection, secret, clock())


def known(database: Database, secret: str, clock: StandingClock) -> Token | None:
    with database.reading() as connection:
        return tokens.find(connection, secret, clock())


def made(database: Database, whose: Account, **changes: object) -> tuple[Token, str]:
    values: dict[str, object] = {
        "account": whose.id,
        "label": "the website's own software",
        "purpose": Purpose.PULL,
        "channels": ["website"],
        "life": 90 * DAY,
    }
    with database.transaction("Ada Min") as tx:
        return tokens.make(tx, Wanted(**values | changes))  # type: ignore[arg-type]


def actions(database: Database) -> list[tuple[str, str]]:
    with database.reading() as connection:
        return [(e.action, e.subject) for e in audit.entries(connection)]


def test_a_session_is_found_by_its_secret_alone(
    database: Database, account: Account, clock: StandingClock
) -> None:
    first, secret = opened(database, account)
    second, other = opened(database, account, SessionKind.CLI)
    assert secret != other
    assert len(secret) >= 43
    assert found(database, secret, clock) == first
    assert found(database, other, clock) == second
    for wrong in ("", secret[:-1], secret + "x", str(first.id), "\udcff"):
        assert found(database, wrong, clock) is None
    with database.reading() as connection:
        assert sessions.of_account(connection, account.id, clock()) == (second, first)
        assert sessions.of_account(connection, 1, clock()) == ()


@pytest.mark.parametrize("kind", SessionKind)
def test_it_ends_unused_and_at_the_latest_when_it_expires(
    database: Database, account: Account, clock: StandingClock, kind: SessionKind
) -> None:
    life = LIFETIMES[kind]
    session, secret = opened(database, account, kind)
    clock.advance(life.idle)
    assert found(database, secret, clock) is None
    clock.time = NOON
    while clock() < NOON + life.longest:
        assert found(database, secret, clock) is not None
        with database.transaction(account.name) as tx:
            sessions.seen(tx, session.id)
        clock.advance(life.idle - timedelta(seconds=1))
    clock.time = NOON + life.longest
    with database.transaction(account.name) as tx:
        sessions.seen(tx, session.id)
    assert found(database, secret, clock) is None


def test_it_does_not_count_before_it_began(
    database: Database, account: Account, clock: StandingClock
) -> None:
    _, secret = opened(database, account)
    clock.advance(-DAY)
    assert found(database, secret, clock) is None


def test_it_is_ended_once(database: Database, account: Account, clock: StandingClock) -> None:
    session, secret = opened(database, account)
    with database.transaction(account.name) as tx:
        assert sessions.end(tx, session.id)
        assert not sessions.end(tx, session.id)
    assert found(database, secret, clock) is None
    assert actions(database)[-2:] == [
        ("session.opened", "session 1"),
        ("session.ended", "session 1"),
    ]


def test_all_of_one_account_end_and_no_others(
    database: Database, account: Account, clock: StandingClock
) -> None:
    secrets = [opened(database, account)[1] for _ in range(3)]
    with database.reading() as connection:
        admin = accounts.get(connection, 1)
    _, others = opened(database, admin)
    with database.transaction("Ada Min") as tx:
        assert sessions.end_all(tx, account.id) == 3
    assert not any(found(database, secret, clock) for secret in secrets)
    assert found(database, others, clock) is not None


def test_it_is_noted_when_it_was_used_but_not_every_time(
    database: Database, account: Account, clock: StandingClock
) -> None:
    session, secret = opened(database, account)
    clock.advance(SEEN_EVERY - timedelta(seconds=1))
    assert not session.is_due(clock())
    clock.advance(timedelta(seconds=1))
    assert session.is_due(clock())
    with database.transaction(account.name) as tx:
        sessions.seen(tx, session.id)
    again = found(database, secret, clock)
    assert again is not None
    assert again.last_seen_at == clock()
    assert not again.is_due(clock())


def test_a_disabled_account_is_not_logged_in(
    database: Database, account: Account, clock: StandingClock
) -> None:
    with database.transaction("Ada Min") as tx:
        accounts.disable(tx, account.id)
    with pytest.raises(RegisterError):
        opened(database, account)


def test_old_sessions_are_forgotten_and_their_numbers_not_used_again(
    database: Database, account: Account, clock: StandingClock
) -> None:
    opened(database, account)
    clock.advance(40 * DAY)
    assert opened(database, account)[0].id == 2
    clock.advance(40 * DAY)
    assert opened(database, account)[0].id == 3


def test_no_secret_is_in_the_database(
    database: Database, account: Account, register_url: str
) -> None:
    hidden = [opened(database, account)[1], made(database, account)[1], SECRET]
    with raw(register_url).connect() as connection:
        tables = ("accounts", "sessions", "api_tokens", "audit", "login_attempts")
        rows = [
            repr(tuple(row))
            for table in tables
            for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608
        ]
    assert len(rows) >= 7
    assert not [secret for secret in hidden for row in rows if secret in row]


def test_a_token_comes_back_as_it_was_made(
    database: Database, account: Account, clock: StandingClock
) -> None:
    token, secret = made(database, account)
    assert (token.id, token.account, token.purpose) == (1, account.id, Purpose.PULL)
    assert token.channels == {"website"}
    assert token.made_by == "Ada Min"
    assert token.expires_at == NOON + 90 * DAY
    assert known(database, secret, clock) == token
    assert found(database, secret, clock) is None, "it is not a login"
    for wrong in ("", secret[1:], opened(database, account)[1]):
        assert known(database, wrong, clock) is None


def test_a_token_ends_by_itself_by_hand_and_with_its_account(
    database: Database, account: Account, clock: StandingClock
) -> None:
    token, secret = made(database, account)
    other, others = made(database, account)
    with database.transaction("Ada Min") as tx:
        tokens.revoke(tx, token.id)
        with pytest.raises(RegisterError):
            tokens.revoke(tx, token.id)
        with pytest.raises(RegisterError):
            tokens.revoke(tx, 9)
    assert known(database, secret, clock) is None
    assert known(database, others, clock) == other
    clock.advance(90 * DAY)
    assert known(database, others, clock) is None
    with database.reading() as connection:
        assert [one.id for one in tokens.everything(connection)] == [1, 2]
    assert actions(database)[-1] == ("token.revoked", "token 1")


def test_it_is_noted_when_a_token_is_used(
    database: Database, account: Account, clock: StandingClock
) -> None:
    token, secret = made(database, account)
    assert token.is_due(clock())
    with database.transaction("Wyn Web") as tx:
        tokens.used(tx, token.id)
    again = known(database, secret, clock)
    assert again is not None
    assert again.last_used_at == NOON
    assert not again.is_due(clock())


@pytest.mark.parametrize(
    "changes",
    [
        {"label": " "},
        {"label": "x" * 101},
        {"label": "two\nlines"},
        {"channels": []},
        {"channels": ["social"]},
        {"channels": ["all"]},
        {"life": timedelta(0)},
        {"life": 400 * DAY},
        {"account": 9},
    ],
)
def test_a_token_that_would_allow_too_much_is_not_made(
    database: Database, account: Account, changes: dict[str, object]
) -> None:
    with pytest.raises(RegisterError):
        made(database, account, **changes)
    with database.reading() as connection:
        assert tokens.everything(connection) == ()


def test_a_token_never_reaches_farther_than_its_account_today(
    database: Database, account: Account
) -> None:
    token, _ = made(database, account)
    assert tokens.channels_of(token, frozenset({"website"})) == {"website"}
    assert tokens.channels_of(token, frozenset({"social"})) == set()
    assert tokens.channels_of(token, frozenset({"all"})) == {"website"}
    everywhere, _ = made(database, account, account=1, channels=["all"])
    assert tokens.channels_of(everywhere, frozenset({"website"})) == {"website"}
    assert tokens.channels_of(everywhere, frozenset()) == {"all"}
