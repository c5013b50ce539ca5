"""The fixtures of these tests."""

from tests.register_fixtures import (
    clock,
    database,
    postgresql_server,
    postgresql_template,
    register_url,
    sqlite_template,
    url,
)

__all__ = [
    "clock",
    "database",
    "postgresql_server",
    "postgresql_template",
    "register_url",
    "sqlite_template",
    "url",
]
