"""``photogate serve`` in a process of its own, on a real site."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from cli.site import Site
from gate.roles import Role
from tests.web.people import log_in

_PATIENCE = 60.0


@dataclass(frozen=True)
class Served:
    """A console that answers at ``url``; ``said`` is what the terminal showed at its start."""

    url: str
    site: Site
    said: str

    def login(self, role: Role) -> str:
        """The secret of a new login of the account with this role."""
        return log_in(self.site, role)

    @property
    def setup_code(self) -> str:
        """The code for the first account, as the terminal shows it."""
        return self.said.split("Set-up code: ")[1].split()[0]


@contextmanager
def serving(
    root: Path, folder: Path, *words: str, tls: ssl.SSLContext | None = None
) -> Iterator[Served]:
    """Serve the site in ``root``; ``folder`` is for what the terminal shows.

    ``words`` are more options of the verb; ``tls``: what to trust, where they make it serve TLS.
    """
    port = free_port()
    said = folder / f"serve-{port}.txt"
    command = [sys.executable, "-m", "tests.photogate", "--site", str(root)]
    command += ["serve", "--port", str(port), *words]
    env = {**os.environ, "PHOTOGATE_HOME": str(folder), "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
    with said.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=env)
    try:
        url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        _wait(process, url, said, tls)
        yield Served(url, Site(root), said.read_text())
    finally:
        process.terminate()
        process.wait(20)


def _wait(
    process: subprocess.Popen[bytes], url: str, said: Path, tls: ssl.SSLContext | None
) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, said.read_text()
        try:
            with urlopen(f"{url}/login", timeout=5, context=tls):  # noqa: S310 - our own address
                return
        except HTTPError:
            # An answer all the same: a fresh site has no login page.
            return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"no answer from {url}: {said.read_text()}")


def free_port() -> int:
    """A port that nobody uses yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
