"""What somebody must be allowed for what they say of a photo, and what it may bring about."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from cli.deciding import decides_everything, held_part, is_out
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.approvals import Approval, ApprovalKind
from gate.errors import RegisterError
from gate.roles import Act
from gate.statements import Lock, Statement, StatementKind, Word
from gate.values import Judgement


def needed(word: Word) -> Act:
    """What somebody must be allowed to say this of a photo.

    Who covers more than was covered takes nothing away from anybody, and needs to know nobody.
    """
    if isinstance(word, Approval):
        return Act.RELEASE_VETOED if word.kind is ApprovalKind.VETO else Act.SIGN_OFF
    if isinstance(word, Statement) and (word.only_covers or word.kind is StatementKind.REFUSED):
        return Act.SIGN_OFF
    return Act.REVIEW


def refusal(who: Acting, said: Iterable[Word], *, takes_back: bool) -> str:
    """Why they may not say all this, as a sentence; "" when they may."""
    wanted = [(needed(one), _channel(one)) for one in said]
    wanted += [(Act.REVIEW, "")] if takes_back else []
    return next(filter(None, (who.refusal(act, channel) for act, channel in wanted)), "")


def is_bound(who: Acting, said: Iterable[Word]) -> bool:
    """Whether they say it as one who decides about what is held on some channels only."""
    return not decides_everything(who) and any(needed(one) is Act.SIGN_OFF for one in said)


def require_theirs(connection: Connection, photo: StoredPhoto, who: Acting) -> None:
    """Raises RegisterError unless something of the photo is theirs to decide at this moment."""
    if held_part(connection, photo, who) is None:
        raise RegisterError(
            "This photo is no longer held on a channel of yours. Nothing was changed."
        )


def require_own_channels(before: Judgement, after: Judgement, who: Acting) -> None:
    """Raises RegisterError where a judgement would release a photo on a channel of others."""
    out = {decision.channel for decision in before.decisions if is_out(decision)}
    new = [one for one in after.decisions if is_out(one) and one.channel not in out]
    if not all(who.serves(one.channel) for one in new):
        raise RegisterError(
            "This would change what is released on channels that are not yours. Refuse the photo "
            "on yours, or ask the safeguarding lead. Nothing was changed."
        )


def _channel(word: Word) -> str:
    return "" if isinstance(word, Lock) else word.channel or ""
