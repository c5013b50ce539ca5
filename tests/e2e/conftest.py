"""The command line as its users run it: a process of its own, real files, a real register."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gate.demo.school import School, build

LISTS = ("people", "consents", "biometric", "restrictions")


@dataclass(frozen=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401
        """Its output, read as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """Runs photogate on one site."""

    site: Path

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A verb in a process of its own, still running."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli", "--site", str(self.site), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"COLUMNS": "100", "PYTHONWARNINGS": "ignore"},
        )

    def __call__(self, *words: str, expect: int | None = 0) -> Ran:
        """Run a verb to its end; its exit code must be as expected (None: any)."""
        process = self.start(*words)
        out, err = process.communicate(timeout=300)
        assert expect in (None, process.returncode), f"{words}: {out}\n{err}"
        return Ran(process.returncode, out, err)


def quick(site: Path) -> None:
    """Do not wait long for files that lie there complete."""
    settings = site / "photogate.toml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace("settle_seconds = 2.0", "settle_seconds = 0.2")
    settings.write_text(text.replace("patience_seconds = 30.0", "patience_seconds = 1.0"), "utf-8")


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    """The invented school of drawn people."""
    return build(tmp_path_factory.mktemp("invented"), today=date.today())  # noqa: DTZ011


@pytest.fixture(scope="session")
def judged(school: School, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A site on which the whole school was enrolled and every photo judged. Only look at it."""
    run = CommandLine(tmp_path_factory.mktemp("judged") / "site")
    run("init")
    quick(run.site)
    files = (school.people, school.consents, school.biometric_permissions, school.restrictions)
    for kind, file in zip(LISTS, files, strict=True):
        run("import", kind, str(file))
    run("enrol", str(school.references))
    shutil.copytree(school.incoming, run.site / "staging", dirs_exist_ok=True)
    run("watch", "--once", "--workers", "2")
    return run


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
        return CommandLine(tmp_path / "site")

    return copy
