"""Deciding: what may be shown of one photo, per channel. Pure; standard library only.

The order of the rules, for one channel and one day:

1. A face that may be a restricted person (at the veto threshold), or that somebody names as one,
   blocks; nothing outweighs it.
2. A photo that a person refused for the channel is blocked.
3. Where people name the faces, a photo is held until something was said about each of them.
4. A face is shown only if it is matched at the showing threshold, everybody within the margin of
   the best match has live permission too, and no other face claims one of them more strongly; or
   if a person names it, that somebody has live permission, nobody else whom it is matched to at
   the showing threshold lacks it, and no other face has the same name.
5. What a person calls no face is left alone, unless it is matched at the showing threshold.
6. Every other face is covered: also one that is matched to somebody named elsewhere in the photo.
7. No face at all: approve, or review where the channel asks for it.
8. The channel's options hold what would otherwise be released.

Whatever is not explicitly allowed is covered, held or blocked.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from gate.permission import Permission, permission, restriction_on
from gate.spoken import Weighing, all_said, weigh
from gate.statements import NOTHING_SAID, Said
from gate.values import (
    Candidate,
    Channel,
    ConsentRecord,
    Decision,
    Face,
    FaceDecision,
    FaceReason,
    Match,
    Outcome,
    Person,
    Reason,
    Restriction,
    Thresholds,
    Verdict,
)


@dataclass(frozen=True)
class Rules:
    """What is the same for every photo: the register's word, thresholds, policy, and the day."""

    people: Mapping[str, Person]
    consents: Mapping[str, tuple[ConsentRecord, ...]]
    restrictions: Mapping[str, tuple[Restriction, ...]]
    thresholds: Thresholds
    on: date
    leavers_may_be_shown: bool = False


def decide(
    faces: Sequence[Face],
    matches: Sequence[Match],
    channel: Channel,
    rules: Rules,
    said: Said = NOTHING_SAID,
) -> Decision:
    """The verdict for one channel. ``matches`` are in the order of ``faces``.

    Raises ValueError when their numbers differ.
    """
    if len(faces) != len(matches):
        raise ValueError(f"{len(faces)} faces but {len(matches)} matches")
    vetoes = [
        _veto(number, match, channel, rules) or _named_veto(number, channel, rules, said)
        for number, match in enumerate(matches)
    ]
    judged = _heard(
        [_judge(number, face, matches, channel, rules) for number, face in enumerate(faces)],
        matches,
        channel,
        rules,
        said,
    )
    if any(vetoes):
        covered = [_not_shown(decision) for decision in judged]
        decisions = tuple(veto or other for veto, other in zip(vetoes, covered, strict=True))
        return Decision(channel.name, Verdict.BLOCK, Reason.RESTRICTED_PERSON, decisions)
    if said.is_refused(channel.name):
        covered = [_not_shown(decision) for decision in judged]
        return Decision(channel.name, Verdict.BLOCK, Reason.REFUSED_BY_HAND, tuple(covered))
    if not all_said(judged, said):
        return Decision(channel.name, Verdict.REVIEW, Reason.NAMES_NEEDED, judged)
    weak = {number for number, face in enumerate(faces) if face.weak}
    return _verdict(judged, channel, weak)


def _heard(
    decided: Sequence[FaceDecision],
    matches: Sequence[Match],
    channel: Channel,
    rules: Rules,
    said: Said,
) -> tuple[FaceDecision, ...]:
    """The decisions about the faces as people's statements leave them."""

    def ask(person: str) -> Permission:
        return _permission(person, channel, rules)

    against = Weighing(said, ask, rules.thresholds.show, channel.cover_everyone)
    return weigh(decided, matches, against)


def _named_veto(number: int, channel: Channel, rules: Rules, said: Said) -> FaceDecision | None:
    statement = said.faces.get(number)
    if statement is None or statement.person is None:
        return None
    restrictions = rules.restrictions.get(statement.person, ())
    restriction = restriction_on(restrictions, channel.name, rules.on)
    if restriction is None:
        return None
    return FaceDecision(
        number,
        Outcome.VETO,
        FaceReason.RESTRICTED,
        statement.person,
        restriction=restriction.id,
        statement=statement.id,
    )


def _veto(number: int, match: Match, channel: Channel, rules: Rules) -> FaceDecision | None:
    for candidate in match.candidates:
        if candidate.score < rules.thresholds.veto:
            continue
        restrictions = rules.restrictions.get(candidate.person, ())
        restriction = restriction_on(restrictions, channel.name, rules.on)
        if restriction is not None:
            return FaceDecision(
                number,
                Outcome.VETO,
                FaceReason.RESTRICTED,
                candidate.person,
                candidate.score,
                _runner_up(match, candidate.person),
                restriction=restriction.id,
            )
    return None


def _not_shown(decision: FaceDecision) -> FaceDecision:
    if decision.outcome is Outcome.SHOWN:
        return replace(decision, outcome=Outcome.COVERED)
    return decision


def _judge(
    number: int, face: Face, matches: Sequence[Match], channel: Channel, rules: Rules
) -> FaceDecision:
    match = matches[number]
    best = match.best
    covered = FaceDecision(number, Outcome.COVERED, FaceReason.NOT_RECOGNISED)
    if not match.readable:
        return replace(covered, reason=FaceReason.UNREADABLE)
    if best is None:
        return covered
    runner_up = _runner_up(match, best.person)
    covered = replace(covered, score=best.score, runner_up=runner_up)
    if not best.score >= rules.thresholds.show or face.weak:
        return covered
    answer = _permission(best.person, channel, rules)
    known = replace(covered, person=best.person, consent=answer.record)
    if not answer.granted:
        return replace(known, reason=answer.reason)
    if _confusable(match, best, channel, rules):
        return replace(known, reason=FaceReason.CONFUSABLE)
    if _claimed_by_another(number, best, matches):
        return replace(known, reason=FaceReason.CLAIMED_TWICE)
    if channel.cover_everyone:
        return replace(known, reason=FaceReason.COVER_EVERYONE)
    return replace(known, outcome=Outcome.SHOWN, reason=FaceReason.PERMITTED)


def _runner_up(match: Match, person: str) -> Candidate | None:
    return next((other for other in match.candidates if other.person != person), None)


def _permission(person: str, channel: Channel, rules: Rules) -> Permission:
    record = rules.people.get(person)
    if record is None:
        return Permission(False, FaceReason.NO_CONSENT)
    if restriction_on(rules.restrictions.get(person, ()), channel.name, rules.on) is not None:
        return Permission(False, FaceReason.RESTRICTED)
    return permission(
        record,
        rules.consents.get(person, ()),
        channel,
        rules.on,
        leavers_may_be_shown=rules.leavers_may_be_shown,
    )


def _confusable(match: Match, best: Candidate, channel: Channel, rules: Rules) -> bool:
    """Whether somebody without permission resembles the face nearly as much as the best match."""
    near = [c for c in match.candidates if c.score >= best.score - rules.thresholds.margin]
    return any(not _permission(c.person, channel, rules).granted for c in near)


def _claimed_by_another(number: int, best: Candidate, matches: Sequence[Match]) -> bool:
    """Whether another face of the photo has the same best person at the same or a higher score."""
    others = [match.best for place, match in enumerate(matches) if place != number]
    return any(o is not None and o.person == best.person and o.score >= best.score for o in others)


def _verdict(faces: tuple[FaceDecision, ...], channel: Channel, weak: Container[int]) -> Decision:
    shown = sum(face.outcome is Outcome.SHOWN for face in faces)
    hidden = [face.face for face in faces if face.outcome in (Outcome.COVERED, Outcome.VETO)]
    covered = len(hidden)
    # Whoever is covered is no less singled out where leaves were taken for faces too.
    sure = sum(number not in weak for number in hidden)
    if not shown and not covered:
        held = channel.no_faces != "approve"
        verdict, reason = Verdict.REVIEW if held else Verdict.APPROVE, Reason.NO_FACES
    elif not covered:
        verdict, reason = Verdict.APPROVE, Reason.ALL_SHOWN
    elif not shown:
        held = channel.hold_if_all_covered
        verdict, reason = Verdict.REVIEW if held else Verdict.BLUR, Reason.ALL_COVERED
    elif (sure or covered) <= channel.hold_if_singled_out:
        verdict, reason = Verdict.REVIEW, Reason.SINGLED_OUT
    else:
        verdict, reason = Verdict.BLUR, Reason.SOME_COVERED
    if channel.sign_off and verdict in (Verdict.APPROVE, Verdict.BLUR):
        verdict, reason = Verdict.REVIEW, Reason.SIGN_OFF
    return Decision(channel.name, verdict, reason, faces)
