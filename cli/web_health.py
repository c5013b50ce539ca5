"""The system's health, as the web console asks for it: looked at in the background."""

from __future__ import annotations

import logging
import shutil
import time
from threading import Lock, Thread

from cli.doctor import findings_of
from cli.site import Site, now
from cli.storage import taken_by
from gate.errors import PhotogateError
from gate.web.ports import Finding, HealthReport, Storage

_log = logging.getLogger(__name__)

OLD = 300.0
"""Seconds after which it is looked at again, when somebody asks."""


class WebHealth:
    """Implements ``gate.web.ports.Health``."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._lock = Lock()
        self._report = HealthReport()
        self._begun: float | None = None

    def report(self) -> HealthReport:
        """The newest report; a new look begins when it is old."""
        with self._lock:
            if self._begun is None or time.monotonic() - self._begun > OLD:
                self._begun = time.monotonic()
                # No daemon: the models must not be cut off in the middle when the program ends.
                Thread(target=self._look, name="health").start()
            return self._report

    def _look(self) -> None:
        try:
            # A site of its own: what changed on disk, such as the settings, is read afresh.
            found = findings_of(Site(self._site.root))
            findings = tuple(Finding(one.what, one.level, one.text) for one in found)
            taken = (Storage(one.part, one.files, one.bytes) for one in taken_by(self._site))
            free = shutil.disk_usage(self._site.root).free
            report = HealthReport(findings, now(), tuple(taken), free)
        except (PhotogateError, OSError) as error:
            _log.exception("health could not be looked at")
            report = HealthReport((Finding("doctor", "problem", str(error)),), now())
        with self._lock:
            self._report = report
