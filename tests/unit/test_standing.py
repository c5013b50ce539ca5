"""A released copy stands only as long as judging would release it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.decide import Rules, decide
from gate.released import VISIBLE, Stand, Standing, fallen_by, mentioned
from gate.standing import Now, is_the_same_by, standing
from gate.statements import Lock, Statement, StatementKind, place
from gate.values import (
    Box,
    Candidate,
    Channel,
    ConsentRecord,
    ConsentStatus,
    Face,
    FaceDecision,
    FaceReason,
    Judgement,
    Match,
    Outcome,
    Person,
    Reason,
    Restriction,
    Thresholds,
    Verdict,
    Versions,
)

TODAY = date(2026, 3, 2)
WEB = Channel("website")
THRESHOLDS = Thresholds(0.5, 0.3, 0.1)
REFS = ("P1", "P2", "P3")


def consents(refs: tuple[str, ...], until: date | None = None) -> dict[str, tuple[ConsentRecord]]:
    day = date(2025, 9, 1)
    return {
        ref: (
            ConsentRecord(
                n, ref, "website", ConsentStatus.GRANTED, "parent", "form", day, day, until, True
            ),
        )
        for n, ref in enumerate(refs)
    }


def rules(
    permitted: tuple[str, ...] = REFS,
    restricted: tuple[str, ...] = (),
    thresholds: Thresholds = THRESHOLDS,
    on: date = TODAY,
    until: date | None = None,
) -> Rules:
    people = {ref: Person(ref, "pupil", "A", "B") for ref in REFS}
    held = {ref: (Restriction(1, ref, frozenset({"all"}), date(2020, 1, 1)),) for ref in restricted}
    return Rules(people, consents(permitted, until), held, thresholds, on)


def now(with_rules: Rules, channel: Channel = WEB, templates: tuple[str, ...] = REFS) -> Now:
    return Now(with_rules, {channel.name: channel}, lambda ref: ref in templates)


def judged(
    matches: tuple[Match, ...], by: Rules, said: tuple[Statement, ...] = (), weak: bool = False
) -> Judgement:
    faces = tuple(Face(Box(100 * n, 0, 50, 60), (), 0.9, weak) for n in range(len(matches)))
    placed = place(faces, said)
    decision = decide(faces, matches, WEB, by, placed.said)
    versions = Versions("s", "p", "e", 1)
    return Judgement("a" * 64, 900, 600, TODAY, versions, THRESHOLDS, (decision,), faces, matches)


def match(*scores: tuple[str, float]) -> Match:
    return Match(tuple(Candidate(ref, score) for ref, score in scores))


SURE = (match(("P1", 0.8), ("P2", 0.1)),)


def test_a_copy_stands_while_nothing_has_changed() -> None:
    assert standing(judged(SURE, rules()), (), now(rules())) == {"website": Standing(Stand.STANDS)}


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (rules(permitted=("P2",)), FaceReason.NO_CONSENT),
        (rules(until=TODAY - timedelta(days=1)), FaceReason.EXPIRED),
        (rules(restricted=("P1",)), Reason.RESTRICTED_PERSON),
        (rules(thresholds=Thresholds(0.9, 0.3, 0.1)), FaceReason.NOT_RECOGNISED),
    ],
)
def test_it_falls_with_the_permission_it_rests_on(after: Rules, reason: object) -> None:
    found = standing(judged(SURE, rules()), (), now(after))["website"]
    assert (found.stand, found.reason, found.differs) == (Stand.FALLS, reason, True)


def test_whose_permission_it_was_is_told() -> None:
    found = standing(judged(SURE, rules()), (), now(rules(permitted=("P2",))))["website"]
    assert found.person == "P1"


def test_it_falls_with_somebody_confusable() -> None:
    close = (match(("P1", 0.8), ("P2", 0.75)),)
    found = standing(judged(close, rules()), (), now(rules(permitted=("P1", "P3"))))["website"]
    assert (found.stand, found.reason) == (Stand.FALLS, FaceReason.CONFUSABLE)


def test_it_is_judged_again_when_its_template_may_no_longer_exist() -> None:
    found = standing(judged(SURE, rules()), (), now(rules(), templates=("P2",)))["website"]
    assert (found.stand, found.reason) == (Stand.UNSURE, FaceReason.TEMPLATE_GONE)


def test_a_face_that_a_person_named_needs_no_template() -> None:
    said = (Statement(1, StatementKind.NAMED, Box(0, 0, 50, 60), "P3"),)
    copy = judged((match(("P1", 0.1), ("P2", 0.05)),), rules(), said)
    assert standing(copy, said, now(rules(), templates=()))["website"].stand is Stand.STANDS
    fallen = standing(copy, said, now(rules(permitted=("P1",)), templates=()))["website"]
    assert (fallen.stand, fallen.person) == (Stand.FALLS, "P3")


def test_a_covered_face_may_lose_its_permission() -> None:
    covered = (match(("P1", 0.8), ("P2", 0.1)), match(("P3", 0.4), ("P2", 0.1)))
    found = standing(judged(covered, rules()), (), now(rules(permitted=("P1",))))
    assert found["website"] == Standing(Stand.STANDS)


def test_a_grant_differs_and_leaves_the_copy_standing() -> None:
    both = (match(("P1", 0.8), ("P3", 0.1)), match(("P2", 0.8), ("P3", 0.1)))
    copy = judged(both, rules(permitted=("P1",)))
    assert standing(copy, (), now(rules()))["website"] == Standing(Stand.STANDS, differs=True)


def test_a_lower_veto_is_decided_by_what_was_seen_or_not_at_all() -> None:
    lower = rules(restricted=("P3",), thresholds=Thresholds(0.5, 0.05, 0.1))
    copy = judged(SURE, rules())
    assert standing(copy, (), now(lower))["website"].stand is Stand.UNSURE
    reaches = judged((match(("P1", 0.8), ("P2", 0.02)),), rules())
    assert standing(reaches, (), now(lower))["website"].stand is Stand.STANDS
    # Whoever is restricted tomorrow must be found among those that are stored today.
    nobody = replace(lower, restrictions={})
    assert standing(copy, (), now(nobody))["website"].stand is Stand.UNSURE


def test_a_channel_that_is_gone_or_asks_for_more_does_not_stand() -> None:
    copy = judged(SURE, rules())
    gone = standing(copy, (), now(rules(), Channel("print")))["website"]
    assert (gone.stand, gone.reason) == (Stand.FALLS, Reason.CHANNEL_GONE)
    asks = standing(copy, (), now(rules(), replace(WEB, sign_off=True)))["website"]
    assert (asks.stand, asks.reason) == (Stand.UNSURE, Reason.SIGN_OFF)


def test_a_statement_that_was_not_judged_leaves_it_unsure() -> None:
    drawn = (Statement(1, StatementKind.DRAWN, Box(500, 300, 50, 60)),)
    assert standing(judged(SURE, rules()), drawn, now(rules()))["website"].stand is Stand.UNSURE


def test_a_statement_that_was_not_judged_hides_no_withdrawal() -> None:
    drawn = (Statement(1, StatementKind.DRAWN, Box(500, 300, 50, 60)),)
    found = standing(judged(SURE, rules()), drawn, now(rules(permitted=("P2",))))["website"]
    assert (found.stand, found.person) == (Stand.FALLS, "P1")


def test_a_template_that_is_gone_hides_nothing_else() -> None:
    both = (match(("P1", 0.8), ("P3", 0.1)), match(("P2", 0.8), ("P3", 0.1)))
    copy = judged(both, rules())
    withdrawn = rules(permitted=("P1", "P3"))
    found = standing(copy, (), now(withdrawn, templates=("P2", "P3")))["website"]
    assert (found.stand, found.person) == (Stand.FALLS, "P2")
    lower = rules(thresholds=Thresholds(0.5, 0.05, 0.1))
    unknown = standing(copy, (), now(lower, templates=("P2", "P3")))["website"]
    assert (unknown.stand, unknown.reason) == (Stand.UNSURE, None)


scores = st.floats(-0.5, 1.5)
subsets = st.sets(st.sampled_from(REFS)).map(lambda chosen: tuple(sorted(chosen)))


@given(
    st.lists(st.tuples(scores, scores, scores), min_size=1, max_size=4), subsets, subsets, subsets
)
def test_nothing_stands_that_the_rules_would_not_show(
    faces: list[tuple[float, float, float]],
    before: tuple[str, ...],
    after: tuple[str, ...],
    restricted: tuple[str, ...],
) -> None:
    matches = tuple(
        match(*sorted(zip(REFS, three, strict=True), key=lambda pair: -pair[1])) for three in faces
    )
    copy = judged(matches, rules(before))
    decision = copy.decisions[0]
    today = rules(after, restricted)
    again = decide(copy.faces, matches, WEB, today)
    found = standing(copy, (), now(today))["website"]
    if found.stand is Stand.STANDS:
        assert again.verdict is not Verdict.BLOCK
        for old, new in zip(decision.faces, again.faces, strict=True):
            assert old.outcome not in VISIBLE or new.outcome in VISIBLE
    if not found.differs:
        assert [f.outcome for f in again.faces] == [f.outcome for f in decision.faces]


@given(st.lists(st.tuples(scores, scores, scores), min_size=1, max_size=3), subsets)
def test_whoever_can_make_a_copy_fall_is_mentioned(
    faces: list[tuple[float, float, float]], permitted: tuple[str, ...]
) -> None:
    matches = tuple(
        match(*sorted(zip(REFS, three, strict=True), key=lambda pair: -pair[1])) for three in faces
    )
    copy = judged(matches, rules(permitted))
    for ref in set(REFS) - mentioned(copy):
        others = tuple(one for one in permitted if one != ref)
        for changed in (rules(others), rules(permitted, (ref,)), rules((*others, ref))):
            assert not standing(copy, (), now(changed))["website"].differs


@given(
    st.lists(st.tuples(scores, scores, scores), min_size=1, max_size=3),
    st.builds(Thresholds, st.floats(0.3, 1.0), st.floats(0.0, 0.5), st.floats(0.0, 0.5)),
)
def test_so_is_whoever_can_after_other_thresholds_came_into_force(
    faces: list[tuple[float, float, float]], thresholds: Thresholds
) -> None:
    matches = tuple(
        match(*sorted(zip(REFS, three, strict=True), key=lambda pair: -pair[1])) for three in faces
    )
    copy = judged(matches, rules())
    before = standing(copy, (), now(rules(thresholds=thresholds)))["website"]
    for ref in set(REFS) - mentioned(copy, thresholds):
        others = tuple(one for one in REFS if one != ref)
        for changed in (rules(others, (), thresholds), rules(REFS, (ref,), thresholds)):
            assert standing(copy, (), now(changed))["website"] == before


any_thresholds = st.builds(
    Thresholds, st.floats(0.3, 1.0), st.floats(0.0, 0.5), st.floats(0.0, 0.5)
)
few_scores = st.sampled_from([0.05, 0.2, 0.35, 0.45, 0.5, 0.6, 0.8, 0.85, 0.9])


@given(
    st.lists(st.tuples(few_scores, few_scores, few_scores), min_size=1, max_size=4),
    any_thresholds,
    any_thresholds,
    subsets,
    subsets,
)
def test_where_thresholds_change_nothing_they_change_nothing_whoever_permits_what(
    faces: list[tuple[float, float, float]],
    before: Thresholds,
    after: Thresholds,
    permitted: tuple[str, ...],
    restricted: tuple[str, ...],
) -> None:
    matches = tuple(
        match(*sorted(zip(REFS, three, strict=True), key=lambda pair: -pair[1])) for three in faces
    )
    if is_the_same_by(matches, before, after):
        found = tuple(Face(Box(100 * n, 0, 50, 60), (), 0.9) for n in range(len(matches)))
        by_old = decide(found, matches, WEB, rules(permitted, restricted, before))
        by_new = decide(found, matches, WEB, rules(permitted, restricted, after))
        assert by_old == by_new


def test_they_do_where_two_faces_claim_one_person() -> None:
    both = (match(("P1", 0.9), ("P2", 0.05)), match(("P1", 0.8), ("P2", 0.75)))
    other = replace(THRESHOLDS, show=0.55)
    assert not is_the_same_by(both, THRESHOLDS, other)
    assert is_the_same_by(both[:1], THRESHOLDS, other)
    assert is_the_same_by(both, THRESHOLDS, THRESHOLDS)
    deeper = replace(THRESHOLDS, veto=0.01)
    assert not is_the_same_by(both[:1], THRESHOLDS, deeper)


def later(copy: Judgement, outcome: Outcome, verdict: Verdict, reason: Reason) -> Judgement:
    old = copy.decisions[0]
    faces = tuple(replace(face, outcome=outcome) for face in old.faces)
    return replace(copy, decisions=(replace(old, verdict=verdict, reason=reason, faces=faces),))


def test_a_later_look_that_covers_a_shown_face_lets_the_copy_fall() -> None:
    copy = judged(SURE, rules())
    covered = later(copy, Outcome.COVERED, Verdict.BLUR, Reason.ALL_COVERED)
    assert fallen_by(copy, covered, "website").stand is Stand.FALLS
    vetoed = later(copy, Outcome.SHOWN, Verdict.BLOCK, Reason.REFUSED_BY_HAND)
    assert fallen_by(copy, vetoed, "website").reason is Reason.REFUSED_BY_HAND
    assert fallen_by(copy, copy, "website") == Standing(Stand.STANDS)


def test_a_later_look_that_failed_says_nothing() -> None:
    copy = judged(SURE, rules())
    failed = later(copy, Outcome.COVERED, Verdict.BLOCK, Reason.CRASHED)
    assert fallen_by(copy, failed, "website").stand is Stand.UNSURE


def with_another_face(copy: Judgement, box: Box, outcome: Outcome, person: str | None) -> Judgement:
    """The same, with one more face that only the later look found."""
    (old,) = copy.decisions
    added = FaceDecision(len(copy.faces), outcome, FaceReason.NO_CONSENT, person)
    decision = replace(old, verdict=Verdict.BLUR, faces=(*old.faces, added))
    return replace(copy, faces=(*copy.faces, Face(box, (), 0.9)), decisions=(decision,))


def test_a_face_that_was_missed_and_is_covered_now_lets_the_copy_fall() -> None:
    copy = judged(SURE, rules())
    seen = with_another_face(copy, Box(500, 300, 50, 60), Outcome.COVERED, "P2")
    found = fallen_by(copy, seen, "website")
    assert (found.stand, found.reason, found.person) == (
        Stand.FALLS, FaceReason.NO_CONSENT, "P2",
    )  # fmt: skip
    shown = with_another_face(copy, Box(500, 300, 50, 60), Outcome.SHOWN, "P2")
    assert fallen_by(copy, shown, "website") == Standing(Stand.STANDS)


def test_one_that_the_copy_covers_already_does_not() -> None:
    hidden = (match(("P1", 0.8), ("P2", 0.1)), match(("P3", 0.4), ("P2", 0.1)))
    copy = judged(hidden, rules())
    again = with_another_face(copy, Box(110, 10, 25, 30), Outcome.COVERED, None)
    assert fallen_by(copy, again, "website") == Standing(Stand.STANDS)


def test_who_is_only_no_longer_recognised_does_not_bring_a_published_copy_down() -> None:
    copy = judged(SURE, rules())
    (old,) = copy.decisions
    unknown = FaceDecision(0, Outcome.COVERED, FaceReason.NOT_RECOGNISED)
    again = replace(copy, decisions=(replace(old, verdict=Verdict.BLUR, faces=(unknown,)),))
    assert fallen_by(copy, again, "website").stand is Stand.FALLS
    assert fallen_by(copy, again, "website", {"P1"}) == Standing(Stand.STANDS)
    asked = replace(unknown, reason=FaceReason.ASKED_TO_COVER)
    covered = replace(copy, decisions=(replace(old, verdict=Verdict.BLUR, faces=(asked,)),))
    assert fallen_by(copy, covered, "website", {"P1"}).stand is Stand.FALLS


def test_a_locked_photo_falls_whatever_is_said_and_names_nobody() -> None:
    shown = judged((match(("P1", 0.9)),), rules())
    nothing_seen = replace(shown, faces=(), matches=(), decisions=shown.decisions)
    for before in (shown, nothing_seen):
        for templates in (REFS, ()):
            found = standing(before, (Lock(),), now(rules(), templates=templates))["website"]
            assert found == Standing(Stand.FALLS, Reason.LOCKED, None, differs=True)
