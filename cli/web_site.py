"""A site as the web server uses it: many requests at once, kept in line with today."""

from __future__ import annotations

import time
from threading import Lock

from cli.settling import settle
from cli.site import Site

SETTLED_EVERY = 30.0
"""Seconds after which what is out is brought in line with the day again, at the next request."""


class WebSite:
    """One site, shared by all requests."""

    def __init__(self, site: Site) -> None:
        self.unsettled = site
        self._lock = Lock()
        self._settled: float | None = None

    def site(self) -> Site:
        """The site, after what is out was brought in line with today, as before each verb.

        Raises RegisterUnreachable, RegisterError or SiteError when that fails.
        """
        with self._lock:
            if self._settled is None or time.monotonic() - self._settled > SETTLED_EVERY:
                settle(self.unsettled)
                self._settled = time.monotonic()
        return self.unsettled
