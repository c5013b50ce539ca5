"""Which faces are handed over as somebody's own: only those that are certainly theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gate.subject import doubtful_faces, own_boxes, own_faces, resemblances
from gate.values import (
    Box,
    Candidate,
    Decision,
    Face,
    FaceDecision,
    FaceReason,
    Judgement,
    Match,
    Outcome,
    Reason,
    Verdict,
)
from tests.registers import judgement

SHOWN = (Outcome.SHOWN, FaceReason.PERMITTED)


def face(place: int, *, weak: bool = False) -> Face:
    return Face(Box(100.0 * place, 0.0, 50.0, 60.0), (), 0.9, weak)


def judged(faces: Sequence[Face], matches: Sequence[Match], *about: FaceDecision) -> Judgement:
    decision = Decision("website", Verdict.BLUR, Reason.SOME_COVERED, about)
    return replace(judgement(), faces=tuple(faces), matches=tuple(matches), decisions=(decision,))


def match(**scores: float) -> Match:
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    return Match(tuple(Candidate(*pair) for pair in ranked))


def decided(
    number: int, person: str | None, reason: FaceReason, said: int | None = None
) -> FaceDecision:
    return FaceDecision(number, Outcome.COVERED, reason, person, statement=said)


def test_a_face_matched_to_one_person_alone_is_theirs() -> None:
    one = judged([face(0)], [match(P1=0.8, P2=0.3)], FaceDecision(0, *SHOWN, "P1"))
    assert own_faces(one, "P1") == {0}
    assert own_faces(one, "P2") == doubtful_faces(one, "P2") == frozenset()
    assert resemblances(one, "P2") == {0: 0.3}


def test_whom_a_face_may_as_well_be_does_not_get_it() -> None:
    twins = judged([face(0)], [match(P1=0.8, P2=0.75)], decided(0, "P1", FaceReason.CONFUSABLE))
    assert own_faces(twins, "P1") == frozenset()
    assert doubtful_faces(twins, "P1") == {0}


def test_two_faces_that_claim_one_person_are_nobodys() -> None:
    both = judged([face(0), face(1)], [match(P1=0.8), match(P1=0.8)])
    assert own_faces(both, "P1") == frozenset()


def test_a_veto_at_a_low_score_is_a_doubt() -> None:
    veto = decided(0, "P1", FaceReason.RESTRICTED)
    assert own_faces(judged([face(0)], [match(P1=0.3)], veto), "P1") == frozenset()
    assert doubtful_faces(judged([face(0)], [match(P1=0.3)], veto), "P1") == {0}
    assert own_faces(judged([face(0)], [match(P1=0.9)], veto), "P1") == {0}


def test_a_weak_candidate_is_nobodys() -> None:
    assert own_faces(judged([face(0, weak=True)], [match(P1=0.9)]), "P1") == frozenset()


def test_whom_people_named_gets_the_face_and_whom_they_did_not_loses_it() -> None:
    said = decided(0, "P1", FaceReason.NO_CONSENT, said=4)
    assert own_faces(judged([face(0)], [match(P2=0.3)], said), "P1") == {0}
    assert own_faces(judged([face(0)], [match(P2=0.9)], said), "P2") == frozenset()
    twice = decided(0, "P1", FaceReason.NAMED_TWICE, said=4)
    assert own_faces(judged([face(0)], [match()], twice), "P1") == frozenset()


def test_an_older_judgement_counts_until_a_later_one_says_otherwise() -> None:
    theirs = judged([face(0)], [match(P1=0.8)], FaceDecision(0, *SHOWN, "P1"))
    unknown = judged([face(0)], [match()], decided(0, None, FaceReason.NOT_RECOGNISED))
    others = judged([face(0)], [match(P2=0.9)], FaceDecision(0, *SHOWN, "P2"))
    doubted = judged([face(0)], [match(P1=0.3)], decided(0, "P1", FaceReason.RESTRICTED))
    assert own_boxes([theirs], "P1") == (face(0).box,)
    assert own_boxes([theirs, unknown], "P1") == (face(0).box,)
    assert own_boxes([theirs, others], "P1") == ()
    assert own_boxes([theirs, others, unknown], "P1") == ()
    assert own_boxes([theirs, doubted], "P1") == ()
    assert own_boxes([unknown], "P1") == ()


@given(st.lists(st.dictionaries(st.sampled_from(["P1", "P2", "P3"]), st.floats(0, 1)), max_size=5))
def test_no_face_is_handed_to_two_people_and_nobody_gets_two(
    scores: list[dict[str, float]],
) -> None:
    one = judged([face(n) for n in range(len(scores))], [match(**found) for found in scores])
    own = {ref: own_faces(one, ref) for ref in ("P1", "P2", "P3")}
    assert sum(map(len, own.values())) == len(frozenset().union(*own.values()))
    assert all(len(faces) <= 1 for faces in own.values())
