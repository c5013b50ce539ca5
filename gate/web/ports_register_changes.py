"""What somebody puts into the register on its pages, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody entitled said about images: ``status`` granted, refused or withdrawn."""

    status: str
    channels: tuple[str, ...]
    given_by: str
    method: str
    until: date | None = None
    names_online_use: bool = False


@dataclass(frozen=True, slots=True)
class Biometric:
    """What somebody entitled said about a face template."""

    status: str
    given_by: str
    method: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Restriction:
    """What the safeguarding lead fills in; ``channels`` may be ("all",)."""

    person: str
    channels: tuple[str, ...]
    since: date | None
    until: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """What a change did: copies that left "ready", places to take down, photos judged again.

    ``handle``: whose record it is. ``destroyed``: a face template was. ``unseen``: a restricted
    person cannot be recognised. ``silent``: channels on which a grant shows nobody, because its
    wording did not name online use.
    """

    handle: str
    ref: str
    copies: int = 0
    places: int = 0
    judging: int = 0
    destroyed: bool = False
    unseen: bool = False
    silent: tuple[str, ...] = ()
