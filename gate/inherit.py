"""A version of a photo that is blocked is blocked, too. Pure; standard library only."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from gate.values import Decision, Outcome, Reason, Verdict

BARRING = frozenset({Reason.RESTRICTED_PERSON, Reason.REFUSED_BY_HAND, Reason.STILL_MATCHED})
"""Reasons of a block that hold for every version of a photo: those that are about people.

A block that was itself inherited is none: it ends with the one that it came from.
"""


def inherit(decisions: Sequence[Decision], barred: Container[str]) -> list[Decision]:
    """The decisions with every channel blocked on which another version is; nothing is loosened."""
    return [_blocked(one) if one.channel in barred else one for one in decisions]


def is_source(decision: Decision) -> bool:
    """Whether this decision blocks the other versions of its photo on its channel."""
    return decision.verdict is Verdict.BLOCK and decision.reason in BARRING


def _blocked(decision: Decision) -> Decision:
    if decision.verdict is Verdict.BLOCK:
        return decision
    faces = tuple(
        replace(face, outcome=Outcome.COVERED) if face.outcome is Outcome.SHOWN else face
        for face in decision.faces
    )
    return Decision(decision.channel, Verdict.BLOCK, Reason.LIKE_BLOCKED, faces)
