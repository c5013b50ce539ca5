"""Photos that cannot be judged again: what ended stays ended, and it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from cli.again import Again, Rejudger
from cli.settling import settle_as_started
from cli.site import Site
from consent_db import consents, rejudgings
from gate.errors import EngineError, SettingsError, SiteError
from gate.values import Arrival, Judgement, day_of
from tests.fake_gate import withdrawn
from tests.fake_site import SETTINGS, School, nothing_without_permission
from tests.integration.killing import LAST_WORDS, command
from watch.slot import WorkerInterrupted


@pytest.fixture
def school(fake_school: School) -> School:
    return fake_school


def test_an_original_that_is_missing_leaves_its_copies_ended_and_is_told(school: School) -> None:
    for path in school.site.vault.glob("??/*"):
        path.unlink()
    assert command(school, "consent", "withdraw", "P1", "-c", "website") == 0
    assert "could not be judged again now" in " ".join(LAST_WORDS[0].split())
    nothing_without_permission(school)
    command(school, "doctor")
    assert "original cannot be read" in " ".join(LAST_WORDS[0].split())


def waiting(site: Site) -> int:
    with site.database.reading() as connection:
        return rejudgings.count(connection)


def rejudger(
    site: Site, judge: Callable[[Arrival], Judgement], settle: Callable[[], None] = lambda: None
) -> tuple[Rejudger, list[str]]:
    told: list[str] = []
    again = Again(site, judge, "test", told.append)
    made = Rejudger(again, settle, threading.Event(), told.append, every=0.01)
    return made, told


def end_one(school: School) -> None:
    with school.site.database.transaction("dpl") as tx:
        consents.record(tx, withdrawn("P1", day_of(tx.now)))


def test_a_worker_that_was_stopped_is_nobodys_fault(school: School) -> None:
    end_one(school)
    before = waiting(school.site)

    def interrupted(arrival: Arrival) -> Judgement:
        raise WorkerInterrupted

    made, told = rejudger(school.site, interrupted)
    made.drain()
    with school.site.database.reading() as connection:
        assert [one.tries for one in rejudgings.waiting(connection)] == [0] * before
    assert told == []


def test_a_model_that_is_missing_postpones(school: School) -> None:
    end_one(school)

    def fails(arrival: Arrival) -> Judgement:
        raise EngineError("The weights are missing.")

    made, _ = rejudger(school.site, fails)
    made.drain()
    with school.site.database.reading() as connection:
        found = rejudgings.waiting(connection)
    assert {one.trouble for one in found} == {"The weights are missing."}


def test_rejudging_that_ends_stops_the_watcher_and_says_why(school: School) -> None:
    def broken() -> None:
        raise RuntimeError("a mistake in the program")

    made, _ = rejudger(school.site, lambda arrival: pytest.fail("nothing to judge"), broken)
    with pytest.raises(RuntimeError), made:
        assert made._stop.wait(5)


def test_so_do_settings_that_were_changed(school: School) -> None:
    site = school.site
    assert site.policy.version
    settle_as_started(site)
    path = site.root / "photogate.toml"
    path.write_text("[broken", encoding="utf-8")
    settle_as_started(site)
    path.write_text(SETTINGS + "\n[channels.social]\nonline = true\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="start again"):
        settle_as_started(site)


def test_trouble_is_told_and_tried_again(school: School) -> None:
    calls = []

    def full() -> None:
        calls.append(1)
        raise SiteError("No room.")

    made, told = rejudger(school.site, lambda arrival: pytest.fail("nothing to judge"), full)
    with made:
        end = time.monotonic() + 5
        while len(calls) < 3 and time.monotonic() < end:
            time.sleep(0.01)
    assert told[:2] == ["No room.", "No room."]
