"""Photos that are not deleted whatever the periods say, and photos of which nobody is told."""

from __future__ import annotations

from sqlalchemy import Connection, select

from consent_db.incidents import held_by_incident
from consent_db.locks import locked_photos
from consent_db.schema import judgements, photos, places, releases, takedowns


def hidden(connection: Connection) -> frozenset[str]:
    """The photos (SHA-256) of which no picture is made and that only the safeguarding lead sees."""
    return locked_photos(connection)


def kept(connection: Connection) -> frozenset[str]:
    """The photos (SHA-256) whose originals and keys are never deleted as long as this holds.

    Those that are locked or belong to an open incident, and those of which a copy must still be
    taken down: whoever looks for it has to know what it shows.
    """
    pending = (
        select(photos.c.sha256)
        .join_from(takedowns, places)
        .join(releases)
        .join(judgements)
        .join(photos)
        .where(takedowns.c.done_at.is_(None), takedowns.c.lapsed_at.is_(None))
    )
    held = hidden(connection) | held_by_incident(connection)
    return held | frozenset(connection.execute(pending).scalars())
