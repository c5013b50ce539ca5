"""One face of one channel in words: what happens to it, whom it was taken for, what counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gate.case import Case, Spoken
from gate.explain_second import second_face
from gate.safe_text import clean, isolated
from gate.values import (
    ALL_CHANNELS,
    Candidate,
    ConsentRecord,
    ConsentStatus,
    Decision,
    FaceDecision,
    FaceReason,
    Outcome,
    Restriction,
    Verdict,
    voice,
)
from gate.words import Catalogue, Text, is_released

_ABOUT_PERMISSION = frozenset(
    {
        FaceReason.PERMITTED,
        FaceReason.REFUSED,
        FaceReason.WITHDRAWN,
        FaceReason.NOT_YET_VALID,
        FaceReason.EXPIRED,
        FaceReason.WORDING_NOT_ONLINE,
    }
)
_NOBODY_FOR_SURE = frozenset(
    {
        FaceReason.NOT_RECOGNISED,
        FaceReason.CONFUSABLE,
        FaceReason.CLAIMED_TWICE,
        FaceReason.READERS_DISAGREE,
        FaceReason.UNREADABLE,
        FaceReason.NAMED_ELSEWHERE,
    }
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one face's decision rests on; ``face`` counts from 1, as on the annotated picture.

    ``score`` and ``needed`` are cohort-normalised similarities; ``needed`` is the threshold that
    the outcome hangs on. ``consent`` and ``restriction`` are ids of the register.
    """

    channel: str
    face: int
    outcome: str
    reason: str
    person: str | None
    score: float | None
    needed: float
    runner_up: str | None
    runner_up_score: float | None
    consent: int | None
    restriction: int | None
    statement: int | None = None


def plain_face(words: Catalogue, decision: Decision, face: FaceDecision) -> str:
    """A face without a word about who it may be."""
    return f"{_lead(words, decision, face)} {words.plain_face_reasons[face.reason]}"


def full_face(words: Catalogue, case: Case, decision: Decision, face: FaceDecision) -> str:
    """A face with its person, scores, permission and restriction."""
    who, why = tuple(_identity(words, case, face)), (face_reason(words, case, face),)
    sentences = [
        _lead(words, decision, face),
        *(why + who if face.reason in _NOBODY_FOR_SURE else who + why),
        *_said_by(words, case, face),
        *second_face(words, case, face),
        *_permission(words, case, face),
        *_restriction(words, case, face),
    ]
    return " ".join(sentences)


def evidence_of(case: Case, decision: Decision, face: FaceDecision) -> Evidence:
    """The same as values, for a table or a program."""
    next_one = face.runner_up
    return Evidence(
        channel=clean(decision.channel),
        face=face.face + 1,
        outcome=face.outcome.value,
        reason=face.reason.value,
        person=clean(face.person) if face.person is not None else None,
        score=face.score,
        needed=_needed(case, face),
        runner_up=clean(next_one.person) if next_one else None,
        runner_up_score=next_one.score if next_one else None,
        consent=face.consent,
        restriction=face.restriction,
        statement=face.statement,
    )


def refused_by(words: Catalogue, case: Case, channel: str) -> str:
    """Who refused a photo for a channel, and when."""
    spoken = case.refused.get(channel, case.refused.get(ALL_CHANNELS))
    return words.say(Text.REFUSED_BY, **_speaker(words, spoken))


def approved_by(words: Catalogue, case: Case, channel: str) -> Iterator[str]:
    """Who released a photo for a channel when it was held or vetoed, and when."""
    for text, given in ((Text.APPROVED_BY, case.approved), (Text.UNVETOED_BY, case.unvetoed)):
        for spoken in given.get(channel, ()):
            yield words.say(text, **_speaker(words, spoken))


def _speaker(words: Catalogue, spoken: Spoken | None) -> dict[str, str]:
    if spoken is None:
        who, when = words.say(Text.SAID_BY_SOMEBODY), words.say(Text.SAID_AT_SOME_TIME)
        return {"who": who, "when": when}
    return {"who": isolated(spoken.by), "when": words.when(spoken.at)}


def _lead(words: Catalogue, decision: Decision, face: FaceDecision) -> str:
    if is_released(decision.verdict, decision.reason):
        leads = (Text.FACE_SHOWN, Text.FACE_COVERED)
    elif decision.verdict is Verdict.REVIEW:
        leads = (Text.FACE_WOULD_BE_SHOWN, Text.FACE_WOULD_BE_COVERED)
    else:
        leads = (Text.FACE_NOT_SHOWN, Text.FACE_NOT_SHOWN)
    lead = {
        Outcome.SHOWN: leads[0],
        Outcome.COVERED: leads[1],
        Outcome.VETO: Text.FACE_HOLDS,
        Outcome.NO_FACE: Text.FACE_LEFT_ALONE,
    }
    return words.say(lead[face.outcome], number=face.face + 1)


def face_reason(words: Catalogue, case: Case, face: FaceDecision) -> str:
    """Why this happens to a face, without a word about who it may be."""
    if face.reason is FaceReason.PERMITTED and face.outcome is not Outcome.SHOWN:
        return words.say(Text.PERMITTED_BUT_HELD)
    seen = case.judgement.faces[face.face : face.face + 1]
    if face.reason is FaceReason.NOT_RECOGNISED and any(found.weak for found in seen):
        return words.say(Text.WEAK)
    return words.face_reasons[face.reason]


def _needed(case: Case, face: FaceDecision) -> float:
    thresholds = case.judgement.thresholds
    return thresholds.veto if face.outcome is Outcome.VETO else thresholds.show


def _named(words: Catalogue, case: Case, ref: str) -> str:
    person = case.people.get(ref)
    if person is None:
        return words.say(Text.PERSON_UNKNOWN, ref=isolated(ref))
    name = f"{person.given_name} {person.family_name}".strip()
    return words.say(Text.PERSON, name=isolated(name), ref=isolated(ref))


def _said_by(words: Catalogue, case: Case, face: FaceDecision) -> Iterator[str]:
    """Who asked for what happens to a face that nobody gave a name."""
    if face.reason in (FaceReason.ASKED_TO_COVER, FaceReason.NOT_A_FACE):
        yield words.say(Text.SAID_BY, **_speaker(words, _spoken(case, face)))


def _spoken(case: Case, face: FaceDecision) -> Spoken | None:
    return None if face.statement is None else case.statements.get(face.statement)


def _is_named(face: FaceDecision) -> bool:
    """Whether a person, not the matcher, said who it is."""
    asked = face.reason is FaceReason.ASKED_TO_COVER
    return face.statement is not None and face.person is not None and not asked


def _identity(words: Catalogue, case: Case, face: FaceDecision) -> Iterator[str]:
    if face.person is not None and _is_named(face):
        gaps = _speaker(words, _spoken(case, face))
        yield words.say(Text.NAMED_AS, person=_named(words, case, face.person), **gaps)
    elif face.person is not None:
        yield _taken_for(words, case, face, face.person)
    elif best := _best(case, face):
        yield _resembles(words, case, face, best)
    if face.reason is FaceReason.CONFUSABLE:
        yield from _confusable(words, case, face)
    elif face.runner_up is not None:
        yield _runner_up(words, face, face.runner_up)


def _runner_up(words: Catalogue, face: FaceDecision, other: Candidate) -> str:
    text = Text.MORE if face.score is not None and other.score > face.score else Text.NEXT
    return words.say(text, ref=isolated(other.person), score=_number(other.score))


def _taken_for(words: Catalogue, case: Case, face: FaceDecision, person: str) -> str:
    if face.score is None:
        return words.say(Text.TAKEN_FOR, person=_named(words, case, person))
    if face.outcome is Outcome.VETO:
        text = Text.MAY_BE
    elif face.score < _needed(case, face) or face.reason in _NOBODY_FOR_SURE:
        text = Text.RESEMBLES
    else:
        text = Text.RECOGNISED
    who, needed = _named(words, case, person), _number(_needed(case, face))
    return words.say(text, person=who, score=_number(face.score), needed=needed)


def _resembles(words: Catalogue, case: Case, face: FaceDecision, best: Candidate) -> str:
    """Say whom a stranger is most like by reference only: a name would stick."""
    needed, score = _number(_needed(case, face)), _number(best.score)
    return words.say(Text.RESEMBLES, person=isolated(best.person), score=score, needed=needed)


def _best(case: Case, face: FaceDecision) -> Candidate | None:
    matches = case.judgement.matches
    return matches[face.face].best if 0 <= face.face < len(matches) else None


def _confusable(words: Catalogue, case: Case, face: FaceDecision) -> Iterator[str]:
    matches, thresholds = case.judgement.matches, case.judgement.thresholds
    best = _best(case, face)
    if best is None:
        return
    close = [c for c in matches[face.face].candidates if best.score - c.score <= thresholds.margin]
    people = ", ".join(
        words.say(Text.SCORED, ref=isolated(c.person), score=_number(c.score)) for c in close
    )
    yield words.say(Text.CONFUSABLE_WITH, people=people)


def _number(score: float) -> str:
    return f"{score:.2f}"


def _permission(words: Catalogue, case: Case, face: FaceDecision) -> Iterator[str]:
    if face.consent is None:
        if face.reason in _ABOUT_PERMISSION:
            yield words.say(Text.RECORD_MISSING)
        return
    record = case.consents.get(face.consent)
    if record is None:
        yield words.say(Text.RECORD_GONE, record=face.consent)
        return
    yield _statement(words, record)
    if record.status is ConsentStatus.GRANTED:
        if record.valid_from != record.obtained_on:
            yield words.say(Text.VALID_FROM, day=words.day(record.valid_from))
        yield words.say(Text.NAMES_ONLINE if record.names_online_use else Text.NAMES_NO_ONLINE)


def _statement(words: Catalogue, record: ConsentRecord) -> str:
    texts = {
        ConsentStatus.GRANTED: Text.GRANTED_UNTIL if record.valid_until else Text.GRANTED,
        ConsentStatus.REFUSED: Text.REFUSED,
        ConsentStatus.WITHDRAWN: Text.WITHDRAWN,
    }
    return words.say(
        texts[record.status],
        giver=_giver(words, record.given_by),
        channel=words.channel_phrase(isolated(record.channel)),
        day=words.day(record.obtained_on),
        method=isolated(record.method),
        until=words.day(record.valid_until) if record.valid_until else "",
    )


def _giver(words: Catalogue, given_by: str) -> str:
    known = words.givers.get(voice(given_by))
    return known or words.say(Text.OTHER_GIVER, giver=isolated(given_by))


def _restriction(words: Catalogue, case: Case, face: FaceDecision) -> Iterator[str]:
    if face.restriction is None:
        return
    restriction = case.restrictions.get(face.restriction)
    if restriction is None:
        yield words.say(Text.RESTRICTION_GONE, record=face.restriction)
        return
    until = restriction.valid_until
    yield words.say(
        Text.RESTRICTED_UNTIL if until else Text.RESTRICTED_SINCE,
        record=restriction.id,
        channels=_channels(words, restriction),
        day=words.day(restriction.valid_from),
        until=words.day(until) if until else "",
    )


def _channels(words: Catalogue, restriction: Restriction) -> str:
    if ALL_CHANNELS in restriction.channels:
        return words.say(Text.ALL_CHANNELS)
    return ", ".join(words.channel_phrase(isolated(c)) for c in sorted(restriction.channels))
