"""The people of the register; of those who were erased, only the reference is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from consent_db.schema import people
from consent_db.sealed import open_texts, seal_texts, sealer_of
from consent_db.transaction import Transaction
from gate.errors import RegisterError, UnknownPerson
from gate.ports import KeyKind
from gate.values import Person, day_of

_FIELDS = tuple(field.name for field in fields(Person))
_COLUMNS = tuple(
    people.c[name] for name in ("ref", "kind", "sealed_names", "year_group", "left_on")
)
_CONTEXT = "people.sealed_names"
_NO_NAMES = ("", "")
_THERE = people.c.erased_at.is_(None)


def everyone(connection: Connection) -> tuple[Person, ...]:
    """All people, by their reference; nobody who was erased. Raises KeysUnusable."""
    sealer_of(connection).fetch(KeyKind.PERSON)
    rows = connection.execute(select(*_COLUMNS).where(_THERE).order_by("ref")).all()
    return tuple(_value(connection, row) for row in rows)


def get(connection: Connection, ref: str) -> Person:
    """The person with this reference. Raises UnknownPerson, KeysUnusable."""
    query = select(*_COLUMNS).where(people.c.ref == ref, _THERE)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise _unknown(connection, ref)
    return _value(connection, row)


def erased(connection: Connection) -> Mapping[str, datetime]:
    """When people were erased (UTC), by their reference."""
    query = select(people.c.ref, people.c.erased_at).where(~_THERE)
    return {row.ref: row.erased_at for row in connection.execute(query)}


def add_or_change(tx: Transaction, person: Person) -> bool:
    """Store a person as given; whether that changed anything."""
    return add_or_change_all(tx, [person]) > 0


def add_or_change_all(tx: Transaction, persons: Sequence[Person]) -> int:
    """Store people as given; the number of those who were new or differed.

    Raises RegisterError for somebody who was erased, and stores nothing.
    """
    gone = sorted(erased(tx.connection).keys() & {person.ref for person in persons})
    if gone:
        raise RegisterError(f"{was_erased(gone[0])} Nothing was stored.")
    known = {person.ref: person for person in everyone(tx.connection)}
    added = [person for person in persons if person.ref not in known]
    changed = [person for person in persons if person != known.get(person.ref, person)]
    sealer_of(tx.connection).prepare(KeyKind.PERSON, [one.ref for one in (*added, *changed)])
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


def require(connection: Connection, refs: Collection[str], *, also_erased: bool = False) -> None:
    """Raise UnknownPerson unless the register has everybody with these references.

    ``also_erased``: somebody who was erased counts, too; for reading what is left of them.
    """
    query = select(people.c.ref)
    if not also_erased:
        query = query.where(_THERE)
    if len(refs) == 1:
        query = query.where(people.c.ref.in_(refs))
    known = set(connection.execute(query).scalars())
    for ref in refs:
        if ref not in known:
            raise _unknown(connection, ref)


def erase(tx: Transaction, ref: str) -> None:
    """Leave nothing of a person but the reference and the kind, and destroy the key of the rest."""
    tx.connection.execute(
        update(people)
        .where(people.c.ref == ref, _THERE)
        .values(
            sealed_names=None,
            year_group=None,
            left_on=None,
            changed_at=tx.now,
            changed_by=tx.actor,
            erased_at=tx.now,
        )
    )
    tx.destroy_key(KeyKind.PERSON, ref)
    tx.touch(ref)
    tx.bump()
    tx.wipe()


def readmit(tx: Transaction, ref: str) -> None:
    """Let somebody who was erased be in the register again, without a name until one is given.

    Raises UnknownPerson, and RegisterError when nobody erased them.
    """
    require(tx.connection, {ref}, also_erased=True)
    back = update(people).where(people.c.ref == ref, ~_THERE)
    found = tx.connection.execute(
        back.values(erased_at=None, changed_at=tx.now, changed_by=tx.actor)
    )
    if not found.rowcount:
        raise RegisterError(f"{ref} was not erased. Nothing was changed.")
    tx.audit("person.readmitted", ref, {})
    tx.touch(ref)
    tx.bump()


def was_erased(ref: str) -> str:
    """That somebody was erased, and how they can be added again, as sentences."""
    return (
        f"{ref} was erased, and is not added again by itself. If they are to be in the register "
        f"again, say so first: 'photogate person readmit {ref}'."
    )


def _unknown(connection: Connection, ref: str) -> UnknownPerson:
    at = erased(connection).get(ref)
    if at is not None:
        return UnknownPerson(f"{ref} was erased on {day_of(at)}; nothing is held any more.")
    return UnknownPerson(
        f"Nobody in the register has the reference {ref}. 'photogate people list' shows all."
    )


def _value(connection: Connection, row: Sequence[Any]) -> Person:
    ref, kind, sealed, year_group, left_on = row
    names = open_texts(connection, KeyKind.PERSON, ref, sealed, context=_CONTEXT) or _NO_NAMES
    return Person(ref, kind, names[0], names[1], year_group, left_on)


def _row(tx: Transaction, person: Person) -> dict[str, object]:
    names = (person.given_name, person.family_name)
    return {
        "ref": person.ref,
        "kind": person.kind,
        "sealed_names": seal_texts(
            tx.connection, KeyKind.PERSON, person.ref, names, context=_CONTEXT
        ),
        "year_group": person.year_group,
        "left_on": person.left_on,
        "changed_at": tx.now,
        "changed_by": tx.actor,
    }


def _facts(person: Person) -> dict[str, object]:
    # The log is kept for ever, so that it never holds a name.
    left = person.left_on.isoformat() if person.left_on else None
    return {"kind": person.kind, "left_on": left}


def _differs(name: str, one: Person, other: Person) -> bool:
    return bool(getattr(one, name) != getattr(other, name))
