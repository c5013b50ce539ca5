"""A site of drawn people and its processes, for measuring the console as people use it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from cli.site import Site
from gate.demo.school import School, build
from tests.drawn_school import registered
from tests.web.people import make_accounts
from tests.web.served import free_port

_PATIENCE = 60.0


def school_site(root: Path, *changes: tuple[str, str]) -> Path:
    """A site with the invented school enrolled and an account for each role, in ``root``.

    Its keys are beside it, and used from now on. ``changes`` of its settings are (old, new).
    """
    use_keys(root)
    build(root / "school", today=date.today())  # noqa: DTZ011
    school = School.within(root / "school")
    run = registered(school, root / "site", *changes)
    run("enrol", str(school.references))
    make_accounts(Site(run.site))
    return run.site


def copy_of(root: Path, other: Path) -> Path:
    """A copy of such a site in ``other``, with keys of its own, used from now on."""
    for part in ("site", "keys"):
        shutil.copytree(root / part, other / part)
    use_keys(other)
    return other / "site"


def use_keys(root: Path) -> None:
    """Let this process and those it starts take the keys of the site in this folder."""
    os.environ["PHOTOGATE_KEYS"] = str(root / "keys")
    os.environ["PHOTOGATE_HOME"] = str(root / "home")


@dataclass
class Verb:
    """A verb of the command line that runs until it is stopped."""

    site: Path
    words: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; what it says goes into a file beside the site."""
        command = [sys.executable, "-m", "cli", "--site", str(self.site), *self.words]
        env = {**os.environ, "COLUMNS": "200", "OMP_NUM_THREADS": "1"}
        with (self.site.parent / f"{self.words[0]}.txt").open("ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, env=env)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def peak(self) -> float:
        """The most memory that it had so far, in megabytes; without its own children."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        line = next(one for one in status.splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) / 1024


@dataclass
class Server(Verb):
    """``photogate serve`` on one port, which can be killed and started again."""

    words: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.words = ("serve", "--port", str(self.port))

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        super().start()
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                with urlopen(f"{self.url}/login", timeout=5):  # noqa: S310 - our own address
                    return
            except (URLError, ConnectionError):
                assert time.monotonic() < end, "the server does not answer"
                time.sleep(0.1)


def watcher(site: Path, workers: int) -> Verb:
    """``photogate watch`` on a site."""
    return Verb(site, ("watch", "--workers", str(workers)))
