"""The document of an incident for the data protection officer: one page to print, and JSON.

The page needs nothing else, runs no script, and holds no picture.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict
from datetime import datetime, timedelta, tzinfo
from enum import Enum

from markupsafe import Markup

from gate import incident_words as words
from gate.html import templates
from gate.incident import (
    TIME_TO_TELL,
    Incident,
    clock,
    figures,
    takedown_state,
    time_line,
    time_out,
)
from gate.safe_text import isolated


def render(incident: Incident, now: datetime, zone: tzinfo, *, names: bool = False) -> str:
    """The page as HTML, times in ``zone``; without ``names``, people by their references only."""
    shown = incident if names else incident.without_names()
    environment = templates()
    style = environment.get_template("incident.css").render()
    questions = words.questions(shown, now, zone)
    return environment.get_template("incident.html").render(
        w=words,
        incident=shown,
        now=now,
        zone=zone,
        clock=clock(shown, now),
        all_hours=TIME_TO_TELL.total_seconds() / 3600,
        figures=figures(shown, now),
        time_line=time_line(shown),
        known=[question for question in questions if question.answer],
        unknown=[question for question in questions if not question.answer],
        time_out=time_out,
        takedown_state=takedown_state,
        text=isolated,
        names=names,
        style=Markup(style),  # noqa: S704 - a file of this package without a gap
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def to_json(incident: Incident, now: datetime, zone: tzinfo, *, names: bool = False) -> str:
    """The same for programs: instants in ISO 8601 in UTC offset, durations in seconds."""
    shown = incident if names else incident.without_names()
    questions = words.questions(shown, now, zone)
    whole = {
        **asdict(shown),
        "made_at": now,
        "clock": asdict(clock(shown, now)),
        "figures": asdict(figures(shown, now)),
        "takedowns": [
            {**asdict(task), "state": takedown_state(task, now)} for task in shown.takedowns
        ],
        "time_line": [asdict(moment) for moment in time_line(shown)],
        "known": [asdict(question) for question in questions if question.answer],
        "unknown": [asdict(question) for question in questions if not question.answer],
    }
    return json.dumps(whole, default=_plain, ensure_ascii=False, indent=2) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"cannot write {type(value).__name__} as JSON")
