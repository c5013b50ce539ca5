"""The audit log: entries are only ever added, and each one vouches for all before it.

The hash of an entry is SHA-256 over the canonical JSON (sorted keys, no spaces, ASCII) of its
sequence, at, actor, action, subject, details and the previous entry's hash. ``details`` is itself
canonical JSON and enters the hash as the text that is stored. The first entry's previous hash
is empty. The head keeps the last sequence and hash, so that entries cut off the end are missed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)

from consent_db.schema import audit, audit_head
from gate.errors import AuditBroken

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_SHA256_BEGINNING = re.compile(r"[0-9a-f]{4,63}")
_STREAMED = {"yield_per": 1_000}

FIELDS = ("sequence", "at", "actor", "action", "subject", "details", "previous", "hash")
_COLUMNS = tuple(audit.c[name] for name in FIELDS)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, before it has its place in the chain; ``at`` in UTC."""

    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is stored; ``at`` is ISO 8601 in UTC, ``details`` canonical JSON."""

    sequence: int
    at: str
    actor: str
    action: str
    subject: str
    details: str
    previous: str
    hash: str

    def as_dict(self) -> dict[str, object]:
        """The entry for an export; everything that the hash is made of, unchanged."""
        return asdict(self)


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces, ASCII only. Raises ValueError on NaN."""
    return _CANONICAL.encode(value)


def digest(sequence: int, entry: Sequence[str]) -> str:
    """SHA-256 (hex) of an entry: ``entry`` is at, actor, action, subject, details, previous."""
    named = dict(zip(FIELDS[1:7], entry, strict=True))
    return hashlib.sha256(canonical({"sequence": sequence, **named}).encode()).hexdigest()


def append(connection: Connection, events: Sequence[Event]) -> None:
    """Add entries at the end of the chain; the caller's transaction holds the writers' lock.

    Raises AuditBroken when the end of the chain is not where it must be.
    """
    if not events:
        return
    sequence, previous = _tail(connection)
    rows = []
    for event in events:
        sequence += 1
        at = _stamp(event.at)
        details = canonical(dict(event.details))
        texts = (at, event.actor, event.action, event.subject, details, previous)
        previous = digest(sequence, texts)
        rows.append(dict(zip(FIELDS, (sequence, *texts, previous), strict=True)))
    connection.execute(insert(audit), rows)
    connection.execute(update(audit_head).values(sequence=sequence, hash=previous))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _tail(connection: Connection) -> tuple[int, str]:
    head = connection.execute(select(audit_head.c.sequence, audit_head.c.hash)).one_or_none()
    last = connection.execute(
        select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence.desc()).limit(1)
    ).one_or_none()
    end = (0, "") if last is None else (last.sequence, last.hash)
    if head is None or tuple(head) != end:
        raise AuditBroken(
            "The end of the audit log is not what was written last, so nothing can be added. "
            "Run 'photogate audit verify' and restore the register from a backup.",
            end[0] + 1,
        )
    return end


def entries(connection: Connection, *, after: int = 0) -> Generator[Entry, None, None]:
    """Entries with a higher sequence than ``after``, in order, streamed."""
    query = select(*_COLUMNS).where(audit.c.sequence > after).order_by(audit.c.sequence)
    with connection.execute(query, execution_options=_STREAMED) as rows:
        for row in rows:
            yield Entry(*row)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to look for; what is empty does not count.

    ``since`` is included, ``until`` is not; both with a time zone. ``action`` is one ("consent.
    recorded") or a whole family ("consent"). ``subject`` is whole, or the beginning of a SHA-256.
    ``before``: with a lower sequence than this.
    """

    since: datetime | None = None
    until: datetime | None = None
    action: str = ""
    subject: str = ""
    actor: str = ""
    before: int | None = None


def newest(connection: Connection, wanted: Wanted, most: int) -> Generator[Entry, None, None]:
    """At most so many entries that are wanted, newest first, streamed."""
    query = select(*_COLUMNS).where(*_conditions(wanted)).order_by(audit.c.sequence.desc())
    with connection.execute(query.limit(most), execution_options=_STREAMED) as rows:
        for row in rows:
            yield Entry(*row)


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    # Instants are stored as text of one length in UTC, so that they sort as they follow.
    if wanted.since is not None:
        yield audit.c.at >= _stamp(wanted.since)
    if wanted.until is not None:
        yield audit.c.at < _stamp(wanted.until)
    if wanted.action:
        family = audit.c.action.startswith(f"{wanted.action}.", autoescape=True)
        yield or_(audit.c.action == wanted.action, family)
    if _SHA256_BEGINNING.fullmatch(wanted.subject):
        yield or_(
            audit.c.subject == wanted.subject,
            and_(func.length(audit.c.subject) == 64, audit.c.subject.startswith(wanted.subject)),
        )
    elif wanted.subject:
        yield audit.c.subject == wanted.subject
    if wanted.actor:
        yield audit.c.actor == wanted.actor
    if wanted.before is not None:
        yield audit.c.sequence < wanted.before


def hash_at(connection: Connection, sequence: int) -> str | None:
    """The hash of the entry with this sequence, None where there is none."""
    query = select(audit.c.hash).where(audit.c.sequence == sequence)
    return connection.execute(query).scalar_one_or_none()


def verify(connection: Connection) -> int:
    """Check the whole chain, in constant memory, and return how many entries it has.

    Raises AuditBroken, with the sequence of the first entry that was changed, removed or put in.
    """
    query = select(*_COLUMNS).order_by(audit.c.sequence)
    sequence, previous = 0, ""
    with (
        _bytes_survive(connection),
        connection.execute(query, execution_options=_STREAMED) as rows,
    ):
        for row in rows:
            sequence += 1
            _check(row, sequence, previous)
            previous = row.hash
    head = connection.execute(select(audit_head.c.sequence, audit_head.c.hash)).one_or_none()
    if head is None or tuple(head) != (sequence, previous):
        _broken(sequence + 1, "is missing or the end of the log was replaced")
    return sequence


def _check(row: Row[Any], sequence: int, previous: str) -> None:
    if row.sequence != sequence:
        _broken(sequence, "is missing")
    texts = tuple(row)[1:7]
    if not all(isinstance(text, str) for text in texts):
        _broken(sequence, "was changed")
    if row.previous != previous:
        _broken(sequence, "does not follow from the one before")
    if row.hash != digest(sequence, texts):
        _broken(sequence, "was changed")


def _broken(sequence: int, how: str) -> None:
    raise AuditBroken(
        f"Entry {sequence} of the audit log {how}. Keep a copy of the register as it is, and ask "
        "whoever runs this computer how it was changed.",
        sequence,
    )


@contextmanager
def _bytes_survive(connection: Connection) -> Iterator[None]:
    """Let SQLite hand over text that is no longer valid UTF-8, so that its entry can be named."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    before = driver.text_factory
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = before
