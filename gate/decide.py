"""Deciding: what may be shown of one photo, per channel. Pure; standard library only.

The order of the rules, for one channel and one day:

0. A photo that the safeguarding lead locked is blocked, and no other rule is asked.
1. A face that may be a restricted person (at the veto threshold of any reader), or that somebody
   names as one, blocks; only two people together release such a photo (gate/approvals.py), and
   the face stays covered.
2. A photo that a person refused for the channel is blocked.
3. Where people name the faces, a photo is held until something was said about each of them.
4. A face is shown only if it is matched at the showing threshold, everybody within the margin of
   the best match has live permission too, and one of them is left for it when each person is
   given to one face of the photo (gate/assign.py);
   where a second reader must agree, the same must hold for what it saw. Or if a person names it,
   that somebody has live permission, nobody else whom it is matched to at the showing threshold
   lacks it, and no other face has the same name.
5. What a person calls no face is left alone, unless it is matched at the showing threshold.
6. Every other face is covered: also one that is matched to somebody named elsewhere in the photo.
7. No face at all: approve, or review where the channel asks for it.
8. The channel's options hold what would otherwise be released, until somebody approves it.

Whatever is not explicitly allowed is covered, held or blocked.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from gate.approvals import signed_off, veto_lifted
from gate.assign import assign
from gate.permission import Permission, permission, restriction_on
from gate.second_reader import disagrees, may_veto
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
    Second,
    Thresholds,
    Verdict,
)


@dataclass(frozen=True)
class Rules:
    """What is the same for every photo: the register's word, thresholds, policy, and the day.

    ``second``: what the second reader's word counts for; None without one.
    """

    people: Mapping[str, Person]
    consents: Mapping[str, tuple[ConsentRecord, ...]]
    restrictions: Mapping[str, tuple[Restriction, ...]]
    thresholds: Thresholds
    on: date
    leavers_may_be_shown: bool = False
    second: Second | None = None


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
    if said.locked:
        return _locked(len(faces), channel)
    vetoes = [
        _veto(number, match, channel, rules) or _named_veto(number, channel, rules, said)
        for number, match in enumerate(matches)
    ]
    seen = map(_Seen, faces, matches, assign(matches, rules.thresholds))
    judged = _heard(
        [_judge(number, one, channel, rules) for number, one in enumerate(seen)],
        matches,
        channel,
        rules,
        said,
    )
    if any(vetoes):
        covered = [_not_shown(decision) for decision in judged]
        decisions = tuple(veto or other for veto, other in zip(vetoes, covered, strict=True))
        if not veto_lifted(said.approvals, channel.name, decisions):
            return Decision(channel.name, Verdict.BLOCK, Reason.RESTRICTED_PERSON, decisions)
        judged = tuple(
            _lifted(veto, other) if veto else other
            for veto, other in zip(vetoes, judged, strict=True)
        )
        channel = replace(channel, sign_off=False, hold_if_singled_out=0)
    if said.is_refused(channel.name):
        covered = [_not_shown(decision) for decision in judged]
        return Decision(channel.name, Verdict.BLOCK, Reason.REFUSED_BY_HAND, tuple(covered))
    if not all_said(judged, said):
        return Decision(channel.name, Verdict.REVIEW, Reason.NAMES_NEEDED, judged)
    weak = {number for number, face in enumerate(faces) if face.weak}
    return _verdict(judged, channel, weak, said)


def _locked(faces: int, channel: Channel) -> Decision:
    """A locked photo: nothing is said of anybody in it."""
    hidden = (FaceDecision(n, Outcome.COVERED, FaceReason.NOT_RECOGNISED) for n in range(faces))
    return Decision(channel.name, Verdict.BLOCK, Reason.LOCKED, tuple(hidden))


def _lifted(veto: FaceDecision, other: FaceDecision) -> FaceDecision:
    """A face that vetoed, in a photo that two people released: never shown, unless it was named.

    Whoever named it named somebody else, who may be shown.
    """
    named = other.statement is not None and other.outcome is Outcome.SHOWN
    if named and other.person != veto.person:
        return other
    return replace(veto, outcome=Outcome.COVERED)


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


@dataclass(frozen=True, slots=True)
class _Seen:
    """A face, whom it resembles, and the person that was left for it, if any."""

    face: Face
    match: Match
    given: Candidate | None


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
    for candidate in may_veto(match, rules.second):
        restrictions = rules.restrictions.get(candidate.person, ())
        restriction = restriction_on(restrictions, channel.name, rules.on)
        if restriction is not None:
            found = FaceDecision(number, Outcome.VETO, FaceReason.RESTRICTED, candidate.person)
            return replace(found, restriction=restriction.id)
    return None


def _not_shown(decision: FaceDecision) -> FaceDecision:
    if decision.outcome is Outcome.SHOWN:
        return replace(decision, outcome=Outcome.COVERED)
    return decision


def _judge(number: int, seen: _Seen, channel: Channel, rules: Rules) -> FaceDecision:
    match, best = seen.match, seen.match.best
    covered = FaceDecision(number, Outcome.COVERED, FaceReason.NOT_RECOGNISED)
    if not match.readable:
        return replace(covered, reason=FaceReason.UNREADABLE)
    if best is None:
        return covered
    runner_up = _runner_up(match, best.person)
    covered = replace(covered, score=best.score, runner_up=runner_up)
    if not best.score >= rules.thresholds.show or seen.face.weak:
        return covered
    answer = _permission(best.person, channel, rules)
    known = replace(covered, person=best.person, consent=answer.record)
    if not answer.granted:
        return replace(known, reason=answer.reason)
    if _confusable(match, best, channel, rules):
        return replace(known, reason=FaceReason.CONFUSABLE)
    if seen.given is None:
        return replace(known, reason=FaceReason.CLAIMED_TWICE)
    if seen.given != best:
        known = _as_the_next(known, match, seen.given, channel, rules)
    if _not_agreed(match, seen.given.person, channel, rules):
        return replace(known, reason=FaceReason.READERS_DISAGREE)
    if channel.cover_everyone:
        return replace(known, reason=FaceReason.COVER_EVERYONE)
    return replace(known, outcome=Outcome.SHOWN, reason=FaceReason.PERMITTED)


def _as_the_next(
    known: FaceDecision, match: Match, given: Candidate, channel: Channel, rules: Rules
) -> FaceDecision:
    """Another face is the best person: this one is the next, who may be shown as well."""
    return replace(
        known,
        person=given.person,
        score=given.score,
        runner_up=_runner_up(match, given.person),
        consent=_permission(given.person, channel, rules).record,
    )


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


def _not_agreed(match: Match, person: str, channel: Channel, rules: Rules) -> bool:
    """Whether a second reader that must agree on this person does not."""

    def is_permitted(other: str) -> bool:
        return _permission(other, channel, rules).granted

    return disagrees(match, person, rules.second, is_permitted)


def _verdict(
    faces: tuple[FaceDecision, ...], channel: Channel, weak: Container[int], said: Said
) -> Decision:
    shown = sum(face.outcome is Outcome.SHOWN for face in faces)
    hidden = [face.face for face in faces if face.outcome in (Outcome.COVERED, Outcome.VETO)]
    covered = len(hidden)
    # Whoever is covered is no less singled out where leaves were taken for faces too.
    sure = sum(number not in weak for number in hidden)
    held = False
    if not shown and not covered:
        verdict, reason = Verdict.APPROVE, Reason.NO_FACES
        held = channel.no_faces != "approve"
    elif not covered:
        verdict, reason = Verdict.APPROVE, Reason.ALL_SHOWN
    elif not shown:
        verdict, reason = Verdict.BLUR, Reason.ALL_COVERED
        held = channel.hold_if_all_covered
    elif (sure or covered) <= channel.hold_if_singled_out:
        verdict, reason = Verdict.BLUR, Reason.SINGLED_OUT
        held = True
    else:
        verdict, reason = Verdict.BLUR, Reason.SOME_COVERED
    if signed_off(said.approvals, channel.name, faces):
        return Decision(channel.name, verdict, reason, faces)
    if held:
        return Decision(channel.name, Verdict.REVIEW, reason, faces)
    if channel.sign_off:
        return Decision(channel.name, Verdict.REVIEW, Reason.SIGN_OFF, faces)
    return Decision(channel.name, verdict, reason, faces)
