"""The fixtures of these tests."""

from tests.register_fixtures import (
    cheap_passwords,
    clock,
    database,
    postgresql_server,
    postgresql_template,
    register_url,
    sqlite_template,
    url,
)

__all__ = [
    "cheap_passwords",
    "clock",
    "database",
    "postgresql_server",
    "postgresql_template",
    "register_url",
    "sqlite_template",
    "url",
]
