"""How the register is reached: SQLite or PostgreSQL, set up alike for safety."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from gate.errors import SettingsError

_WRITERS = 0x70686F746F67
"""Number of PostgreSQL's advisory lock that writers of a register hold ("photog" in ASCII)."""

_SERIALISE = partial(json.dumps, separators=(",", ":"), allow_nan=False)


def parse(url: str) -> URL:
    """The address of a register. Raises SettingsError when it is neither SQLite nor PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError(
            "The register's address cannot be read; it begins with sqlite:/// or postgresql://."
        ) from error
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        return parsed
    raise SettingsError(
        "The register's address must name a SQLite file (sqlite:///...) or a PostgreSQL "
        "database (postgresql://...)."
    )


def make(url: URL, busy_seconds: float) -> Engine:
    """An engine that opens a connection for each use, so that it survives forks.

    Nothing is opened here. Raises SettingsError when PostgreSQL's driver is not installed.
    """
    if url.drivername == "sqlite":
        return _sqlite(Path(str(url.database)).absolute(), busy_seconds)
    try:
        return create_engine(
            url, poolclass=NullPool, hide_parameters=True, json_serializer=_SERIALISE
        )
    except ModuleNotFoundError as error:
        raise SettingsError(
            "The register is in PostgreSQL, whose driver is not installed: "
            "pip install 'photogate[postgresql]'."
        ) from error


def _sqlite(path: Path, busy_seconds: float) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=_opener(path, busy_seconds),
        poolclass=NullPool,
        hide_parameters=True,
        json_serializer=_SERIALISE,
    )
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _opener(path: Path, busy_seconds: float) -> Callable[[], sqlite3.Connection]:
    def connect() -> sqlite3.Connection:
        # mode=rw: a register that is not there is an error, never a new empty one.
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=rw", uri=True, timeout=busy_seconds, isolation_level=None
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        return connection

    return connect


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("photogate_writes", False)
    if not writes:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


def options(engine: Engine, *, writes: bool) -> dict[str, Any]:
    """Execution options of a connection that writes, or that only reads one consistent state."""
    if engine.dialect.name == "sqlite":
        return {"photogate_writes": writes}
    if writes:
        return {"isolation_level": "READ COMMITTED"}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def lock_writers(connection: Connection, busy_seconds: float) -> None:
    """Wait for other writers; SQLite does so at BEGIN IMMEDIATE."""
    if connection.dialect.name == "sqlite":
        return
    wait = {"wait": str(int(busy_seconds * 1000))}
    connection.execute(text("SELECT set_config('lock_timeout', :wait, true)"), wait)
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _WRITERS})
