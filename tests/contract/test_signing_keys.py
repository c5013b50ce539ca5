"""Keys and releases that signed documents are checked by; any database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from consent_db import signing_keys, standings
from consent_db.database import Database
from consent_db.photos import SqlLedger
from consent_db.signing_keys import MADE
from gate.errors import AuditBroken
from tests.registers import (
    NOON,
    StandingClock,
    arrival,
    judgement,
    release,
    sha256,
)


def test_each_key_is_put_on_record_once_and_the_first_names_the_site(database: Database) -> None:
    for _ in range(2):
        assert signing_keys.make_known(database, "admin", "first", "ed25519:1") == "first"
    for _ in range(2):
        assert signing_keys.make_known(database, "admin", "second", "ed25519:2") == "first"
    with database.reading() as connection:
        keys = signing_keys.known(connection)
    assert [(key.fingerprint, key.public_key, key.at) for key in keys] == [
        ("first", "ed25519:1", NOON),
        ("second", "ed25519:2", NOON),
    ]


def test_a_key_that_cannot_be_read_any_more_is_named(database: Database) -> None:
    with database.transaction("intruder") as tx:
        tx.audit(MADE, "first", {"other": 1})
    with database.reading() as connection, pytest.raises(AuditBroken, match="Entry 1"):
        signing_keys.known(connection)


def test_a_copy_stands_until_its_release_ends(database: Database, clock: StandingClock) -> None:
    ledger = SqlLedger(database, "watch")
    ledger.record(arrival(), judgement(), [release()])
    copy = release().sha256

    def told() -> tuple[object, ...]:
        with database.reading() as connection:
            return standings.standing_of(connection, copy)

    assert told() == (("website", NOON, None),)
    clock.advance(timedelta(hours=1))
    with database.transaction("dpl") as tx:
        tx.connection.execute(text("UPDATE releases SET ended_at = (SELECT at FROM judgements)"))
    assert told() == (("website", NOON, NOON),)
    with database.reading() as connection:
        assert standings.standing_of(connection, sha256(9)) == ()
