"""What somebody must sign to release a held photo, or with a second person a vetoed one."""

from __future__ import annotations

from collections.abc import Iterable

from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.approvals import LEAD, SECOND, SIGNABLE, Approval, ApprovalKind, seen_of
from gate.english import ENGLISH
from gate.errors import RegisterError
from gate.values import Decision, Reason, Verdict
from gate.words import reason_sentence


def decision_on(photo: StoredPhoto, channel: str) -> Decision:
    """What was decided on this channel. Raises RegisterError where nothing was."""
    found = next((d for d in photo.judgement.decisions if d.channel == channel), None)
    if found is None:
        raise RegisterError(f"Nothing was decided about this photo on {channel} yet.")
    return found


def is_signable(decision: Decision) -> bool:
    """Whether one person may release what is held here."""
    return decision.verdict is Verdict.REVIEW and decision.reason in SIGNABLE


def is_vetoed(decision: Decision) -> bool:
    """Whether a restricted person may be in it, so that two people are needed."""
    return decision.reason is Reason.RESTRICTED_PERSON


def signing_off(photo: StoredPhoto, channels: Iterable[str], who: Acting) -> list[Approval]:
    """Approvals of a held photo on these channels, as it was decided about each face.

    Raises RegisterError where it does not wait for one.
    """
    role = LEAD if LEAD in who.roles else min(who.roles, default="")
    found = []
    for channel in channels:
        decision = decision_on(photo, channel)
        if not is_signable(decision):
            words = reason_sentence(ENGLISH, decision.verdict, decision.reason)
            raise RegisterError(
                f"This photo does not wait for an approval on {channel}: {words} Nothing was "
                "changed."
            )
        found.append(_approval(ApprovalKind.SIGN_OFF, decision, who, role))
    return found


def lifting_veto(photo: StoredPhoto, channel: str, who: Acting) -> Approval:
    """One of the two releases of a vetoed photo. Raises RegisterError where nobody vetoes it."""
    decision = decision_on(photo, channel)
    if not is_vetoed(decision):
        raise RegisterError(
            f"No restricted person holds this photo on {channel}. Nothing was changed."
        )
    role = next((role for role in SECOND if role in who.roles), "")
    return _approval(ApprovalKind.VETO, decision, who, role)


def _approval(kind: ApprovalKind, decision: Decision, who: Acting, role: str) -> Approval:
    return Approval(0, kind, decision.channel, seen_of(decision.faces), who.name, role)
