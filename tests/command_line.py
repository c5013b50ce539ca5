"""The command line within the test's own process: fast, for tests that run many verbs."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from cli.app import app
from gate.errors import PhotogateError


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
class InProcess:
    """Runs photogate on one site, as ``cli.main`` does."""

    site: Path

    def __call__(self, *words: str, expect: int | None = 0) -> Ran:
        """Run a verb to its end; its exit code must be as expected (None: any)."""
        out, err, code = StringIO(), StringIO(), 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                app(["--site", str(self.site), *words])
            except SystemExit as ended:
                code = int(ended.code or 0)
            except PhotogateError as error:
                err.write(str(error))
                code = 1
        ran = Ran(code, out.getvalue(), err.getvalue())
        assert expect in (None, code), f"{words}: {ran.out}\n{ran.err}"
        return ran
