"""What named people may release: held photos, and by two of them vetoed ones. Pure.

An approval is about what its author saw: what is decided about each face. When a later judgement
decides otherwise about any face, the approval no longer counts. It never shows a face that the
rules cover, and never releases a photo that somebody refused or that could not be looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gate.values import FaceDecision, Reason

SIGNABLE = frozenset({Reason.SIGN_OFF, Reason.NO_FACES, Reason.SINGLED_OUT, Reason.ALL_COVERED})
"""Why a photo may be held that one person can then release."""

LEAD = "dsl"
SECOND = ("dsl", "admin")
"""Roles of the two people who release a vetoed photo; one of them must be the lead."""


class ApprovalKind(StrEnum):
    """What is approved: a held photo, or one in which a restricted person may be."""

    SIGN_OFF = "sign_off"
    VETO = "veto"


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's approval of a photo on a channel, in a role; ``seen`` is ``seen_of`` then.

    Its id is from the same numbers as those of statements.
    """

    id: int
    kind: ApprovalKind
    channel: str
    seen: str
    by: str
    role: str


def seen_of(faces: Sequence[FaceDecision]) -> str:
    """What is decided about every face of a photo on a channel, as one word to compare."""
    words = [f"{face.outcome.value} {face.reason.value} {face.person or ''}" for face in faces]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def signed_off(approvals: Iterable[Approval], channel: str, faces: Sequence[FaceDecision]) -> bool:
    """Whether somebody approved this very decision."""
    return any(True for _ in _about(approvals, ApprovalKind.SIGN_OFF, channel, faces))


def veto_lifted(approvals: Iterable[Approval], channel: str, faces: Sequence[FaceDecision]) -> bool:
    """Whether two different people, one of them the lead, released this very vetoed photo."""
    said = list(_about(approvals, ApprovalKind.VETO, channel, faces))
    roles: dict[str, set[str]] = {}
    for one in said:
        if one.role in SECOND:
            roles.setdefault(one.by.strip().casefold(), set()).add(one.role)
    return len(roles) > 1 and any(LEAD in held for held in roles.values())


def veto_begun(approvals: Iterable[Approval], channel: str, faces: Sequence[FaceDecision]) -> str:
    """Who released this very vetoed photo while a second person is still missing; "" for nobody."""
    said = list(approvals)
    if veto_lifted(said, channel, faces):
        return ""
    first = next(iter(_about(said, ApprovalKind.VETO, channel, faces)), None)
    return "" if first is None else first.by


def _about(
    approvals: Iterable[Approval], kind: ApprovalKind, channel: str, faces: Sequence[FaceDecision]
) -> Iterable[Approval]:
    seen = seen_of(faces)
    return (a for a in approvals if (a.kind, a.channel, a.seen) == (kind, channel, seen))
