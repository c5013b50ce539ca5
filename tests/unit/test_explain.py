from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from gate.case import Case, Copy, Dropped
from gate.explain import as_dict, as_text, explain
from gate.values import (
    Candidate,
    ConsentStatus,
    Decision,
    Extent,
    Face,
    FaceDecision,
    FaceReason,
    Link,
    Match,
    Outcome,
    Person,
    Reason,
    Verdict,
)
from tests.explain_cases import (
    AGREED,
    FACE,
    KEPT_AWAY,
    NOW,
    SHOWN,
    VETO,
    approved,
    case_of,
    judgement,
    vetoed,
)


def said(case: Case, role: str = "auditor") -> str:
    return " ".join(as_text(explain(case, role), width=10_000).split())


def one_face(face: FaceDecision, *, verdict: Verdict = Verdict.BLUR) -> Case:
    decision = Decision("website", verdict, Reason.ALL_COVERED, (face,))
    return case_of(judgement(decision), Copy("website", "ready/website/a1.jpg"))


def test_an_auditor_reads_who_was_recognised_on_what_evidence() -> None:
    text = said(approved())
    assert (
        "Face 1 is shown. It was recognised as Olivia Hart (P0012): similarity 0.71, needed 0.42. "
        "Next most similar: P0044 at 0.12. This person may be shown here. Their parent agreed to "
        "the website on 5 September 2025 (form), valid until 31 August 2027. "
        "The wording named use on the internet."
    ) in text


def test_an_auditor_reads_when_by_whom_and_with_what_it_was_judged() -> None:
    text = said(approved())
    assert "fair/IMG_1.jpg was dropped on 5 September 2025 at 14:02 (UTC) by s.brown." in text
    assert "It was checked on 5 September 2025 at 14:02 (UTC) by service" in text
    assert "Software 0.1.0; policy a1b2; face engine yunet+sface" in text
    assert "register as of change 12" in text


def test_a_veto_names_person_and_restriction_to_those_entitled() -> None:
    assert (
        "Face 1 is why the photo is held back. It may be Noah Reed (P0031): similarity 0.39, "
        "and 0.31 is enough to hold a photo. This person must not be shown here, whatever else "
        "was agreed. Restriction 3 has applied to all channels since 1 September 2025, until it "
        "is lifted."
    ) in said(vetoed())


def test_the_end_and_the_channels_of_a_restriction_are_said() -> None:
    until = replace(
        KEPT_AWAY, channels=frozenset({"website", "print"}), valid_until=date(2026, 7, 31)
    )
    case = replace(vetoed(), restrictions={until.id: until})
    assert (
        "Restriction 3 applies to printed material, the website from 1 September 2025 "
        "to 31 July 2026."
    ) in said(case)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (ConsentStatus.REFUSED, "Their parent refused the website on 5 September 2025 (form)."),
        (
            ConsentStatus.WITHDRAWN,
            "Their parent withdrew permission for the website on 5 September 2025 (form).",
        ),
    ],
)
def test_a_no_is_told_with_who_said_it_and_when(status: ConsentStatus, sentence: str) -> None:
    face = replace(SHOWN, outcome=Outcome.COVERED, reason=FaceReason(status.value))
    case = replace(one_face(face), consents={17: replace(AGREED, status=status)})
    assert sentence in said(case)
    assert "agreed" not in said(case)


def test_a_grant_that_begins_later_or_named_no_online_use_is_told_so() -> None:
    later = replace(AGREED, valid_from=date(2025, 10, 1), valid_until=None, names_online_use=False)
    text = said(replace(approved(), consents={17: later}))
    assert "(form), with no end date. It counts from 1 October 2025." in text
    assert "The wording did not name use on the internet." in text


def test_who_gave_permission_is_never_made_up() -> None:
    odd = replace(AGREED, given_by="great-aunt")
    assert "Somebody recorded as great-aunt agreed" in said(replace(approved(), consents={17: odd}))


def test_a_record_or_a_person_that_is_gone_is_said_to_be_gone() -> None:
    text = said(replace(approved(), consents={}, people={}))
    assert "Permission record 17 counted; it is no longer in the register." in text
    assert "P0012 (no longer in the register)" in text
    assert "Restriction 3 counted; it is no longer" in said(replace(vetoed(), restrictions={}))


def test_a_face_shown_without_a_stored_permission_is_pointed_out() -> None:
    decision = Decision(
        "website", Verdict.APPROVE, Reason.ALL_SHOWN, (replace(SHOWN, consent=None),)
    )
    assert "No permission record is stored for this." in said(case_of(judgement(decision)))


def test_a_stranger_is_said_to_be_nobody_and_gets_no_name() -> None:
    face = FaceDecision(0, Outcome.COVERED, FaceReason.NOT_RECOGNISED, score=0.2)
    case = one_face(face)
    matched = replace(case.judgement, matches=(Match((Candidate("P0031", 0.2),)),))
    text = said(replace(case, judgement=matched))
    assert "Face 1 is covered. It was not recognised as anybody in the register." in text
    assert "It is most like P0031: similarity 0.20, needed 0.42." in text
    assert "Noah" not in text


def test_a_confusable_face_lists_everybody_it_could_be() -> None:
    face = FaceDecision(0, Outcome.COVERED, FaceReason.CONFUSABLE, "P0012", 0.71)
    near = Match((Candidate("P0012", 0.71), Candidate("P0044", 0.68), Candidate("P0050", 0.2)))
    case = one_face(face)
    text = said(replace(case, judgement=replace(case.judgement, matches=(near,))))
    assert "It could be any of these: P0012 at 0.71, P0044 at 0.68." in text


def test_a_permitted_face_in_a_held_photo_is_not_called_shown() -> None:
    other = replace(SHOWN, face=1, outcome=Outcome.COVERED)
    decision = Decision("website", Verdict.BLOCK, Reason.RESTRICTED_PERSON, (VETO, other))
    text = said(case_of(judgement(decision, faces=(FACE, FACE))))
    assert "Face 2 is not shown." in text
    assert "This person may be shown here, but no copy is released." in text


def test_an_uncertain_face_is_said_to_be_uncertain() -> None:
    weak = Face(FACE.box, FACE.landmarks, 0.4, weak=True)
    case = one_face(FaceDecision(0, Outcome.COVERED, FaceReason.NOT_RECOGNISED))
    text = said(replace(case, judgement=replace(case.judgement, faces=(weak,))))
    assert "It is not certain that this is a face" in text


@pytest.mark.parametrize("role", ["comms", "auditor"])
def test_no_face_found_comes_with_what_was_searched(role: str) -> None:
    decision = Decision("website", Verdict.APPROVE, Reason.NO_FACES)
    text = said(case_of(judgement(decision, faces=(), matches=())), role)
    assert "No face was found. The picture was searched at 1024 and 1920 pixels" in text
    assert "turned by 90, 180 and 270 degrees" in text
    assert "from about 12 pixels in height" in text


@pytest.mark.parametrize("role", ["comms", "auditor"])
def test_could_not_look_is_never_told_as_nothing_found(role: str) -> None:
    decision = Decision("website", Verdict.BLOCK, Reason.ENGINE_FAILED)
    text = said(case_of(judgement(decision, faces=(), matches=(), search=None)), role)
    assert "No face was found" not in text
    assert "There is no record that this photo was searched for faces" in text


def test_nothing_decided_is_said_and_is_no_release() -> None:
    assert "Nothing was decided about this photo" in said(case_of(judgement()), "social")


def test_a_withdrawn_copy_is_never_recommended() -> None:
    case = replace(approved(), copies=(Copy("website", "ready/website/a1.jpg", NOW),))
    for role in ("comms", "website", "social"):
        assert "may be used" not in said(case, role)
        assert "was withdrawn on 5 September 2025" in said(case, role)
        assert "Face 1 is shown" not in said(case, role)


def test_a_second_drop_of_the_same_photo_is_told() -> None:
    case = approved()
    twice = replace(case, drops=(*case.drops, Dropped("open-day/copy.jpg", NOW)))
    assert "dropped again on 5 September 2025 at 14:02 (UTC) as open-day/copy.jpg" in said(twice)


def test_a_name_from_right_to_left_is_set_apart_from_what_follows() -> None:
    person = Person("P0012", "pupil", "نور", "الهاشمي")
    text = said(replace(approved(), people={"P0012": person}))
    assert "recognised as \u2068نور الهاشمي\u2069 (P0012)" in text


def test_a_file_name_cannot_move_the_cursor_or_turn_the_text() -> None:
    case = case_of(approved().judgement, original="\x1b[2Jparty\u202egpj.exe\ud800\n")
    text = said(case)
    assert "\ufffd[2Jparty\ufffdgpj.exe\ufffd\ufffd" in text
    assert json.dumps(as_dict(explain(case, "comms")), ensure_ascii=False).encode()


def test_the_text_fits_a_terminal_and_the_dict_is_json() -> None:
    explanation = explain(approved(), "dsl")
    assert max(len(line) for line in as_text(explanation, 80).splitlines()) <= 80
    values = json.loads(json.dumps(as_dict(explanation)))
    assert values["evidence"][0]["person"] == "P0012"
    assert values["evidence"][0]["consent"] == 17
    assert [part["channel"] for part in values["sections"]][1] == "website"


def of_a_version(reason: Reason = Reason.LIKE_BLOCKED) -> Case:
    decision = Decision("website", Verdict.BLOCK, reason)
    found = (Link("ab" * 32, 0.98, Extent.PART, mirrored=True), Link("cd" * 32, 0.97, covered=True))
    judged = replace(approved().judgement, decisions=(decision,))
    return replace(
        approved(), judgement=judged, copies=(), kin=found, barred={"website": "ab" * 32}
    )


@pytest.mark.parametrize("role", ["auditor", "dsl", "dpl", "admin"])
def test_those_who_see_evidence_read_of_which_photo_it_is_a_version(role: str) -> None:
    said = as_text(explain(of_a_version(), role), 1000)
    assert "It shows a part of photo abababababab. One of the two is mirrored." in said
    assert (
        "It is another version of photo cdcdcdcdcdcd. Faces are covered in one of the two." in said
    )
    assert "Another version of this photo must not be used here" in said
    assert "That version is photo abababababab." in said


@pytest.mark.parametrize("role", ["comms", "website", "social"])
def test_for_everybody_else_an_inherited_block_reads_like_a_veto(role: str) -> None:
    inherited = as_text(explain(of_a_version(), role), 1000)
    assert inherited == as_text(explain(of_a_version(Reason.RESTRICTED_PERSON), role), 1000)
    assert "version" not in inherited
    assert "abababababab" not in inherited
