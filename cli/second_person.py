"""Vetoed photos that one person released, and that a second one must release, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from cli.held_releases import is_vetoed, lifting_veto
from consent_db import approvals, statements, stored, waiting
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.approvals import veto_begun, veto_lifted
from gate.values import Decision


def begun(connection: Connection, photo: StoredPhoto) -> Mapping[str, str]:
    """Who released the photo, by the channels on which a second person is still missing."""
    given = statements.approvals_of(connection, photo.photo)
    who = {one.channel: veto_begun(given, one.channel, one.faces) for one in _vetoed(photo)}
    return {channel: by for channel, by in who.items() if by}


def needing(connection: Connection, who: Acting) -> Sequence[str]:
    """SHA-256 of the photos that are released if this person releases them, too."""
    found = stored.in_order(connection, waiting.vetoed(connection, begun=True))
    return [one.photo for one in found if _needs(connection, one, who)]


def _needs(connection: Connection, photo: StoredPhoto, who: Acting) -> bool:
    if approvals.dropped_by(connection, photo.photo, who.name):
        return False
    given = statements.approvals_of(connection, photo.photo)
    return any(
        veto_lifted([*given, lifting_veto(photo, one.channel, who)], one.channel, one.faces)
        for one in _vetoed(photo)
    )


def _vetoed(photo: StoredPhoto) -> Iterator[Decision]:
    return filter(is_vetoed, photo.judgement.decisions)
