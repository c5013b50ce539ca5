"""A log of a thousand photos holds; one byte changed in the register's own file is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from consent_db import audit
from consent_db.database import Database
from consent_db.photos import SqlLedger
from gate.errors import AuditBroken
from tests.registers import arrival, judgement, new_register, release, sha256, sqlite_url

PHOTOS = 1_000
PER_PHOTO = 3


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("ledger")
    database = new_register(sqlite_url(folder))
    ledger = SqlLedger(database, "watch")
    # A connection that stays open spares every record the work of closing the last one.
    with database.reading():
        for number in range(PHOTOS):
            ledger.record(arrival(number, f"{number}.jpg"), judgement(number), [release(number)])
    yield folder / "register.db"


@pytest.fixture
def copy(filled: Path, tmp_path: Path) -> Path:
    """The register, with all that its write-ahead log held, to be damaged."""
    target = tmp_path / "register.db"
    with closing(sqlite3.connect(filled)) as source, closing(sqlite3.connect(target)) as goal:
        source.backup(goal)
    return target


def verified(path: Path) -> int:
    database = Database(sqlite_url(path.parent), lambda: pytest.fail("no clock is needed"))
    with database.reading() as connection:
        return audit.verify(connection)


def test_a_thousand_photos_are_vouched_for(copy: Path) -> None:
    assert verified(copy) == PHOTOS * PER_PHOTO


@pytest.mark.parametrize("byte", [b"x", b"\xff"])
def test_one_changed_byte_in_the_file_is_found_and_named(copy: Path, byte: bytes) -> None:
    photo = 637
    data = copy.read_bytes()
    wanted = sha256(photo).encode() + b'{"cause"'
    assert data.count(wanted) == 1
    place = data.index(wanted) + len(wanted) - 5
    copy.write_bytes(data[:place] + byte + data[place + 1 :])
    with pytest.raises(AuditBroken) as caught:
        verified(copy)
    assert caught.value.sequence == photo * PER_PHOTO + 2


def test_a_verdict_changed_behind_the_guards_is_found_and_named(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute(
            "UPDATE audit SET details = replace(details, 'block', 'approve') WHERE sequence = 1505"
        )
    with pytest.raises(AuditBroken) as caught:
        verified(copy)
    assert caught.value.sequence == 1505
