"""Promises of one person, one face: the best assignment, and nobody where two are as good."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.assign import assign, claims
from gate.decide import Rules, decide
from gate.values import (
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
    Thresholds,
)

THRESHOLDS = Thresholds(show=0.4, veto=0.2, margin=0.25)
WEBSITE = Channel("website")
TODAY = date(2026, 5, 4)


def matched(*candidates: tuple[str, float]) -> Match:
    ranked = sorted(candidates, key=lambda c: (-c[1], c[0]))
    return Match(tuple(Candidate(person, score) for person, score in ranked))


SCORES = st.one_of(st.floats(0, 1), st.integers(0, 20).map(lambda n: n / 20))
MATCHES = st.lists(
    st.lists(st.tuples(st.sampled_from("ABCDE"), SCORES), max_size=5, unique_by=lambda c: c[0]).map(
        lambda found: matched(*found)
    ),
    max_size=5,
)


def everything(options: Sequence[tuple[Candidate, ...]]) -> Iterator[tuple[Candidate | None, ...]]:
    """Every way to give each face one of its options or nobody, each person once."""
    if not options:
        yield ()
        return
    for rest in everything(options[:-1]):
        yield (*rest, None)
        taken = {one.person for one in rest if one is not None}
        yield from ((*rest, one) for one in options[-1] if one.person not in taken)


def best_ones(matches: Sequence[Match]) -> list[tuple[Candidate | None, ...]]:
    ways = list(everything([claims(match, THRESHOLDS) for match in matches]))

    def excess(way: tuple[Candidate | None, ...]) -> Fraction:
        # Being shown at the threshold itself is worth a little more than not being shown.
        little = Fraction(1, 2**54)
        worth = (Fraction(c.score) - Fraction(THRESHOLDS.show) + little for c in way if c)
        return sum(worth, Fraction())

    most = max(map(excess, ways))
    return [way for way in ways if excess(way) == most]


def who(given_to: Sequence[Candidate | None]) -> list[str]:
    return [one.person if one else "-" for one in given_to]


@given(MATCHES)
def test_it_is_the_best_of_all_assignments_and_nobody_where_two_are_as_good(
    matches: list[Match],
) -> None:
    best = best_ones(matches)
    given_to = assign(matches, THRESHOLDS)
    for face, one in enumerate(given_to):
        assert (one is not None) == all(way[face] is not None for way in best)
    if len(best) == 1:
        assert given_to == best[0]
    people = [one.person for one in given_to if one]
    assert len(people) == len(set(people))


@given(MATCHES, st.randoms(use_true_random=False))
def test_the_order_of_faces_does_not_matter(matches: list[Match], shuffle: random.Random) -> None:
    order = list(range(len(matches)))
    shuffle.shuffle(order)
    plain = assign(matches, THRESHOLDS)
    mixed = assign([matches[face] for face in order], THRESHOLDS)
    assert [one is None for one in mixed] == [plain[face] is None for face in order]


@given(MATCHES, MATCHES)
def test_more_faces_never_give_a_person_to_a_face_that_had_none(
    matches: list[Match], more: list[Match]
) -> None:
    before = assign(matches, THRESHOLDS)
    after = assign([*matches, *more], THRESHOLDS)
    assert all(now is None for was, now in zip(before, after, strict=False) if was is None)


@given(MATCHES, st.floats(0, 0.6))
def test_a_higher_threshold_never_gives_a_person_to_a_face_that_had_none(
    matches: list[Match], more: float
) -> None:
    higher = Thresholds(THRESHOLDS.show + more, THRESHOLDS.veto, THRESHOLDS.margin)
    before, after = assign(matches, THRESHOLDS), assign(matches, higher)
    assert all(now is None for was, now in zip(before, after, strict=True) if was is None)


def test_two_faces_that_claim_one_person_alike_are_nobody() -> None:
    assert who(assign([matched(("A", 0.8))] * 2, THRESHOLDS)) == ["-", "-"]


def test_the_stronger_claim_wins() -> None:
    faces = [matched(("A", 0.7)), matched(("A", 0.8))]
    assert who(assign(faces, THRESHOLDS)) == ["-", "A"]


def test_who_lost_the_best_person_gets_the_next_if_it_is_nearly_as_good() -> None:
    twins = [matched(("A", 0.8), ("B", 0.7)), matched(("A", 0.9), ("B", 0.7))]
    assert who(assign(twins, THRESHOLDS)) == ["B", "A"]
    far = [matched(("A", 0.8), ("B", 0.5)), matched(("A", 0.9))]
    assert who(assign(far, THRESHOLDS)) == ["-", "A"]
    low = [matched(("A", 0.45), ("B", 0.39)), matched(("A", 0.9))]
    assert who(assign(low, THRESHOLDS)) == ["-", "A"]


def test_the_sum_counts_and_not_who_comes_first() -> None:
    faces = [matched(("A", 0.91), ("B", 0.90)), matched(("A", 0.90), ("B", 0.66))]
    assert who(assign(faces, THRESHOLDS)) == ["B", "A"]


def test_a_face_at_the_threshold_itself_gets_its_person() -> None:
    assert who(assign([matched(("A", 0.4))], THRESHOLDS)) == ["A"]


@pytest.mark.parametrize("score", [float("nan"), 0.399, -1.0])
def test_scores_below_the_threshold_claim_nobody(score: float) -> None:
    assert assign([matched(("A", score)), Match(), Match(readable=False)], THRESHOLDS) == (
        (None,) * 3
    )


def test_two_hundred_faces_of_one_crowd_are_assigned_quickly() -> None:
    chance = random.Random(0)  # noqa: S311
    people = [f"p{number}" for number in range(300)]
    faces = [
        matched(*((person, 0.5 + 0.2 * chance.random()) for person in chance.sample(people, 30)))
        for _ in range(200)
    ]
    start = time.process_time()
    given_to = assign(faces, THRESHOLDS)
    assert time.process_time() - start < 5
    assert all(given_to)


# --- in deciding --------------------------------------------------------------------------------


def granted(ref: str, number: int) -> ConsentRecord:
    day, yes = date(2025, 9, 1), ConsentStatus.GRANTED
    return ConsentRecord(number, ref, "website", yes, "parent", "form", day, day, None, True)


def rules(permitted: str) -> Rules:
    day = date(2025, 9, 1)
    consents = {
        ref: (
            ConsentRecord(
                number,
                ref,
                "website",
                ConsentStatus.GRANTED,
                "parent",
                "form",
                day,
                day,
                None,
                True,
            ),
        )
        for number, ref in enumerate(permitted, start=1)
    }
    people = {ref: Person(ref, "pupil", "Given", "Family") for ref in "ABCDE"}
    return Rules(people, consents, {}, THRESHOLDS, TODAY)


def decided(matches: Sequence[Match], permitted: str, weak: Sequence[int] = ()) -> Decision:
    faces = [Face(Box(0, 0, 50, 60), (), 0.9, number in weak) for number in range(len(matches))]
    return decide(faces, matches, WEBSITE, rules(permitted))


def shown(decision: Decision) -> set[int]:
    return {f.face for f in decision.faces if f.outcome is Outcome.SHOWN}


TWINS = [matched(("A", 0.8), ("B", 0.7)), matched(("A", 0.9), ("B", 0.7))]


def test_twins_in_one_photo_are_both_shown_and_named_apart() -> None:
    decision = decided(TWINS, "AB")
    assert shown(decision) == {0, 1}
    loser = decision.faces[0]
    assert (loser.person, loser.score, loser.consent) == ("B", 0.7, 2)
    assert loser.runner_up == Candidate("A", 0.8)


@pytest.mark.parametrize("permitted", ["A", "B", ""])
def test_the_next_person_is_not_taken_where_one_of_them_may_not_be_shown(permitted: str) -> None:
    assert shown(decided(TWINS, permitted)) == set()


def test_who_lost_everybody_is_covered() -> None:
    decision = decided([matched(("A", 0.7)), matched(("A", 0.8))], "A")
    assert decision.faces[0].reason is FaceReason.CLAIMED_TWICE
    assert shown(decision) == {1}


def test_a_weak_face_is_shown_as_nobody_yet_disputes_the_person() -> None:
    alike = [matched(("A", 0.9)), matched(("A", 0.8))]
    assert shown(decided(alike, "A", weak=[0])) == set()
    assert shown(decided(alike, "A", weak=[1])) == {0}


@given(MATCHES, st.text("ABCDE", max_size=5), MATCHES)
def test_one_more_face_never_shows_another(
    matches: list[Match], permitted: str, more: list[Match]
) -> None:
    before, after = decided(matches, permitted), decided([*matches, *more], permitted)
    assert {face for face in shown(after) if face < len(matches)} <= shown(before)


@given(MATCHES, st.text("ABCDE", max_size=5), st.sampled_from("ABCDE"))
def test_a_withdrawn_permission_never_shows_another_face(
    matches: list[Match], permitted: str, gone: str
) -> None:
    after = decided(matches, permitted.replace(gone, ""))
    assert shown(after) <= shown(decided(matches, permitted))


@given(MATCHES, st.text("ABCDE", max_size=5))
def test_whoever_a_shown_face_could_be_may_be_shown(matches: list[Match], permitted: str) -> None:
    decision = decided(matches, permitted)
    for face in shown(decision):
        best = matches[face].best
        assert best is not None
        assert best.score >= THRESHOLDS.show
        near = [c for c in matches[face].candidates if c.score >= best.score - THRESHOLDS.margin]
        assert {c.person for c in near} <= set(permitted)
        assert decision.faces[face].person in {c.person for c in near}
