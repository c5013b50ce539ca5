"""Other versions of a photo follow its blocks, in the transaction that made them."""

from __future__ import annotations

from dataclasses import replace

from consent_db import likenesses
from consent_db.likenesses import Barring
from consent_db.recording import add_judgement, add_releases, end_releases, photo_number
from consent_db.stored import stored
from consent_db.transaction import Transaction
from gate.inherit import inherit
from gate.ports import Release


def bar_heirs(tx: Transaction, photo: str, also: Barring | None) -> tuple[Release, ...]:
    """Let the other versions of a photo follow its blocks; the copies that thereby ended."""
    heirs = likenesses.heirs(tx.connection, photo, also)
    ended: list[Release] = []
    for heir in stored(tx.connection, heirs).values():
        channels = heirs[heir.photo]
        decided = tuple(inherit(heir.judgement.decisions, channels))
        number = photo_number(tx, heir.photo)
        gone = end_releases(tx, heir.photo, number)
        judgement = add_judgement(
            tx, replace(heir.judgement, decisions=decided), number, "other version"
        )
        staying = [release for release in heir.releases if release.channel not in channels]
        add_releases(tx, heir.photo, judgement, staying)
        ended += [release for release in gone if release not in staying]
    return tuple(ended)
