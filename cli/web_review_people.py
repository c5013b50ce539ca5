"""Finding people of the register by what a reviewer types."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from threading import Lock

from cli.site import Site
from consent_db import people, register
from gate.errors import RegisterError
from gate.safe_text import clean, isolated
from gate.values import Person
from gate.web.ports_review import Found

MOST = 8
_WITH_REF = re.compile(r".*\(([^()]+)\)\s*")


class Finder:
    """The people of the register, read again only when it changed; for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: tuple[int, tuple[Person, ...]] | None = None

    def search(self, site: Site, text: str) -> Sequence[Found]:
        """Those whose name or reference holds every word, in the order of their names."""
        words = _folded(text).split()
        if not words:
            return ()
        fits = [
            one
            for one in self._everyone(site)
            if all(word in _folded(f"{_name(one)} {one.ref}") for word in words)
        ]
        fits.sort(key=lambda one: (one.left_on is not None, _folded(_name(one)), one.ref))
        return [_found(one) for one in fits[:MOST]]

    def the_one(self, site: Site, text: str) -> str:
        """The reference of the one person that is meant. Raises RegisterError."""
        wanted = text.strip()
        if in_brackets := _WITH_REF.fullmatch(wanted):
            wanted = in_brackets[1].strip()
        everyone = self._everyone(site)
        exact = [one.ref for one in everyone if one.ref == wanted]
        folded = _folded(wanted)
        alike = [o.ref for o in everyone if folded in (_folded(o.ref), _folded(_name(o)))]
        found = exact or alike
        if len(found) == 1:
            return found[0]
        if not found:
            raise RegisterError(
                f"Nobody in the register is called {clean(wanted)}. Nothing was changed."
            )
        raise RegisterError(
            f"Several people are called {clean(wanted)}: write the reference, which is one of "
            f"{', '.join(map(clean, found[:MOST]))}. Nothing was changed."
        )

    def _everyone(self, site: Site) -> tuple[Person, ...]:
        with self._lock, site.database.reading() as connection:
            revision = register.revision(connection)
            if self._known is None or self._known[0] != revision:
                self._known = revision, people.everyone(connection)
            return self._known[1]


def _found(person: Person) -> Found:
    group = person.year_group or ""
    return Found(person.ref, isolated(_name(person)), isolated(group))


def _name(person: Person) -> str:
    return f"{person.given_name} {person.family_name}".strip()


def _folded(text: str) -> str:
    """Without capitals and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).strip()
