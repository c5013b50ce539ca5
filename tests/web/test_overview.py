"""The first page: what waits, for whom, and nothing that is not theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cli.site import Site
from consent_db import counting
from consent_db.stored import decisions
from gate.acting import Acting
from gate.roles import Role
from gate.values import Verdict
from gate.web.app import create_app
from gate.web.ports import Finding, HealthReport, Waiting
from tests.web.browsers import LOOKS, Look, axe, fits, shot
from tests.web.client import Console
from tests.web.served import Served


class Invented:
    """Implements the ports of the overview and of health with invented figures."""

    def waiting(self, who: Acting) -> Sequence[Waiting]:
        return [
            Waiting("overdue", 1, "takedowns", urgent=True),
            Waiting("held", 1_234, "review"),
        ]

    def report(self) -> HealthReport:
        found = Finding("disk", "ok", "free"), Finding("clock", "problem", "set it right")
        return HealthReport((Finding("age", "warning", "import <b>lists</b>"), *found), NOW)


NOW = datetime(2026, 7, 3, 13, 2, tzinfo=UTC)


@pytest.fixture
def invented(console: Console) -> Console:
    """A console with invented figures."""
    services = replace(console.services, overview=Invented(), health=Invented())
    console.__dict__["app"] = create_app(services, console.how)
    return console


def test_cards_say_how_many_in_words(invented: Console) -> None:
    text = invented.as_(Role.DSL).get("/").text
    assert "takedown is overdue" in text
    assert "1,234" in text
    assert "photos wait for your decision" in text
    assert "card urgent" in text


def test_only_the_administrator_is_told_of_the_system_s_health(invented: Console) -> None:
    text = invented.as_(Role.ADMIN).get("/").text
    assert text.index("set it right") < text.index("import &lt;b&gt;"), "problems first"
    assert "3 July 2026, 14:02" in text, "as clocks in Britain show it"
    for role in set(Role) - {Role.ADMIN}:
        assert "set it right" not in invented.as_(role).get("/").text


def test_the_figures_are_those_of_the_register(school_site: Path) -> None:
    with Site(school_site).database.reading() as connection:
        photos = list(decisions(connection))
        held = sum(
            any(d.verdict is Verdict.REVIEW for d in photo.judgement.decisions) for photo in photos
        )
        copies = [copy.channel for photo in photos for copy in photo.releases]
        assert counting.held(connection) == held
        assert counting.unpublished(connection, ["website"]) == copies.count("website") > 0
        assert counting.unpublished(connection, ["all"]) == len(copies)
        assert counting.unpublished(connection, []) == 0


@pytest.mark.parametrize("look", LOOKS, indirect=True, ids=str)
def test_the_first_page_of_every_role(
    served_school: Served, page_of: Callable[[Served, Role], Page], look: Look, shots: Path
) -> None:
    open_as = partial(page_of, served_school)
    for role in Role:
        page = open_as(role)
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Good day")
        axe(page)
        fits(page)
        shot(page, f"overview-{role}-{look}", shots)
        page.close()
