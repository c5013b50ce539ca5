"""Whether somebody may be shown on a channel on a day: the newest word of everybody entitled.

Pure; standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from gate.values import (
    ALL_CHANNELS,
    BiometricRecord,
    Channel,
    ConsentRecord,
    ConsentStatus,
    FaceReason,
    Person,
    Restriction,
    voice,
)

Record = TypeVar("Record", ConsentRecord, BiometricRecord)

_AS_REASON = {
    ConsentStatus.REFUSED: FaceReason.REFUSED,
    ConsentStatus.WITHDRAWN: FaceReason.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Permission:
    """The answer for one person and channel, and the record that it rests on, if any."""

    granted: bool
    reason: FaceReason
    record: int | None = None


def permission(
    person: Person,
    records: Iterable[ConsentRecord],
    channel: Channel,
    on: date,
    *,
    leavers_may_be_shown: bool = False,
) -> Permission:
    """Say whether this person may be shown on this channel on this day.

    The checks come in this order: the person has not left (unless policy keeps leavers); somebody
    said something about this channel; nobody entitled refuses or has withdrawn, each counted by
    their newest word; the newest record has begun, has not ended, and names online use where the
    channel is online. Without any record the answer is no.
    """
    if person.left_on is not None and person.left_on <= on and not leavers_may_be_shown:
        return Permission(False, FaceReason.LEFT_SCHOOL)
    newest = newest_of_each([r for r in records if r.channel == channel.name and said_by(r, on)])
    if not newest:
        return Permission(False, FaceReason.NO_CONSENT)
    for record in newest:
        if record.status is not ConsentStatus.GRANTED:
            return Permission(False, _AS_REASON[record.status], record.id)
    return _grant(newest[-1], channel, on)


def _grant(record: ConsentRecord, channel: Channel, on: date) -> Permission:
    if on < record.valid_from:
        return Permission(False, FaceReason.NOT_YET_VALID, record.id)
    if record.valid_until is not None and on > record.valid_until:
        return Permission(False, FaceReason.EXPIRED, record.id)
    if channel.online and not record.names_online_use:
        return Permission(False, FaceReason.WORDING_NOT_ONLINE, record.id)
    return Permission(True, FaceReason.PERMITTED, record.id)


def may_have_template(records: Iterable[BiometricRecord], on: date) -> bool:
    """Whether a face template of this person may exist on this day.

    Everybody who spoke must agree by their newest word, and the newest agreement must not have
    ended (Protection of Freedoms Act 2012 s26: one parent's written consent, no objection of a
    parent, no objection of the child).
    """
    newest = newest_of_each([record for record in records if said_by(record, on)])
    if not newest or any(record.status is not ConsentStatus.GRANTED for record in newest):
        return False
    until = newest[-1].valid_until
    return until is None or on <= until


def said_by(record: ConsentRecord | BiometricRecord, on: date) -> bool:
    """Whether the record counts on this day: a grant obtained later does not, a no always does."""
    return record.status is not ConsentStatus.GRANTED or record.obtained_on <= on


def newest_of_each(records: Sequence[Record]) -> list[Record]:
    """The newest record of each person who spoke, oldest first.

    Newest is by the day it was obtained, then by the order of recording.
    """
    latest: dict[str, Record] = {}
    for record in sorted(records, key=lambda r: (r.obtained_on, r.id)):
        speaker = voice(record.given_by)
        latest.pop(speaker, None)
        latest[speaker] = record
    return list(latest.values())


def restriction_on(
    restrictions: Iterable[Restriction], channel: str, on: date
) -> Restriction | None:
    """The restriction that holds on this channel and day, or None."""
    for restriction in restrictions:
        covers = ALL_CHANNELS in restriction.channels or channel in restriction.channels
        begun = restriction.valid_from <= on
        ended = restriction.valid_until is not None and on > restriction.valid_until
        if covers and begun and not ended:
            return restriction
    return None
