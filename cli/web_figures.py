"""What has been done, and how strictly, as the web console asks for it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from cli.site import now
from cli.web_site import WebSite
from consent_db import calibrations, counting, events
from gate.acting import Acting
from gate.calibration import Count, in_force
from gate.policy import Policy
from gate.safe_text import isolated
from gate.values import Calibrated, Verdict, day_of
from gate.web.ports_figures import Day, LastEvent, Strictness, Throughput

DAYS = 14
_EVENTS = 5
_FRESH = 60.0
"""Seconds for which the days are not counted again: many photos take a while."""


class WebFigures:
    """Implements ``gate.web.ports_figures.Figures``."""

    def __init__(self, site: WebSite) -> None:
        self._site = site
        self._lock = Lock()
        self._counted: Throughput | None = None
        self._counted_at = 0.0
        # To name its version, a reader's weights are read whole.
        self._reader = cache(lambda: site.unsettled.reader_versions[0])

    def throughput(self, who: Acting) -> Throughput | None:
        """The last two weeks, for those who may see what was dropped."""
        if not who.sight.original:
            return None
        with self._lock:
            if self._counted is None or time.monotonic() - self._counted_at > _FRESH:
                self._counted, self._counted_at = self._count(), time.monotonic()
            return self._counted

    def _count(self) -> Throughput:
        days = [day_of(now()) - timedelta(days=ago) for ago in reversed(range(DAYS))]
        with self._site.site().database.reading() as connection:
            found = counting.judged_by_day(connection, days[0])
            photos = counting.photos_since(connection, days[0])
        return Throughput(tuple(_day(day, found.get(day, {})) for day in days), photos)

    def events(self, who: Acting) -> Sequence[LastEvent]:
        """The last events, for those who may see what was dropped."""
        if not who.sight.original:
            return []
        with self._site.site().database.reading() as connection:
            found = events.newest(connection, _EVENTS)
        return [LastEvent(one.index, isolated(one.name), one.files) for one in found]

    def strictness(self, who: Acting) -> Strictness | None:
        """The thresholds in force, for those who may see evidence."""
        site = self._site.site()
        if not who.sight.evidence or site.settings.matching.mode == "people":
            return None
        with site.database.reading() as connection:
            return _strictness(site.policy, self._reader(), connection)


def _day(day: date, found: Mapping[Verdict, int]) -> Day:
    whole, covered = found.get(Verdict.APPROVE, 0), found.get(Verdict.BLUR, 0)
    return Day(day, whole, covered, sum(found.values()) - whole - covered)


def _strictness(policy: Policy, reader: str, connection: Connection) -> Strictness:
    if policy.fpir is None:
        return Strictness(policy.thresholds.show, policy.thresholds.veto)
    made = calibrations.newest(connection, reader)
    counts = in_force(policy.thresholds, made, reader, policy.fpir)
    asked = 1_000 * policy.fpir
    if made is None or counts != made.thresholds:
        return Strictness(counts.show, counts.veto, asked)
    report = calibrations.newest_report(connection, reader) or {}
    return _calibrated(made, report, asked)


def _calibrated(made: Calibrated, report: Mapping[str, Any], asked: float) -> Strictness:
    own = Count(**report.get("recognised", {"count": 0, "of": 0}))
    share = own.share if own.of else None
    counts = made.thresholds
    return Strictness(counts.show, counts.veto, asked, made.at, report.get("people", 0), share)
