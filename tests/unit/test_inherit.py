"""A version of a blocked photo is blocked; nothing is ever loosened by being one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.inherit import BARRING, inherit, is_source
from gate.values import Decision, FaceDecision, FaceReason, Outcome, Reason, Verdict

SHOWN = FaceDecision(0, Outcome.SHOWN, FaceReason.PERMITTED, "P1")
HIDDEN = FaceDecision(1, Outcome.COVERED, FaceReason.NOT_RECOGNISED)


def decision(verdict: Verdict, reason: Reason, channel: str = "website") -> Decision:
    return Decision(channel, verdict, reason, (SHOWN, HIDDEN))


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.BLUR, Verdict.REVIEW])
def test_whatever_would_go_out_or_wait_is_blocked(verdict: Verdict) -> None:
    (after,) = inherit([decision(verdict, Reason.SOME_COVERED)], {"website"})
    assert (after.verdict, after.reason) == (Verdict.BLOCK, Reason.LIKE_BLOCKED)
    assert [face.outcome for face in after.faces] == [Outcome.COVERED, Outcome.COVERED]


def test_only_the_channel_on_which_the_other_version_is_blocked() -> None:
    before = [
        decision(Verdict.APPROVE, Reason.ALL_SHOWN, "website"),
        decision(Verdict.APPROVE, Reason.ALL_SHOWN, "print"),
    ]
    after = inherit(before, {"print"})
    assert after[0] == before[0]
    assert after[1].reason is Reason.LIKE_BLOCKED


@given(st.sampled_from(list(Reason)), st.sets(st.sampled_from(["website", "print"])))
def test_a_block_keeps_its_own_reason(reason: Reason, barred: set[str]) -> None:
    before = decision(Verdict.BLOCK, reason)
    assert inherit([before], barred) == [before]


@given(st.sampled_from(list(Verdict)), st.sampled_from(list(Reason)), st.booleans())
def test_nothing_is_loosened(verdict: Verdict, reason: Reason, is_barred: bool) -> None:
    before = decision(verdict, reason)
    (after,) = inherit([before], {"website"} if is_barred else set())
    assert after == before or after.verdict is Verdict.BLOCK


def test_only_blocks_that_are_about_people_pass_on() -> None:
    sources = {reason for reason in Reason if is_source(decision(Verdict.BLOCK, reason))}
    assert sources == BARRING
    assert not is_source(decision(Verdict.BLOCK, Reason.LIKE_BLOCKED))
    assert not is_source(decision(Verdict.REVIEW, Reason.RESTRICTED_PERSON))
