"""The command line as tests type it: in processes of its own, or quicker in the test's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

from typer.main import get_command

from cli import reporting_mistakes
from cli.app import app

_WIDTH = {"COLUMNS": "100"}


@cache
def verbs() -> Callable[[list[str]], object]:
    """The command line, put together once: that takes as long as most verbs."""
    return get_command(app)


@dataclass(frozen=True)
class Ran:
    """What a verb said and how it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401
        """Its output, read as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """Runs photogate on one site as its users do: each verb is a process."""

    site: Path

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A verb in a process of its own, still running."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.photogate", "--site", str(self.site), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | _WIDTH | {"PYTHONWARNINGS": "ignore"},
        )

    def __call__(self, *words: str, expect: int | None = 0) -> Ran:
        """Run a verb to its end; its exit code must be as expected (None: any)."""
        process = self.start(*words)
        out, err = process.communicate(timeout=300)
        return _as_expected(words, Ran(process.returncode, out, err), expect)


@dataclass(frozen=True)
class InProcess:
    """Runs photogate on one site, as ``cli.main`` does."""

    site: Path

    def __call__(self, *words: str, expect: int | None = 0) -> Ran:
        """Run a verb to its end; its exit code must be as expected (None: any)."""
        return _as_expected(words, _in_process(self.site, words), expect)


@dataclass(frozen=True)
class Brisk(CommandLine):
    """The same verbs in this process, but for the watcher, which has processes of its own."""

    def __call__(self, *words: str, expect: int | None = 0) -> Ran:
        """Run a verb to its end; its exit code must be as expected (None: any)."""
        if words[0] == "watch":
            return super().__call__(*words, expect=expect)
        with mock.patch.dict(os.environ, _WIDTH):
            return _as_expected(words, _in_process(self.site, words), expect)


def _in_process(site: Path, words: tuple[str, ...]) -> Ran:
    out, err, code = StringIO(), StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            with reporting_mistakes():
                verbs()(["--site", str(site), *words])
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())


def _as_expected(words: tuple[str, ...], ran: Ran, expect: int | None) -> Ran:
    assert expect in (None, ran.code), f"{words}: {ran.out}\n{ran.err}"
    return ran
