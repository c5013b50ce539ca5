"""Fixtures for tests that run against every database that a register can live in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from consent_db.database import Database
from tests.registers import (
    StandingClock,
    new_register,
    postgresql,
    postgresql_programs,
    sqlite_url,
)
from tests.sealers import MadeUpKeys

BUSY_SECONDS = 20
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL to throw away; skips where it is not installed."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with postgresql(programs) as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """A new register to copy: the name of its database."""
    new_register(_create(postgresql_server, "template_register"))
    return "template_register"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new register to copy: its file."""
    folder = tmp_path_factory.mktemp("template")
    new_register(sqlite_url(folder))
    return folder / "register.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return _create(request.getfixturevalue("postgresql_server"), f"empty_{next(_NUMBERS)}")


@pytest.fixture(params=["sqlite", "postgresql"])
def register_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new register."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "register.db")
        return sqlite_url(tmp_path)
    template: str = request.getfixturevalue("postgresql_template")
    server: str = request.getfixturevalue("postgresql_server")
    return _create(server, f"register_{next(_NUMBERS)}", template)


@pytest.fixture
def clock() -> StandingClock:
    """The time of the register; it stands until it is moved."""
    return StandingClock()


@pytest.fixture
def database(register_url: str, clock: StandingClock) -> Database:
    """A new register."""
    return Database(register_url, clock, busy_seconds=BUSY_SECONDS, sealer=MadeUpKeys())


def _create(server: str, name: str, template: str = "template1") -> str:
    address = make_url(server)
    libpq = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(libpq, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return address.set(database=name).render_as_string(hide_password=False)
