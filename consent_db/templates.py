"""The face templates of people who permit them; of nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, func, insert, select

from consent_db import disposals, people
from consent_db.disposals import Disposed
from consent_db.schema import biometrics, template_references, templates
from consent_db.sealed import opened, sealer_of
from consent_db.transaction import Transaction
from gate.errors import EnrolmentRefused, RegisterUnreachable
from gate.ports import KeyKind
from gate.values import ConsentStatus, Gallery, References, day_of, voice


class Reference(NamedTuple):
    """A reference photo: its SHA-256 (hex), a note on its quality, the day it was taken if known.

    ``vector`` is its embedding, shape (d,), unit length; it is kept and destroyed with the
    template.
    """

    sha256: str
    quality: str
    taken_on: date | None = None
    vector: NDArray[np.float32] | None = None


_STORED = np.dtype("<f4")
_CONTEXT = "templates.vector"


@dataclass(frozen=True, slots=True)
class TemplateSummary:
    """A template without its numbers: how many references stand behind it, how old they are.

    ``oldest`` and ``newest`` are days on which references were taken; None where no day is known.
    """

    person: str
    reader_version: str
    references: int
    oldest: date | None
    newest: date | None
    made_at: datetime
    made_by: str


def save(
    tx: Transaction,
    ref: str,
    reader_version: str,
    vector: NDArray[np.float32],
    references: Sequence[Reference | tuple[str, str, date | None]],
) -> None:
    """Store a person's template (shape (d,), unit length), in place of an earlier one.

    Raises UnknownPerson, and EnrolmentRefused without live biometric permission, without any
    reference, or when a vector is not one of unit length (a reference's: and of the same shape).
    """
    people.require(tx.connection, {ref})
    _require_permission(tx, ref)
    packed = _packed(ref, vector, vector.shape)
    if not references:
        raise EnrolmentRefused(f"There is no reference photo behind the template of {ref}.")
    key = {"person": ref, "reader_version": reader_version}
    tx.connection.execute(
        delete(templates).where(*(templates.c[name] == value for name, value in key.items()))
    )
    tx.connection.execute(
        insert(templates),
        {
            **key,
            "vector": _sealed(tx, ref, packed, (reader_version,)),
            "made_at": tx.now,
            "made_by": tx.actor,
        },
    )
    rows = [
        {
            **key,
            "sha256": one.sha256,
            "quality": one.quality,
            "taken_on": one.taken_on,
            "vector": None
            if one.vector is None
            else _sealed(
                tx, ref, _packed(ref, one.vector, vector.shape), (reader_version, one.sha256)
            ),
        }
        for one in {one[0]: Reference(*one) for one in references}.values()
    ]
    tx.connection.execute(insert(template_references), rows)
    tx.audit(
        "template.saved", ref, {"reader": reader_version, "references": [r["sha256"] for r in rows]}
    )
    tx.enrolled.add(ref)
    tx.touch(ref)
    tx.bump()
    tx.wipe()


def destroy(tx: Transaction, ref: str) -> int:
    """Destroy a person's templates and what is kept of their references; how many there were.

    Their key goes, too, so that they are unreadable in every backup of the register as well. The
    files of the reference photos are noted, to be deleted as soon as this is stored.
    """
    gone = delete(templates).where(templates.c.person == ref)
    readers = sorted(tx.connection.execute(gone.returning(templates.c.reader_version)).scalars())
    for reader in readers:
        tx.audit("template.destroyed", ref, {"reader": reader})
    tx.destroy_key(KeyKind.TEMPLATE, ref)
    if readers:
        disposals.begin(tx, Disposed("references", since=tx.now, person=ref))
        tx.touch(ref)
        tx.bump()
        tx.wipe()
    return len(readers)


def opened_numbers(
    connection: Connection, ref: str, stored: bytes | None, *place: str
) -> bytes | None:
    """The numbers of a stored template or reference of this person, as they were packed.

    ``place``: the reader's version, and of a reference its SHA-256. None where none were kept, or
    they were destroyed.
    """
    return _opened(connection, ref, stored, place)


def count(connection: Connection, ref: str) -> int:
    """How many templates there are of this person, over all readers."""
    query = select(func.count()).select_from(templates).where(templates.c.person == ref)
    return int(connection.execute(query).scalar_one())


def summary(connection: Connection) -> tuple[TemplateSummary, ...]:
    """Every template without its numbers, by person."""
    grouped = (
        select(
            templates.c.person,
            templates.c.reader_version,
            func.count(template_references.c.sha256),
            func.min(template_references.c.taken_on),
            func.max(template_references.c.taken_on),
            templates.c.made_at,
            templates.c.made_by,
        )
        .outerjoin(template_references)
        .group_by(
            templates.c.person,
            templates.c.reader_version,
            templates.c.made_at,
            templates.c.made_by,
        )
        .order_by(templates.c.person, templates.c.reader_version)
    )
    return tuple(TemplateSummary(*row) for row in connection.execute(grouped))


def gallery(connection: Connection, reader_version: str) -> Gallery:
    """The templates that this version of the reader made, by person.

    None are read where there is no reader (""), and none of whose key was destroyed. Raises
    RegisterUnreachable when a stored template is damaged.
    """
    if not reader_version:
        return Gallery((), _vectors([]), (), reader_version)
    count = (
        select(func.count())
        .where(
            template_references.c.person == templates.c.person,
            template_references.c.reader_version == templates.c.reader_version,
        )
        .scalar_subquery()
    )
    query = select(templates.c.person, templates.c.vector, count).where(
        templates.c.reader_version == reader_version
    )
    stored = connection.execute(query.order_by(templates.c.person)).all()
    sealer_of(connection).fetch(KeyKind.TEMPLATE, {row.person for row in stored})
    readable = [(row[0], _opened(connection, row[0], row[1], (reader_version,))) for row in stored]
    rows = [(*pair, row[2]) for pair, row in zip(readable, stored, strict=True) if pair[1]]
    return Gallery(
        tuple(row[0] for row in rows), _vectors(rows), tuple(row[2] for row in rows), reader_version
    )


def reference_photos(connection: Connection) -> dict[str, set[str]]:
    """The SHA-256 of the photos behind all templates, by person."""
    found: dict[str, set[str]] = {}
    query = select(template_references.c.person, template_references.c.sha256)
    for person, sha256 in connection.execute(query):
        found.setdefault(person, set()).add(sha256)
    return found


def references(connection: Connection, reader_version: str) -> References:
    """The reference photos behind this reader's templates, by person.

    Those that were stored without their embedding have a row of zeros. Raises
    RegisterUnreachable when a stored one is damaged.
    """
    columns = ("person", "vector", "taken_on", "sha256")
    query = select(*(template_references.c[name] for name in columns)).where(
        template_references.c.reader_version == reader_version
    )
    by_person = query.order_by(template_references.c.person, template_references.c.sha256)
    rows = connection.execute(by_person).all()
    sealer_of(connection).fetch(KeyKind.TEMPLATE, {row.person for row in rows})
    readable = [
        (row.person, _opened(connection, row.person, row.vector, (reader_version, row.sha256)))
        for row in rows
    ]
    kept = [number for number, (_, vector) in enumerate(readable) if vector is not None]
    found = _vectors([readable[number] for number in kept])
    vectors = np.zeros((len(rows), found.shape[1]), np.float32)
    vectors[kept] = found
    return References(
        tuple(row.person for row in rows), vectors, tuple(row.taken_on for row in rows)
    )


def _vectors(rows: Sequence[Sequence[Any]]) -> NDArray[np.float32]:
    if not rows:
        return np.zeros((0, 0), np.float32)
    size = len(rows[0][1])
    if size == 0 or size % _STORED.itemsize or any(len(row[1]) != size for row in rows):
        raise RegisterUnreachable("A stored face template is damaged. Enrol everybody again.")
    flat = np.frombuffer(b"".join(row[1] for row in rows), _STORED)
    vectors = flat.reshape(len(rows), -1).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1)
    wrong = np.flatnonzero(~(np.abs(lengths - 1) < 1e-3))
    if wrong.size:
        raise RegisterUnreachable(
            f"The stored face template of {rows[wrong[0]][0]} is damaged. Enrol them again."
        )
    return vectors


def _sealed(tx: Transaction, ref: str, packed: bytes, place: tuple[str, ...]) -> bytes:
    """``place``: the reader's version, and of a reference its SHA-256."""
    context = "/".join((_CONTEXT, *place))
    return sealer_of(tx.connection).seal(KeyKind.TEMPLATE, ref, packed, context=context)


def _opened(
    connection: Connection, ref: str, stored: bytes | None, place: tuple[str, ...]
) -> bytes | None:
    context = "/".join((_CONTEXT, *place))
    return opened(connection, KeyKind.TEMPLATE, ref, stored, context=context)


def _packed(ref: str, vector: NDArray[np.float32], shape: tuple[int, ...]) -> bytes:
    length = float(np.linalg.norm(vector)) if vector.ndim == 1 else 0.0
    if not abs(length - 1) < 1e-3 or vector.shape != shape:
        raise EnrolmentRefused(f"The template of {ref} is not a vector of unit length.")
    return vector.astype(_STORED).tobytes()


def _require_permission(tx: Transaction, ref: str) -> None:
    """Everybody who spoke must agree by their newest word, and it must not have ended."""
    query = select(biometrics).where(biometrics.c.person == ref)
    rows = tx.connection.execute(query.order_by(biometrics.c.obtained_on, biometrics.c.id)).all()
    today = day_of(tx.now)
    granted = ConsentStatus.GRANTED.value
    said = [row for row in rows if row.status != granted or row.obtained_on <= today]
    newest = {voice(row.given_by): row for row in said}
    agreed = bool(newest) and all(row.status == granted for row in newest.values())
    if not agreed or (said[-1].valid_until is not None and said[-1].valid_until < today):
        raise EnrolmentRefused(
            f"There is no live biometric permission for {ref}, so no face template may be kept."
        )
