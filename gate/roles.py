"""Who asks, and how much each may see; a role without an entry sees the least."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """The part that somebody plays in the school, as far as this software knows it."""

    COMMS = "comms"
    WEBSITE = "website"
    SOCIAL = "social"
    AUDITOR = "auditor"
    DSL = "dsl"
    DPL = "dpl"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a role may see; nothing unless it is said.

    ``causes``: more than "approved" or "held". ``original``: the dropped file, its name and its
    faces as mere places. ``evidence``: people, scores, permissions, restrictions, who acted.
    Why a person is restricted is no part of this: that text never reaches the gate.
    """

    causes: bool = False
    original: bool = False
    evidence: bool = False


LEAST = Sight()
_EVERYTHING = Sight(causes=True, original=True, evidence=True)
_SIGHTS: Mapping[str, Sight] = MappingProxyType(
    {
        Role.SOCIAL: LEAST,
        Role.WEBSITE: Sight(causes=True),
        Role.COMMS: Sight(causes=True, original=True),
        Role.AUDITOR: _EVERYTHING,
        Role.DSL: _EVERYTHING,
        Role.DPL: _EVERYTHING,
        Role.ADMIN: _EVERYTHING,
    }
)


def sight_of(role: str) -> Sight:
    """What this role may see; a word that is no role sees the least."""
    return _SIGHTS.get(role, LEAST)
