"""Logging in: only with the right password, never so fast that guessing pays, never locked out."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, text, update

from consent_db import accounts, audit, passwords
from consent_db.accounts import Account
from consent_db.database import Database
from consent_db.login import FREE, LONGEST_WAIT, authenticate, wait_after
from consent_db.schema import accounts as accounts_table
from consent_db.schema import login_attempts
from gate.errors import LoginRefused
from tests.registers import StandingClock, raw

NAME, SECRET, WRONG = "Siân Lead", "heron waits by the weir", "heron waits by the mill"
UNKNOWN = "Nobody At All"
COSTLY = pytest.mark.usefixtures("costly_passwords")


@pytest.fixture
def account(database: Database) -> Account:
    with database.transaction("somebody") as tx:
        return accounts.make(tx, NAME, SECRET, roles=["admin"])


def refused(database: Database, name: str = NAME, password: str = WRONG) -> LoginRefused:
    with pytest.raises(LoginRefused) as error:
        authenticate(database, name, password)
    return error.value


def failures(database: Database) -> list[tuple[str, str]]:
    with database.reading() as connection:
        audit.verify(connection)
        entries = audit.entries(connection)
        return [(e.subject, e.details) for e in entries if e.action == "login.failed"]


@COSTLY
def test_the_right_password_lets_in(database: Database, account: Account) -> None:
    assert authenticate(database, " siÂn  LEAD ", SECRET) == account
    assert failures(database) == []


def test_every_other_answer_is_the_same(database: Database, account: Account) -> None:
    with database.transaction("somebody") as tx:
        other = accounts.make(tx, "Old Hand", SECRET, roles=["comms"])
        accounts.disable(tx, other.id)
    answers = {
        str(refused(database, name, password))
        for name, password in (
            (NAME, WRONG),
            (NAME, ""),
            (UNKNOWN, SECRET),
            ("Old Hand", SECRET),
            ("", ""),
            ("\udcff\0", "\udcff\0"),
        )
    }
    assert answers == {"The name or the password is wrong."}


@pytest.mark.parametrize("name", [NAME, UNKNOWN])
def test_guessing_gets_slower_whether_there_is_an_account_or_not(
    database: Database, account: Account, clock: StandingClock, name: str
) -> None:
    assert [refused(database, name).wait for _ in range(FREE + 1)] == [0] * FREE + [5]
    assert "Wait 5 seconds" in str(refused(database, name))
    assert refused(database, name, SECRET).wait == 5, "not even the right one is looked at"
    clock.advance(timedelta(seconds=4))
    assert refused(database, name).wait == 1
    clock.advance(timedelta(seconds=1))
    assert [refused(database, name).wait for _ in range(2)] == [0, 10]


def test_nobody_is_locked_out_for_good(
    database: Database, account: Account, clock: StandingClock
) -> None:
    for _ in range(30):
        refused(database)
        clock.advance(LONGEST_WAIT)
    assert wait_after(10_000_000) == LONGEST_WAIT
    assert authenticate(database, NAME, SECRET) == account
    assert [refused(database).wait for _ in range(FREE)] == [0] * FREE, "all is forgotten then"


def test_a_clock_that_is_set_back_does_not_lock_anybody_out(
    database: Database, account: Account, clock: StandingClock
) -> None:
    for _ in range(FREE):
        refused(database)
    clock.advance(-timedelta(days=400))
    assert refused(database, password=SECRET).wait == 5
    clock.advance(timedelta(seconds=5))
    assert authenticate(database, NAME, SECRET) == account


def test_an_hour_of_peace_forgets(
    database: Database, account: Account, clock: StandingClock
) -> None:
    for _ in range(FREE):
        refused(database)
    clock.advance(timedelta(hours=1, seconds=1))
    assert refused(database).wait == 0
    with database.reading() as connection:
        assert connection.execute(select(login_attempts.c.failed)).scalars().all() == [1]


@COSTLY
def test_many_guesses_at_once_gain_nothing(database: Database, account: Account) -> None:
    def guess(number: int) -> int:
        try:
            authenticate(database, NAME, f"{WRONG} {number}")
        except LoginRefused as error:
            return error.wait
        return -1

    with ThreadPoolExecutor(6) as pool:
        waits = list(pool.map(guess, range(12)))
    assert waits.count(0) == FREE
    assert waits.count(-1) == 0


def test_the_log_tells_of_failures_but_is_not_flooded(
    database: Database, account: Account, clock: StandingClock
) -> None:
    for _ in range(4):
        refused(database)
    for number in range(6):
        refused(database, f"{UNKNOWN} {number}")
    assert [about for about, _ in failures(database)] == ["account 1", "unknown name"]
    clock.advance(timedelta(minutes=1))
    refused(database)
    refused(database, UNKNOWN)
    told = failures(database)
    assert [about for about, _ in told] == ["account 1", "unknown name"] * 2
    assert told[2][1] == '{"failures":5}'
    with database.reading() as connection:
        everything = repr([entry.as_dict() for entry in audit.entries(connection)])
    for hidden in (WRONG, SECRET, "Siân", "Nobody", "argon2"):
        assert hidden not in everything


def test_names_that_were_typed_cannot_be_read_from_the_database(
    database: Database, register_url: str
) -> None:
    # Somebody may type the password where the name belongs.
    for number in range(3):
        refused(database, f"{SECRET} {number}")
    with raw(register_url).connect() as connection:
        rows = [tuple(row) for row in connection.execute(text("SELECT slot FROM login_attempts"))]
    assert all(-1 <= slot < 65_536 for (slot,) in rows)


@COSTLY
def test_a_password_is_kept_anew_when_the_parameters_have_changed(
    database: Database, account: Account
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(SECRET)
    with database.transaction("somebody") as tx:
        tx.connection.execute(update(accounts_table).values(password=old))
    authenticate(database, NAME, SECRET)
    with database.reading() as connection:
        kept = connection.execute(select(accounts_table.c.password)).scalar_one()
    assert kept != old
    assert not passwords.is_dated(kept)
    assert authenticate(database, NAME, SECRET) == account


def test_a_password_that_is_changed_while_it_is_compared_lets_nobody_in(
    database: Database, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = passwords.matches

    def meanwhile(kept: str, password: str) -> bool:
        with database.transaction("somebody") as tx:
            accounts.set_password(tx, account.id, "seven swans over the mill")
        return compare(kept, password)

    monkeypatch.setattr(passwords, "matches", meanwhile)
    refused(database, password=SECRET)


@COSTLY
def test_an_unknown_name_takes_as_long(database: Database, account: Account) -> None:
    def seconds(name: str) -> float:
        begin = time.perf_counter()
        refused(database, name)
        return time.perf_counter() - begin

    known, unknown = [], []
    for number in range(FREE):
        known.append(seconds(NAME))
        unknown.append(seconds(f"{UNKNOWN} {number}"))
    assert 0.4 < median(unknown) / median(known) < 2.5


def test_the_counting_takes_little_room(database: Database, clock: StandingClock) -> None:
    for number in range(4):
        refused(database, f"{UNKNOWN} {number}")
        clock.advance(timedelta(hours=2))
    with database.reading() as connection:
        count = select(func.count()).select_from(login_attempts)
        assert connection.execute(count).scalar_one() <= 2
