"""Writing the result pages anew that a lock made wrong, also after a stop in between."""

from __future__ import annotations

from cli.results import refresh_results
from cli.site import Site
from consent_db import pages
from gate.errors import SiteError

ACTOR = "photogate"


def are_due(site: Site) -> bool:
    """Whether a page has yet to be written anew."""
    with site.database.reading() as connection:
        return bool(pages.due(connection))


def write_due(site: Site) -> None:
    """Write the result pages that are due; one that cannot be written now stays due.

    Costs one small query when there are none. Raises RegisterUnreachable.
    """
    with site.database.reading() as connection:
        due = pages.due(connection)
    if not due:
        return
    written = {event for event in {e for one in due for e in one.events} if _write(site, event)}
    done = [one for one in due if one.events <= written]
    with site.database.transaction(ACTOR) as tx:
        pages.discharge(tx, done)


def _write(site: Site, event: str) -> bool:
    try:
        refresh_results(site, event)
    except SiteError:
        return False
    return True
