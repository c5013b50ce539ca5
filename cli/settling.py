"""Bringing what is out in line with today's register: at every command, and after each change."""

from __future__ import annotations

from cli.again import judge_all_again
from cli.finishing import finish_duties
from cli.output import say
from cli.site import Site, now
from consent_db import rejudgings
from consent_db.sweeping import sweep
from gate.errors import SiteError
from gate.publish import Publisher
from gate.site_lock import SiteLock
from gate.values import day_of

ACTOR = "photogate"


def settle(site: Site) -> None:
    """End copies whose permission has run out by itself, and delete the files of ended copies.

    Finishes what an earlier command left half done, erasing included; costs a few small queries
    when there is nothing to do. Raises RegisterUnreachable, RegisterError when the clock went
    back, or SiteError.
    """
    sweep(site.database, site.consequences, day_of(now()), site.policy.version, ACTOR)
    finish_duties(site)
    Publisher(site.root, site.ledger(ACTOR), frozenset).settle()


def follow_up(site: Site, *, quiet: bool = False) -> None:
    """After a change: delete what ended, and judge again what the change touches.

    Where the watcher is running, it does the judging. ``quiet``: nothing is printed.
    """
    tell = _silence if quiet else say
    settle(site)
    with site.database.reading() as connection:
        waiting = rejudgings.count(connection)
    if not waiting:
        return
    photos = "1 photo is" if waiting == 1 else f"{waiting} photos are"
    if is_watched(site):
        tell(f"{photos} being judged again by the watcher.")
        return
    tell(f"{photos} judged again because of this.")
    outcome = judge_all_again(site)
    if outcome.failed:
        tell(
            f"{outcome.failed} could not be judged again now and are tried later; what their "
            "change ended stays ended. 'photogate doctor' says more."
        )


def _silence(_text: str) -> None:
    """Say nothing."""


def is_watched(site: Site) -> bool:
    """Whether a watcher is at work on this site."""
    try:
        with SiteLock(site.vault / ".watch.lock", "watcher"):
            return False
    except SiteError:
        return True
