"""The command line as its users run it: a process of its own, real files, a real register."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.demo.school import School
from tests.command_line import Brisk, CommandLine
from tests.drawn_school import invented, judged_school


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    """The invented school of drawn people."""
    return invented(tmp_path_factory)


@pytest.fixture(scope="session")
def judged(school: School, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A site on which the whole school was enrolled and every photo judged. Only look at it."""
    return Brisk(judged_school(school, tmp_path_factory))


@pytest.fixture
def site_of(
    judged: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], CommandLine]:
    """A copy of the judged site with keys of its own, to change."""

    def copy() -> CommandLine:
        shutil.copytree(judged.site, tmp_path / "site")
        # Destroying a person's key would make that person unreadable on every copy.
        shutil.copytree(os.environ["PHOTOGATE_KEYS"], tmp_path / "keys")
        monkeypatch.setenv("PHOTOGATE_KEYS", str(tmp_path / "keys"))
        return Brisk(tmp_path / "site")

    return copy
