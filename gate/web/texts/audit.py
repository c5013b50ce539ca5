"""What the screen audit says."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "audit.title": "Audit log",
    "audit.intro": "Everything that was done and looked at, newest first. Entries are only ever "
    "added, and each one vouches for all before it.",
    "audit.since": "From",
    "audit.until": "Until",
    "audit.action": "What",
    "audit.action_hint": "Such as consent.recorded, or all of consent.",
    "audit.subject": "About",
    "audit.subject_hint": "A reference, or the beginning of a photo's id.",
    "audit.actor": "Who",
    "audit.actor_hint": "The whole name.",
    "audit.filter": "Show these",
    "audit.all": "Show all",
    "audit.no_day": "A day is not a date of the calendar. Write it as year-month-day.",
    "audit.entries": "Entries",
    "audit.number": "No.",
    "audit.when": "When",
    "audit.details": "Details",
    "audit.older": "Older entries",
    "audit.newest": "Newest entries",
    "audit.none": "No such entry",
    "audit.none_text": "No entry of the log fits all of this.",
    "audit.check": "Check the log",
    "audit.verify_text": "Looks at every entry: was one changed, removed or put in? Somebody who "
    "can change the whole register could write the whole log anew; only a checkpoint that was "
    "kept elsewhere tells that.",
    "audit.file": "A checkpoint that was kept elsewhere (if you have one)",
    "audit.verify": "Check now",
    "audit.intact.one": "The log is intact in itself: one entry, and it was checked.",
    "audit.intact.many": "The log is intact in itself: {number} entries, each one checked.",
    "audit.take": "Take it elsewhere",
    "audit.checkpoint_text": "A checkpoint is a small signed file that says what the log ends "
    "with today. Keep it where nobody can change it who can change this computer, for example in "
    "the e-mail of the data protection lead.",
    "audit.checkpoint": "Download a checkpoint",
    "audit.export_text": "The whole log, one entry a line, as JSON. It names people by reference "
    "and photos by id only; who acted is named.",
    "audit.export": "Download the whole log",
}
