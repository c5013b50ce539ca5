"""Bringing what is out in line with today's register: at every command, and after each change."""

from __future__ import annotations

from collections.abc import Callable

import typer

from cli.again import judge_all_again
from cli.finishing import finish_duties
from cli.output import complain, say
from cli.pages import write_due
from cli.site import Site, now
from consent_db import rejudgings
from consent_db.sweeping import sweep
from gate.errors import SettingsError, SiteError
from gate.publish import Publisher
from gate.site_lock import SiteLock
from gate.values import day_of

ACTOR = "photogate"
_MANY = 1_000_000


def settle(site: Site) -> None:
    """End copies whose permission has run out by itself, and delete the files of ended copies.

    Finishes what an earlier command left half done, erasing included; costs a few small queries
    when there is nothing to do. Raises RegisterUnreachable (ClockBehind when the clock went back),
    or SiteError.
    """
    begin_day(site)
    finish_duties(site)
    remove_ended(site)


def settled(site: Site) -> bool:
    """The same; but files that cannot be deleted are told of and stop nobody: whether all went."""
    begin_day(site)
    finish_duties(site)
    return removed_ended(site)


def begin_day(site: Site) -> None:
    """End copies whose permission has run out by itself, or that new settings do not allow.

    Raises RegisterUnreachable; ClockBehind when the clock went back.
    """
    sweep(site.database, site.consequences, day_of(now()), site.policy.version, ACTOR)


def remove_ended(site: Site) -> None:
    """Delete the files of ended copies. Raises RegisterUnreachable, or SiteError."""
    Publisher(site.root, site.ledger(ACTOR), frozenset).settle()
    write_due(site)


def removed_ended(site: Site) -> bool:
    """Whether the files of ended copies could be deleted; says so if not, and why.

    No verb hands them out: that they are still there must stop nobody from recording a withdrawal.
    Raises RegisterUnreachable.
    """
    try:
        remove_ended(site)
    except SiteError as error:
        complain(
            f"Copies that may no longer be shown are still in {site.ready}: they could not be "
            f"deleted. {error}"
        )
        return False
    return True


def settle_as_started(site: Site) -> None:
    """The same for what runs long. Raises SettingsError when its settings are no longer those."""
    try:
        changed = Site(site.root).policy.version != site.policy.version
    except SettingsError:
        # Somebody is writing them just now, or wrote them wrongly: what was read still holds.
        changed = False
    if changed:
        raise SettingsError("The settings were changed: start again, so that the new ones hold.")
    settle(site)


def follow_up(site: Site, *, quiet: bool = False) -> None:
    """After a change: erase and delete what ended, and judge again what the change touches.

    Where the watcher is running, it does the judging. ``quiet``: nothing is printed where results
    belong. Ends the command with code 1 when something could not be done; the change is stored.
    """
    tell = _silence if quiet else say
    removed = settled(site)
    with site.database.reading() as connection:
        waiting = len(rejudgings.due(connection, now(), _MANY))
    if waiting:
        photos = "1 photo is" if waiting == 1 else f"{waiting} photos are"
        if is_watched(site):
            tell(f"{photos} being judged again by the watcher.")
        else:
            tell(f"{photos} judged again because of this.")
            _judge_again(site, tell)
    if not removed:
        raise typer.Exit(1)


def _judge_again(site: Site, tell: Callable[[str], None]) -> None:
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
