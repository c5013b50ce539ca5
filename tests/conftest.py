"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The measuring data beside the project (PHOTOGATE_SHARED names another place)."""
    folder = Path(os.environ.get("PHOTOGATE_SHARED", PROJECT.parent / "shared"))
    if not (folder / "school" / "truth.csv").is_file():
        pytest.skip("the measuring data is not beside the project")
    return folder


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where PHOTOGATE_NO_SKIPS is set, as in CI, a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("PHOTOGATE_NO_SKIPS") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
