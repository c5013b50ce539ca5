"""The documented client keeps a folder in step, against a real server and over a bad line."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import select, update

from cli.copies import Download
from cli.site import Site
from consent_db import takedowns
from consent_db.schema import releases
from consent_db.tokens import Purpose
from tests.watch_fakes import sha256
from tests.web.client import Console
from tests.web.programs import make_token
from tests.web.released import withdraw
from tests.web.served import Served, serving

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "examples" / "follow.sh"
TOOLS = ("bash", "curl", "jq", "sha256sum", "flock")
SIZE = 300_000

pytestmark = pytest.mark.skipif(
    not all(shutil.which(tool) for tool in TOOLS), reason="needs " + ", ".join(TOOLS)
)


@pytest.fixture
def served_copies(released_copy: Console, tmp_path: Path) -> Iterator[Served]:
    """A server on a site with released copies of some size."""
    site = released_copy.site
    with site.database.transaction("setup") as tx:
        for row in tx.connection.execute(select(releases.c.id, releases.c.path)).all():
            data = (site.root / row.path).read_bytes() + b" " * SIZE
            (site.root / row.path).write_bytes(data)
            changed = update(releases).where(releases.c.id == row.id)
            tx.connection.execute(changed.values(sha256=sha256(data), size=len(data)))
    with serving(site.root, tmp_path) as server:
        yield server


@contextmanager
def bad_line(url: str, cut_after: list[int]) -> Iterator[tuple[str, list[str]]]:
    """An address that leads to the server: answers about files are cut off after so many bytes.

    ``cut_after`` gives up one number for each; what is asked for is listed.
    """
    there = int(url.rsplit(":", 1)[1])
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as here:

        def answer() -> None:
            while True:
                try:
                    line, _ = here.accept()
                except OSError:
                    return
                with line, socket.create_connection(("127.0.0.1", there)) as on:
                    request = line.recv(65_536)
                    asked.append(request.decode())
                    on.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
                    most = cut_after.pop(0) if b"/file " in request and cut_after else 10**9
                    while most > 0 and (data := on.recv(min(65_536, most))):
                        line.sendall(data)
                        most -= len(data)

        thread = Thread(target=answer)
        thread.start()
        try:
            yield f"http://127.0.0.1:{here.getsockname()[1]}", asked
        finally:
            here.shutdown(socket.SHUT_RDWR)
            thread.join()


def follow(url: str, site: Site, folder: Path, *, reports: bool = True) -> int:
    told = {"PHOTOGATE_URL": url, "PHOTOGATE_PULL_TOKEN": make_token(site, Purpose.PULL)[1]}
    if reports:
        told["PHOTOGATE_REPORT_TOKEN"] = make_token(site, Purpose.REPORT)[1]
    command = ["bash", str(SCRIPT), "website", str(folder)]
    done = subprocess.run(
        command, env=os.environ | told, capture_output=True, text=True, check=False
    )
    print(done.stdout, done.stderr)
    return done.returncode


def standing(site: Site) -> dict[str, str]:
    """SHA-256 of what may be used now, by the name that the client gives it."""
    ok = releases.c.channel == "website", releases.c.ended_at.is_(None)
    with site.database.reading() as connection:
        rows = connection.execute(select(releases.c.id, releases.c.sha256).where(*ok)).all()
    return {f"{row.id}.jpg": row.sha256 for row in rows}


def here(folder: Path) -> dict[str, str]:
    return {one.name: sha256(one.read_bytes()) for one in folder.glob("*.jpg")}


def test_a_folder_follows_releases_and_withdrawals(served_copies: Served, tmp_path: Path) -> None:
    site, folder = served_copies.site, tmp_path / "copies"
    assert follow(served_copies.url, site, folder, reports=False) == 0
    before = here(folder)
    assert before == standing(site)
    assert len(before) == 6
    (folder / "own.txt").write_text("mine")
    withdraw(site, "P1")
    with site.database.reading() as connection:
        assert len(takedowns.pending(connection)) == 3
    assert follow(served_copies.url, site, folder, reports=False) == 0
    assert here(folder) == standing(site)
    assert len(here(folder)) == 3
    assert (folder / "own.txt").read_text() == "mine"
    assert follow(served_copies.url, site, folder) == 0
    with site.database.reading() as connection:
        assert takedowns.pending(connection) == []
        (proof,) = {
            one.proof.split(":")[0] for one in takedowns.everything(connection) if one.proof
        }
    assert proof.startswith("deleted from ")


def test_what_another_account_downloaded_is_not_reported_as_deleted(
    served_copies: Served, tmp_path: Path
) -> None:
    site, folder = served_copies.site, tmp_path / "copies"
    assert follow(served_copies.url, site, folder) == 0
    taken = Download(site, "website", "Somebody Else").take([int(n[:-4]) for n in standing(site)])
    assert len(taken) == 6
    withdraw(site, "P1")
    assert follow(served_copies.url, site, folder) == 0
    with site.database.reading() as connection:
        left = takedowns.pending(connection)
    assert [one.place.where for one in left] == ["Downloads of Somebody Else"] * 3


def test_a_download_that_is_cut_off_goes_on_where_it_was(
    served_copies: Served, tmp_path: Path
) -> None:
    site, folder = served_copies.site, tmp_path / "copies"
    with bad_line(served_copies.url, [100_000]) as (url, asked):
        assert follow(url, site, folder, reports=False) == 0
    assert here(folder) == standing(site)
    (resumed,) = (one for one in asked if "Range: bytes=" in one)
    assert 90_000 < int(resumed.split("Range: bytes=")[1].split("-")[0]) < 100_000


def test_what_never_came_whole_is_no_copy_and_comes_next_time(
    served_copies: Served, tmp_path: Path
) -> None:
    site, folder = served_copies.site, tmp_path / "copies"
    with bad_line(served_copies.url, [50_000] * 3) as (url, _):
        assert follow(url, site, folder, reports=False) == 1
    assert here(folder).items() < standing(site).items()
    assert follow(served_copies.url, site, folder, reports=False) == 0
    assert here(folder) == standing(site)


def test_a_file_of_other_bytes_is_never_a_copy(served_copies: Served, tmp_path: Path) -> None:
    site, folder = served_copies.site, tmp_path / "copies"
    parts = folder / ".photogate" / "parts"
    parts.mkdir(parents=True)
    number = min(standing(site)).removesuffix(".jpg")
    (parts / number).write_bytes(b"x" * 1_000)
    assert follow(served_copies.url, site, folder, reports=False) == 1
    assert f"{number}.jpg" not in here(folder)
    assert follow(served_copies.url, site, folder, reports=False) == 0
    assert here(folder) == standing(site)


def test_a_run_that_is_killed_is_finished_by_the_next(
    served_copies: Served, tmp_path: Path
) -> None:
    site, folder = served_copies.site, tmp_path / "copies"
    withdraw(site, "P1")
    secret = make_token(site, Purpose.PULL)[1]
    told = {"PHOTOGATE_URL": served_copies.url, "PHOTOGATE_PULL_TOKEN": secret}
    command = ["bash", str(SCRIPT), "website", str(folder)]
    for seconds in (0.02, 0.06, 0.1, 0.14, 0.18, 0.22):
        run = subprocess.Popen(command, env=os.environ | told, start_new_session=True)
        time.sleep(seconds)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        assert here(folder).items() <= standing(site).items()
    assert follow(served_copies.url, site, folder) == 0
    assert here(folder) == standing(site)
