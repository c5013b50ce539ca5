"""A console on a site with released copies, judged without models; and its watcher's work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page
from sqlalchemy import select, update

from cli.names import register_names
from cli.site import Site, now
from consent_db import consents
from consent_db.schema import releases
from gate.publish import Publisher
from gate.roles import Role
from gate.values import day_of
from gate.web.services import Options
from tests.fake_gate import withdrawn
from tests.fake_site import School, fake_gate
from tests.watch_fakes import sha256
from tests.web.browsers import Look, opened
from tests.web.client import Console, options
from tests.web.people import log_in, make_accounts
from tests.web.served import free_port
from tests.web.test_components import in_a_thread
from watch.claim import Desk
from watch.scan import scan

WATCHER = "photogate watch"


def released_console(folder: Path) -> Console:
    """A console on a site with six released photos and an account for each role."""
    school = School(folder)
    school.make()
    make_accounts(school.site)
    return Console(school.site, released_options())


def released_options() -> Options:
    """How the console on such a site is reached."""
    return options(hosts=frozenset({"localhost", "127.0.0.1"}))


def watch_once(site: Site) -> None:
    """Judge what lies in staging, as the watcher does."""
    ledger, desk = site.ledger(WATCHER), Desk(site.staging, site.originals)
    publisher = Publisher(site.root, ledger, register_names(site))
    for file in scan(site.staging).files.values():
        claim = desk.take(file, 0.0)
        photo = claim.arrival.photo
        if ledger.knows(photo):
            ledger.record_duplicate(claim.arrival)
        else:
            data = site.originals.read(photo)
            publisher.publish(claim.arrival, fake_gate(site).judge(photo, data))
        desk.remove(file)


def withdraw(site: Site, ref: str, channel: str = "website") -> None:
    """Somebody takes their permission back, from today on."""
    with site.database.transaction("Dafydd Lewis") as tx:
        consents.record_all(tx, [withdrawn(ref, day_of(now()), channel)])


def drawn(console: Console) -> None:
    """Make the copies of the released photos pictures that a browser can show."""
    from io import BytesIO

    from PIL import Image

    site = console.site
    with site.database.transaction("setup") as tx:
        rows = tx.connection.execute(select(releases.c.id, releases.c.path)).all()
        for row in rows:
            target, shade = BytesIO(), (40 * row.id) % 200
            Image.new("RGB", (800, 600), (shade, 120, 220 - shade)).save(target, "JPEG")
            data = target.getvalue()
            (site.root / row.path).write_bytes(data)
            changed = update(releases).where(releases.c.id == row.id)
            values = {"sha256": sha256(data), "size": len(data), "width": 800, "height": 600}
            tx.connection.execute(changed.values(**values))


@contextmanager
def open_console(console: Console, browser: Browser, role: Role, look: Look) -> Iterator[Page]:
    """A window of an account with this role, on a server in a thread of this process."""
    port = free_port()
    with in_a_thread(console, port):
        secret = log_in(console.site, role)
        with opened(browser, f"http://127.0.0.1:{port}", look, secret) as page:
            yield page
