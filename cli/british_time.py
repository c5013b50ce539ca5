"""The time zone in which dates are shown to people."""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def british_zone() -> tzinfo:
    """London's; the computer's own where it knows no other (Windows without a zone database)."""
    try:
        return ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        local = datetime.now().astimezone().tzinfo
        assert local is not None, "astimezone gives one"  # noqa: S101
        return local
