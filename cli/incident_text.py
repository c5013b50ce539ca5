"""An incident on the screen: in a line of the list, and in full."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from cli.output import print_table, say
from gate import incident_words as words
from gate.incident import Incident, Takedown, clock, figures, takedown_state, time_out
from gate.safe_text import clean, isolated


def summary_row(found: Incident, now: datetime, zone: tzinfo) -> dict[str, object]:
    """A line of the list, times in ``zone``; nothing in it names anybody but who opened it."""
    counted, time_left = figures(found, now), clock(found, now)
    return {
        "incident": found.number,
        "opened": words.when(found.opened_at, zone),
        "by": clean(found.opened_by),
        "photos": counted.photos,
        "takedowns_open": counted.open_takedowns,
        "clock": words.clock_sentence(time_left),
        "deadline": words.when(time_left.deadline, zone),
        "state": "open" if found.closed_at is None else "closed",
    }


def print_document(found: Incident, now: datetime, zone: tzinfo) -> None:
    """Print an incident: the 72 hours, what was out, the takedowns, what is not known, notes."""
    state = f"closed on {words.when(found.closed_at, zone)}" if found.closed_at else "open"
    say(f"Incident {found.number}: {state}", style="bold")
    if found.withheld:
        say(words.WITHHELD, style="bold red")
    time_left = clock(found, now)
    say(f"72 hours: {words.clock_sentence(time_left)}. {words.clock_advice(time_left, zone)}")
    say(f"Photos: {', '.join(photo[:12] for photo in found.photos) or 'none'}.")
    _what_was_out(found, now, zone)
    _takedowns(found, now, zone)
    _whom(found)
    asked = words.questions(found, now, zone)
    _questions("What is known:", [(one.asked, one.answer) for one in asked if one.answer])
    _questions("What is not known yet:", [(one.asked, one.how) for one in asked if not one.answer])
    _notes(found, zone)


def _what_was_out(found: Incident, now: datetime, zone: tzinfo) -> None:
    say("What was out:" if found.copies else "No copy of these photos left.", style="bold")
    if found.copies:
        print_table(
            ("Photo", "Channel", "What", "By", "Where", "From", "Until", "How long"),
            (
                (
                    copy.photo[:12],
                    words.channel(copy.channel),
                    words.STAGES[copy.stage],
                    clean(copy.by),
                    isolated(copy.where),
                    words.when(copy.since, zone),
                    words.when(copy.until, zone) if copy.until else "still there",
                    words.duration(time_out(copy, now)),
                )
                for copy in found.copies
            ),
        )


def _takedowns(found: Incident, now: datetime, zone: tzinfo) -> None:
    say("Takedowns:" if found.takedowns else "No takedown was asked for.", style="bold")
    if found.takedowns:
        print_table(
            ("ID", "Photo", "Where", "Asked for", "Due by", "State"),
            (
                (
                    task.number,
                    task.photo[:12],
                    isolated(task.where),
                    words.when(task.asked_at, zone),
                    words.when(task.due_by, zone),
                    _state(task, now, zone),
                )
                for task in found.takedowns
            ),
        )


def _state(task: Takedown, now: datetime, zone: tzinfo) -> str:
    state = words.TAKEDOWNS[takedown_state(task, now)]
    if task.done_at is None:
        return state
    by = f" by {clean(task.done_by)}" if task.done_by else ""
    return f"{state} on {words.when(task.done_at, zone)}{by}: {clean(task.proof)}"


def _whom(found: Incident) -> None:
    if found.affected is None:
        say("Nobody has said yet who may be seen in these photos.")
    elif not found.affected:
        say("Nobody of the register may be seen in these photos.")
    else:
        say(f"Whom it concerns: {', '.join(isolated(one.ref) for one in found.affected)}.")


def _questions(heading: str, told: Sequence[tuple[str, str]]) -> None:
    if told:
        say(heading, style="bold")
    for asked, answer in told:
        say(f"  {asked} {answer}")


def _notes(found: Incident, zone: tzinfo) -> None:
    if found.notes:
        say("Notes:", style="bold")
    for note in found.notes:
        say(f"  {words.when(note.at, zone)}, {clean(note.by)}: {words.prose(note.text)}")
