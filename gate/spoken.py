"""What a person's word changes about the faces of a photo on one channel. Pure.

A statement never outweighs a missing permission. It shows a face only by naming somebody who may
be shown, and takes a face out of count only where the matcher recognises nobody in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gate.permission import Permission
from gate.statements import Said, Statement, StatementKind
from gate.values import Candidate, FaceDecision, FaceReason, Match, Outcome

Ask = Callable[[str], Permission]
"""Whether the person with a reference may be shown on the channel and day in question."""


@dataclass(frozen=True)
class Weighing:
    """What statements are weighed against. ``show`` is the showing threshold."""

    said: Said
    ask: Ask
    show: float
    cover_everyone: bool = False


def weigh(
    decided: Sequence[FaceDecision], matches: Sequence[Match], against: Weighing
) -> tuple[FaceDecision, ...]:
    """What was decided without statements, changed by them; both in the order of the faces."""
    return tuple(_heard(one, match, against) for one, match in zip(decided, matches, strict=True))


def all_said(decided: Sequence[FaceDecision], said: Said) -> bool:
    """Whether nothing has to be asked of a person any more."""
    return not said.names_needed or all(one.face in said.spoken for one in decided)


def _heard(plain: FaceDecision, match: Match, against: Weighing) -> FaceDecision:
    said = against.said
    statement = said.faces.get(plain.face)
    cover = said.covered.get(plain.face)
    if cover is None and statement is not None and statement.only_covers:
        cover = statement
    if cover is not None:
        return replace(
            plain, outcome=Outcome.COVERED, reason=FaceReason.ASKED_TO_COVER, statement=cover.id
        )
    if statement is None:
        return _unsaid(plain, said)
    if statement.person is not None:
        return _named(plain, match, statement, statement.person, against)
    if statement.kind is not StatementKind.NOT_A_FACE or _recognised(match, against.show):
        return plain
    return replace(
        plain,
        outcome=Outcome.NO_FACE,
        reason=FaceReason.NOT_A_FACE,
        person=None,
        consent=None,
        statement=statement.id,
    )


def _unsaid(plain: FaceDecision, said: Said) -> FaceDecision:
    if said.names_needed:
        return FaceDecision(plain.face, Outcome.COVERED, FaceReason.NOT_NAMED)
    shown = plain.outcome is Outcome.SHOWN
    if shown and plain.person is not None and said.named(plain.person):
        return replace(plain, outcome=Outcome.COVERED, reason=FaceReason.NAMED_ELSEWHERE)
    return plain


def _named(
    plain: FaceDecision, match: Match, statement: Statement, person: str, against: Weighing
) -> FaceDecision:
    answer = against.ask(person)
    known = FaceDecision(
        plain.face,
        Outcome.COVERED,
        answer.reason,
        person,
        next((c.score for c in match.candidates if c.person == person), None),
        next((c for c in match.candidates if c.person != person), None),
        answer.record,
        statement=statement.id,
    )
    if not answer.granted:
        return known
    if any(_contradicts(c, person, against) for c in match.candidates):
        return replace(known, reason=FaceReason.CONFUSABLE)
    if len(against.said.named(person)) > 1:
        return replace(known, reason=FaceReason.NAMED_TWICE)
    if against.cover_everyone:
        return replace(known, reason=FaceReason.COVER_EVERYONE)
    return replace(known, outcome=Outcome.SHOWN, reason=FaceReason.PERMITTED)


def _recognised(match: Match, show: float) -> bool:
    # Written so that a score that is no number counts as recognised.
    return any(not candidate.score < show for candidate in match.candidates)


def _contradicts(candidate: Candidate, person: str, against: Weighing) -> bool:
    """Whether the matcher is sure of somebody else, who may not be shown."""
    if candidate.person == person or candidate.score < against.show:
        return False
    return not against.ask(candidate.person).granted
