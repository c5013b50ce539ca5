"""The originals of photos, and what becomes of a photo whose original is not kept any more."""

from __future__ import annotations

from dataclasses import replace

from cli.judging import blocked_by
from cli.output import british
from cli.site import Site
from consent_db import disposals, dropped, statements
from gate.errors import SiteError
from gate.values import Arrival, Judgement, Reason, day_of


def original(site: Site, photo: str) -> bytes:
    """The bytes as they were dropped. Raises SiteError when they are gone, or others."""
    if is_gone(site, photo):
        with site.database.reading() as connection:
            at = disposals.original_deleted_on(connection, photo)
        day = f" since {british(day_of(at))}" if at else ""
        raise SiteError(
            f"This photo is not kept any more{day}: only what was decided about it is. Drop it "
            "again to have it checked again."
        )
    return site.originals.read(photo)


def is_gone(site: Site, photo: str) -> bool:
    """Whether the original was deleted on purpose; not whether the vault cannot be reached."""
    if site.originals.path(photo).is_file():
        return False
    with site.database.reading() as connection:
        return disposals.original_deleted_on(connection, photo) is not None


def judged_gone(site: Site, arrival: Arrival) -> Judgement:
    """The judgement of a photo that can no longer be looked at: blocked on every channel."""
    with site.database.reading() as connection:
        said = statements.about(connection, arrival.photo)
    blocked = blocked_by(site)(arrival, Reason.ORIGINAL_GONE, "")
    return replace(blocked, statements=tuple(one.id for one in said))


def known_events(site: Site, photo: str) -> set[str]:
    """The folders from which the photo came, as far as other photos from there still tell."""
    with site.database.reading() as connection:
        return dropped.events_of(connection, photo)
