"""What one row of each kind of file says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from consent_db.cells import Cells
from gate.values import (
    ALL_CHANNELS,
    BiometricRecord,
    ConsentRecord,
    ConsentStatus,
    Person,
    Restriction,
    voice,
)

Value: TypeAlias = Person | ConsentRecord | BiometricRecord | Restriction

_KINDS = {"pupil": "pupil", "staff": "staff", "visitor": "visitor"}
# Refusals come last: an unknown word is never taken for a yes, not even on its way to the error.
_STATUS = {
    "granted": ConsentStatus.GRANTED,
    "refused": ConsentStatus.REFUSED,
    "withdrawn": ConsentStatus.WITHDRAWN,
}


@dataclass(frozen=True)
class Context:
    """What a row is read against: today, and the channels that there are."""

    today: date
    channels: Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """A kind of file: its columns, what a row says, and what two rows must not both say.

    ``may_lack`` are columns that a file need not have.
    """

    columns: tuple[str, ...]
    read: Callable[[Cells, Context], Value]
    subject: Callable[[Value], tuple[object, ...]]
    may_lack: frozenset[str] = frozenset()


def _person(cells: Cells, _context: Context) -> Person:
    return Person(
        ref=cells.ref(),
        kind=cells.word("kind", _KINDS),
        given_name=cells.text("given_name"),
        family_name=cells.text("family_name", required=False),
        year_group=cells.text("year_group", required=False) or None,
        left_on=cells.day("left_on"),
    )


def _consent(cells: Cells, context: Context) -> ConsentRecord:
    obtained_on = cells.past_day("obtained_on", context.today)
    valid_from = cells.day("valid_from") or obtained_on
    return ConsentRecord(
        id=0,
        person=cells.ref(),
        channel=cells.word("channel", context.channels),
        status=cells.word("status", _STATUS),
        given_by=cells.text("given_by"),
        method=cells.text("method"),
        obtained_on=obtained_on,
        valid_from=valid_from,
        # May lie before valid_from: school systems export such, and it never counts as a yes.
        valid_until=cells.day("valid_until"),
        names_online_use=cells.flag("names_online_use"),
    )


def _biometric(cells: Cells, context: Context) -> BiometricRecord:
    obtained_on = cells.past_day("obtained_on", context.today)
    return BiometricRecord(
        id=0,
        person=cells.ref(),
        status=cells.word("status", _STATUS),
        given_by=cells.text("given_by"),
        method=cells.text("method"),
        obtained_on=obtained_on,
        valid_until=cells.last_day("valid_until", obtained_on),
    )


def _restriction(cells: Cells, context: Context) -> Restriction:
    channels = cells.words("channels", {ALL_CHANNELS: ALL_CHANNELS, **context.channels})
    valid_from = cells.required_day("valid_from")
    return Restriction(
        id=0,
        person=cells.ref(),
        channels=frozenset({ALL_CHANNELS}) if ALL_CHANNELS in channels else channels,
        valid_from=valid_from,
        valid_until=cells.last_day("valid_until", valid_from),
    )


def _said(value: Value) -> tuple[object, ...]:
    """One voice says one thing on one day about one channel."""
    assert isinstance(value, ConsentRecord | BiometricRecord)  # noqa: S101 - by KINDS
    channel = getattr(value, "channel", None)
    return value.person, channel, voice(value.given_by), value.obtained_on


def _ref(value: Value) -> tuple[object, ...]:
    assert isinstance(value, Person)  # noqa: S101 - by KINDS
    return (value.ref,)


def _veto(value: Value) -> tuple[object, ...]:
    assert isinstance(value, Restriction)  # noqa: S101 - by KINDS
    return value.person, value.channels, value.valid_from


_PERMISSION = ("ref", "status", "given_by", "method", "obtained_on")

KINDS: Mapping[str, Kind] = {
    "people": Kind(
        ("ref", "kind", "given_name", "family_name", "year_group", "left_on"), _person, _ref
    ),
    "consents": Kind(
        (*_PERMISSION, "channel", "valid_from", "valid_until", "names_online_use"), _consent, _said
    ),
    "biometric": Kind((*_PERMISSION, "valid_until"), _biometric, _said, frozenset({"valid_until"})),
    "restrictions": Kind(("ref", "channels", "valid_from", "valid_until"), _restriction, _veto),
}
