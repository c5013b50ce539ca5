"""A decision in plain words, for one role: values in, text out.

What a role may not see is never written in the first place, rather than removed afterwards.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from gate.case import Case, Copy
from gate.engine_names import is_named_by_people
from gate.english import ENGLISH
from gate.evidence_table import evidence_table
from gate.explain_faces import Evidence, approved_by, evidence_of, full_face, plain_face, refused_by
from gate.explain_kin import PHOTO_DIGITS, blocked_kin, kin_sentences
from gate.explain_second import second_sentence
from gate.roles import Sight, sight_of
from gate.safe_text import isolated
from gate.values import Decision, Outcome, Reason, Search
from gate.words import (
    Catalogue,
    Status,
    Text,
    plain_reason_sentence,
    reason_sentence,
    status_of,
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the sentences below it.

    For a channel's section ``channel`` and ``verdict`` are set; ``verdict`` and ``reason`` are
    the words of the ledger for those who may see evidence, else a ``Status`` and None.
    """

    title: str
    sentences: tuple[str, ...]
    channel: str | None = None
    verdict: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to "why?": nothing in it is more than ``role`` may see."""

    photo: str
    title: str
    role: str
    language: str
    sections: tuple[Section, ...]
    evidence: tuple[Evidence, ...] = ()


def explain(case: Case, role: str, *, words: Catalogue = ENGLISH) -> Explanation:
    """Why this photo was judged as it was, as far as ``role`` may know it."""
    sight = sight_of(role)
    sections = [_photo(words, case, sight)]
    sections += [_channel(words, case, decision, sight) for decision in case.judgement.decisions]
    if sight.original:
        sections.append(Section(words.say(Text.SEARCH_TITLE), _search(words, case, sight)))
    if sight.evidence:
        sections.append(Section(words.say(Text.BASIS_TITLE), tuple(_basis(words, case))))
    return Explanation(
        photo=case.judgement.photo,
        title=words.say(Text.PHOTO, photo=case.judgement.photo[:PHOTO_DIGITS]),
        role=role,
        language=words.language,
        sections=tuple(sections),
        evidence=_evidence(case) if sight.evidence else (),
    )


def may_see_original(role: str) -> bool:
    """Whether this role may look at the dropped photo itself, with numbered boxes on it."""
    return sight_of(role).original


def face_outcomes(case: Case, role: str, channel: str | None = None) -> tuple[Outcome | None, ...]:
    """What happens to each face, for the boxes on the picture: on one channel, or the strictest.

    None where the role may not know: a face of a held photo, whatever it is held for.
    """
    sight = sight_of(role)
    told = (
        decision
        for decision in case.judgement.decisions
        if channel in (None, decision.channel) and _may_tell(case, decision, sight)
    )
    return strictest_outcomes(len(case.judgement.faces), told)


def strictest_outcomes(faces: int, decisions: Iterable[Decision]) -> tuple[Outcome | None, ...]:
    """What happens to each of so many faces where these decide most strictly; None: they do not."""
    found: list[Outcome | None] = [None] * faces
    for face in (face for decision in decisions for face in decision.faces):
        if 0 <= face.face < faces:
            found[face.face] = _stricter(found[face.face], face.outcome)
    return tuple(found)


def as_dict(explanation: Explanation) -> dict[str, object]:
    """The explanation as plain values, ready for JSON."""
    return asdict(explanation)


def as_text(explanation: Explanation, width: int = 80, *, words: Catalogue = ENGLISH) -> str:
    """The explanation for a terminal of ``width`` columns."""
    blocks = [explanation.title]
    for section in explanation.sections:
        lines = [section.title, *(_wrapped(sentence, width) for sentence in section.sentences)]
        blocks.append("\n".join(lines))
    if explanation.evidence:
        table = evidence_table(words, explanation.evidence, width)
        blocks.append(f"{words.say(Text.EVIDENCE_TITLE)}\n{table}")
    return "\n\n".join(blocks) + "\n"


def _may_tell(case: Case, decision: Decision, sight: Sight) -> bool:
    """Whether what happens to single faces may be told: to most, only of what was released."""
    status = _status(case, decision, sight)
    return sight.evidence or (sight.original and status in (Status.APPROVED, Status.COVERED))


_STRICTNESS: Sequence[Outcome | None] = (
    None,
    Outcome.NO_FACE,
    Outcome.SHOWN,
    Outcome.COVERED,
    Outcome.VETO,
)


def _stricter(first: Outcome | None, second: Outcome | None) -> Outcome | None:
    return max(first, second, key=_STRICTNESS.index)


def _photo(words: Catalogue, case: Case, sight: Sight) -> Section:
    sentences: list[str] = []
    if sight.original:
        sentences += _drops(words, case, sight)
        if case.judgement.width and case.judgement.height:
            size = {"width": case.judgement.width, "height": case.judgement.height}
            sentences.append(words.say(Text.SIZE, **size))
    sentences.append(_checked(words, case, sight))
    if sight.evidence:
        sentences += kin_sentences(words, case.kin)
    if not case.judgement.decisions:
        sentences.append(words.say(Text.NOTHING_DECIDED))
    return Section(words.say(Text.PHOTO_TITLE), tuple(sentences))


def _drops(words: Catalogue, case: Case, sight: Sight) -> Iterator[str]:
    for place, drop in enumerate(case.drops):
        when, original = words.when(drop.at), isolated(drop.original)
        if place:
            yield words.say(Text.DROPPED_AGAIN, when=when, original=original)
        elif sight.evidence and drop.by is not None:
            yield words.say(Text.DROPPED_BY, when=when, original=original, who=isolated(drop.by))
        else:
            yield words.say(Text.DROPPED, when=when, original=original)


def _checked(words: Catalogue, case: Case, sight: Sight) -> str:
    when, day = words.when(case.judged_at), words.day(case.judgement.on)
    if sight.evidence:
        return words.say(Text.CHECKED_BY, when=when, day=day, who=isolated(case.judged_by))
    return words.say(Text.CHECKED, when=when, day=day)


def _channel(words: Catalogue, case: Case, decision: Decision, sight: Sight) -> Section:
    verdict, reason = decision.verdict, decision.reason
    channel = words.channel_title(isolated(decision.channel))
    if sight.evidence:
        status, label = verdict.value, words.verdicts[verdict]
    else:
        plain = _status(case, decision, sight)
        status, label = plain.value, words.statuses[plain]
    return Section(
        title=words.say(Text.CHANNEL_TITLE, channel=channel, verdict=label),
        sentences=tuple(_channel_sentences(words, case, decision, sight)),
        channel=isolated(decision.channel),
        verdict=status,
        reason=reason.value if sight.evidence else None,
    )


def _status(case: Case, decision: Decision, sight: Sight) -> Status:
    copies = _copies(case, decision)
    withdrawn = sum(copy.withdrawn_at is not None for copy in copies)
    status = status_of(decision.verdict, decision.reason, copies=len(copies), withdrawn=withdrawn)
    if sight.causes:
        return status
    return Status.APPROVED if status in (Status.APPROVED, Status.COVERED) else Status.HELD


def _copies(case: Case, decision: Decision) -> tuple[Copy, ...]:
    return tuple(copy for copy in case.copies if copy.channel == decision.channel)


def _channel_sentences(
    words: Catalogue, case: Case, decision: Decision, sight: Sight
) -> Iterator[str]:
    if sight.evidence:
        yield reason_sentence(words, decision.verdict, decision.reason)
        if decision.reason is Reason.REFUSED_BY_HAND:
            yield refused_by(words, case, decision.channel)
        yield from approved_by(words, case, decision.channel)
        if decision.reason is Reason.LIKE_BLOCKED:
            yield from blocked_kin(words, case, decision.channel)
        yield from (full_face(words, case, decision, face) for face in decision.faces)
    else:
        yield from _plain_sentences(words, case, decision, sight)
    copies = _copies(case, decision)
    yield from (_copy(words, copy) for copy in copies)
    if not copies:
        yield words.say(Text.NO_COPY)


def _plain_sentences(
    words: Catalogue, case: Case, decision: Decision, sight: Sight
) -> Iterator[str]:
    status = _status(case, decision, sight)
    if sight.causes or status is Status.HELD:
        yield plain_reason_sentence(words, status, decision.reason)
    if _may_tell(case, decision, sight):
        yield from (plain_face(words, decision, face) for face in decision.faces)


def _copy(words: Catalogue, copy: Copy) -> str:
    path = isolated(copy.path)
    if copy.withdrawn_at is None:
        return words.say(Text.RELEASED, path=path)
    return words.say(Text.COPY_WITHDRAWN, path=path, when=words.when(copy.withdrawn_at))


def _search(words: Catalogue, case: Case, sight: Sight) -> tuple[str, ...]:
    search = case.judgement.search
    if search is None:
        return (words.say(Text.NOT_SEARCHED),)
    return (_faces_found(words, len(case.judgement.faces)), *_searched(words, search, sight))


def _faces_found(words: Catalogue, count: int) -> str:
    text = {0: Text.FACES_NONE, 1: Text.FACES_ONE}.get(count, Text.FACES_MANY)
    return words.say(text, count=count)


def _searched(words: Catalogue, search: Search, sight: Sight) -> Iterator[str]:
    yield words.say(Text.SEARCHED, sizes=words.listed(search.long_edges))
    if turns := [turn for turn in search.turns if turn]:
        sizes = search.turned_edges  # older records do not say at which sizes
        text = Text.SEARCHED_TURNED_AT if sizes else Text.SEARCHED_TURNED
        yield words.say(text, turns=words.listed(turns), sizes=words.listed(sizes))
    if search.dropped:
        yield words.say(Text.UNCONFIRMED, count=search.dropped)
    yield words.say(Text.SEARCHED_SMALLEST, smallest=f"{search.smallest:.0f}")
    if sight.evidence:
        yield words.say(Text.SEARCHED_THRESHOLD, threshold=f"{search.threshold:.2f}")


def _basis(words: Catalogue, case: Case) -> Iterator[str]:
    judgement = case.judgement
    if is_named_by_people(judgement.versions.engine):
        yield words.say(Text.NOBODY_COMPARED)
    else:
        limits = {name: f"{value:.2f}" for name, value in asdict(judgement.thresholds).items()}
        yield words.say(Text.THRESHOLDS, **limits)
    if judgement.second is not None:
        yield second_sentence(words, judgement.second)
    versions = {name: isolated(str(value)) for name, value in asdict(judgement.versions).items()}
    yield words.say(Text.VERSIONS, **versions)
    if judgement.detail:
        yield words.say(Text.DETAIL, detail=isolated(judgement.detail))


def _evidence(case: Case) -> tuple[Evidence, ...]:
    return tuple(
        evidence_of(case, decision, face)
        for decision in case.judgement.decisions
        for face in decision.faces
    )


def _wrapped(sentence: str, width: int) -> str:
    return textwrap.fill(
        sentence,
        width,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
