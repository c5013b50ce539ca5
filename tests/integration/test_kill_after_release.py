"""Killed in the middle of what comes after release: no copy without permission, no record lost."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import cli.again
import cli.pulling
import gate.publish
from consent_db import audit, restrictions
from consent_db.aftermath import Consequences
from consent_db.photos import SqlLedger
from consent_db.pulls import SqlPull
from gate import durable
from gate.publish import Publisher
from gate.pull import _Pull
from tests.fake_site import (
    PEOPLE,
    School,
    every_photo_is_as_judged_now,
    nothing_unknown_in_the_folder,
    nothing_without_permission,
    the_chain_holds,
    the_folder_is_in_step,
    without_models,
)
from tests.integration.killing import Killer, Verb, command
from tests.integration.test_kill import folder

__all__ = ["folder"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and SIGKILL")

ROUNDS = 50 if os.environ.get("PHOTOGATE_ALL_KILLS") else 20
"""Kills of each verb, at least; more until every step was hit."""
MOST = 100

INVARIANTS: tuple[Callable[[School], None], ...] = (
    nothing_without_permission,
    nothing_unknown_in_the_folder,
    the_chain_holds,
)


def consent(_school: School, chance: random.Random) -> tuple[str, ...]:
    """Somebody withdraws or grants again; what it touches is judged again."""
    ref, channel = chance.choice(PEOPLE), chance.choice(["website", "print"])
    if chance.random() < 0.5:
        return ("consent", "withdraw", ref, "-c", channel)
    return ("consent", "grant", ref, "-c", channel, "--names-online-use")


def restriction(school: School, chance: random.Random) -> tuple[str, ...]:
    """Somebody is put on the restricted list, or taken off it."""
    ref = chance.choice(PEOPLE[:2])
    with school.site.database.reading() as connection:
        held = {one.person for one in restrictions.standing(connection)}
    return ("restrict", "lift" if ref in held else "add", ref)


def pull(school: School, chance: random.Random) -> tuple[str, ...]:
    """A pull, after somebody withdrew or granted again without a kill."""
    assert command(school, *consent(school, chance)) == 0
    return pull_again(school)


def pull_again(school: School) -> tuple[str, ...]:
    return ("pull", "--channel", "website", "--to", str(school.folder), "--by", "web")


JUDGING_AGAIN = (
    (Consequences, "follow_people"),
    (audit, "append"),
    (Publisher, "_remove_ended"),
    (SqlLedger, "discharge"),
    (gate.publish, "write"),
    (SqlLedger, "rejudge"),
    (gate.publish, "move"),
    (cli.again, "refresh_results"),
)
PULLING = (
    (SqlPull, "standing"),
    (_Pull, "_delete"),
    (SqlPull, "give_back"),
    (SqlPull, "take"),
    (durable, "write"),
    (durable, "move"),
    (SqlPull, "confirm"),
    (cli.pulling, "_write"),
)
VERBS = (
    Verb("consent", consent, JUDGING_AGAIN),
    Verb("restriction", restriction, JUDGING_AGAIN),
    Verb("pull", pull, PULLING, pull_again),
    Verb("consent, then pull", consent, JUDGING_AGAIN, pull_again),
)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_kills_leave_no_copy_without_permission_and_lose_nothing(
    folder: Path, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_models(monkeypatch)
    school = School(folder)
    school.make()
    assert command(school, *pull_again(school)) == 0
    killer = Killer(school, verb, random.Random(20260603))  # noqa: S311
    number = 0
    while number < ROUNDS or (killer.missed() and number < MOST):
        killer.run(number)
        number += 1
        killer.next_command()
        for holds in INVARIANTS:
            holds(school)
        if verb.then is pull_again:
            the_folder_is_in_step(school)
    assert command(school, "consent", "grant", "P1", "-c", "website", "--names-online-use") == 0
    every_photo_is_as_judged_now(school)
    assert command(school, *pull_again(school)) == 0
    the_folder_is_in_step(school)
    print(verb.name, dict(killer.killed_in))
    # The kills must have hit every step, or this test would prove little.
    assert not killer.missed()
