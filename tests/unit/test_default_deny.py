"""Whatever is not explicitly allowed is covered, held or blocked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

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
    Thresholds,
    Verdict,
)

TODAY = date(2026, 5, 4)
THRESHOLDS = Thresholds(show=0.4, veto=0.2, margin=0.1)
WEBSITE = Channel("website", online=True)
PRINT = Channel("print", online=False)
LANDMARKS = ((1.0, 1.0),) * 5
PEOPLE = {ref: Person(ref, "pupil", "Given", "Family") for ref in "ABCD"}


def face(*, weak: bool = False) -> Face:
    return Face(Box(0, 0, 50, 60), LANDMARKS, 0.9, weak)


def matched(*candidates: tuple[str, float]) -> Match:
    return Match(tuple(Candidate(person, score) for person, score in candidates))


def grant(person: str, **changes: object) -> ConsentRecord:
    base = ConsentRecord(
        1, person, "website", ConsentStatus.GRANTED, "parent", "form",
        date(2025, 9, 1), date(2025, 9, 1), date(2027, 8, 31), True,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def rules(*records: ConsentRecord, restricted: str = "", **changes: object) -> Rules:
    consents = {p: tuple(r for r in records if r.person == p) for p in PEOPLE}
    vetoes = {
        p: (Restriction(9, p, frozenset({ALL_CHANNELS}), date(2025, 1, 1)),) for p in restricted
    }
    base = Rules(PEOPLE, consents, vetoes, THRESHOLDS, TODAY)
    return replace(base, **changes)  # type: ignore[arg-type]


def one(match: Match, given_rules: Rules, channel: Channel = WEBSITE) -> Decision:
    return decide([face()], [match], channel, given_rules)


def only_reason(decision: Decision) -> FaceReason:
    return decision.faces[0].reason


SURE_A = matched(("A", 0.8), ("B", 0.1))


def test_a_recognised_person_with_permission_is_shown() -> None:
    decision = one(SURE_A, rules(grant("A", id=7)))
    assert decision.verdict is Verdict.APPROVE
    assert decision.reason is Reason.ALL_SHOWN
    assert decision.faces[0].outcome is Outcome.SHOWN
    assert decision.faces[0].consent == 7


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ((), FaceReason.NO_CONSENT),
        ((grant("A", channel="print"),), FaceReason.NO_CONSENT),
        ((grant("A", status=ConsentStatus.REFUSED),), FaceReason.REFUSED),
        ((grant("A", status=ConsentStatus.WITHDRAWN),), FaceReason.WITHDRAWN),
        ((grant("A", valid_until=TODAY - timedelta(days=1)),), FaceReason.EXPIRED),
        ((grant("A", valid_from=TODAY + timedelta(days=1)),), FaceReason.NOT_YET_VALID),
        ((grant("A", obtained_on=TODAY + timedelta(days=1)),), FaceReason.NO_CONSENT),
        ((grant("A", names_online_use=False),), FaceReason.WORDING_NOT_ONLINE),
    ],
)
def test_without_live_permission_a_known_face_is_covered(
    records: tuple[ConsentRecord, ...], reason: FaceReason
) -> None:
    decision = one(SURE_A, rules(*records))
    assert decision.verdict is Verdict.BLUR
    assert decision.reason is Reason.ALL_COVERED
    assert (decision.faces[0].outcome, only_reason(decision)) == (Outcome.COVERED, reason)


def test_permission_counts_on_its_first_and_on_its_last_day() -> None:
    record = grant("A", valid_from=TODAY, valid_until=TODAY)
    assert one(SURE_A, rules(record)).verdict is Verdict.APPROVE


def test_wording_without_online_use_is_enough_for_print() -> None:
    record = grant("A", channel="print", names_online_use=False)
    assert one(SURE_A, rules(record), PRINT).verdict is Verdict.APPROVE


def test_the_newest_word_counts() -> None:
    old = grant("A", id=1)
    withdrawn = grant("A", id=2, status=ConsentStatus.WITHDRAWN, obtained_on=date(2026, 1, 1))
    again = grant("A", id=3, obtained_on=date(2026, 2, 1))
    assert only_reason(one(SURE_A, rules(old, withdrawn))) is FaceReason.WITHDRAWN
    assert one(SURE_A, rules(old, withdrawn, again)).verdict is Verdict.APPROVE


def test_records_of_one_day_count_in_the_order_they_were_recorded() -> None:
    withdrawn = grant("A", id=5, status=ConsentStatus.WITHDRAWN)
    assert only_reason(one(SURE_A, rules(withdrawn, grant("A", id=4)))) is FaceReason.WITHDRAWN


def test_where_parents_disagree_the_answer_is_no() -> None:
    refused = grant("A", id=1, given_by="mother", status=ConsentStatus.REFUSED)
    granted = grant("A", id=2, given_by="father", obtained_on=date(2026, 1, 1))
    assert only_reason(one(SURE_A, rules(refused, granted))) is FaceReason.REFUSED


def test_the_newest_grant_says_until_when_whoever_spoke_in_between() -> None:
    first = grant("A", id=1, given_by="mother")
    between = grant(
        "A", id=2, given_by="father", obtained_on=date(2026, 1, 1), valid_until=date(2026, 2, 1)
    )
    newest = grant("A", id=3, given_by="mother", obtained_on=date(2026, 3, 1))
    assert one(SURE_A, rules(first, between, newest)).faces[0].consent == 3
    assert only_reason(one(SURE_A, rules(first, between))) is FaceReason.EXPIRED


def test_a_childs_own_refusal_is_not_outweighed_by_a_parent() -> None:
    child = grant("A", id=1, given_by="self", status=ConsentStatus.REFUSED)
    parent = grant("A", id=2, obtained_on=date(2026, 4, 1))
    assert only_reason(one(SURE_A, rules(child, parent))) is FaceReason.REFUSED


def test_somebody_who_left_is_covered_unless_policy_keeps_leavers() -> None:
    people = PEOPLE | {"A": replace(PEOPLE["A"], left_on=TODAY)}
    gone = rules(grant("A"), people=people)
    assert only_reason(one(SURE_A, gone)) is FaceReason.LEFT_SCHOOL
    assert one(SURE_A, replace(gone, leavers_may_be_shown=True)).verdict is Verdict.APPROVE


def test_a_channel_nobody_consented_to_shows_nobody() -> None:
    decision = one(SURE_A, rules(grant("A")), Channel("newsletter", online=False))
    assert decision.faces[0].outcome is Outcome.COVERED


def test_an_empty_register_shows_nobody() -> None:
    empty = Rules({}, {}, {}, THRESHOLDS, TODAY)
    assert one(SURE_A, empty).faces[0].outcome is Outcome.COVERED
    assert one(Match(), empty).faces[0].outcome is Outcome.COVERED


def test_a_face_that_may_be_a_restricted_person_blocks_the_photo() -> None:
    decision = one(matched(("A", 0.9), ("B", 0.2)), rules(grant("A"), grant("B"), restricted="B"))
    assert (decision.verdict, decision.reason) == (Verdict.BLOCK, Reason.RESTRICTED_PERSON)
    assert decision.faces[0].outcome is Outcome.VETO
    assert decision.faces[0].person == "B"


def test_below_the_veto_threshold_a_restricted_person_does_not_block() -> None:
    decision = one(matched(("A", 0.9), ("B", 0.19)), rules(grant("A"), restricted="B"))
    assert decision.verdict is Verdict.APPROVE


def test_nobody_is_shown_beside_a_restricted_person() -> None:
    faces, matches = [face(), face()], [SURE_A, matched(("B", 0.5))]
    decision = decide(faces, matches, WEBSITE, rules(grant("A"), restricted="B"))
    assert decision.verdict is Verdict.BLOCK
    assert [f.outcome for f in decision.faces] == [Outcome.COVERED, Outcome.VETO]


@pytest.mark.parametrize(
    ("changes", "blocks"),
    [
        ({"channels": frozenset({"website"})}, True),
        ({"channels": frozenset({"print"})}, False),
        ({"channels": frozenset()}, False),
        ({"valid_from": TODAY}, True),
        ({"valid_from": TODAY + timedelta(days=1)}, False),
        ({"valid_until": TODAY}, True),
        ({"valid_until": TODAY - timedelta(days=1)}, False),
    ],
)
def test_a_restriction_holds_on_its_channels_and_days(
    changes: dict[str, object], blocks: bool
) -> None:
    base = Restriction(9, "A", frozenset({ALL_CHANNELS}), date(2025, 1, 1))
    held = replace(base, **changes)  # type: ignore[arg-type]
    decision = one(SURE_A, rules(grant("A"), restrictions={"A": (held,)}))
    assert (decision.verdict is Verdict.BLOCK) is blocks


def test_below_the_showing_threshold_a_face_is_nobodys() -> None:
    decision = one(matched(("A", 0.399)), rules(grant("A")))
    assert only_reason(decision) is FaceReason.NOT_RECOGNISED
    assert decision.faces[0].person is None


def test_a_score_that_is_not_a_number_shows_nobody() -> None:
    decision = one(matched(("A", float("nan"))), rules(grant("A")))
    assert decision.faces[0].outcome is Outcome.COVERED


def test_confusion_with_somebody_not_permitted_covers_the_face() -> None:
    near = matched(("A", 0.8), ("B", 0.71))
    assert only_reason(one(near, rules(grant("A")))) is FaceReason.CONFUSABLE


def test_confusion_between_two_permitted_people_is_harmless() -> None:
    near = matched(("A", 0.8), ("B", 0.79))
    assert one(near, rules(grant("A"), grant("B"))).verdict is Verdict.APPROVE


def test_of_two_faces_claiming_one_person_only_the_stronger_is_shown() -> None:
    matches = [matched(("A", 0.7)), matched(("A", 0.8))]
    decision = decide([face(), face()], matches, WEBSITE, rules(grant("A")))
    assert [f.outcome for f in decision.faces] == [Outcome.COVERED, Outcome.SHOWN]
    assert decision.faces[0].reason is FaceReason.CLAIMED_TWICE


def test_two_faces_claiming_one_person_alike_are_both_covered() -> None:
    decision = decide([face(), face()], [SURE_A, SURE_A], WEBSITE, rules(grant("A")))
    assert all(f.outcome is Outcome.COVERED for f in decision.faces)


def test_a_weak_or_unreadable_face_is_covered_whatever_it_resembles() -> None:
    weak = decide([face(weak=True)], [SURE_A], WEBSITE, rules(grant("A")))
    unread = one(Match((), readable=False), rules(grant("A")))
    assert weak.faces[0].outcome is Outcome.COVERED
    assert only_reason(unread) is FaceReason.UNREADABLE


def test_a_weak_face_still_vetoes() -> None:
    decision = decide([face(weak=True)], [SURE_A], WEBSITE, rules(restricted="A"))
    assert decision.verdict is Verdict.BLOCK


def test_a_photo_without_faces_is_approved_unless_the_channel_wants_a_look() -> None:
    assert decide([], [], WEBSITE, rules()).reason is Reason.NO_FACES
    assert decide([], [], WEBSITE, rules()).verdict is Verdict.APPROVE
    assert decide([], [], replace(WEBSITE, no_faces="review"), rules()).verdict is Verdict.REVIEW
    assert decide([], [], replace(WEBSITE, no_faces="?"), rules()).verdict is Verdict.REVIEW


def test_the_channels_options_hold_or_cover() -> None:
    given_rules = rules(grant("A"))
    two = [SURE_A, Match()]

    def with_option(**options: object) -> Decision:
        channel = replace(WEBSITE, **options)  # type: ignore[arg-type]
        return decide([face(), face()], two, channel, given_rules)

    assert with_option().verdict is Verdict.BLUR
    assert with_option(sign_off=True).reason is Reason.SIGN_OFF
    assert with_option(hold_if_singled_out=1).reason is Reason.SINGLED_OUT
    assert with_option(cover_everyone=True).reason is Reason.ALL_COVERED
    assert with_option(cover_everyone=True, hold_if_all_covered=True).verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    ("sure", "weak", "held"),
    [(1, 0, True), (1, 3, True), (2, 0, False), (0, 1, True), (0, 2, False)],
)
def test_doubtful_faces_beside_a_single_covered_one_do_not_end_the_hold(
    sure: int, weak: int, held: bool
) -> None:
    faces = [face(), *[face()] * sure, *[face(weak=True)] * weak]
    matches = [SURE_A, *[Match()] * (sure + weak)]
    channel = replace(WEBSITE, hold_if_singled_out=1)
    decision = decide(faces, matches, channel, rules(grant("A")))
    assert decision.verdict is (Verdict.REVIEW if held else Verdict.BLUR)


def test_faces_and_matches_must_belong_together() -> None:
    with pytest.raises(ValueError, match="1 faces but 0 matches"):
        decide([face()], [], WEBSITE, rules())


# --- promises over anything the stages may hand over ----------------------------------------

SCORES = st.floats(-1, 1)
MATCHES = st.lists(
    st.lists(st.tuples(st.sampled_from("ABCD"), SCORES), max_size=4, unique_by=lambda c: c[0]).map(
        lambda cs: matched(*sorted(cs, key=lambda c: -c[1]))
    ),
    max_size=5,
)
RECORDS = st.lists(
    st.builds(
        grant,
        st.sampled_from("ABCD"),
        id=st.integers(1, 99),
        status=st.sampled_from(list(ConsentStatus)),
        given_by=st.sampled_from(["parent", "self"]),
        names_online_use=st.booleans(),
        valid_until=st.sampled_from([None, TODAY, TODAY - timedelta(days=1)]),
    ),
    max_size=8,
)
RESTRICTED = st.text("ABCD", max_size=2)


def shown(decision: Decision) -> set[int]:
    if decision.verdict not in (Verdict.APPROVE, Verdict.BLUR):
        return set()
    return {f.face for f in decision.faces if f.outcome is Outcome.SHOWN}


@given(MATCHES, RECORDS, RESTRICTED)
def test_no_face_is_shown_without_a_live_grant_or_beside_a_restricted_person(
    matches: list[Match], records: list[ConsentRecord], restricted: str
) -> None:
    decision = decide(
        [face()] * len(matches), matches, WEBSITE, rules(*records, restricted=restricted)
    )
    assert len(decision.faces) == len(matches)
    for number in shown(decision):
        best = matches[number].best
        assert best is not None
        assert best.score >= THRESHOLDS.show
        granted = [r for r in records if r.person == best.person and r.status == "granted"]
        assert any(r.names_online_use and r.valid_until in (None, TODAY) for r in granted)
        assert all(
            c.person not in restricted for m in matches for c in m.candidates if c.score >= 0.2
        )


@given(MATCHES, RECORDS, st.sampled_from("ABCD"))
def test_adding_a_restriction_never_loosens(
    matches: list[Match], records: list[ConsentRecord], restricted: str
) -> None:
    faces = [face()] * len(matches)
    before = decide(faces, matches, WEBSITE, rules(*records))
    after = decide(faces, matches, WEBSITE, rules(*records, restricted=restricted))
    assert shown(after) <= shown(before)


@given(MATCHES, RECORDS, RESTRICTED)
def test_an_unknown_face_never_loosens(
    matches: list[Match], records: list[ConsentRecord], restricted: str
) -> None:
    given_rules = rules(*records, restricted=restricted)
    before = decide([face()] * len(matches), matches, WEBSITE, given_rules)
    more = [*matches, Match()]
    after = decide([face()] * len(more), more, WEBSITE, given_rules)
    assert shown(after) == shown(before)
    assert after.verdict is not Verdict.APPROVE


@given(MATCHES, RECORDS, RESTRICTED, st.randoms(use_true_random=False))
def test_the_order_of_faces_does_not_matter(
    matches: list[Match], records: list[ConsentRecord], restricted: str, random: object
) -> None:
    order = list(range(len(matches)))
    random.shuffle(order)  # type: ignore[attr-defined]
    given_rules = rules(*records, restricted=restricted)
    faces = [face()] * len(matches)
    plain = decide(faces, matches, WEBSITE, given_rules)
    mixed = decide(faces, [matches[i] for i in order], WEBSITE, given_rules)
    assert plain.verdict is mixed.verdict
    assert {order[number] for number in shown(mixed)} == shown(plain)


@given(MATCHES, RECORDS, RESTRICTED, st.integers(0, 900))
def test_time_passing_never_shows_more_unless_a_grant_begins(
    matches: list[Match], records: list[ConsentRecord], restricted: str, days: int
) -> None:
    now = rules(*records, restricted=restricted)
    later = replace(now, on=TODAY + timedelta(days=days))
    faces = [face()] * len(matches)
    assert shown(decide(faces, matches, WEBSITE, later)) <= shown(
        decide(faces, matches, WEBSITE, now)
    )


@given(MATCHES, RECORDS, RESTRICTED)
def test_a_stricter_showing_threshold_never_shows_more(
    matches: list[Match], records: list[ConsentRecord], restricted: str
) -> None:
    now = rules(*records, restricted=restricted)
    strict = replace(now, thresholds=replace(THRESHOLDS, show=0.6))
    faces = [face()] * len(matches)
    assert shown(decide(faces, matches, WEBSITE, strict)) <= shown(
        decide(faces, matches, WEBSITE, now)
    )
