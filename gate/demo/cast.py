"""The people of the invented school: names, permissions, and the seeds of their faces.

The seeds were proposed by ``gate.demo.choose`` and settled by the tests of the demo school, so
that the real reader tells everybody apart. A change in the drawing changes the faces: choose again
then.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Record(StrEnum):
    """What the register says about somebody, in one word."""

    FULL = "full"
    NOT_SOCIAL = "not-social"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    NO_ONLINE_WORDING = "no-online-wording"
    LEFT = "left"
    RESTRICTED = "restricted"
    NO_BIOMETRIC = "no-biometric"
    RESTRICTED_NOT_ENROLLED = "restricted-not-enrolled"
    STRANGER = "stranger"


CHANNELS = ("website", "social", "print")

ENROLLED = frozenset(Record) - {
    Record.NO_BIOMETRIC,
    Record.RESTRICTED_NOT_ENROLLED,
    Record.STRANGER,
}
"""Those who have reference photos."""


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody in the invented school; ``ref`` and names are "" for strangers."""

    ref: str
    given_name: str
    family_name: str
    year_group: str
    record: Record
    looks: str
    seed: int

    @property
    def kind(self) -> str:
        """``pupil`` or ``staff``."""
        return "pupil" if self.year_group else "staff"


CAST = (
    Role("D01", "Siân", "Llŷr", "8", Record.FULL, "long", 859),
    Role("D02", "Zoë", "Marchetti-Lund", "7", Record.FULL, "long", 677),
    Role("D03", "نور", "الزيتوني", "9", Record.FULL, "hijab", 867),
    Role("D04", "Idris", "Fenwood", "7", Record.FULL, "short", 212),
    Role("D05", "Harjot", "Sandhar", "10", Record.FULL, "turban", 567),
    Role("D06", "Thandeka", "Moyane", "11", Record.FULL, "long", 176),
    Role("D07", "Łukasz", "Brzozowy", "8", Record.NOT_SOCIAL, "short", 154),
    Role("D08", "Maisie", "Thornquist", "9", Record.WITHDRAWN, "long", 772),
    Role("D09", "Kofi", "Ambersley", "10", Record.EXPIRED, "short", 74),
    Role("D10", "Freya", "Oakhollow", "7", Record.NO_ONLINE_WORDING, "long", 132),
    Role("D11", "Callum", "Ravensmoor", "11", Record.LEFT, "short", 654),
    Role("D12", "Elin", "Dŵrgwyn", "8", Record.RESTRICTED, "long", 760),
    Role("D13", "Martin", "Hollowby", "", Record.FULL, "bearded", 557),
    Role("D14", "Anjali", "Verrault", "", Record.FULL, "woman", 321),
    Role("D15", "Otto", "Pennifold", "7", Record.NO_BIOMETRIC, "short", 73),
    Role("D16", "Ruby", "Castellow", "9", Record.RESTRICTED_NOT_ENROLLED, "long", 337),
    Role("", "", "", "", Record.STRANGER, "long", 49),
    Role("", "", "", "", Record.STRANGER, "bearded", 310),
    Role("", "", "", "", Record.STRANGER, "short", 115),
    Role("", "", "", "", Record.STRANGER, "woman", 245),
)


def may_be_shown(record: Record, channel: str) -> str:
    """``yes``, ``no``, ``restricted`` or ``unknown``: the truth for a face on a channel."""
    if record is Record.RESTRICTED:
        return "restricted"
    if record not in ENROLLED:
        return "unknown"
    allowed = {
        Record.FULL: CHANNELS,
        Record.NOT_SOCIAL: ("website", "print"),
        Record.NO_ONLINE_WORDING: ("print",),
    }
    return "yes" if channel in allowed.get(record, ()) else "no"
