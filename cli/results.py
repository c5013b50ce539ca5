"""Writing the result pages of an event from the ledger."""

from __future__ import annotations

from cli.site import Site
from consent_db import stored
from consent_db.stored import StoredPhoto
from gate.ports import Drop
from gate.results import ChannelResult, ResultRow, write_results
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


def _row(drop: Drop, photo: StoredPhoto) -> ResultRow:
    at = drop.at.astimezone()
    if drop.duplicate_of is not None:
        return ResultRow(drop.arrival.original, at, (), drop.duplicate_of)
    return ResultRow(drop.arrival.original, at, channel_results(photo))


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
