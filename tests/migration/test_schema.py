"""The schema made at once is the schema made by all migrations."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url, select, text

from consent_db import dropped, people, restrictions, schema, stored, templates
from consent_db.database import Database
from consent_db.register import SqlRegister
from consent_db.schema import metadata
from consent_db.upgrade import configuration, latest
from gate.errors import RegisterError, RegisterUnreachable
from gate.values import Person
from tests.registers import StandingClock, new_register, raw, sqlite_url
from tests.sealers import MadeUpKeys

VECTOR = bytes.fromhex("000000000000803f")
"""(0, 1) as a template is stored."""

OF_THE_FIRST_SCHEMA = (
    "people VALUES ('P1', 'pupil', 'Siân', 'Ŵyn', NULL, NULL, '2026-01-01 00:00:00', 'somebody')",
    "restrictions VALUES (1, 'P1', 'all', '2026-01-01', NULL, 'court order',"
    " '2026-01-01 00:00:00', 'dsl', NULL, NULL)",
    f"photos (id, sha256) VALUES (1, '{'a' * 64}')",
    "drops VALUES (1, 1, 'fair/siân.jpg', 'siân.jpg', 'fair', 5, 7, '2026-01-01 00:00:00',"
    " 'watch', NULL)",
    "drops VALUES (2, 1, 'fair/siân.jpg', 'siân.jpg', 'fair', 5, 8, '2026-01-01 00:00:00',"
    " 'watch', 'fair/siân.jpg')",
)

SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"
POSTGRESQL = (
    "SELECT table_name, column_name, data_type, is_nullable, character_maximum_length,"
    " identity_generation, column_default FROM information_schema.columns"
    " WHERE table_schema = 'public'",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal",
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


def described(connection: Connection) -> set[str]:
    """Everything that the database says about itself, independent of order and line breaks."""
    if connection.dialect.name == "postgresql":
        rows = [row for query in POSTGRESQL for row in connection.execute(text(query))]
        return {repr(tuple(row)) for row in rows if "alembic_version" not in repr(row)}
    rows = list(connection.execute(text(SQLITE)))
    return {
        repr((row.type, row.name, _parts(row.sql or "")))
        for row in rows
        if row.tbl_name != "alembic_version"
    }


def _parts(sql: str) -> list[str]:
    """The parts of a definition in any order: columns that were added stand at the end."""
    parts, depth = [""], 0
    for letter in " ".join(sql.split()):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 1:
            parts.append("")
        else:
            parts[-1] += letter
    head, _, first = parts[0].partition("(")
    body = [first, *parts[1:]]
    body[-1] = body[-1].removesuffix(")")
    return sorted(part.strip() for part in [head, *body])


def test_all_migrations_make_the_schema_of_the_code(url: str, tmp_path: Path) -> None:
    Database(url, StandingClock(), sealer=MadeUpKeys()).migrate()
    with raw(url).connect() as connection:
        migrated = described(connection)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    made = make_url(url)
    if made.drivername == "sqlite":
        engine = raw(f"sqlite:///{tmp_path / 'at-once.db'}")
    else:
        engine = raw(url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    metadata.create_all(engine)
    with engine.connect() as connection:
        at_once = described(connection)
    assert migrated == at_once


def test_a_second_migration_changes_nothing(url: str) -> None:
    database = new_register(url)
    with database.transaction("somebody") as tx:
        tx.bump()
    database.migrate()
    assert SqlRegister(database, "reader").revision() == 1


def test_a_register_of_a_newer_version_is_refused(url: str) -> None:
    database = new_register(url)
    with raw(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RegisterUnreachable, match="newer version"):
        database.migrate()


def test_a_migration_that_fails_leaves_nothing_behind(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = raw(url)
    if engine.dialect.name == "sqlite":
        Path(str(make_url(url).database)).touch()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE audit_head (id INTEGER)"))
    with pytest.raises(RegisterUnreachable):
        Database(url, StandingClock(), sealer=MadeUpKeys()).migrate()
    with engine.connect() as connection:
        assert connection.dialect.has_table(connection, "audit_head")
        assert not connection.dialect.has_table(connection, "people")


def test_the_file_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    path.touch(mode=0o644)
    new_register(sqlite_url(tmp_path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_register_is_not_made_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RegisterUnreachable, match="folder"):
        Database(sqlite_url(tmp_path / "nowhere"), StandingClock()).migrate()


def test_a_register_of_the_first_schema_keeps_what_it_holds(url: str) -> None:
    database = Database(url, StandingClock(), sealer=MadeUpKeys())
    if make_url(url).drivername == "sqlite":
        Path(str(make_url(url).database)).touch()
    with raw(url).begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for row in OF_THE_FIRST_SCHEMA:
            connection.execute(text(f"INSERT INTO {row}"))
        connection.execute(
            text("INSERT INTO templates VALUES ('P1', 'reader', :v, :at, 'somebody')"),
            {"v": VECTOR, "at": "2026-01-01 00:00:00"},
        )
    database.migrate()
    with database.reading() as connection:
        assert people.get(connection, "P1") == Person("P1", "pupil", "Siân", "Ŵyn")
        (past,) = restrictions.history(connection, "P1")
        assert past.reason == "court order"
        assert templates.gallery(connection, "reader").vectors.tolist() == [[0.0, 1.0]]
        for name in ("fair/siân.jpg", "siân.jpg"):
            drops = select(schema.drops.c.id).where(dropped.is_called(connection, name))
            assert sorted(connection.execute(drops).scalars()) == [1, 2]
        assert stored.events(connection) == ["fair"]
        assert [drop.duplicate_of for drop in stored.drops(connection, "fair")] == [
            None,
            "fair/siân.jpg",
        ]
    with pytest.raises(RegisterError), database.transaction("somebody") as tx:
        tx.connection.execute(text("UPDATE restrictions SET sealed_reason = NULL"))


def test_nothing_of_the_first_schema_is_left_to_read(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    test_a_register_of_the_first_schema_keeps_what_it_holds(url)
    for file in tmp_path.iterdir():
        data = file.read_bytes()
        for word in ("Siân", "Ŵyn", "siân.jpg", "court order"):
            assert word.encode() not in data, (file, word)
        assert VECTOR not in data


def test_there_is_one_newest_migration() -> None:
    assert latest() == "0013"


def test_two_threads_bring_their_registers_up_to_date_at_once(tmp_path: Path) -> None:
    def migrate(name: str) -> None:
        (tmp_path / name).mkdir()
        for _ in range(3):
            Database(sqlite_url(tmp_path / name), StandingClock(), sealer=MadeUpKeys()).migrate()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, "abcd"))
