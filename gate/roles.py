"""Who asks, how much each may see, and what each may do; without an entry: nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """The part that somebody plays in the school, as far as this software knows it."""

    COMMS = "comms"
    WEBSITE = "website"
    SOCIAL = "social"
    REVIEWER = "reviewer"
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
        Role.REVIEWER: Sight(causes=True),
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


def farthest_seeing(roles: Collection[str]) -> Role | None:
    """Of these roles the one that may see most, which is all that they may see together.

    None without any role. What one role may see contains what a lesser one may.
    """
    held = [role for role in Role if role in roles]
    return max(held, key=lambda role: sum(astuple(sight_of(role))), default=None)


class Act(StrEnum):
    """Something that is done or looked at, as far as roles differ in it."""

    DROP = "drop"
    CHECK = "check"
    SEE_DECISIONS = "see_decisions"
    SEE_EVIDENCE = "see_evidence"
    SEE_ORIGINAL = "see_original"
    PULL = "pull"
    RECORD_PUBLICATION = "record_publication"
    SEE_TAKEDOWNS = "see_takedowns"
    END_TAKEDOWN = "end_takedown"
    REVIEW = "review"
    SIGN_OFF = "sign_off"
    RELEASE_VETOED = "release_vetoed"
    SEE_PEOPLE = "see_people"
    CHANGE_PEOPLE = "change_people"
    CHANGE_CONSENTS = "change_consents"
    CHANGE_BIOMETRICS = "change_biometrics"
    SEE_RESTRICTIONS = "see_restrictions"
    CHANGE_RESTRICTIONS = "change_restrictions"
    ENROL = "enrol"
    CALIBRATE = "calibrate"
    EXPORT_PERSON = "export_person"
    ERASE_PERSON = "erase_person"
    RETAIN = "retain"
    LOCK = "lock"
    SEE_LOCKED = "see_locked"
    OPEN_INCIDENT = "open_incident"
    SEE_AUDIT = "see_audit"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_KEYS = "manage_keys"
    MANAGE_SITE = "manage_site"
    EVALUATE = "evaluate"


OF_CHANNELS = frozenset({Role.WEBSITE, Role.SOCIAL, Role.REVIEWER})
"""Roles of named people who look after certain channels, and after no others."""

_PUBLISHERS = frozenset({Role.WEBSITE, Role.SOCIAL})
_LEADS = frozenset({Role.DSL, Role.DPL})
_ACTS: Mapping[Act, frozenset[Role]] = MappingProxyType(
    {
        Act.DROP: frozenset({Role.COMMS, Role.ADMIN}),
        Act.CHECK: frozenset({Role.COMMS, Role.AUDITOR, Role.DSL, Role.DPL, Role.ADMIN}),
        Act.SEE_DECISIONS: frozenset(Role) - {Role.REVIEWER},
        Act.SEE_EVIDENCE: frozenset({Role.AUDITOR, Role.DSL, Role.DPL, Role.ADMIN}),
        Act.SEE_ORIGINAL: frozenset({Role.COMMS, Role.AUDITOR, Role.DSL, Role.DPL, Role.ADMIN}),
        Act.PULL: _PUBLISHERS,
        Act.RECORD_PUBLICATION: _PUBLISHERS | {Role.COMMS},
        Act.SEE_TAKEDOWNS: frozenset(Role) - {Role.REVIEWER},
        Act.END_TAKEDOWN: _PUBLISHERS | _LEADS,
        Act.REVIEW: frozenset({Role.DSL}),
        Act.SIGN_OFF: frozenset({Role.DSL, Role.REVIEWER}),
        Act.RELEASE_VETOED: frozenset({Role.DSL, Role.ADMIN}),
        Act.SEE_PEOPLE: _LEADS | {Role.AUDITOR},
        Act.CHANGE_PEOPLE: frozenset({Role.DPL, Role.ADMIN}),
        Act.CHANGE_CONSENTS: frozenset({Role.DPL}),
        Act.CHANGE_BIOMETRICS: frozenset({Role.DPL}),
        Act.SEE_RESTRICTIONS: frozenset({Role.DSL}),
        Act.CHANGE_RESTRICTIONS: frozenset({Role.DSL}),
        Act.ENROL: frozenset({Role.DPL, Role.ADMIN}),
        Act.CALIBRATE: frozenset({Role.DPL, Role.ADMIN}),
        Act.EXPORT_PERSON: frozenset({Role.DPL}),
        Act.ERASE_PERSON: frozenset({Role.DPL}),
        Act.RETAIN: frozenset({Role.DPL, Role.ADMIN}),
        Act.LOCK: frozenset({Role.DSL}),
        Act.SEE_LOCKED: frozenset({Role.DSL}),
        Act.OPEN_INCIDENT: _LEADS,
        Act.SEE_AUDIT: frozenset({Role.AUDITOR, Role.DPL}),
        Act.MANAGE_ACCOUNTS: frozenset({Role.ADMIN}),
        Act.MANAGE_KEYS: frozenset({Role.ADMIN}),
        Act.MANAGE_SITE: frozenset({Role.ADMIN}),
        Act.EVALUATE: frozenset({Role.DPL, Role.AUDITOR, Role.ADMIN}),
    }
)


def may(roles: Collection[str], act: Act) -> bool:
    """Whether somebody with these roles may do this; a word that is no role may do nothing."""
    return any(role in _ACTS.get(act, frozenset()) for role in roles)


def entitled(act: Act) -> tuple[Role, ...]:
    """The roles that may do this, in the order of ``Role``."""
    return tuple(role for role in Role if role in _ACTS.get(act, frozenset()))


def only_on_own_channels(roles: Collection[str], act: Act) -> bool:
    """Whether somebody with these roles may do this on the channels of their account only.

    So it is for those who look after channels, unless another role of theirs may do it anyway.
    """
    return not any(role in entitled(act) for role in set(roles) - OF_CHANNELS)
