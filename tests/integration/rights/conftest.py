"""One judged site for all tests of people's rights and of retention; each changes a copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.once import once
from tests.rights_site import Judged, copy, make, within


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """A site that was judged. Only look at it."""
    folder = once(tmp_path_factory, "rights", make)
    return within(folder)


@pytest.fixture
def own(judged: Judged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judged:
    """A copy of the site and of its keys, to change."""
    made = copy(judged, tmp_path)
    monkeypatch.setenv("PHOTOGATE_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PHOTOGATE_HOME", str(tmp_path / "home"))
    return made
