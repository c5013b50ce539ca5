"""Bringing a register to the schema of this version."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_ONE_AT_A_TIME = Lock()
"""Alembic keeps what it works on in globals: two threads would take each other's."""


def configuration() -> Config:
    """Alembic's settings: the migrations that lie beside this file, wherever it is installed."""
    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


@cache
def latest() -> str:
    """The revision that this version of the software works with."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    assert head is not None  # noqa: S101 - shipped with the package
    return head


def upgrade(connection: Connection) -> frozenset[str]:
    """Run the migrations that are missing, in the connection's transaction.

    Returns the tables in which rows were sealed that had lain there open. Raises
    alembic.util.CommandError when the register was made by a newer version.
    """
    if MigrationContext.configure(connection).get_current_heads() == (latest(),):
        return frozenset()
    config = configuration()
    config.attributes["connection"] = connection
    config.attributes["sealed"] = sealed = set[str]()
    with _ONE_AT_A_TIME:
        command.upgrade(config, "head")
    return frozenset(sealed)
