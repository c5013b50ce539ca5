"""A second reader only ever makes the gate stricter: it never shows a face or lifts a veto."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.decide import Rules, decide
from gate.values import (
    ALL_CHANNELS,
    Box,
    Candidate,
    Channel,
    ConsentRecord,
    ConsentStatus,
    Decision,
    Face,
    FaceReason,
    Match,
    Outcome,
    Person,
    Reason,
    Restriction,
    Second,
    SecondMode,
    Thresholds,
    Verdict,
)

TODAY = date(2026, 5, 4)
WEBSITE = Channel("website", online=True)
FACE = Face(Box(0, 0, 50, 60), ((1.0, 1.0),) * 5, 0.9)
PEOPLE = {ref: Person(ref, "pupil", "Given", "Family") for ref in "ABCD"}
FIRST = Thresholds(show=0.4, veto=0.2, margin=0.1)
OWN = Thresholds(show=0.6, veto=0.5, margin=0.2)
MUST_AGREE = Second(SecondMode.MUST_AGREE, "another reader", OWN)
MAY_VETO = Second(SecondMode.MAY_VETO, "another reader", OWN)


def candidates(*found: tuple[str, float]) -> tuple[Candidate, ...]:
    return tuple(Candidate(person, score) for person, score in found)


def rules(granted: str, restricted: str = "", second: Second | None = None) -> Rules:
    day = date(2025, 9, 1)
    consents = {
        p: (
            ConsentRecord(
                7, p, "website", ConsentStatus.GRANTED, "parent", "form", day, day, None, True
            ),
        )
        for p in granted
    }
    kept = {p: (Restriction(9, p, frozenset({ALL_CHANNELS}), day),) for p in restricted}
    return Rules(PEOPLE, consents, kept, FIRST, TODAY, second=second)


SURE_A = candidates(("A", 0.8), ("B", 0.1))


def one(second: tuple[Candidate, ...], given_rules: Rules) -> Decision:
    return decide([FACE], [Match(SURE_A, second=second)], WEBSITE, given_rules)


def test_a_face_on_which_both_agree_is_shown() -> None:
    decision = one(candidates(("A", 0.6), ("B", 0.3)), rules("A", second=MUST_AGREE))
    assert decision.verdict is Verdict.APPROVE
    assert decision.faces[0].person == "A"


@pytest.mark.parametrize(
    "second",
    [
        (),
        candidates(("A", 0.59)),
        candidates(("A", float("nan"))),
        candidates(("B", 0.9)),
        candidates(("B", 0.9), ("A", 0.89)),
        candidates(("A", 0.9), ("C", 0.71)),
    ],
)
def test_a_face_on_which_they_do_not_agree_is_covered(second: tuple[Candidate, ...]) -> None:
    decision = one(second, rules("AB", second=MUST_AGREE))
    assert decision.faces[0].outcome is Outcome.COVERED
    assert decision.faces[0].reason is FaceReason.READERS_DISAGREE
    assert one(second, rules("AB")).verdict is Verdict.APPROVE


def test_confusion_that_the_second_sees_between_permitted_people_is_harmless() -> None:
    near = candidates(("A", 0.9), ("C", 0.85))
    assert one(near, rules("AC", second=MUST_AGREE)).verdict is Verdict.APPROVE


def test_where_it_may_only_veto_its_agreement_is_not_asked_for() -> None:
    assert one((), rules("A", second=MAY_VETO)).verdict is Verdict.APPROVE
    assert one(candidates(("B", 0.9)), rules("A", second=MAY_VETO)).verdict is Verdict.APPROVE


@pytest.mark.parametrize("second", [MUST_AGREE, MAY_VETO])
def test_a_restricted_person_whom_only_the_second_sees_blocks(second: Second) -> None:
    seen = candidates(("A", 0.9), ("C", 0.5))
    decision = one(seen, rules("A", restricted="C", second=second))
    assert (decision.verdict, decision.reason) == (Verdict.BLOCK, Reason.RESTRICTED_PERSON)
    vetoed = decision.faces[0]
    assert (vetoed.outcome, vetoed.person, vetoed.restriction) == (Outcome.VETO, "C", 9)
    # Scores of two readers are not comparable, and this field is the first one's.
    assert vetoed.score is None


def test_below_its_own_veto_threshold_it_does_not_block() -> None:
    seen = candidates(("A", 0.9), ("C", 0.49))
    assert one(seen, rules("A", restricted="C", second=MAY_VETO)).verdict is Verdict.APPROVE


# --- promises over anything the readers may say ---------------------------------------------

FOUND = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.floats(-1, 1)), max_size=4, unique_by=lambda c: c[0]
).map(lambda found: candidates(*sorted(found, key=lambda c: -c[1])))
MATCHES = st.lists(
    st.builds(Match, FOUND, st.just(value=True), FOUND) | st.just(Match(readable=False)),
    max_size=5,
)
SECONDS = st.sampled_from([MUST_AGREE, MAY_VETO])


def shown(decision: Decision) -> set[int]:
    if decision.verdict not in (Verdict.APPROVE, Verdict.BLUR):
        return set()
    return {f.face for f in decision.faces if f.outcome is Outcome.SHOWN}


def vetoes(decision: Decision) -> set[int]:
    return {f.face for f in decision.faces if f.outcome is Outcome.VETO}


@given(MATCHES, st.text("ABCD", max_size=4), st.text("ABCD", max_size=2), SECONDS)
def test_a_second_reader_never_shows_a_face_and_never_lifts_a_veto(
    matches: list[Match], granted: str, restricted: str, second: Second
) -> None:
    faces = [FACE] * len(matches)
    alone = decide(faces, matches, WEBSITE, rules(granted, restricted))
    both = decide(faces, matches, WEBSITE, rules(granted, restricted, second))
    assert shown(both) <= shown(alone)
    assert vetoes(both) >= vetoes(alone)
    assert both.verdict is Verdict.BLOCK or alone.verdict is not Verdict.BLOCK


@given(MATCHES, st.text("ABCD", max_size=4), st.text("ABCD", max_size=2))
def test_whoever_is_shown_is_whom_both_saw(
    matches: list[Match], granted: str, restricted: str
) -> None:
    given_rules = rules(granted, restricted, MUST_AGREE)
    decision = decide([FACE] * len(matches), matches, WEBSITE, given_rules)
    for number in shown(decision):
        best = max(matches[number].second, key=lambda c: c.score)
        assert best.person == decision.faces[number].person
        assert best.score >= OWN.show


@given(MATCHES, st.text("ABCD", max_size=4), st.text("ABCD", max_size=2), SECONDS)
def test_what_the_second_does_not_know_is_never_shown_on_its_word(
    matches: list[Match], granted: str, restricted: str, second: Second
) -> None:
    silent = [replace(match, second=()) for match in matches]
    faces = [FACE] * len(matches)
    told = decide(faces, silent, WEBSITE, rules(granted, restricted, second))
    alone = decide(faces, silent, WEBSITE, rules(granted, restricted))
    assert shown(told) == (set() if second is MUST_AGREE else shown(alone))
