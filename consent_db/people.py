"""The people of the register."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields

from sqlalchemy import Connection, bindparam, insert, select, update

from consent_db.schema import people
from consent_db.transaction import Transaction
from gate.errors import UnknownPerson
from gate.values import Person

_FIELDS = tuple(field.name for field in fields(Person))
_COLUMNS = tuple(people.c[name] for name in _FIELDS)


def everyone(connection: Connection) -> tuple[Person, ...]:
    """All people, by their reference."""
    return tuple(Person(*row) for row in connection.execute(select(*_COLUMNS).order_by("ref")))


def get(connection: Connection, ref: str) -> Person:
    """The person with this reference. Raises UnknownPerson."""
    row = connection.execute(select(*_COLUMNS).where(people.c.ref == ref)).one_or_none()
    if row is None:
        raise _unknown(ref)
    return Person(*row)


def add_or_change(tx: Transaction, person: Person) -> bool:
    """Store a person as given; whether that changed anything."""
    return add_or_change_all(tx, [person]) > 0


def add_or_change_all(tx: Transaction, persons: Sequence[Person]) -> int:
    """Store people as given; the number of those who were new or differed."""
    known = {person.ref: person for person in everyone(tx.connection)}
    added = [person for person in persons if person.ref not in known]
    changed = [person for person in persons if person != known.get(person.ref, person)]
    if added:
        tx.connection.execute(insert(people), [_row(tx, person) for person in added])
    if changed:
        same = people.c.ref == bindparam("whose")
        rows = [{**_row(tx, person), "whose": person.ref} for person in changed]
        tx.connection.execute(update(people).where(same), rows)
    for person in added:
        tx.audit("person.added", person.ref, _facts(person))
    for person in changed:
        differing = [name for name in _FIELDS if _differs(name, person, known[person.ref])]
        tx.audit("person.changed", person.ref, {"fields": differing, **_facts(person)})
        tx.touch(person.ref)
    if added or changed:
        tx.bump()
    return len(added) + len(changed)


def require(connection: Connection, refs: Collection[str]) -> None:
    """Raise UnknownPerson unless the register has everybody with these references."""
    if len(refs) == 1:
        get(connection, next(iter(refs)))
        return
    known = set(connection.execute(select(people.c.ref)).scalars())
    for ref in refs:
        if ref not in known:
            raise _unknown(ref)


def _unknown(ref: str) -> UnknownPerson:
    return UnknownPerson(
        f"Nobody in the register has the reference {ref}. 'photogate people list' shows all."
    )


def _row(tx: Transaction, person: Person) -> dict[str, object]:
    values = {name: getattr(person, name) for name in _FIELDS}
    return {**values, "changed_at": tx.now, "changed_by": tx.actor}


def _facts(person: Person) -> dict[str, object]:
    # The log is kept for ever, so that it never holds a name.
    left = person.left_on.isoformat() if person.left_on else None
    return {"kind": person.kind, "left_on": left}


def _differs(name: str, one: Person, other: Person) -> bool:
    return bool(getattr(one, name) != getattr(other, name))
