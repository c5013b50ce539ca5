"""People release what the rules hold, two of them what a restriction holds, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.approvals import Approval, ApprovalKind, seen_of, signed_off, veto_lifted
from gate.decide import Rules, decide
from gate.statements import Said, Statement, StatementKind, Word, place
from gate.values import (
    Box,
    Candidate,
    Channel,
    ConsentRecord,
    ConsentStatus,
    Decision,
    Face,
    Match,
    Outcome,
    Person,
    Reason,
    Restriction,
    Thresholds,
    Verdict,
)

DAY = date(2026, 3, 2)
WEB = Channel("website")
SIGNED = replace(WEB, sign_off=True)
FACES = (Face(Box(0, 0, 50, 60), (), 0.9), Face(Box(100, 0, 50, 60), (), 0.9))


def rules(restricted: str = "") -> Rules:
    people = {ref: Person(ref, "pupil", "A", "B") for ref in ("P1", "P2", "R1")}
    said = {
        ref: (
            ConsentRecord(
                n, ref, "website", ConsentStatus.GRANTED, "parent", "form", DAY, DAY, None, True
            ),
        )
        for n, ref in enumerate(people)
    }
    held = {restricted: (Restriction(1, restricted, frozenset({"all"}), DAY),)}
    return Rules(people, said, held if restricted else {}, Thresholds(0.5, 0.3, 0.1), DAY)


def match(*scores: tuple[str, float]) -> Match:
    return Match(tuple(Candidate(ref, score) for ref, score in scores))


SURE = (match(("P1", 0.8), ("P2", 0.1)), match(("P2", 0.8), ("P1", 0.1)))
MAYBE = (match(("P1", 0.8), ("P2", 0.1)), match(("R1", 0.35), ("P2", 0.1)))


def asked(
    words: tuple[Word, ...],
    matches: tuple[Match, ...] = SURE,
    channel: Channel = SIGNED,
    restricted: str = "",
) -> Decision:
    placed = place(FACES, words)
    return decide(placed.faces, matches, channel, rules(restricted), placed.said)


def approval(
    decision: Decision,
    kind: ApprovalKind = ApprovalKind.SIGN_OFF,
    by: str = "Lead",
    role: str = "dsl",
    channel: str = "website",
) -> Approval:
    return Approval(1, kind, channel, seen_of(decision.faces), by, role)


def test_a_photo_that_waits_for_a_look_is_released_by_one() -> None:
    held = asked(())
    assert (held.verdict, held.reason) == (Verdict.REVIEW, Reason.SIGN_OFF)
    assert asked((approval(held),)).verdict is Verdict.APPROVE


@pytest.mark.parametrize(
    ("channel", "matches"),
    [
        (replace(WEB, hold_if_singled_out=1), (SURE[0], match(("P2", 0.1)))),
        (replace(WEB, hold_if_all_covered=True), (match(("P1", 0.1)), match(("P2", 0.1)))),
        (replace(SIGNED, hold_if_all_covered=True), (match(("P1", 0.1)), match(("P2", 0.1)))),
    ],
)
def test_so_is_one_that_an_option_holds(channel: Channel, matches: tuple[Match, ...]) -> None:
    held = asked((), matches, channel)
    assert held.verdict is Verdict.REVIEW
    released = asked((approval(held),), matches, channel)
    assert released.verdict is Verdict.BLUR
    assert released.faces == held.faces


def test_an_approval_counts_for_its_channel_and_for_what_was_seen() -> None:
    held = asked(())
    assert asked((approval(held, channel="print"),)).verdict is Verdict.REVIEW
    other = asked((approval(held),), (SURE[0], match(("P2", 0.1))))
    assert other.verdict is Verdict.REVIEW


def test_it_releases_nothing_that_was_refused_or_may_be_restricted() -> None:
    held = asked(())
    refused = Statement(2, StatementKind.REFUSED, channel="website")
    assert asked((approval(held), refused)).reason is Reason.REFUSED_BY_HAND
    vetoed = asked((), MAYBE, restricted="R1")
    assert asked((approval(vetoed),), MAYBE, restricted="R1").verdict is Verdict.BLOCK


def both(vetoed: Decision) -> tuple[Approval, Approval]:
    first = approval(vetoed, ApprovalKind.VETO, "Lead", "dsl")
    return first, approval(vetoed, ApprovalKind.VETO, "Head", "admin")


def test_two_people_release_a_vetoed_photo_and_its_face_stays_covered() -> None:
    vetoed = asked((), MAYBE, restricted="R1")
    released = asked(both(vetoed), MAYBE, restricted="R1")
    assert released.verdict is Verdict.BLUR
    assert [face.outcome for face in released.faces] == [Outcome.SHOWN, Outcome.COVERED]


def test_not_even_when_the_face_would_pass_for_somebody_permitted() -> None:
    alike = (SURE[0], match(("P2", 0.8), ("R1", 0.35)))
    vetoed = asked((), alike, restricted="R1")
    released = asked(both(vetoed), alike, restricted="R1")
    assert released.faces[1].outcome is Outcome.COVERED


def test_unless_somebody_says_who_else_it_is() -> None:
    named = Statement(9, StatementKind.NAMED, FACES[1].box, "P2")
    vetoed = asked((named,), MAYBE, restricted="R1")
    assert vetoed.verdict is Verdict.BLOCK
    released = asked((named, *both(vetoed)), MAYBE, restricted="R1")
    assert released.faces[1].outcome is Outcome.SHOWN
    itself = Statement(9, StatementKind.NAMED, FACES[1].box, "R1")
    vetoed = asked((itself,), MAYBE, restricted="R1")
    assert asked((itself, *both(vetoed)), MAYBE, restricted="R1").faces[1].outcome is (
        Outcome.COVERED
    )


@pytest.mark.parametrize(
    "pair",
    [
        [("Lead", "dsl")],
        [("Lead", "dsl"), ("lead ", "admin")],
        [("Head", "admin"), ("Deputy", "admin")],
        [("Lead", "dsl"), ("Comms", "comms")],
        [("Lead", "dsl"), ("Nobody", "")],
    ],
)
def test_less_than_the_lead_and_a_second_person_is_not_enough(pair: list[tuple[str, str]]) -> None:
    vetoed = asked((), MAYBE, restricted="R1")
    given = tuple(approval(vetoed, ApprovalKind.VETO, by, role) for by, role in pair)
    assert asked(given, MAYBE, restricted="R1").verdict is Verdict.BLOCK


outcomes = st.lists(st.floats(-0.2, 1.2), min_size=2, max_size=2)


@given(outcomes, st.sampled_from(["", "R1", "P1"]), st.lists(st.sampled_from("abc"), max_size=4))
def test_approvals_never_show_a_face_that_the_rules_cover(
    scores: list[float], restricted: str, who: list[str]
) -> None:
    matches = tuple(match(("P1", score), ("R1", score - 0.15)) for score in scores)
    plain = asked((), matches, restricted=restricted)
    kinds = (ApprovalKind.SIGN_OFF, ApprovalKind.VETO)
    given = tuple(approval(plain, kind, by, "dsl") for by in who for kind in kinds)
    after = asked(given, matches, restricted=restricted)
    lifted = veto_lifted(given, "website", plain.faces)
    if plain.verdict is Verdict.BLOCK and not lifted:
        assert after == plain
    unrestricted = asked((), matches)
    for one, shown in zip(after.faces, unrestricted.faces, strict=True):
        assert one.outcome is not Outcome.SHOWN or shown.outcome is Outcome.SHOWN
    assert signed_off(given, "website", plain.faces) == bool(who)


def test_nothing_said_approves_nothing() -> None:
    assert Said().approvals == ()
    assert not veto_lifted((), "website", ())
