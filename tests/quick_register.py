"""New registers for tests: the statements that the migrations lead to, not each of their steps.

``tests/unit/test_quick_register.py`` holds that both ways lead to the same; tests of the migrations
themselves do not come here.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, create_engine, inspect

from consent_db.upgrade import upgrade


def quickly(connection: Connection) -> frozenset[str]:
    """As ``consent_db.upgrade.upgrade``."""
    if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
        return upgrade(connection)
    for statement in _statements():
        connection.exec_driver_sql(statement)
    return frozenset()


@cache
def _statements() -> tuple[str, ...]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade(connection)
        return tuple(dump(connection))


def dump(connection: Connection) -> list[str]:
    """The statements that make a SQLite register as it is."""
    raw = connection.connection.dbapi_connection
    assert raw is not None
    lines = raw.iterdump()
    return [line for line in lines if line not in ("BEGIN TRANSACTION;", "COMMIT;")]
