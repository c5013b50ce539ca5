"""A site without accounts yet, for each test anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.site import Site
from tests.account_site import new_site


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where logins are kept."""
    monkeypatch.setenv("PHOTOGATE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PHOTOGATE_TOKEN", raising=False)
    return tmp_path / "home"


@pytest.fixture
def site(tmp_path: Path, home: Path) -> Site:
    """A new site, and a home of its own for whoever logs in."""
    return new_site(tmp_path)
