"""Cases for the tests of explaining: one that is easy to read, and a strategy for any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from gate.case import Case, Copy, Dropped
from gate.values import (
    Box,
    Candidate,
    ConsentRecord,
    ConsentStatus,
    Decision,
    Face,
    FaceDecision,
    FaceReason,
    Judgement,
    Match,
    Outcome,
    Person,
    Reason,
    Restriction,
    Search,
    Second,
    SecondMode,
    Thresholds,
    Verdict,
    Versions,
)

PHOTO = "5f" * 32
NOW = datetime(2025, 9, 5, 14, 2, tzinfo=UTC)
OLIVIA = Person("P0012", "pupil", "Olivia", "Hart", "7")
NOAH = Person("P0031", "pupil", "Noah", "Reed", "8")
AGREED = ConsentRecord(
    id=17,
    person="P0012",
    channel="website",
    status=ConsentStatus.GRANTED,
    given_by="parent",
    method="form",
    obtained_on=date(2025, 9, 5),
    valid_from=date(2025, 9, 5),
    valid_until=date(2027, 8, 31),
    names_online_use=True,
)
KEPT_AWAY = Restriction(3, "P0031", frozenset({"all"}), date(2025, 9, 1))
THRESHOLDS = Thresholds(show=0.42, veto=0.31, margin=0.08)
SEARCH = Search((1024, 1920), (0, 90, 180, 270), 0.37, 12.0)
SHOWN = FaceDecision(
    0,
    Outcome.SHOWN,
    FaceReason.PERMITTED,
    person="P0012",
    score=0.71,
    runner_up=Candidate("P0044", 0.12),
    consent=17,
)
VETO = FaceDecision(
    0, Outcome.VETO, FaceReason.RESTRICTED, person="P0031", score=0.39, restriction=3
)
MATCH = Match((Candidate("P0012", 0.71), Candidate("P0044", 0.12)))
FACE = Face(Box(10, 10, 50, 60), ((20, 30),) * 5, 0.93)


def judgement(
    *decisions: Decision,
    faces: tuple[Face, ...] = (FACE,),
    matches: tuple[Match, ...] = (MATCH,),
    search: Search | None = SEARCH,
    detail: str = "",
) -> Judgement:
    return Judgement(
        photo=PHOTO,
        width=1600,
        height=1200,
        on=date(2025, 9, 5),
        versions=Versions("0.1.0", "a1b2", "yunet+sface", 12),
        thresholds=THRESHOLDS,
        decisions=decisions,
        faces=faces,
        matches=matches,
        search=search,
        detail=detail,
    )


def case_of(judged: Judgement, *copies: Copy, original: str = "fair/IMG_1.jpg") -> Case:
    return Case(
        judgement=judged,
        judged_at=NOW,
        judged_by="service",
        drops=(Dropped(original, NOW, "s.brown"),),
        copies=copies,
        consents={AGREED.id: AGREED},
        restrictions={KEPT_AWAY.id: KEPT_AWAY},
        people={person.ref: person for person in (OLIVIA, NOAH)},
    )


def approved() -> Case:
    decision = Decision("website", Verdict.APPROVE, Reason.ALL_SHOWN, (SHOWN,))
    return case_of(judgement(decision), Copy("website", "ready/website/fair/a1.jpg"))


def vetoed() -> Case:
    decision = Decision("website", Verdict.BLOCK, Reason.RESTRICTED_PERSON, (VETO,))
    return case_of(judgement(decision))


SCORES = st.integers(0, 999).map(lambda n: 0.31337 + n * 1e-9)
"""Scores that a test can find again: every one is written with 0.31 or 31337."""

REFS = st.sampled_from(["QZX1", "QZX2", "QZX3"])
"""References and names in these cases hold QZX, a text that no sentence holds."""


_CANDIDATES = st.builds(Candidate, REFS, SCORES)
_SEEN = st.lists(_CANDIDATES, max_size=3).map(tuple)
_MATCHES = st.builds(Match, _SEEN, st.booleans(), _SEEN)
_SECONDS = st.none() | st.builds(
    Second, st.sampled_from(SecondMode), st.just("QZX reader"), st.just(THRESHOLDS)
)
_CHANNELS = ("website", "print")
_COPIES = st.lists(
    st.builds(
        Copy,
        st.sampled_from(_CHANNELS),
        st.just("ready/a1.jpg"),
        st.sampled_from([None, NOW]),
    ),
    max_size=2,
)
_PEOPLE = {f"QZX{n}": Person(f"QZX{n}", "pupil", f"QZXgiven{n}", "QZXfamily") for n in (1, 2)}
_FACE_DECISIONS = st.builds(
    FaceDecision,
    face=st.just(0),
    outcome=st.sampled_from(Outcome),
    reason=st.sampled_from(FaceReason),
    person=st.none() | REFS,
    score=st.none() | SCORES,
    runner_up=st.none() | _CANDIDATES,
    consent=st.sampled_from([None, 17, 99]),
    restriction=st.sampled_from([None, 3, 98]),
)


def face_decisions(count: int) -> st.SearchStrategy[tuple[FaceDecision, ...]]:
    """One decision for each of ``count`` faces."""
    drawn = st.lists(_FACE_DECISIONS, min_size=count, max_size=count)
    return drawn.map(lambda faces: tuple(replace(f, face=n) for n, f in enumerate(faces)))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any case at all, also contradictory ones; everything about people can be found again."""
    count = draw(st.integers(0, 2))
    decisions = [
        Decision(
            channel,
            draw(st.sampled_from(Verdict)),
            draw(st.sampled_from(Reason)),
            draw(face_decisions(count)),
        )
        for channel in _CHANNELS
    ]
    judged = judgement(
        *decisions,
        faces=(FACE,) * count,
        matches=tuple(draw(st.lists(_MATCHES, min_size=count, max_size=count))),
        search=draw(st.sampled_from([SEARCH, None])),
        detail="QZX detail",
    )
    judged = replace(judged, second=draw(_SECONDS))
    return replace(
        case_of(judged, *draw(_COPIES)),
        judged_by="QZXactor",
        drops=(Dropped("fair/IMG_1.jpg", NOW, "QZXdropper"), Dropped("fair/IMG_2.jpg", NOW)),
        people=_PEOPLE,
    )
