"""What somebody may decide about a photo: all of it, or what is held on their channels."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from sqlalchemy import Connection

from cli.cases import no_such_photo, the_photo
from cli.held_releases import is_vetoed
from cli.rejudging import Wish
from cli.review_tables import is_held
from cli.site import Site
from consent_db import statements
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.approvals import Approval, ApprovalKind
from gate.errors import SiteError
from gate.roles import Act, may
from gate.statements import Lock, Statement, StatementKind, Word
from gate.values import ALL_CHANNELS, Decision, Verdict

_ONLY_COVERS = frozenset({StatementKind.COVERED, StatementKind.DRAWN, StatementKind.REFUSED})


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
    those. Whoever signs off for channels decides about what is held there, or what they released
    there themselves; whatever else was decided is left out.
    """
    vetoed = any(is_vetoed(decision) for decision in photo.judgement.decisions)
    if decides_everything(who) or (vetoed and may(who.roles, Act.RELEASE_VETOED)):
        return photo
    if not may(who.roles, Act.SIGN_OFF):
        return None
    released = _released_by(statements.about(connection, photo.photo), who)

    def concerns(decision: Decision) -> bool:
        if is_held(decision):
            return True
        is_out = decision.verdict in (Verdict.APPROVE, Verdict.BLUR)
        return is_out and decision.channel in released

    part = _only(on_own_channels(photo, who), concerns)
    return part if part.judgement.decisions else None


def the_own_part(site: Site, who: Acting, text: str) -> StoredPhoto:
    """``own_part`` of the photo that is meant. Raises SiteError, without a word on others."""
    found = the_photo(site, text, who.role)
    with site.database.reading() as connection:
        part = own_part(connection, found, who)
    if part is None:
        raise SiteError(no_such_photo(text))
    return part


def needed(word: Word) -> Act:
    """What somebody must be allowed to say this of a photo.

    Who covers more than was covered takes nothing away from anybody, and needs to know nobody.
    """
    if isinstance(word, Approval):
        return Act.RELEASE_VETOED if word.kind is ApprovalKind.VETO else Act.SIGN_OFF
    if isinstance(word, Statement) and word.kind in _ONLY_COVERS and word.person is None:
        return Act.SIGN_OFF
    return Act.REVIEW


def refusal(who: Acting, wish: Wish) -> str:
    """Why they may not say all this, as a sentence; "" when they may."""
    wanted = [(needed(one), _channel(one)) for one in wish.said]
    wanted += [(Act.REVIEW, "")] if wish.taken_back else []
    return next(filter(None, (who.refusal(act, channel) for act, channel in wanted)), "")


def _channel(word: Word) -> str:
    return "" if isinstance(word, Lock) else word.channel or ""


def _released_by(said: Collection[Word], who: Acting) -> set[str]:
    """The channels on which this person released it."""
    given = (one for one in said if isinstance(one, Approval))
    return {one.channel for one in given if one.by == who.name}


def _only(photo: StoredPhoto, wanted: Callable[[Decision], bool]) -> StoredPhoto:
    kept = tuple(filter(wanted, photo.judgement.decisions))
    names = {decision.channel for decision in kept}
    return replace(
        photo,
        judgement=replace(photo.judgement, decisions=kept),
        releases=tuple(one for one in photo.releases if one.channel in names),
        ended=tuple(one for one in photo.ended if one.release.channel in names),
    )
