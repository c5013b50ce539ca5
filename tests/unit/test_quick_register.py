"""A register that a test made quickly is one that the migrations made."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine

from consent_db.upgrade import upgrade
from tests.quick_register import dump, quickly
from tests.registers import new_register, raw, sqlite_url


def test_both_ways_lead_to_the_same(tmp_path: Path) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade(connection)
        migrated = dump(connection)
    new_register(sqlite_url(tmp_path))
    with raw(sqlite_url(tmp_path)).connect() as connection:
        assert dump(connection) == migrated
        assert quickly(connection) == frozenset(), "nothing is left to do"
        assert dump(connection) == migrated
    assert len(migrated) > 60
