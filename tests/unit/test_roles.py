"""Who may do what: nobody without an entry, and channels only where they are one's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.acting import TITLES, Acting, anybody
from gate.roles import LEAST, Act, Role, entitled, farthest_seeing, may, sight_of

ALL = frozenset({"all"})
WEBSITE = frozenset({"website"})


def acting(*roles: str, channels: frozenset[str] = ALL, token: int | None = None) -> Acting:
    return Acting("Jo", frozenset(roles), channels, 1, token=token)


@pytest.mark.parametrize("act", Act)
def test_every_act_has_somebody_who_may_and_nobody_else_does(act: Act) -> None:
    assert entitled(act)
    for role in Role:
        refusal = acting(role).refusal(act)
        assert (refusal == "") == may([role], act) == (role in entitled(act))
        if refusal:
            assert "Nothing was changed" in refusal
            assert all(title in refusal for title in entitled(act))


@pytest.mark.parametrize("act", Act)
def test_without_a_role_nothing_is_allowed(act: Act) -> None:
    for roles in ((), ("root",), ("ADMIN",), ("superuser", "")):
        assert acting(*roles).refusal(act)
        assert not may(roles, act)
    assert anybody("jo").refusal(act) == ""


def test_only_the_safeguarding_lead_sees_restrictions_and_their_reasons() -> None:
    for act in (Act.SEE_RESTRICTIONS, Act.CHANGE_RESTRICTIONS, Act.SEE_LOCKED):
        assert entitled(act) == (Role.DSL,)


@pytest.mark.parametrize("act", [Act.PULL, Act.RECORD_PUBLICATION, Act.END_TAKEDOWN])
@pytest.mark.parametrize("role", [Role.WEBSITE, Role.SOCIAL])
def test_administrators_of_channels_are_held_to_their_own(role: Role, act: Act) -> None:
    one = acting(role, channels=WEBSITE)
    assert one.refusal(act, "website") == ""
    assert "not social" in one.refusal(act, "social")
    assert one.refusal(act), "without a channel it would be all of them"
    assert one.refusal(act, "all")
    assert acting(role).refusal(act) == ""
    assert acting(role, channels=frozenset()).refusal(act, "website")


def test_a_reviewer_decides_on_their_channels_and_sees_no_evidence() -> None:
    one = acting(Role.REVIEWER, channels=WEBSITE)
    assert one.refusal(Act.SIGN_OFF, "website") == ""
    assert "not social" in one.refusal(Act.SIGN_OFF, "social")
    assert "not all" in one.refusal(Act.SIGN_OFF, "all")
    allowed = {act for act in Act if may([Role.REVIEWER], act)}
    assert allowed == {Act.SIGN_OFF}
    assert acting("dsl").refusal(Act.SIGN_OFF, "all") == ""


def test_another_role_is_not_held_to_channels() -> None:
    one = acting("comms", "website", channels=WEBSITE)
    assert one.refusal(Act.RECORD_PUBLICATION, "print") == ""
    assert one.refusal(Act.PULL, "print")
    assert one.refusal(Act.SEE_DECISIONS) == ""


def test_the_token_of_a_program_never_makes_accounts_and_keeps_to_its_channels() -> None:
    one = acting("admin", "dsl", "comms", channels=WEBSITE, token=3)
    for act in (Act.MANAGE_ACCOUNTS, Act.MANAGE_KEYS, Act.RELEASE_VETOED):
        assert "log in" in one.refusal(act)
    assert one.refusal(Act.RECORD_PUBLICATION, "print")
    assert one.refusal(Act.RECORD_PUBLICATION, "website") == ""


def test_several_roles_see_what_the_farthest_seeing_does() -> None:
    assert farthest_seeing(["comms", "auditor", "website"]) is Role.AUDITOR
    assert farthest_seeing(["social", "website"]) is Role.WEBSITE
    assert farthest_seeing(["root"]) is None
    assert acting("root").sight == LEAST
    assert acting("website", "comms").sight == sight_of("comms")
    assert all(acting(one).role is one for one in Role)


def test_the_table_in_the_documents_is_the_one_that_is_in_force() -> None:
    document = Path(__file__).parents[2].joinpath("docs/accounts.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| [^|]*<!-- (\w+) --> \|(.*)\|$", document, re.MULTILINE))
    assert set(rows) == set(Act)
    for act, cells in rows.items():
        said = [cell.strip() == "yes" for cell in cells.split("|")]
        assert said == [role in entitled(Act(act)) for role in Role], act


def test_every_role_has_a_title() -> None:
    assert set(TITLES) == set(Role)


def test_a_name_cannot_move_the_cursor_in_a_refusal() -> None:
    odd = Acting("Jo\x1b[2J", frozenset({"comms"}), ALL, 1)
    assert "\x1b" not in odd.refusal(Act.MANAGE_SITE)
