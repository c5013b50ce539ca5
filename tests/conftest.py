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
