"""What the first page says, and the page about the system's health."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "overview.title": "Overview",
    "overview.greeting": "Good day, {name}",
    "overview.waiting": "What waits for you",
    "overview.nothing": "Nothing waits for you. All is seen to.",
    "overview.nothing_text": "New things show up here as they come.",
    "overview.open": "Open",
    "overview.takedowns.title": "To take down",
    "overview.takedowns.one": "copy must come down",
    "overview.takedowns.many": "copies must come down",
    "overview.overdue.title": "Overdue",
    "overview.overdue.one": "takedown is overdue",
    "overview.overdue.many": "takedowns are overdue",
    "overview.held.title": "Held photos",
    "overview.held.one": "photo waits for your decision",
    "overview.held.many": "photos wait for your decision",
    "overview.ready.title": "Ready to publish",
    "overview.ready.one": "copy is not published yet",
    "overview.ready.many": "copies are not published yet",
    "overview.rejudgings.title": "Being judged again",
    "overview.rejudgings.one": "photo is to be judged again",
    "overview.rejudgings.many": "photos are to be judged again",
    "overview.health": "Health of the system",
    "overview.health_good": "Everything is as it must be.",
    "overview.health_looking": "It is being looked at. Load this page again in a few seconds.",
    "overview.health_more": "See all that was looked at",
    "overview.health_at": "Looked at on {when}",
    "health.title": "Health of the system",
    "health.intro": "The same as 'photogate doctor' says. It is looked at again every few minutes.",
    "health.what": "What",
    "health.level": "State",
    "health.text": "Finding",
    "health.ok": "In order",
    "health.warning": "Look at this",
    "health.problem": "Problem",
}
