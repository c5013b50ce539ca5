"""What somebody may decide about a photo: all of it, or what is held on their channels."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from sqlalchemy import Connection

from cli.cases import find_photos, the_one_of
from cli.held_releases import is_vetoed
from cli.review_tables import is_held
from cli.site import Site
from consent_db import statements
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.explain import may_see_original
from gate.roles import Act, may
from gate.values import ALL_CHANNELS, RELEASING, Decision


def decides_everything(who: Acting) -> bool:
    """Whether they decide about every photo, on every channel and about every face."""
    return may(who.roles, Act.REVIEW)


def channels_of(who: Acting) -> Collection[str] | None:
    """The channels on which they decide about what is held; None for all."""
    if decides_everything(who) or ALL_CHANNELS in who.channels:
        return None
    return who.channels if may(who.roles, Act.SIGN_OFF) else ()


def on_own_channels(photo: StoredPhoto, who: Acting) -> StoredPhoto:
    """The photo without what was decided on channels that are none of theirs."""
    served = channels_of(who)
    if served is None:
        return photo
    return _only(photo, lambda decision: decision.channel in served)


def own_part(connection: Connection, photo: StoredPhoto, who: Acting) -> StoredPhoto | None:
    """The photo as far as they decide about it; None where they do not.

    Whoever reviews decides about every photo, and whoever releases vetoed photos about all of
    those. For others see ``held_part``.
    """
    vetoed = any(is_vetoed(decision) for decision in photo.judgement.decisions)
    if decides_everything(who) or (vetoed and may(who.roles, Act.RELEASE_VETOED)):
        return photo
    return held_part(connection, photo, who)


def held_part(connection: Connection, photo: StoredPhoto, who: Acting) -> StoredPhoto | None:
    """What is held of a photo on their channels, or was released there by themselves, if anything.

    Whatever else was decided is left out.
    """
    if not may(who.roles, Act.SIGN_OFF):
        return None
    given = statements.approvals_of(connection, photo.photo)
    released = {one.channel for one in given if one.by == who.name}

    def concerns(decision: Decision) -> bool:
        return is_held(decision) or (is_out(decision) and decision.channel in released)

    part = _only(on_own_channels(photo, who), concerns)
    return part if part.judgement.decisions else None


def is_out(decision: Decision) -> bool:
    """Whether a copy may be released by this."""
    return decision.verdict in RELEASING


def the_own_part(site: Site, who: Acting, text: str) -> StoredPhoto:
    """``own_part`` of the photo that is meant. Raises SiteError, without a word on others."""
    found = find_photos(site, text)
    with site.database.reading() as connection:
        parts = [own_part(connection, one, who) for one in found]
    mine = [part for part in parts if part is not None]
    return the_one_of(mine, text, named=may_see_original(who.role))


def _only(photo: StoredPhoto, wanted: Callable[[Decision], bool]) -> StoredPhoto:
    kept = tuple(filter(wanted, photo.judgement.decisions))
    names = {decision.channel for decision in kept}
    return replace(
        photo,
        judgement=replace(photo.judgement, decisions=kept),
        releases=tuple(one for one in photo.releases if one.channel in names),
        ended=tuple(one for one in photo.ended if one.release.channel in names),
    )
