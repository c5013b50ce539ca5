"""A console on a site with released copies, judged without models; and its watcher's work."""

from __future__ import annotations

from pathlib import Path

from cli.names import register_names
from cli.site import Site, now
from consent_db import consents
from gate.publish import Publisher
from gate.values import day_of
from tests.fake_gate import withdrawn
from tests.fake_site import School, fake_gate
from tests.web.client import Console
from tests.web.people import make_accounts
from watch.claim import Desk
from watch.scan import scan

WATCHER = "photogate watch"


def released_console(folder: Path) -> Console:
    """A console on a site with six released photos and an account for each role."""
    school = School(folder)
    school.make()
    make_accounts(school.site)
    return Console(school.site)


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
