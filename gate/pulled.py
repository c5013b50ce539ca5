"""What a pull needs to know, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gate.released import Wanted


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else a pull needs to know and do.

    ``listed``: name and SHA-256 of the copies that the folder's own manifest tells of, if it is
    the site's. ``finish`` waits for copies that are being put into ``ready/`` at the moment.
    ``adding``: whether new copies may be added; without it, the folder only loses what ended.
    """

    listed: Sequence[tuple[str, str]] = ()
    finish: Callable[[], None] = lambda: None
    adding: bool = True


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did: names within the folder, in order; ``at`` is the instant (UTC) it is for.

    ``changed``: files of earlier pulls that somebody changed since, ``in_the_way``: files that
    nobody pulled and that have the name of a copy; both were left alone.
    ``spoilt``: paths in the site of copies that were not what was released; nobody gets them.
    ``here`` is everything that lies in the folder now and may be used. ``left_out``: how many
    copies were not added because none may be at present.
    """

    at: datetime
    taken: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: int = 0
    changed: tuple[str, ...] = ()
    in_the_way: tuple[str, ...] = ()
    spoilt: tuple[str, ...] = ()
    here: tuple[Wanted, ...] = ()
    left_out: int = 0
