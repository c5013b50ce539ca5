"""The fixtures of these tests."""

import pytest

from consent_db.upgrade import upgrade
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


@pytest.fixture(autouse=True)
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registers are made as the product makes them."""
    monkeypatch.setattr("consent_db.database.upgrade", upgrade)
