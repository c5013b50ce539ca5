"""What a person says finds its face, and never outweighs a restriction or a missing permission."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.decide import decide
from gate.statements import (
    NOTHING_SAID,
    Change,
    Lock,
    Said,
    Statement,
    StatementKind,
    Word,
    place,
    with_landmarks,
)
from gate.values import (
    ALL_CHANNELS,
    Box,
    Candidate,
    ConsentRecord,
    ConsentStatus,
    Decision,
    Face,
    FaceReason,
    Match,
    Outcome,
    Reason,
    Restriction,
    Verdict,
)
from tests.unit.test_default_deny import (
    MATCHES,
    RECORDS,
    RESTRICTED,
    SURE_A,
    THRESHOLDS,
    TODAY,
    WEBSITE,
    face,
    grant,
    matched,
    rules,
)

HERE, THERE = Box(100, 100, 80, 100), Box(400, 100, 80, 100)
POINTS = ((1.0, 1.0),) * 5
UNSURE = matched(("A", 0.3), ("B", 0.25))


def found(*boxes: Box) -> list[Face]:
    return [Face(box, POINTS, 0.9) for box in boxes]


def named(person: str = "A", box: Box = HERE, number: int = 1) -> Statement:
    return Statement(number, StatementKind.NAMED, box, person)


def said(kind: StatementKind, box: Box = HERE, number: int = 1) -> Statement:
    return Statement(number, kind, box)


def about(*statements: tuple[int, Statement], names_needed: bool = False) -> Said:
    return Said(dict(statements), names_needed=names_needed)


# --- finding the face ---------------------------------------------------------------------------


def test_a_statement_finds_the_face_that_its_box_fits_best() -> None:
    near = Box(120, 105, 80, 100)
    placed = place(found(near, HERE, THERE), [named(box=HERE)])
    assert dict(placed.said.faces) == {1: named(box=HERE)}
    assert len(placed.faces) == 3
    assert placed.aside == frozenset()


def test_a_box_that_fits_no_face_becomes_a_face_of_its_own_unless_it_is_none() -> None:
    for kind, person in (("named", "A"), ("covered", None), ("drawn", None), ("drawn", "A")):
        one = Statement(1, StatementKind(kind), THERE, person)
        placed = place(found(HERE), [one])
        assert placed.faces[1] == Face(THERE, (), 1.0)
        assert {**placed.said.faces, **placed.said.covered} == {1: one}
        assert placed.aside == {1}
    placed = place(found(HERE), [said(StatementKind.NOT_A_FACE, THERE)])
    assert (placed.faces, dict(placed.said.faces)) == (tuple(found(HERE)), {})


def test_of_several_words_about_one_place_the_newest_counts() -> None:
    words = [named("A"), said(StatementKind.NOT_A_FACE, number=2), named("B", number=3)]
    for faces in ([], found(HERE)):
        placed = place(faces, words)
        assert dict(placed.said.faces) == {0: words[2]}
        assert len(placed.faces) == 1
    assert dict(place(found(HERE), words[:2]).said.faces) == {0: words[1]}


def test_two_places_that_one_find_covers_stay_two_faces() -> None:
    left, right = Box(100, 100, 80, 100), Box(134, 100, 80, 100)
    words = [named("A", left), named("B", right, 2)]
    placed = place(found(Box(102, 100, 90, 100)), words)
    assert sorted(one.person or "" for one in placed.said.faces.values()) == ["A", "B"]
    assert len(placed.faces) == 2


def test_what_is_no_face_keeps_nothing_visible_of_a_neighbour() -> None:
    placed = place(found(HERE, THERE), [said(StatementKind.NOT_A_FACE, THERE)])
    assert placed.aside == {1}


def test_boxes_are_said_in_pixels_of_the_original() -> None:
    placed = place(found(HERE), [named(box=HERE.scaled(2.5))], scale=0.4)
    assert placed.said.faces[0].person == "A"
    assert placed.said.faces[0].box == HERE


def test_a_drawn_face_is_read_as_if_it_were_upright() -> None:
    points = with_landmarks(Face(HERE, (), 1.0)).landmarks
    assert len(points) == 5
    assert all(HERE.x < x < HERE.x + HERE.w and HERE.y < y < HERE.y + HERE.h for x, y in points)
    assert with_landmarks(found(HERE)[0]) == found(HERE)[0]


def test_a_statement_that_means_nothing_cannot_be_made() -> None:
    for wrong in (
        {"kind": StatementKind.NAMED, "box": HERE},
        {"kind": StatementKind.NAMED, "person": "A"},
        {"kind": StatementKind.COVERED, "box": HERE, "person": "A"},
        {"kind": StatementKind.REFUSED, "box": HERE},
        {"kind": StatementKind.REFUSED},
        {"kind": StatementKind.DRAWN, "channel": "website"},
    ):
        with pytest.raises(ValueError, match=r"photo is refused|name is missing|has a person"):
            Statement(1, **wrong)


def test_a_change_takes_back_and_adds() -> None:
    change = Change("why", (named(number=3),), (1,))
    before = (named(number=1), said(StatementKind.COVERED, THERE, 2))
    assert [one.id for one in change.applied(before)] == [2, 3]


# --- what it changes ----------------------------------------------------------------------------


def outcome(
    match: Match, statement: Statement | None, *records: ConsentRecord, restricted: str = ""
) -> tuple[Verdict, Outcome, FaceReason]:
    heard = NOTHING_SAID if statement is None else about((0, statement))
    decision = decide([face()], [match], WEBSITE, rules(*records, restricted=restricted), heard)
    only = decision.faces[0]
    return decision.verdict, only.outcome, only.reason


def test_a_named_person_with_permission_is_shown_though_the_matcher_was_unsure() -> None:
    wanted = (Verdict.APPROVE, Outcome.SHOWN, FaceReason.PERMITTED)
    for match in (UNSURE, Match(), Match(readable=False), matched(("B", 0.3), ("A", 0.29))):
        assert outcome(match, named(), grant("A")) == wanted
    both = matched(("B", 0.6), ("A", 0.58))
    assert outcome(both, named(), grant("A"), grant("B")) == wanted
    weak = decide([face(weak=True)], [Match()], WEBSITE, rules(grant("A")), about((0, named())))
    assert weak.faces[0].outcome is Outcome.SHOWN
    assert (weak.faces[0].person, weak.faces[0].statement, weak.faces[0].consent) == ("A", 1, 1)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (grant("A", status=ConsentStatus.REFUSED), FaceReason.REFUSED),
        (grant("A", status=ConsentStatus.WITHDRAWN), FaceReason.WITHDRAWN),
        (grant("A", valid_until=date(2020, 1, 1)), FaceReason.EXPIRED),
        (grant("A", names_online_use=False), FaceReason.WORDING_NOT_ONLINE),
        (grant("B"), FaceReason.NO_CONSENT),
    ],
)
def test_a_name_never_outweighs_a_missing_permission(
    record: ConsentRecord, reason: FaceReason
) -> None:
    assert outcome(SURE_A, named(), record) == (Verdict.BLUR, Outcome.COVERED, reason)


def test_somebody_who_is_not_in_the_register_is_covered() -> None:
    assert outcome(Match(), named("Z"))[1:] == (Outcome.COVERED, FaceReason.NO_CONSENT)


def test_a_face_named_as_a_restricted_person_blocks() -> None:
    vetoed = (Verdict.BLOCK, Outcome.VETO, FaceReason.RESTRICTED)
    assert outcome(Match(), named(), grant("A"), restricted="A") == vetoed


def test_what_the_machine_vetoes_stays_vetoed_whatever_is_said() -> None:
    likely = matched(("B", 0.21))
    for kind in StatementKind:
        if kind is StatementKind.REFUSED:
            continue
        person = "A" if kind is StatementKind.NAMED else None
        one = Statement(1, kind, HERE, person)
        assert outcome(likely, one, grant("A"), restricted="B")[:2] == (
            Verdict.BLOCK,
            Outcome.VETO,
        )


def test_a_name_against_a_sure_match_without_permission_is_not_believed() -> None:
    sure_b = matched(("B", 0.5), ("A", 0.45))
    assert outcome(sure_b, named(), grant("A"))[1:] == (Outcome.COVERED, FaceReason.CONFUSABLE)
    second = matched(("A", 0.5), ("B", 0.41))
    assert outcome(second, named(), grant("A"))[1:] == (Outcome.COVERED, FaceReason.CONFUSABLE)


def test_one_name_for_two_faces_shows_neither() -> None:
    heard = about((0, named()), (1, named(box=THERE, number=2)))
    decision = decide([face(), face()], [Match(), SURE_A], WEBSITE, rules(grant("A")), heard)
    assert [f.reason for f in decision.faces] == [FaceReason.NAMED_TWICE] * 2
    assert all(f.outcome is Outcome.COVERED for f in decision.faces)


def test_a_match_loses_against_a_name_elsewhere_in_the_photo() -> None:
    decision = decide(
        [face(), face()], [Match(), SURE_A], WEBSITE, rules(grant("A")), about((0, named()))
    )
    assert [f.outcome for f in decision.faces] == [Outcome.SHOWN, Outcome.COVERED]
    assert decision.faces[1].reason is FaceReason.NAMED_ELSEWHERE


def test_a_face_is_covered_when_somebody_asks_for_it() -> None:
    for kind in (StatementKind.COVERED, StatementKind.DRAWN):
        assert outcome(SURE_A, said(kind), grant("A")) == (
            Verdict.BLUR,
            Outcome.COVERED,
            FaceReason.ASKED_TO_COVER,
        )


def test_what_is_no_face_does_not_count() -> None:
    none = said(StatementKind.NOT_A_FACE)
    assert outcome(UNSURE, none) == (Verdict.APPROVE, Outcome.NO_FACE, FaceReason.NOT_A_FACE)
    decision = decide([face()], [UNSURE], WEBSITE, rules(), about((0, none)))
    assert decision.reason is Reason.NO_FACES
    held = replace(WEBSITE, no_faces="review")
    assert decide([face()], [UNSURE], held, rules(), about((0, none))).verdict is Verdict.REVIEW


def test_somebody_whom_the_matcher_recognises_is_a_face_whatever_is_said() -> None:
    none = said(StatementKind.NOT_A_FACE)
    assert outcome(SURE_A, none)[1:] == (Outcome.COVERED, FaceReason.NO_CONSENT)
    assert outcome(SURE_A, none, grant("A"))[1] is Outcome.SHOWN
    everyone = replace(WEBSITE, cover_everyone=True)
    decision = decide([face()], [SURE_A], everyone, rules(grant("A")), about((0, none)))
    assert decision.faces[0].outcome is Outcome.COVERED


def test_a_named_face_is_covered_where_everybody_is() -> None:
    everyone = replace(WEBSITE, cover_everyone=True)
    decision = decide([face()], [Match()], everyone, rules(grant("A")), about((0, named())))
    assert decision.faces[0].reason is FaceReason.COVER_EVERYONE


@pytest.mark.parametrize(("where", "refused"), [("website", True), ("all", True), ("print", False)])
def test_a_refused_photo_is_blocked_there(where: str, *, refused: bool) -> None:
    heard = Said(refused=frozenset({where}))
    decision = decide([face()], [SURE_A], WEBSITE, rules(grant("A")), heard)
    assert (decision.reason is Reason.REFUSED_BY_HAND) is refused
    assert (decision.verdict is Verdict.BLOCK) is refused
    assert refused == all(f.outcome is not Outcome.SHOWN for f in decision.faces)


def test_where_people_name_the_faces_a_photo_waits_for_all_of_them() -> None:
    two, given_rules = [Match(readable=False)] * 2, rules(grant("A"))
    one = about((0, named()), names_needed=True)
    both = about((0, named()), (1, said(StatementKind.COVERED, THERE, 2)), names_needed=True)
    nobody = decide([face(), face()], two, WEBSITE, given_rules, Said(names_needed=True))
    assert (nobody.verdict, nobody.reason) == (Verdict.REVIEW, Reason.NAMES_NEEDED)
    assert {f.reason for f in nobody.faces} == {FaceReason.NOT_NAMED}
    half = decide([face(), face()], two, WEBSITE, given_rules, one)
    assert (half.verdict, half.reason) == (Verdict.REVIEW, Reason.NAMES_NEEDED)
    assert half.faces[1].reason is FaceReason.NOT_NAMED
    assert decide([face(), face()], two, WEBSITE, given_rules, both).verdict is Verdict.BLUR
    assert decide([], [], WEBSITE, given_rules, Said(names_needed=True)).reason is Reason.NO_FACES


def test_a_restriction_and_a_refusal_come_before_the_wait_for_names() -> None:
    two = [Match(readable=False)] * 2
    heard = about((0, named()), names_needed=True)
    vetoed = decide([face(), face()], two, WEBSITE, rules(grant("A"), restricted="A"), heard)
    assert vetoed.reason is Reason.RESTRICTED_PERSON
    refused = replace(heard, refused=frozenset({ALL_CHANNELS}))
    decision = decide([face(), face()], two, WEBSITE, rules(grant("A")), refused)
    assert decision.reason is Reason.REFUSED_BY_HAND


# --- promises over anything that may be said ----------------------------------------------------

KINDS = st.sampled_from([kind for kind in StatementKind if kind is not StatementKind.REFUSED])


@st.composite
def heard(draw: st.DrawFn, faces: int) -> Said:
    """Anything said of so many faces."""
    numbers = draw(st.lists(st.integers(0, max(faces - 1, 0)), unique=True)) if faces else []
    statements = {}
    for place_of, number in enumerate(numbers):
        kind = draw(KINDS)
        person = draw(st.sampled_from("ABCDZ"))
        if kind is StatementKind.DRAWN and draw(st.booleans()):
            person = ""
        takes = kind in (StatementKind.NAMED, StatementKind.DRAWN)
        statements[number] = Statement(
            place_of + 1, kind, HERE, (person or None) if takes else None
        )
    refused = draw(st.sampled_from([frozenset(), frozenset({"website"}), frozenset({"all"})]))
    return Said(statements, refused, names_needed=draw(st.booleans()))


SITUATIONS = MATCHES.flatmap(lambda ms: st.tuples(st.just(ms), heard(len(ms))))


def shown(decision: Decision) -> set[int]:
    return {f.face for f in decision.faces if f.outcome is Outcome.SHOWN}


def released(decision: Decision) -> set[int]:
    free = decision.verdict in (Verdict.APPROVE, Verdict.BLUR)
    return shown(decision) if free else set()


def ungranted(person: str, *records: ConsentRecord) -> bool:
    plain = decide([face()], [matched((person, 1.0))], WEBSITE, rules(*records))
    return plain.faces[0].outcome is not Outcome.SHOWN


@given(SITUATIONS, RECORDS, RESTRICTED)
def test_words_show_only_named_people_with_live_permission(
    situation: tuple[list[Match], Said], records: list[ConsentRecord], restricted: str
) -> None:
    matches, words = situation
    faces, given_rules = [face()] * len(matches), rules(*records, restricted=restricted)
    before = shown(decide(faces, matches, WEBSITE, given_rules))
    after = decide(faces, matches, WEBSITE, given_rules, words)
    for number in shown(after) - before:
        person = words.faces[number].person
        assert person is not None
        assert person not in restricted
        assert not ungranted(person, *records)
        sure = [c for c in matches[number].candidates if c.score >= THRESHOLDS.show]
        assert not any(ungranted(c.person, *records) for c in sure if c.person != person)
    left = {f.face for f in after.faces if f.outcome is Outcome.NO_FACE}
    for number in left:
        assert words.faces[number].kind is StatementKind.NOT_A_FACE
        best = matches[number].best
        assert best is None or best.score < THRESHOLDS.show


@given(SITUATIONS, RECORDS, RESTRICTED)
def test_words_never_lift_a_veto_and_never_loosen_a_refusal(
    situation: tuple[list[Match], Said], records: list[ConsentRecord], restricted: str
) -> None:
    matches, words = situation
    faces, given_rules = [face()] * len(matches), rules(*records, restricted=restricted)
    plain = decide(faces, matches, WEBSITE, given_rules)
    after = decide(faces, matches, WEBSITE, given_rules, words)
    if plain.verdict is Verdict.BLOCK:
        assert (after.verdict, after.reason) == (plain.verdict, plain.reason)
    if words.refused or any(o.person and o.person in restricted for o in words.faces.values()):
        assert after.verdict is Verdict.BLOCK
        assert shown(after) == set()


@given(SITUATIONS, RECORDS, st.sampled_from("ABCD"))
def test_a_restriction_or_a_withdrawal_never_loosens_what_was_said(
    situation: tuple[list[Match], Said], records: list[ConsentRecord], person: str
) -> None:
    matches, words = situation
    faces = [face()] * len(matches)
    before = decide(faces, matches, WEBSITE, rules(*records), words)
    restricted = decide(faces, matches, WEBSITE, rules(*records, restricted=person), words)
    no = grant(person, id=500, status=ConsentStatus.WITHDRAWN, obtained_on=TODAY)
    withdrawn = decide(faces, matches, WEBSITE, rules(*records, no), words)
    for after in (restricted, withdrawn):
        assert shown(after) <= shown(before)
        assert released(after) <= released(before)
    left = {f.face for f in before.faces if f.outcome is Outcome.NO_FACE}
    assert {f.face for f in withdrawn.faces if f.outcome is Outcome.NO_FACE} <= left


@given(SITUATIONS, RECORDS, RESTRICTED)
def test_nobody_is_shown_where_names_are_needed_until_all_were_given(
    situation: tuple[list[Match], Said], records: list[ConsentRecord], restricted: str
) -> None:
    matches, words = situation
    needed = replace(words, names_needed=True)
    decision = decide([face()] * len(matches), matches, WEBSITE, rules(*records), needed)
    if len(needed.spoken) < len(matches):
        assert decision.verdict in (Verdict.REVIEW, Verdict.BLOCK)
    assert {f.face for f in decision.faces if f.outcome is Outcome.SHOWN} <= set(needed.faces)


BOXES = st.builds(Box, st.floats(0, 300), st.floats(0, 300), st.floats(20, 120), st.floats(20, 120))


@given(
    st.lists(BOXES, max_size=5),
    st.lists(st.tuples(BOXES, KINDS), max_size=5),
)
def test_every_found_face_stays_and_every_word_is_about_one_face(
    boxes: list[Box], words: list[tuple[Box, StatementKind]]
) -> None:
    statements = [
        Statement(n + 1, kind, box, "A" if kind is StatementKind.NAMED else None)
        for n, (box, kind) in enumerate(words)
    ]
    placed = place(found(*boxes), statements)
    assert list(placed.faces[: len(boxes)]) == found(*boxes)
    ids = [one.id for one in placed.said.faces.values()]
    assert len(ids) == len(set(ids))
    for number, one in (*placed.said.faces.items(), *placed.said.covered.items()):
        assert one.box is not None
        assert placed.faces[number].box.iou(one.box) >= 0.5
    # Whatever was asked to be covered is a face, unless something newer says what that face is.
    for one in statements:
        if one.only_covers and one.box:
            near = [n for n, f in enumerate(placed.faces) if f.box.iou(one.box) >= 0.5]
            none = [o for o in statements if o.kind is StatementKind.NOT_A_FACE and o.id > one.id]
            assert near or any(o.box and o.box.iou(one.box) >= 0.5 for o in none)
            newer = {n for n in near if n in placed.said.faces and placed.said.faces[n].id > one.id}
            assert set(near) - newer <= set(placed.said.covered)


def test_a_restriction_by_name_is_told_with_its_statement() -> None:
    decision = decide(
        [face()], [matched(("A", 0.1))], WEBSITE, rules(restricted="B"), about((0, named("B")))
    )
    only = decision.faces[0]
    assert (only.person, only.score, only.restriction, only.statement) == ("B", None, 9, 1)
    assert isinstance(rules(restricted="B").restrictions["B"][0], Restriction)
    assert Candidate("A", 0.1) == matched(("A", 0.1)).best


@given(SITUATIONS, RECORDS, RESTRICTED)
def test_a_locked_photo_is_blocked_without_a_word_about_anybody(
    situation: tuple[list[Match], Said], records: list[ConsentRecord], restricted: str
) -> None:
    matches, words = situation
    faces, given_rules = [face()] * len(matches), rules(*records, restricted=restricted)
    after = decide(faces, matches, WEBSITE, given_rules, replace(words, locked=True))
    assert (after.verdict, after.reason) == (Verdict.BLOCK, Reason.LOCKED)
    assert {(f.outcome, f.person, f.score, f.runner_up) for f in after.faces} <= {
        (Outcome.COVERED, None, None, None)
    }
    assert len(after.faces) == len(faces)


def test_a_lock_is_heard_whatever_else_is_said() -> None:
    heard_words: list[list[Word]] = [[Lock()], [named(), Lock()], [Lock(), named("B")]]
    for words in heard_words:
        heard = place(found(HERE), words).said
        assert heard.locked
        assert heard.is_refused("website"), "who forgets to ask for locks refuses it all the same"
    assert not place(found(HERE), [named()]).said.locked
