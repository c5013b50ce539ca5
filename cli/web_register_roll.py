"""The people of the register as the console finds them: by handle, by name, sorted.

A handle stands for a person in addresses and tells nothing: it is a keyed hash of the reference.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock

from sqlalchemy import Connection

from cli.site import Site
from gate.errors import RegisterError
from gate.safe_text import clean, isolated
from gate.values import Person, RegisterSnapshot
from gate.web.ports_register import Sought

_SECRET = "handles"  # noqa: S105 - the secret's name
_LETTERS = 32
_FEW = 8


@dataclass(frozen=True)
class Known:
    """A person with their handle and what they are found by."""

    person: Person
    handle: str
    folded: str


@dataclass(frozen=True)
class Roll:
    """Everybody, sorted by name, as the register is at one revision."""

    snapshot: RegisterSnapshot
    known: tuple[Known, ...]
    by_handle: dict[str, Known]
    by_ref: dict[str, Known]

    def find(self, sought: Sought, on: date) -> Iterator[Known]:
        """Those who are meant by text, group, kind and leaving, in the order of their names."""
        words = folded(sought.text).split()
        for one in self.known:
            person = one.person
            if sought.group and person.year_group != sought.group:
                continue
            if sought.kind and person.kind != sought.kind:
                continue
            if not sought.leavers and not words and has_left(person, on):
                continue
            if all(word in one.folded for word in words):
                yield one

    def groups(self) -> tuple[str, ...]:
        """The year groups that there are, in the order of their numbers."""
        found = {one.person.year_group for one in self.known if one.person.year_group}
        return tuple(sorted(found, key=_by_number))

    def kinds(self) -> tuple[str, ...]:
        """The kinds of people that there are."""
        found = {one.person.kind for one in self.known}
        return tuple(kind for kind in ("pupil", "staff", "visitor") if kind in found)

    def the_one(self, text: str) -> Known:
        """The one person of this reference or whole name. Raises RegisterError."""
        wanted = folded(text)
        exact = self.by_ref.get(text.strip())
        fitting = [exact] if exact else [one for one in self.known if wanted in _names(one)]
        if wanted and len(fitting) == 1:
            return fitting[0]
        if not wanted:
            raise RegisterError("Say who it is about. Nothing was changed.")
        if not fitting:
            raise RegisterError(
                f"Nobody in the register is called {clean(text.strip())}, by reference or by whole "
                "name. Whoever keeps the register adds people. Until then they are a stranger to "
                "this system, and every stranger's face is covered. Nothing was changed."
            )
        refs = ", ".join(clean(one.person.ref) for one in fitting[:_FEW])
        raise RegisterError(
            f"Several people are called {clean(text.strip())}: write the reference, which is one "
            f"of {refs}. Nothing was changed."
        )


class Rolls:
    """Makes the roll anew only when the register changed; for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: Roll | None = None

    def of(self, site: Site, connection: Connection) -> Roll:
        """Everybody as the register is now. Raises RegisterUnreachable."""
        snapshot = site.consequences.snapshot(connection)
        with self._lock:
            if self._last is None or self._last.snapshot is not snapshot:
                self._last = _roll(snapshot, site.sealer.secret(_SECRET))
            return self._last


def has_left(person: Person, on: date) -> bool:
    """Whether somebody has left by this day."""
    return person.left_on is not None and person.left_on <= on


def shown_name(person: Person) -> str:
    """Given and family name, safe to show; the reference where there is no name."""
    return isolated(f"{person.given_name} {person.family_name}".strip() or person.ref)


def folded(text: str) -> str:
    """Without capitals and accents, for comparing."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).strip()


def _roll(snapshot: RegisterSnapshot, secret: bytes) -> Roll:
    known = [_known(person, secret) for person in snapshot.people.values()]
    known.sort(key=lambda one: _order(one.person))
    return Roll(
        snapshot,
        tuple(known),
        {one.handle: one for one in known},
        {one.person.ref: one for one in known},
    )


def _known(person: Person, secret: bytes) -> Known:
    digest = hmac.digest(secret, person.ref.encode("utf-8", "surrogatepass"), hashlib.sha256)
    text = f"{person.given_name} {person.family_name} {person.ref}"
    return Known(person, digest.hex()[:_LETTERS], folded(text))


def _order(person: Person) -> tuple[str, str, str]:
    return folded(person.family_name or person.given_name), folded(person.given_name), person.ref


def _names(one: Known) -> Sequence[str]:
    person = one.person
    return folded(f"{person.given_name} {person.family_name}"), folded(person.ref)


def _by_number(group: str) -> tuple[int, str]:
    digits = "".join(letter for letter in group if letter.isascii() and letter.isdigit())
    return (int(digits[:6]) if digits else -1), group
