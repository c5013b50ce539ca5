"""What the screen takedowns says."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "takedowns.title": "To take down",
    "takedowns.intro": "These copies are out and may no longer be shown. Whoever looks after the "
    "place takes them down and says so here.",
    "takedowns.none": "Nothing must come down",
    "takedowns.none_text": "Should permission end for a copy that is out, it appears here.",
}
