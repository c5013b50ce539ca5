"""An invented register for a measurement: in memory only, never in any site's database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from gate.values import (
    BiometricRecord,
    Channel,
    ConsentRecord,
    ConsentStatus,
    Gallery,
    Person,
    RegisterSnapshot,
    Restriction,
)

YES, NO, RESTRICTED, UNKNOWN = "yes", "no", "restricted", "unknown"

SHARES = {YES: 0.7, NO: 0.2, RESTRICTED: 0.1}
"""Of the register's people, by lot: may be shown, refused, restricted."""

Permissions = Mapping[str, Mapping[str, str]]
"""For each person and channel: yes, no, or restricted."""

_BEGAN = date(2000, 1, 1)


@dataclass(frozen=True)
class MemoryRegister:
    """A register that never changes; what the gate asks of one."""

    content: RegisterSnapshot

    def revision(self) -> int:
        """Always the same."""
        return self.content.revision

    def snapshot(self) -> RegisterSnapshot:
        """All of it."""
        return self.content


def drawn_by_lot(
    people: Iterable[str], channels: Sequence[Channel], random: np.random.Generator
) -> dict[str, dict[str, str]]:
    """A lot for every person, the same on every channel.

    At least one may be shown; at least one is refused and one restricted where there are three.
    """
    mixed = [str(person) for person in random.permutation(sorted(people))]
    least = 1 if len(mixed) >= 3 else 0
    refused = max(round(SHARES[NO] * len(mixed)), least)
    restricted = max(round(SHARES[RESTRICTED] * len(mixed)), least)
    lots = dict.fromkeys(mixed, YES)
    lots |= dict.fromkeys(mixed[:refused], NO)
    lots |= dict.fromkeys(mixed[refused : refused + restricted], RESTRICTED)
    return {
        person: {channel.name: lot for channel in channels} for person, lot in sorted(lots.items())
    }


def snapshot(
    gallery: Gallery,
    permissions: Permissions,
    channels: Sequence[Channel],
    now: datetime,
    *,
    second: Gallery | None = None,
) -> RegisterSnapshot:
    """The register in which these people have these permissions, and templates as given.

    ``second``: the second reader's templates, where there is one.
    """
    people = {ref: Person(ref, "pupil", "", "") for ref in permissions}
    consents: dict[str, tuple[ConsentRecord, ...]] = {}
    restrictions: dict[str, tuple[Restriction, ...]] = {}
    for ref, answers in permissions.items():
        # A restricted person has consent too: the restriction alone has to outweigh it.
        consents[ref] = tuple(
            _consent(ref, c.name, answers.get(c.name, NO) in (YES, RESTRICTED)) for c in channels
        )
        barred = frozenset(c.name for c in channels if answers.get(c.name) == RESTRICTED)
        if barred:
            restrictions[ref] = (Restriction(1, ref, barred, _BEGAN),)
    granted = ConsentStatus.GRANTED
    biometrics = {
        ref: (BiometricRecord(1, ref, granted, "parent", "measurement", _BEGAN),)
        for ref in gallery.people
    }
    return RegisterSnapshot(
        revision=1,
        confirmed_at=now,
        people=people,
        consents=consents,
        biometrics=biometrics,
        restrictions=restrictions,
        gallery=gallery,
        second=second,
    )


def _consent(ref: str, channel: str, granted: bool) -> ConsentRecord:
    return ConsentRecord(
        id=1,
        person=ref,
        channel=channel,
        status=ConsentStatus.GRANTED if granted else ConsentStatus.REFUSED,
        given_by="parent",
        method="measurement",
        obtained_on=_BEGAN,
        valid_from=_BEGAN,
        valid_until=None,
        names_online_use=True,
    )
