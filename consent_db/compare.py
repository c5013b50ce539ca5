"""How the rows of a file differ from what the register holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import Connection

from consent_db import biometrics, consents, people, restrictions
from consent_db.plans import Difference, Field, Item, Plain
from consent_db.rows import Value
from gate.values import BiometricRecord, ConsentRecord, ConsentStatus, Person, Restriction, voice

Numbered: TypeAlias = Sequence[tuple[int, Value]]
"""Values with the numbers of their rows."""

Said = TypeVar("Said", ConsentRecord, BiometricRecord)


def with_people(connection: Connection, rows: Numbered) -> Difference:
    """People: a new reference is added, other fields are changed, a day of leaving is an end."""
    known = {person.ref: person for person in people.everyone(connection)}
    found = Difference()
    for number, value in rows:
        person = cast(Person, value)
        before = known.pop(person.ref, None)
        if before == person:
            found.unchanged += 1
            continue
        found.values.append(person)
        if before is None:
            text = f"{person.ref} is added ({person.kind}{_year(person)})"
            found.additions.append(Item(person.ref, text, number, _fields(None, person)))
        elif person.left_on and not before.left_on:
            text = f"{person.ref} left on {person.left_on}{_changed(before, person)}"
            found.endings.append(Item(person.ref, text, number, _fields(before, person)))
        else:
            text = f"{person.ref} is changed{_changed(before, person)}"
            found.changes.append(Item(person.ref, text, number, _fields(before, person)))
    found.missing = [Item(ref, f"{ref} is not in the file") for ref in sorted(known)]
    return found


def _fields(before: Value | None, after: Value) -> tuple[Field, ...]:
    """The columns in which a value differs from what there was, or all that say something.

    On which channel it is always belongs to it.
    """
    found = []
    for one in fields(after):
        known = before is not None and one.name != "channel"
        old = _plain(getattr(before, one.name)) if known else None
        new = _plain(getattr(after, one.name))
        if one.name not in ("id", "ref", "person") and (old or None) != (new or None):
            found.append(Field(one.name, old, new))
    return tuple(found)


def _plain(value: Any) -> Plain:  # noqa: ANN401 - of any column
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    return value.value if isinstance(value, ConsentStatus) else value


def _year(person: Person) -> str:
    return f", year group {person.year_group}" if person.year_group else ""


def _changed(before: Person, after: Person) -> str:
    names = [field.name for field in fields(Person) if field.name != "ref"]
    changes = [
        f"{name} {getattr(before, name) or '(empty)'} becomes {getattr(after, name) or '(empty)'}"
        for name in names
        if getattr(before, name) != getattr(after, name)
    ]
    return f": {'; '.join(changes)}"


def with_consents(connection: Connection, rows: Numbered) -> Difference:
    """Image permissions: a row that equals no record becomes a new record."""
    wanted = [(number, cast(ConsentRecord, value)) for number, value in rows]
    found = _with_records(wanted, consents.everything(connection), _of_channel)
    found.warnings = [
        Item(
            one.person,
            f"{one.person} on {one.channel}: the permission ends on {one.valid_until}, before it "
            f"begins on {one.valid_from}, so it never counts",
            number,
        )
        for number, one in wanted
        if one.valid_until is not None and one.valid_until < one.valid_from
    ]
    return found


def with_biometrics(connection: Connection, rows: Numbered) -> Difference:
    """Biometric permissions: a row that equals no record becomes a new record."""
    wanted = [(number, cast(BiometricRecord, value)) for number, value in rows]
    return _with_records(wanted, biometrics.everything(connection), _of_templates)


def _of_channel(one: ConsentRecord) -> tuple[str, str]:
    return one.person, f"on {one.channel}"


def _of_templates(one: BiometricRecord) -> tuple[str, str]:
    return one.person, "for a face template"


def _with_records(
    rows: Sequence[tuple[int, Said]],
    stored: Iterable[Said],
    about: Callable[[Said], tuple[str, str]],
) -> Difference:
    newest: dict[tuple[str, str], Said] = {}
    voices: dict[tuple[object, ...], Said] = {}
    known = set()
    for record in sorted(stored, key=attrgetter("obtained_on", "id")):
        known.add(replace(record, id=0))
        newest[about(record)] = record
        if record.status is not ConsentStatus.GRANTED:
            voices[_voice(record, about)] = record
    found = Difference()
    mentioned = set()
    for number, record in sorted(rows, key=_in_time):
        mentioned.add(about(record))
        if record in known:
            found.unchanged += 1
        elif record.status is ConsentStatus.GRANTED and _voice(record, about) in voices:
            found.problems.append(_contradiction(number, record, voices[_voice(record, about)]))
        else:
            _sort_in(found, number, record, about(record), newest.get(about(record)))
            newest[about(record)] = record
    found.missing = [
        Item(record.person, f"{person} {what}: {record.status.value}, is not in the file")
        for (person, what), record in sorted(newest.items(), key=lambda pair: pair[0])
        if (person, what) not in mentioned
    ]
    return found


def _in_time(row: tuple[int, Said]) -> tuple[object, ...]:
    # Of what was said on one day a refusal is stored last, so that it is the newest.
    number, record = row
    return record.obtained_on, record.status is not ConsentStatus.GRANTED, number


def _voice(record: Said, about: Callable[[Said], tuple[str, str]]) -> tuple[object, ...]:
    return *about(record), voice(record.given_by), record.obtained_on


def _contradiction(number: int, record: Said, before: Said) -> str:
    return (
        f"Row {number}: the register holds that {record.given_by} of {record.person} said "
        f"{before.status.value} on the same day ({record.obtained_on}); a permission that was "
        "given after that needs a later day."
    )


def _sort_in(
    found: Difference, number: int, record: Said, about: tuple[str, str], before: Said | None
) -> None:
    found.values.append(record)
    until = f" until {record.valid_until}" if record.valid_until else ""
    said = f"{record.status.value} by {record.given_by} on {record.obtained_on}{until}"
    text = f"{' '.join(about)}: {said}"
    item = Item(record.person, text, number, _fields(before, record))
    if before is None:
        found.additions.append(item)
    elif record.status is ConsentStatus.GRANTED or before.status is not ConsentStatus.GRANTED:
        found.changes.append(replace(item, text=f"{text} (was {before.status.value})"))
    else:
        found.endings.append(replace(item, text=f"{text} (was granted)"))


def with_restrictions(connection: Connection, rows: Numbered) -> Difference:
    """The restricted list: a row that equals no standing restriction becomes a new one."""
    standing = {replace(one, id=0) for one in restrictions.standing(connection)}
    left = set(standing)
    found = Difference()
    for number, value in rows:
        restriction = cast(Restriction, value)
        left.discard(restriction)
        if restriction in standing:
            found.unchanged += 1
            continue
        found.values.append(restriction)
        text = f"{restriction.person} is restricted: {_span(restriction)}"
        told = _fields(None, restriction)
        found.additions.append(Item(restriction.person, text, number, told))
    found.missing = [
        Item(one.person, f"{one.person} stays restricted: {_span(one)}, is not in the file")
        for one in sorted(left, key=lambda one: (one.person, one.valid_from))
    ]
    return found


def _span(restriction: Restriction) -> str:
    until = f" to {restriction.valid_until}" if restriction.valid_until else ""
    return f"{', '.join(sorted(restriction.channels))}, from {restriction.valid_from}{until}"


COMPARE: Mapping[str, Callable[[Connection, Numbered], Difference]] = {
    "people": with_people,
    "consents": with_consents,
    "biometric": with_biometrics,
    "restrictions": with_restrictions,
}
