"""Incidents: which photos a possible data breach is about, and what people wrote down; only added.

What people wrote is sealed with a key of the incident's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select

from consent_db.locks import is_open
from consent_db.numbering import next_ids
from consent_db.schema import incident_notes, incident_photos, incidents, photos
from consent_db.sealed import open_text
from consent_db.transaction import Transaction
from gate.errors import RegisterError
from gate.ports import KeyKind

_CONTEXT = "incident_notes.sealed_text"
_LONGEST = 10_000


class NoteKind(StrEnum):
    """What somebody wrote down: a note, an answer to what the Commissioner will ask, or an act.

    Of each kind but ``note`` the newest counts; the earlier ones are kept.
    """

    NOTE = "note"
    HAPPENED = "happened"
    CAUSE = "cause"
    CONSEQUENCES = "consequences"
    MEASURES = "measures"
    CONTACT = "contact"
    COMMISSIONER_TOLD = "commissioner_told"
    PEOPLE_TOLD = "people_told"
    CLOSED = "closed"


_WITHOUT_TEXT = (NoteKind.COMMISSIONER_TOLD, NoteKind.PEOPLE_TOLD)


@dataclass(frozen=True, slots=True)
class Note:
    """What was written down; ``happened_at`` is when somebody was told. Instants in UTC.

    ``text`` is "" once it was erased.
    """

    id: int
    kind: NoteKind
    text: str
    at: datetime
    by: str
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """An incident; ``photos`` are SHA-256 of the originals, in the order in which they were named.

    ``withheld``: it is about photos, too, that are locked and were not asked for. Instants in UTC.
    """

    number: int
    aware_at: datetime
    opened_at: datetime
    opened_by: str
    photos: tuple[str, ...]
    notes: tuple[Note, ...]
    withheld: bool = False

    @property
    def closed(self) -> Note | None:
        """The note that closed it; None while it is open."""
        return self.newest(NoteKind.CLOSED)

    def newest(self, kind: NoteKind) -> Note | None:
        """The newest note of this kind, which counts."""
        return next((note for note in reversed(self.notes) if note.kind is kind), None)


def open_(tx: Transaction, of: Sequence[str], happened: str, aware_at: datetime) -> int:
    """Open an incident about photos (SHA-256); returns its number.

    Raises RegisterError without photos or words, when one is not on record, or when the school
    became aware later than now.
    """
    if aware_at > tx.now:
        raise RegisterError("The school cannot have become aware later than now. Check the time.")
    (number,) = next_ids(tx, incidents, 1)
    row = {"id": number, "aware_at": aware_at, "at": tx.now, "by": tx.actor}
    tx.connection.execute(insert(incidents), row)
    tx.audit("incident.opened", _subject(number), {"photos": sorted(set(of))})
    _add_photos(tx, number, of)
    _write(tx, number, NoteKind.HAPPENED, happened)
    return number


def add_photos(tx: Transaction, number: int, of: Sequence[str]) -> None:
    """Add photos (SHA-256) to an open incident. Raises like ``open_``, and when it is closed."""
    known = set(_require_open(tx, number).photos)
    new = [photo for photo in dict.fromkeys(of) if photo not in known]
    if not new:
        raise RegisterError("The incident is about these photos already. Nothing was changed.")
    tx.audit("incident.photos_added", _subject(number), {"photos": sorted(new)})
    _add_photos(tx, number, new)


def note(
    tx: Transaction, number: int, kind: NoteKind, text: str, happened_at: datetime | None = None
) -> Note:
    """Write something down. Raises RegisterError when it is closed, or nothing is said."""
    _require_open(tx, number)
    if happened_at is not None and happened_at > tx.now:
        raise RegisterError("That lies ahead. Check the time. Nothing was changed.")
    return _write(tx, number, kind, text, happened_at)


def close(tx: Transaction, number: int, text: str) -> None:
    """Close an incident. Raises RegisterError when it is closed already, or nothing is said."""
    _require_open(tx, number)
    _write(tx, number, NoteKind.CLOSED, text)
    tx.audit("incident.closed", _subject(number), {})


def get(connection: Connection, number: int, *, locked: bool = False) -> Record:
    """The incident with this number; locked photos only with ``locked``. Raises RegisterError."""
    query = select(incidents).where(incidents.c.id == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise RegisterError(
            f"There is no incident {number}; 'photogate incident list' shows all. Nothing was "
            "changed."
        )
    return _record(connection, row, locked=locked)


def everything(connection: Connection, *, locked: bool = False) -> Sequence[Record]:
    """All incidents, the newest first; locked photos only with ``locked``."""
    rows = connection.execute(select(incidents).order_by(incidents.c.id.desc())).all()
    return [_record(connection, row, locked=locked) for row in rows]


def held_by_incident(connection: Connection) -> frozenset[str]:
    """The SHA-256 of every photo of an open incident: neither it nor its key may be deleted."""
    closed = select(incident_notes.c.incident_id).where(
        incident_notes.c.kind == NoteKind.CLOSED.value
    )
    query = (
        select(photos.c.sha256)
        .join_from(incident_photos, photos)
        .where(incident_photos.c.incident_id.not_in(closed))
    )
    return frozenset(connection.execute(query).scalars())


def _record(connection: Connection, row: Any, *, locked: bool) -> Record:  # noqa: ANN401
    query = select(photos.c.sha256).join_from(incident_photos, photos)
    of_it = query.where(incident_photos.c.incident_id == row.id).order_by(incident_photos.c.id)
    every = tuple(connection.execute(of_it).scalars())
    shown = tuple(connection.execute(of_it.where(is_open(photos.c.id, locked=locked))).scalars())
    return Record(
        row.id, row.aware_at, row.at, row.by, shown, _notes(connection, row.id),
        withheld=shown != every,
    )  # fmt: skip


def _notes(connection: Connection, number: int) -> tuple[Note, ...]:
    query = select(incident_notes).where(incident_notes.c.incident_id == number)
    return tuple(
        Note(
            row.id,
            NoteKind(row.kind),
            open_text(
                connection, KeyKind.SECRET, _subject(number), row.sealed_text, context=_CONTEXT
            ),
            row.at,
            row.by,
            row.happened_at,
        )
        for row in connection.execute(query.order_by(incident_notes.c.id)).all()
    )


def _require_open(tx: Transaction, number: int) -> Record:
    found = get(tx.connection, number, locked=True)
    if found.closed is not None:
        raise RegisterError(f"Incident {number} is closed. Nothing was changed.")
    return found


def _add_photos(tx: Transaction, number: int, of: Sequence[str]) -> None:
    wanted = list(dict.fromkeys(of))
    query = select(photos.c.sha256, photos.c.id).where(photos.c.sha256.in_(wanted))
    numbers = {row.sha256: row.id for row in tx.connection.execute(query)}
    if not wanted or len(numbers) < len(wanted):
        raise RegisterError("Name photos that are on record. Nothing was changed.")
    ids = next_ids(tx, incident_photos, len(wanted))
    told = {"incident_id": number, "at": tx.now, "by": tx.actor}
    rows = [
        {"id": one, "photo_id": numbers[photo], **told}
        for one, photo in zip(ids, wanted, strict=True)
    ]
    tx.connection.execute(insert(incident_photos), rows)


def _write(
    tx: Transaction, number: int, kind: NoteKind, text: str, happened_at: datetime | None = None
) -> Note:
    said = text.strip().encode("utf-8", "backslashreplace").decode()
    if len(said) > _LONGEST or (not said and kind not in _WITHOUT_TEXT):
        raise RegisterError(
            f"Say something with --note, in at most {_LONGEST:,} letters. Nothing was changed."
        )
    (one,) = next_ids(tx, incident_notes, 1)
    sealed = tx.seal(KeyKind.SECRET, _subject(number), said, context=_CONTEXT)
    row = {"id": one, "incident_id": number, "kind": kind.value, "happened_at": happened_at}
    tx.connection.execute(
        insert(incident_notes), {**row, "sealed_text": sealed, "at": tx.now, "by": tx.actor}
    )
    tx.audit("incident.noted", _subject(number), {"note": one, "kind": kind.value})
    return Note(one, kind, said, tx.now, tx.actor, happened_at)


def _subject(number: int) -> str:
    return f"incident {number}"
