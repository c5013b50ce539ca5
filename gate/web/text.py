"""What the screens say, by key; a second language is a second ``Texts``.

Whole sentences with named gaps. What differs by number has the keys ``<key>.one`` and
``<key>.many``. Each screen keeps its sentences in a file of its own in ``texts/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from gate.english import ENGLISH as SPOKEN
from gate.web.texts import (
    api,
    audit,
    common,
    drop,
    imports,
    overview,
    ready,
    register,
    review,
    setting_up,
    signing_in,
    takedowns,
    why,
)
from gate.words import Catalogue


def merged(parts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """All sentences in one. Raises ValueError where two have the same key."""
    found: dict[str, str] = {}
    for part in parts:
        twice = found.keys() & part.keys()
        if twice:
            raise ValueError(f"two sentences for {', '.join(sorted(twice))}")
        found.update(part)
    return found


@dataclass(frozen=True)
class Texts:
    """The words of the screens in one language.

    ``language`` is a BCP 47 tag, ``spoken`` the catalogue of verdicts and reasons.
    """

    language: str
    sentences: Mapping[str, str]
    spoken: Catalogue

    def __call__(self, key: str, **gaps: object) -> str:
        """The sentence with its gaps filled. Raises KeyError without such a key or gap."""
        return self.sentences[key].format(**gaps)

    def __contains__(self, key: str) -> bool:
        return key in self.sentences

    def count(self, key: str, number: int, **gaps: object) -> str:
        """The sentence for so many: ``<key>.one`` or ``<key>.many``, with the gap ``number``."""
        which = f"{key}.one" if number == 1 else f"{key}.many"
        return self(which, number=f"{number:,}", **gaps)

    def day(self, day: date) -> str:
        """5 September 2025."""
        return self.spoken.day(day)

    def when(self, moment: datetime, zone: tzinfo) -> str:
        """5 September 2025, 14:02: in the time zone of the school."""
        there = moment.astimezone(zone)
        return self("when", day=self.day(there), time=f"{there:%H:%M}")


ENGLISH = Texts(
    "en-GB",
    merged(
        part.ENGLISH
        for part in (
            common,
            signing_in,
            setting_up,
            overview,
            drop,
            review,
            why,
            ready,
            takedowns,
            register,
            imports,
            audit,
            api,
        )
    ),
    SPOKEN,
)
