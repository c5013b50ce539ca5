"""One change of the register: everything in it is stored, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, or_, update

from consent_db import audit
from consent_db.schema import register
from consent_db.sealed import seal_text, sealer_of
from gate.ports import KeyKind


class Transaction:
    """A change that is under way; ``now`` is in UTC, ``actor`` the person who makes it.

    ``touched`` are people of whom something changed, ``enrolled`` those of them who got a template,
    ``judged`` photos (SHA-256) that were judged.
    """

    def __init__(self, connection: Connection, actor: str, now: datetime) -> None:
        self.connection = connection
        self.actor = actor
        self.now = now.astimezone(UTC)
        self.wiped = False
        self.touched: set[str] = set()
        self.enrolled: set[str] = set()
        self.judged: list[str] = []
        self.why = ""
        self._events: list[audit.Event] = []
        self._keys: list[tuple[KeyKind, str]] = []
        self._announced = False
        self._confirmed = False

    def audit(self, action: str, subject: str, details: Mapping[str, object]) -> None:
        """Record what is done, with ids and references only; written when the change is stored."""
        self._events.append(audit.Event(self.now, self.actor, action, subject, details))

    def bump(self) -> None:
        """Say that permissions changed: the register's revision rises, once per transaction.

        It also counts as confirmed, but never as earlier than it was: a change that is made while
        the clock is behind must not hide that it is.
        """
        self.announce()
        if self._confirmed:
            return
        self._confirmed = True
        at = register.c.confirmed_at
        earlier = update(register).where(or_(at.is_(None), at < self.now))
        self.connection.execute(earlier.values(confirmed_at=self.now))

    def announce(self) -> None:
        """Let the revision rise, so that everybody looks again, without vouching for the register.

        For what a machine changes by itself: that must not make old lists count as current.
        """
        if not self._announced:
            self._announced = True
            self.connection.execute(update(register).values(revision=register.c.revision + 1))

    @property
    def announced(self) -> bool:
        """Whether the revision rose in this transaction."""
        return self._announced

    def touch(self, person: str) -> None:
        """Say that something about this person changed on which released copies may rest."""
        self.touched.add(person)

    def confirm(self) -> None:
        """Say that the register was compared with the school's files and is up to date."""
        self.connection.execute(update(register).values(confirmed_at=self.now))

    def wipe(self) -> None:
        """Say that something must not be left in the database's own logs either."""
        self.wiped = True

    @property
    def cause(self) -> str:
        """Why photos are judged again: ``why``, or the audit log's word for what is done first."""
        return self.why or (self._events[0].action if self._events else "")

    def seal(self, kind: KeyKind, subject: str, text: str, *, context: str) -> bytes:
        """A text, sealed with the key of a person or photo; ``consent_db.sealed`` opens it.

        ``context`` is the column, with its table: ``takedowns.proof``. Raises KeysUnusable.
        """
        return seal_text(self.connection, kind, subject, text, context=context)

    def destroy_key(self, kind: KeyKind, subject: str) -> None:
        """Have a key destroyed together with this change.

        It happens last, before the change is stored: if storing fails then, what was sealed is
        gone although its row is still there, never the other way round.
        """
        self._keys.append((kind, subject))

    def finish(self) -> None:
        """Write the audit entries and destroy keys; the last act before the change is stored."""
        audit.append(self.connection, self._events)
        self._events = []
        for kind, subject in self._keys:
            sealer_of(self.connection).destroy(kind, subject)
        self._keys = []
