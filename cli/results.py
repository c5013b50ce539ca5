"""Writing the result pages of an event from the ledger."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from cli.site import Site
from consent_db import stored
from consent_db.stored import StoredPhoto
from gate.errors import SiteError
from gate.ports import Drop
from gate.results import ChannelResult, ResultRow, remove_results, write_results
from gate.site_lock import SiteLock

_PATIENCE = 60.0


def refresh_results(site: Site, event: str) -> None:
    """Write results/<event>.html and .csv anew. Raises SiteError when that fails.

    One process at a time, so that what was read last is what stays: a page that offers a withdrawn
    copy must not replace one that no longer does.
    """
    lock = SiteLock(site.vault / ".results.lock", "writer of result pages", patience=_PATIENCE)
    with lock:
        with site.database.reading() as connection:
            drops = stored.drops(connection, event)
            photos = stored.stored(connection, {drop.arrival.photo for drop in drops})
        rows = [_row(drop, photos[drop.arrival.photo]) for drop in drops]
        write_results(site.results, event, rows)


def drop_results(site: Site, events: Collection[str]) -> None:
    """Bring the pages of events up to date after names were erased.

    A page of which no name is left is deleted: nobody could bring it up to date again.
    """
    for event in sorted(events):
        with site.database.reading() as connection:
            named = any(drop.arrival.original for drop in stored.drops(connection, event))
        # A page that another program has open is seen to when it is written the next time.
        with suppress(SiteError):
            if named:
                refresh_results(site, event)
            else:
                remove_results(site.results, event)


def _row(drop: Drop, photo: StoredPhoto) -> ResultRow:
    at = drop.at.astimezone()
    # Of a photo that is not kept any more, not even the file's name is.
    name = drop.arrival.original or photo.photo[:12]
    if drop.duplicate_of is not None:
        return ResultRow(name, at, (), drop.duplicate_of)
    return ResultRow(name, at, channel_results(photo))


def channel_results(photo: StoredPhoto) -> tuple[ChannelResult, ...]:
    """What was decided for each channel, with the copy that stands or that there was one."""
    copies = {release.channel: release.path for release in photo.releases}
    ended = {one.release.channel for one in photo.ended}
    return tuple(
        ChannelResult(
            decision.channel,
            decision.verdict,
            decision.reason,
            copies.get(decision.channel),
            decision.channel in ended and decision.channel not in copies,
        )
        for decision in photo.judgement.decisions
    )
