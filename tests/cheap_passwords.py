"""Passwords that cost next to nothing to keep, for all tests but those that are about the cost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

_REAL: dict[str, object] = {}


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """In this process; a console in a process of its own hashes as the product does."""
    from consent_db import passwords

    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    _REAL.update(_HASHER=passwords._HASHER, NOBODYS=passwords.NOBODYS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", cheap)
        patch.setattr(passwords, "NOBODYS", cheap.hash("nobody has this password"))
        yield


@pytest.fixture
def costly_passwords(cheap_passwords: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the product keeps them."""
    from consent_db import passwords

    for name, value in _REAL.items():
        monkeypatch.setattr(passwords, name, value)
