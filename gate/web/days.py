"""Days as browsers send them."""

from __future__ import annotations

from datetime import date


def day_of(text: str) -> date | None:
    """A day as a form sends it (2026-07-03); None for none. Raises ValueError."""
    return date.fromisoformat(text.strip()) if text.strip() else None
