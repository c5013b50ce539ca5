"""Erasing and deleting what was decided; what a stop cut short, the next command ends."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from cli.results import drop_results
from cli.site import Site
from consent_db import disposals, dropped, erasures
from consent_db.disposals import Disposed
from consent_db.keeping import kept
from gate.errors import SiteError
from gate.ports import KeyKind

ACTOR = "photogate"


def finish_duties(site: Site) -> None:
    """Erase and delete what was decided; costs two small queries when there is nothing to do.

    A file that cannot be deleted now is tried again the next time; its key is gone already.
    Raises RegisterUnreachable.
    """
    with site.database.reading() as connection:
        asked = erasures.unfinished(connection)
    for one in asked:
        if one.erased_at is None:
            with site.database.transaction(one.asked_by) as tx:
                erasures.erase(tx, one)
    with site.database.reading() as connection:
        waiting = disposals.unfinished(connection)
        staying = kept(connection) if waiting else frozenset()
    dispose(site, [one for one in waiting if one.photo is None or one.photo not in staying])
    if asked:
        _end_erasures(site)


def dispose(site: Site, waiting: Sequence[Disposed]) -> None:
    """Delete what is noted: keys first, then files; only then it counts as done."""
    if not waiting:
        return
    events: set[str] = set()
    done: list[tuple[Disposed, int]] = []
    for one in waiting:
        with suppress(SiteError):
            if one.photo is None:
                done.append((one, _references(site, one)))
            elif not _stays(site, one):
                with site.database.reading() as connection:
                    events |= dropped.events_of(connection, one.photo)
                site.sealer.destroy(KeyKind.PHOTO, one.photo)
                done.append((one, int(site.originals.discard(one.photo))))
    drop_results(site, events)
    for one, count in done:
        with site.database.transaction(one.by) as tx:
            disposals.finish(tx, one, count)


def _stays(site: Site, one: Disposed) -> bool:
    """Whether the photo came in again meanwhile; then it is another one to be kept."""
    with site.database.reading() as connection:
        again = disposals.was_dropped_again(connection, one)
    if again:
        with site.database.transaction(one.by) as tx:
            disposals.leave(tx, one)
    return again


def _references(site: Site, one: Disposed) -> int:
    assert one.person is not None  # noqa: S101 - what is no photo is somebody's
    assert one.at is not None  # noqa: S101 - it comes from the register
    with site.database.reading() as connection:
        newer = disposals.references_made_since(connection, one.person, one.at)
    return site.references.destroy(one.person, newer)


def _end_erasures(site: Site) -> None:
    with site.database.reading() as connection:
        under_way = erasures.unfinished(connection)
        ready = [one for one in under_way if erasures.can_finish(connection, one)]
    for one in ready:
        with site.database.transaction(ACTOR) as tx:
            erasures.finish(tx, one)
