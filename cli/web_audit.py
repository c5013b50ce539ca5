"""The audit log, as the web console reads, checks and hands it out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from itertools import islice

from cli import checkpointing
from cli.auditing import exported
from cli.british_time import british_zone
from cli.checkpointing import Given
from cli.web_site import WebSite
from consent_db import audit
from consent_db.audit import Entry, Wanted
from gate.acting import Acting
from gate.checkpoint import Checkpoint
from gate.safe_text import clean, isolated
from gate.web.ports_audit import Entries, Line, Verified

PAGE = 50


class WebAudit:
    """Implements ``gate.web.ports_audit.Audit``."""

    def __init__(self, site: WebSite) -> None:
        self._site = site

    def newest(self, who: Acting, wanted: Entries) -> tuple[tuple[Line, ...], bool]:
        """A page of entries, read as far as it goes and no farther."""
        del who
        until = wanted.until + timedelta(days=1) if wanted.until else None
        texts = (wanted.action.strip(), wanted.subject.strip(), wanted.actor.strip())
        asked = Wanted(_begin(wanted.since), _begin(until), *texts, wanted.before)
        with (
            self._site.site().database.reading() as connection,
            closing(audit.newest(connection, asked, PAGE + 1)) as found,
        ):
            lines = tuple(_line(one) for one in islice(found, PAGE))
            return lines, next(found, None) is not None

    def verify(self, who: Acting, checkpoint: tuple[str, bytes] | None) -> Verified:
        """Check it as the command line does."""
        del who
        given = [Given(*checkpoint)] if checkpoint else []
        problem, entries, compared = checkpointing.verify(self._site.site(), given)
        told = isolated(compared[0].sentence) if compared else ""
        return Verified(entries, str(problem or ""), told, all(one.holds for one in compared))

    def export(self, who: Acting) -> Iterator[str]:
        """The whole log."""
        del who
        return exported(self._site.site())

    def checkpoint(self, who: Acting) -> tuple[str, bytes]:
        """A new checkpoint; kept by whoever asks, not here."""
        kept: list[bytes] = []

        def keep(made: Checkpoint, data: bytes) -> None:
            del made
            kept.append(data)

        made = checkpointing.take(self._site.site(), who.name, keep)
        return checkpointing.neutral_name(made), kept[0]


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), british_zone()) if day else None


def _line(entry: Entry) -> Line:
    at = datetime.fromisoformat(entry.at)
    actor, action, subject = (clean(one) for one in (entry.actor, entry.action, entry.subject))
    return Line(entry.sequence, at, actor, action, subject, _details(entry.details))


def _details(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs in the details; what is no JSON any more was changed, and is shown as it is."""
    try:
        found = json.loads(text)
    except ValueError:
        return (("", clean(text)),)
    if not isinstance(found, dict):
        return (("", clean(text)),)
    return tuple((clean(name), clean(_plain(value))) for name, value in found.items())


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
