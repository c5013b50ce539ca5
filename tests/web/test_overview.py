"""The first page: what waits, for whom, and nothing that is not theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cli.site import Site
from cli.storage import taken_by
from cli.web_figures import WebFigures
from cli.web_site import WebSite
from consent_db import calibrations, counting, waiting
from consent_db.stored import decisions
from gate.acting import Acting
from gate.roles import OF_CHANNELS, Role
from gate.values import Verdict
from gate.web.app import create_app
from gate.web.ports import Finding, HealthReport, Storage, Waiting
from gate.web.ports_figures import LastEvent, Strictness
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

    def throughput(self, who: Acting) -> None:
        return None

    def events(self, who: Acting) -> Sequence[LastEvent]:
        return []

    def strictness(self, who: Acting) -> Strictness | None:
        return Strictness(0.5, 0.4, 1.0, NOW, 1, 0.876)

    def report(self) -> HealthReport:
        found = Finding("disk", "ok", "free"), Finding("clock", "problem", "set it right")
        taken = (Storage("originals", 1_234, 5_600_000), Storage("ready", 1, 900))
        findings = (Finding("age", "warning", "import <b>lists</b>"), *found)
        return HealthReport(findings, NOW, taken, 70_000_000_000)


DAY = timedelta(days=1)
NOW = datetime(2026, 7, 3, 13, 2, tzinfo=UTC)


def somebody(role: Role) -> Acting:
    """Somebody with this role alone."""
    return Acting(f"{role} account", frozenset({role}), frozenset({"website"}), 1)


@pytest.fixture
def invented(console: Console) -> Console:
    """A console with invented figures."""
    services = replace(console.services, overview=Invented(), health=Invented(), figures=Invented())
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
    assert "70.0 GB are free; photogate takes 5.6 MB" in text
    for role in set(Role) - {Role.ADMIN}:
        told = invented.as_(role).get("/").text
        assert "set it right" not in told
        assert "GB are free" not in told


def test_the_figures_are_those_of_the_register(school_site: Path) -> None:
    with Site(school_site).database.reading() as connection:
        photos = list(decisions(connection))
        held = sum(
            any(d.verdict is Verdict.REVIEW for d in photo.judgement.decisions) for photo in photos
        )
        copies = [copy.channel for photo in photos for copy in photo.releases]
        assert waiting.count_held(connection) == held
        assert counting.unpublished(connection, ["website"]) == copies.count("website") > 0
        assert counting.unpublished(connection, ["all"]) == len(copies)
        assert counting.unpublished(connection, []) == 0


def test_days_are_counted_by_what_became_of_new_photos(school_site: Path) -> None:
    figures = WebFigures(WebSite(Site(school_site)))
    with Site(school_site).database.reading() as connection:
        photos = [photo.judgement for photo in decisions(connection)]
    given = Counter((photo.on, d.verdict) for photo in photos for d in photo.decisions)
    found = figures.throughput(somebody(Role.COMMS))
    assert found is not None
    assert found.photos == len(photos)
    last = found.days[-1].day
    assert [one.day for one in found.days] == [last - ago * DAY for ago in range(13, -1, -1)]
    for one in found.days:
        assert one.whole == given[one.day, Verdict.APPROVE]
        assert one.covered == given[one.day, Verdict.BLUR]
        assert one.all == sum(count for (day, _), count in given.items() if day == one.day)
    assert sum(one.all for one in found.days) == sum(given.values()) > 0
    assert all(
        sum(getattr(one, part) for one in found.days) for part in ("whole", "covered", "held")
    )


@pytest.mark.parametrize("role", Role)
def test_what_was_dropped_and_how_faces_are_compared_is_not_for_everybody(
    school_site: Path, role: Role
) -> None:
    figures, who = WebFigures(WebSite(Site(school_site))), somebody(role)
    sees = role not in OF_CHANNELS
    assert (figures.throughput(who) is not None) == bool(figures.events(who)) == sees
    assert (figures.strictness(who) is not None) == (sees and role is not Role.COMMS)


def test_the_thresholds_shown_are_those_in_force(console: Console) -> None:
    figures, who = console.services.figures, somebody(Role.ADMIN)
    shipped, policy = figures.strictness(who), console.site.policy
    assert shipped is not None
    assert (shipped.show, shipped.veto) == (policy.thresholds.show, policy.thresholds.veto)
    assert (shipped.asked, shipped.at) == (1.0, None)
    stricter = replace(policy.thresholds, show=policy.thresholds.show + 0.1)
    reader = console.site.reader_versions[0]
    report = {"people": 25, "recognised": {"count": 90, "of": 100}}
    with console.site.database.transaction("admin") as tx:
        calibrations.save(tx, reader, (0.001, stricter), 1, report)
    made = figures.strictness(who)
    assert made is not None
    assert (made.show, made.people, made.recognised) == (stricter.show, 25, 0.9)
    assert made.at is not None


def test_the_disk_is_shown_to_the_administrator_part_by_part(school_site: Path) -> None:
    site = Site(school_site)
    taken = {one.part: one for one in taken_by(site)}
    everything = [path.lstat().st_size for path in site.ready.rglob("*") if path.is_file()]
    assert (taken["ready"].files, taken["ready"].bytes) == (len(everything), sum(everything))
    references = [path for path in (site.vault / "references").rglob("*") if path.is_file()]
    assert taken["references"].files == len(references) > 0
    assert taken["originals"].files + len(references) == sum(
        path.is_file() for path in site.vault.rglob("*")
    )


@pytest.mark.parametrize("look", LOOKS, indirect=True, ids=str)
def test_the_first_page_of_every_role(
    served_school: Served, page_of: Callable[[Served, Role], Page], look: Look, shots: Path | None
) -> None:
    open_as = partial(page_of, served_school)
    for role in Role:
        page = open_as(role)
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Good day")
        may_drop = role in (Role.COMMS, Role.ADMIN)
        expect(page.get_by_role("link", name="sports-day")).to_have_count(int(may_drop))
        axe(page)
        fits(page)
        shot(page, f"overview-{role}-{look}", shots)
        page.close()
