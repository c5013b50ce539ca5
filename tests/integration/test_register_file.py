"""A register file that is missing, damaged or locked is an error, never an empty register."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.util import CommandError
from sqlalchemy import exc, text

from consent_db import biometrics, people, templates
from consent_db.database import Database
from consent_db.failures import translated
from consent_db.photos import SqlLedger
from consent_db.register import SqlRegister
from gate.errors import PhotogateError, RegisterError, RegisterUnreachable
from gate.values import ConsentStatus
from tests.registers import (
    READER,
    StandingClock,
    arrival,
    biometric,
    new_register,
    person,
    sha256,
    sqlite_url,
    vector,
)
from tests.sealers import MadeUpKeys


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return new_register(sqlite_url(tmp_path))


def unreachable(folder: Path) -> str:
    database = Database(sqlite_url(folder), StandingClock(), sealer=MadeUpKeys())
    asks = (
        SqlRegister(database, READER).snapshot,
        SqlRegister(database, READER).revision,
        SqlLedger(database, "watch").releases,
        lambda: SqlLedger(database, "watch").knows(sha256(1)),
        lambda: SqlLedger(database, "watch").record_duplicate(arrival()),
    )
    for ask in asks:
        with pytest.raises(RegisterUnreachable) as caught:
            ask()
        assert caught.value.__cause__ is not None
    return str(caught.value)


def test_a_register_that_is_not_there_is_not_made_by_asking(tmp_path: Path) -> None:
    assert "cannot be opened" in unreachable(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_never_set_up_is_not_taken_for_an_empty_register(tmp_path: Path) -> None:
    (tmp_path / "register.db").touch()
    assert "not set up" in unreachable(tmp_path)


def test_a_file_of_another_kind_is_not_a_register(tmp_path: Path) -> None:
    (tmp_path / "register.db").write_bytes(b"a spreadsheet, perhaps" * 100)
    assert "damaged" in unreachable(tmp_path)


def test_a_damaged_file_is_said_to_be_damaged(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x55" * (len(data) - 4096)
    path.write_bytes(bytes(data))
    assert "damaged" in unreachable(tmp_path)


def test_a_register_in_a_folder_with_odd_letters_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "Schüler & 100% #1"
    folder.mkdir()
    assert SqlRegister(new_register(sqlite_url(folder)), READER).revision() == 0
    assert (folder / "register.db").is_file()


def test_a_locked_register_is_said_to_be_busy(tmp_path: Path) -> None:
    new_register(sqlite_url(tmp_path))
    hasty = Database(sqlite_url(tmp_path), StandingClock(), busy_seconds=0.1, sealer=MadeUpKeys())
    with closing(sqlite3.connect(tmp_path / "register.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RegisterUnreachable, match="busy"), hasty.transaction("admin"):
            pass


def test_a_template_that_was_destroyed_is_nowhere_in_the_files(
    database: Database, tmp_path: Path
) -> None:
    # Another program that has the register open keeps the write-ahead log in use.
    with closing(sqlite3.connect(tmp_path / "register.db")) as other:
        other.execute("SELECT count(*) FROM people").fetchall()
        with database.transaction("admin") as tx:
            people.add_or_change(tx, person())
            biometrics.record(tx, biometric())
            templates.save(tx, "P1", READER, vector(42), [("a" * 64, "sharp", None)])
        secret = other.execute("SELECT vector FROM templates").fetchone()[0]
        assert any(secret in file.read_bytes() for file in tmp_path.iterdir())
        with database.transaction("dpl") as tx:
            biometrics.record(tx, biometric(status=ConsentStatus.WITHDRAWN))
        assert not any(secret in file.read_bytes() for file in tmp_path.iterdir())


def test_an_error_says_nothing_of_the_values(database: Database) -> None:
    insert = text("INSERT INTO people (ref, kind) VALUES ('P1', :name)")
    with pytest.raises(RegisterError) as caught, database.transaction("admin") as tx:
        tx.connection.execute(insert, {"name": "Cleopatra"})
    assert "Cleopatra" not in f"{caught.value} {caught.value.__cause__}"


def _members(base: type[exc.SQLAlchemyError]) -> list[type[exc.SQLAlchemyError]]:
    return [base, *(deeper for member in base.__subclasses__() for deeper in _members(member))]


def _made(
    kind: type[exc.SQLAlchemyError] | type[CommandError],
) -> exc.SQLAlchemyError | CommandError:
    if issubclass(kind, exc.DBAPIError):
        return kind("SELECT 1", {}, sqlite3.Error("boom"))
    if issubclass(kind, exc.StatementError):
        return kind("boom", "SELECT 1", {}, ValueError("boom"))
    error = kind.__new__(kind)
    Exception.__init__(error, "boom")
    return error


@pytest.mark.parametrize("kind", [*_members(exc.SQLAlchemyError), CommandError])
def test_every_error_of_the_database_has_a_meaning(
    kind: type[exc.SQLAlchemyError] | type[CommandError],
) -> None:
    meaning: PhotogateError = translated(_made(kind), "sqlite:///register.db")
    wanted = RegisterError if issubclass(kind, exc.IntegrityError) else RegisterUnreachable
    assert type(meaning) is wanted
    assert "register.db" in str(meaning)
