"""What is said to be covered stays covered: no further such word shows anybody or lifts a veto."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gate.decide import decide
from gate.statements import Placed, Statement, StatementKind, place
from gate.values import (
    Box,
    ConsentRecord,
    Decision,
    FaceReason,
    Match,
    Outcome,
    Reason,
    Verdict,
)
from tests.unit.test_default_deny import (
    MATCHES,
    RECORDS,
    RESTRICTED,
    SURE_A,
    WEBSITE,
    face,
    grant,
    rules,
)
from tests.unit.test_statements import BOXES, HERE, KINDS, THERE, found, named, said, shown


def test_what_is_to_be_covered_is_so_until_something_newer_says_what_it_is() -> None:
    cover = said(StatementKind.COVERED, number=2)
    for faces in ([], found(HERE)):
        both = place(faces, [named("A"), cover])
        assert (dict(both.said.faces), dict(both.said.covered)) == ({0: named("A")}, {0: cover})
        assert len(both.faces) == 1
        corrected = place(faces, [cover, named("B", number=3)])
        assert (len(corrected.faces), dict(corrected.said.covered)) == (1, {})


def test_a_drawn_box_covers_all_that_it_encloses() -> None:
    small, large = Box(100, 100, 80, 100), Box(80, 80, 115, 135)
    for first, second in ((small, large), (large, small)):
        drawn = [said(StatementKind.DRAWN, first), said(StatementKind.DRAWN, second, 2)]
        placed = place([], drawn)
        assert large in {placed.faces[n].box for n in placed.said.covered}
        assert set(placed.said.covered) == set(range(len(placed.faces)))
        assert placed.faces == place(placed.faces, drawn).faces, "deciding again adds none"


def test_a_box_between_two_covered_faces_uncovers_neither() -> None:
    left, right, between = Box(0, 0, 100, 100), Box(66, 0, 100, 100), Box(33, 0, 100, 100)
    covers = [said(StatementKind.COVERED, left), said(StatementKind.COVERED, right, 2)]
    placed = place(found(left, right), [*covers, said(StatementKind.DRAWN, between, 3)])
    assert {0, 1} <= set(placed.said.covered)


def test_a_covered_name_still_counts_against_the_others() -> None:
    cover = said(StatementKind.COVERED, number=3)
    elsewhere = place(found(HERE, THERE), [named(), cover]).said
    decision = decide([face(), face()], [Match(), SURE_A], WEBSITE, rules(grant("A")), elsewhere)
    assert [f.reason for f in decision.faces] == [
        FaceReason.ASKED_TO_COVER,
        FaceReason.NAMED_ELSEWHERE,
    ]
    twice = place(found(HERE, THERE), [named(), named(box=THERE, number=2), cover]).said
    decision = decide([face(), face()], [Match()] * 2, WEBSITE, rules(grant("A")), twice)
    assert not shown(decision)


def test_covering_lifts_no_veto_by_name() -> None:
    for word in (StatementKind.COVERED, StatementKind.DRAWN):
        heard = place(found(HERE), [named(), said(word, number=2)]).said
        decision = decide([face()], [Match()], WEBSITE, rules(restricted="A"), heard)
        assert (decision.verdict, decision.reason) == (Verdict.BLOCK, Reason.RESTRICTED_PERSON)


VISIBLE = (Outcome.SHOWN, Outcome.NO_FACE)


@given(
    st.lists(BOXES, max_size=4),
    MATCHES,
    st.lists(st.tuples(BOXES, KINDS, st.sampled_from("ABC")), max_size=4),
    st.tuples(BOXES, st.sampled_from([StatementKind.COVERED, StatementKind.DRAWN])),
    RECORDS,
    RESTRICTED,
)
def test_one_more_word_that_covers_uncovers_nothing_and_lifts_no_veto(
    boxes: list[Box],
    sure: list[Match],
    words: list[tuple[Box, StatementKind, str]],
    cover: tuple[Box, StatementKind],
    records: list[ConsentRecord],
    restricted: str,
) -> None:
    takes = (StatementKind.NAMED, StatementKind.DRAWN)
    before = [
        Statement(n + 1, kind, box, person if kind in takes else None)
        for n, (box, kind, person) in enumerate(words)
    ]

    def outcomes(statements: list[Statement]) -> tuple[Placed, Decision]:
        placed = place(found(*boxes), statements)
        matches = [*sure[: len(boxes)], *[Match()] * len(placed.faces)][: len(placed.faces)]
        given_rules = rules(*records, restricted=restricted)
        decision = decide(placed.faces, matches, WEBSITE, given_rules, placed.said)
        return placed, decision

    placed, was = outcomes(before)
    more, now = outcomes([*before, Statement(len(before) + 1, cover[1], cover[0])])
    assert more.faces[: len(placed.faces)] == placed.faces
    for old, new in zip(was.faces, now.faces, strict=False):
        assert old.outcome in VISIBLE or new.outcome not in VISIBLE
    if was.reason is Reason.RESTRICTED_PERSON:
        assert now.reason is Reason.RESTRICTED_PERSON
    if any(box.iou(cover[0]) >= 0.5 for box in boxes):
        near = {n for n, box in enumerate(boxes) if box.iou(cover[0]) >= 0.5}
        assert all(now.faces[n].outcome not in VISIBLE for n in near)
