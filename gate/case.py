"""All that is known about one photo, gathered so that it can be explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gate.values import ConsentRecord, Judgement, Link, Person, Restriction


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that was dropped: its path within staging, when (with time zone), and by whom."""

    original: str
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """A released copy: its path within the site, and when it was withdrawn (None: it was not)."""

    channel: str
    path: str
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who said something about a photo, and when (with time zone)."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Case:
    """One photo with everything that was decided about it, and what that rests on.

    ``drops``: the file that was judged, then every later drop of the same bytes. ``consents``
    and ``restrictions`` are those that the decisions name, by id; ``people`` those that appear,
    by reference; whoever is missing there is said to be gone from the register. ``statements``
    are those of people, by id; ``refused`` those that refuse the photo, by channel; ``approved``
    who released it when it was held, ``unvetoed`` when a restricted person might be in it.
    ``kin`` are the links with other versions of the photo; ``barred`` tells, by channel, which
    version is blocked there. Moments are shown in the time zone that they carry.
    """

    judgement: Judgement
    judged_at: datetime
    judged_by: str
    drops: tuple[Dropped, ...]
    copies: tuple[Copy, ...] = ()
    consents: Mapping[int, ConsentRecord] = field(default_factory=dict)
    restrictions: Mapping[int, Restriction] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    statements: Mapping[int, Spoken] = field(default_factory=dict)
    refused: Mapping[str, Spoken] = field(default_factory=dict)
    approved: Mapping[str, tuple[Spoken, ...]] = field(default_factory=dict)
    unvetoed: Mapping[str, tuple[Spoken, ...]] = field(default_factory=dict)
    kin: tuple[Link, ...] = ()
    barred: Mapping[str, str] = field(default_factory=dict)
