from __future__ import annotations

import string
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

import pytest

from gate.english import ENGLISH
from gate.values import FaceReason, Reason, Verdict
from gate.words import (
    Status,
    Text,
    is_released,
    plain_reason_sentence,
    reason_sentence,
    status_of,
)

JARGON = (
    "threshold", "embedding", "template", "cosine", "detector", "probe", "gallery", "exception",
    "veto", "snapshot", "pipeline", "rendition", "metadata", "decode", "engine", "error",
)  # fmt: skip


def sentences() -> Iterator[str]:
    yield from ENGLISH.reasons.values()
    yield from ENGLISH.held_reasons.values()
    yield from ENGLISH.plain_reasons.values()
    yield from ENGLISH.face_reasons.values()
    yield from ENGLISH.plain_face_reasons.values()
    yield ENGLISH.held_plainly


def test_every_member_of_every_enumeration_has_its_words() -> None:
    assert set(ENGLISH.verdicts) == set(Verdict)
    assert set(ENGLISH.statuses) == set(Status) == set(ENGLISH.counts)
    assert set(ENGLISH.reasons) == set(Reason) == set(ENGLISH.plain_reasons)
    assert set(ENGLISH.face_reasons) == set(FaceReason) == set(ENGLISH.plain_face_reasons)
    assert set(ENGLISH.texts) == set(Text)
    assert len(ENGLISH.months) == 12


def test_every_sentence_is_one_that_a_parent_could_read() -> None:
    for sentence in sentences():
        assert sentence.endswith("."), sentence
        assert sentence[0].isupper(), sentence
        assert "_" not in sentence, sentence
        assert not [word for word in JARGON if word in sentence.lower()], sentence
        assert max(len(part.split()) for part in sentence.split(". ")) <= 22, sentence


def test_nobody_is_guessed_to_be_he_or_she() -> None:
    every = [*sentences(), *ENGLISH.texts.values(), *ENGLISH.givers.values()]
    words = {word for text in every for word in text.lower().replace(".", " ").split()}
    assert not words & {"he", "she", "his", "her", "hers", "him"}


def test_a_sentence_with_gaps_has_named_gaps_only() -> None:
    for text in ENGLISH.texts.values():
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        assert all(name.isidentifier() for name in names), text


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("reason", Reason)
def test_every_pair_of_verdict_and_reason_can_be_said(verdict: Verdict, reason: Reason) -> None:
    assert reason_sentence(ENGLISH, verdict, reason)
    for copies, withdrawn in ((0, 0), (1, 0), (1, 1)):
        status = status_of(verdict, reason, copies=copies, withdrawn=withdrawn)
        assert plain_reason_sentence(ENGLISH, status, reason)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_photo_with_a_restricted_person_is_never_called_released(verdict: Verdict) -> None:
    assert not is_released(verdict, Reason.RESTRICTED_PERSON)
    status = status_of(verdict, Reason.RESTRICTED_PERSON, copies=1, withdrawn=0)
    assert status is Status.HELD


@pytest.mark.parametrize("verdict", [Verdict.BLOCK, Verdict.REVIEW])
@pytest.mark.parametrize("reason", Reason)
def test_a_block_or_review_is_never_called_released(verdict: Verdict, reason: Reason) -> None:
    status = status_of(verdict, reason, copies=1, withdrawn=0)
    assert status in (Status.HELD, Status.UNCHECKED)


@pytest.mark.parametrize("reason", [Reason.DAMAGED, Reason.ENGINE_FAILED, Reason.REGISTER_STALE])
def test_an_approval_of_what_could_not_be_checked_is_not_believed(reason: Reason) -> None:
    assert status_of(Verdict.APPROVE, reason, copies=1, withdrawn=0) is Status.UNCHECKED


def test_all_holds_about_people_read_exactly_alike() -> None:
    holds = [
        (Verdict.BLOCK, Reason.RESTRICTED_PERSON),
        (Verdict.BLOCK, Reason.STILL_MATCHED),
        (Verdict.REVIEW, Reason.SINGLED_OUT),
        (Verdict.REVIEW, Reason.ALL_COVERED),
        (Verdict.REVIEW, Reason.SIGN_OFF),
        (Verdict.REVIEW, Reason.NO_FACES),
    ]
    statuses = {status_of(v, r, copies=0, withdrawn=0) for v, r in holds}
    said = {plain_reason_sentence(ENGLISH, Status.HELD, reason) for _, reason in holds}
    assert statuses == {Status.HELD}
    assert said == {"Held: ask the safeguarding lead."}


def test_what_the_register_knows_of_a_face_has_one_plain_wording() -> None:
    known = set(FaceReason) - {
        FaceReason.PERMITTED,
        FaceReason.UNREADABLE,
        FaceReason.COVER_EVERYONE,
        FaceReason.NOT_A_FACE,
    }
    assert len({ENGLISH.plain_face_reasons[reason] for reason in known}) == 1


def test_a_release_without_a_copy_is_a_hold_and_a_withdrawn_one_is_said() -> None:
    approve, reason = Verdict.APPROVE, Reason.ALL_SHOWN
    assert status_of(approve, reason, copies=0, withdrawn=0) is Status.HELD
    assert status_of(approve, reason, copies=2, withdrawn=2) is Status.WITHDRAWN
    assert status_of(approve, reason, copies=2, withdrawn=1) is Status.APPROVED


def test_dates_are_written_the_british_way() -> None:
    moment = datetime(2025, 9, 5, 14, 2, tzinfo=timezone(timedelta(hours=1), "BST"))
    assert ENGLISH.day(date(2025, 9, 5)) == "5 September 2025"
    assert ENGLISH.when(moment) == "5 September 2025 at 14:02 (BST)"
