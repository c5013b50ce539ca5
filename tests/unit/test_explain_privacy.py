from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.case import Case
from gate.explain import as_dict, as_text, explain, face_outcomes, may_see_original
from gate.roles import Role, sight_of
from gate.values import Decision, FaceDecision, Outcome, Reason, Verdict
from tests.explain_cases import approved, cases, face_decisions, vetoed

NARROW = ("comms", "website", "social", "reviewer", "", "DSL", "head", "auditor ")
ENTITLED = ("auditor", "dsl", "dpl", "admin")
CALM = settings(max_examples=40, deadline=None)
SECRETS = ("qzx", "0.3", "0.4", "31337", "restrict", "veto", "similar", "permission record")
LEAST = tuple(role for role in NARROW if role not in ("comms", "website", "reviewer"))


def everything(case: Case, role: str) -> str:
    explanation = explain(case, role)
    return as_text(explanation) + json.dumps(as_dict(explanation), ensure_ascii=False)


@CALM
@given(cases(), st.sampled_from(NARROW))
def test_nobody_but_those_entitled_finds_a_person_a_score_or_a_restriction(
    case: Case, role: str
) -> None:
    found = everything(case, role).casefold()
    for secret in (
        "qzx",
        "0.3",
        "0.4",
        "31337",
        "restrict",
        "veto",
        "similar",
        "permission record",
    ):
        assert secret not in found


@CALM
@given(cases(), st.sampled_from(LEAST))
def test_social_and_unknown_roles_read_approved_or_held_and_no_file_name(
    case: Case, role: str
) -> None:
    explanation = explain(case, role)
    verdicts = {part.verdict for part in explanation.sections if part.channel}
    assert verdicts <= {"approved", "held"}
    assert "IMG_" not in everything(case, role)
    assert "face" not in everything(case, role).casefold()


@CALM
@given(cases())
def test_the_website_role_does_not_learn_the_name_of_the_original(case: Case) -> None:
    assert "IMG_" not in everything(case, "website")


@CALM
@given(
    cases(),
    st.sampled_from(["comms", "website", "social"]),
    st.sampled_from([Reason.SINGLED_OUT, Reason.ALL_COVERED, Reason.SIGN_OFF, Reason.NO_FACES]),
    st.data(),
)
def test_a_veto_cannot_be_told_from_any_other_hold(
    case: Case, role: str, reason: Reason, data: st.DataObject
) -> None:
    count = len(case.judgement.faces)
    faces = data.draw(face_decisions(count))
    other = Decision("website", Verdict.REVIEW, reason, faces)
    veto = Decision(
        "website", Verdict.BLOCK, Reason.RESTRICTED_PERSON, case.judgement.decisions[0].faces
    )
    held, vetoed_case = _with_first(case, other), _with_first(case, veto)
    assert everything(held, role) == everything(vetoed_case, role)
    assert face_outcomes(held, role) == face_outcomes(vetoed_case, role)


def _with_first(case: Case, decision: Decision) -> Case:
    decisions = (decision, *case.judgement.decisions[1:])
    return replace(case, judgement=replace(case.judgement, decisions=decisions))


@CALM
@given(cases(), st.sampled_from(ENTITLED))
def test_those_entitled_find_every_person_that_a_decision_names(case: Case, role: str) -> None:
    found = everything(case, role)
    for decision in case.judgement.decisions:
        for face in decision.faces:
            assert face.person is None or face.person in found


@CALM
@given(cases(), st.sampled_from(NARROW))
def test_boxes_tell_no_more_than_the_words(case: Case, role: str) -> None:
    outcomes = face_outcomes(case, role)
    assert len(outcomes) == len(case.judgement.faces)
    if role != "comms":
        assert set(outcomes) <= {None}


def test_a_veto_is_never_a_box_for_comms() -> None:
    assert face_outcomes(vetoed(), "comms") == (None,)
    assert face_outcomes(vetoed(), "dsl") == (Outcome.VETO,)
    assert face_outcomes(approved(), "comms") == (Outcome.SHOWN,)


def test_the_strictest_outcome_of_all_channels_is_drawn() -> None:
    shown, veto = approved().judgement.decisions[0], vetoed().judgement.decisions[0]
    case = approved()
    both = replace(
        case, judgement=replace(case.judgement, decisions=(replace(veto, channel="print"), shown))
    )
    assert face_outcomes(both, "dsl") == (Outcome.VETO,)
    assert face_outcomes(both, "dsl", "website") == (Outcome.SHOWN,)


@pytest.mark.parametrize("role", (*LEAST, "website"))
def test_the_original_is_not_for_those_who_only_take_copies(role: str) -> None:
    assert not may_see_original(role)


def test_every_role_is_known_and_any_other_word_sees_the_least() -> None:
    assert {role for role in Role if sight_of(role).evidence} == set(ENTITLED)
    assert sight_of("root") == sight_of("social")
    assert not sight_of("root").causes


def test_a_face_that_does_not_exist_is_no_reason_to_fail() -> None:
    decision = Decision(
        "website",
        Verdict.BLUR,
        Reason.SOME_COVERED,
        (FaceDecision(7, Outcome.COVERED, vetoed().judgement.decisions[0].faces[0].reason),),
    )
    case = _with_first(approved(), decision)
    assert "Face 8" in everything(case, "dsl")
    assert face_outcomes(case, "dsl") == (None,)
