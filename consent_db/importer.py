"""Importing what the school's system exports: planned first, then stored whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from consent_db import biometrics, consents, csvfile, people, restrictions
from consent_db.cells import Cells
from consent_db.compare import COMPARE, Numbered
from consent_db.plans import Item, Plan
from consent_db.register import revision
from consent_db.rows import KINDS, Context, Kind, Value
from consent_db.transaction import Transaction
from gate.errors import ImportRefused, RegisterChanged
from gate.values import Person

__all__ = ["KINDS", "Item", "Plan", "apply", "plan"]


def plan(  # noqa: PLR0913 - the file, how to read it, and what it is held against
    connection: Connection,
    kind: str,
    path: csvfile.Source,
    mapping: Mapping[str, str],
    today: date,
    *,
    channels: frozenset[str],
) -> Plan:
    """What importing this file would do; nothing is stored.

    Rows of people who were erased are left out, with a warning for each. ``kind`` is a key of
    KINDS. ``mapping`` gives the file's header for those of our columns that
    it calls otherwise. Raises ImportRefused, with one sentence for every wrong row.
    """
    form = KINDS[kind]
    _require_columns(kind, form, mapping)
    if not channels:
        raise ImportRefused("The settings name no channel, so no file can be held against them.")
    table = csvfile.read(path, form.columns, mapping)
    _require_headers(path, form, table)
    names = {name.casefold(): name for name in sorted(channels)}
    rows, problems = _read(table, form, Context(today, names))
    gone = people.erased(connection)
    rows, left_out = _without(gone, rows)
    if kind != "people":
        problems += _unknown(connection, rows)
    difference = COMPARE[kind](connection, rows)
    problems += difference.problems
    if problems:
        raise ImportRefused(
            f"{path.name} was not imported, because {len(problems)} of its rows cannot be taken. "
            "Correct them and import the whole file again.",
            tuple(problems),
        )
    return Plan(
        kind=kind,
        file_sha256=table.sha256,
        revision=revision(connection),
        values=tuple(difference.values),
        additions=tuple(difference.additions),
        changes=tuple(difference.changes),
        endings=tuple(difference.endings),
        missing=tuple(item for item in difference.missing if item.ref not in gone),
        warnings=(*left_out, *difference.warnings),
        unchanged=difference.unchanged,
        ignored=table.ignored,
    )


def apply(tx: Transaction, planned: Plan) -> None:
    """Store what was planned. An import that changes nothing still confirms the register.

    Raises RegisterChanged, and stores nothing, when the register changed since the plan was made.
    """
    if revision(tx.connection) != planned.revision:
        raise RegisterChanged("The register changed while the file was read; import it again.")
    _STORE[planned.kind](tx, planned.values)
    counts = {
        name: len(getattr(planned, name)) for name in ("additions", "changes", "endings", "missing")
    }
    details = {"kind": planned.kind, **counts, "unchanged": planned.unchanged}
    tx.audit("register.imported", planned.file_sha256, details)
    tx.confirm()


_STORE: Mapping[str, Callable[[Transaction, Sequence[Any]], object]] = {
    "people": people.add_or_change_all,
    "consents": consents.record_all,
    "biometric": biometrics.record_all,
    "restrictions": restrictions.add_all,
}


def _require_columns(kind: str, form: Kind, mapping: Mapping[str, str]) -> None:
    unknown = sorted(set(mapping) - set(form.columns))
    if unknown:
        raise ImportRefused(
            f"The settings name headers for {', '.join(unknown)}, but a file of {kind} has "
            f"only the columns {', '.join(form.columns)}."
        )


def _require_headers(path: csvfile.Source, form: Kind, table: csvfile.Table) -> None:
    lacking = [
        name for name in form.columns if name not in table.headers and name not in form.may_lack
    ]
    if lacking:
        raise ImportRefused(
            f"{path.name} has no column {', '.join(lacking)}. It needs {', '.join(form.columns)}; "
            "other headers can be named in photogate.toml."
        )


def _read(
    table: csvfile.Table, form: Kind, context: Context
) -> tuple[list[tuple[int, Value]], list[str]]:
    rows: list[tuple[int, Value]] = []
    problems: list[str] = []
    seen: dict[tuple[object, ...], tuple[int, Value]] = {}
    for line in table.lines:
        cells = Cells(line, table.headers)
        value = form.read(cells, context)
        if cells.wrong:
            problems.append(cells.sentence)
            continue
        number, earlier = seen.setdefault(form.subject(value), (line.number, value))
        if number != line.number:
            verb = "repeats" if earlier == value else "contradicts"
            problems.append(f"Row {line.number} {verb} row {number}; keep one of them.")
        rows.append((line.number, value))
    return rows, problems


def _without(
    gone: Collection[str], rows: Sequence[tuple[int, Value]]
) -> tuple[list[tuple[int, Value]], list[Item]]:
    """The rows of people who were not erased, and a sentence for each of the others."""
    taken: list[tuple[int, Value]] = []
    left_out: list[Item] = []
    for number, value in rows:
        ref = value.ref if isinstance(value, Person) else value.person
        if ref in gone:
            text = f"Row {number} is left out: {people.was_erased(ref)}"
            left_out.append(Item(ref, text, number))
        else:
            taken.append((number, value))
    return taken, left_out


def _unknown(connection: Connection, rows: Numbered) -> Iterable[str]:
    known = {person.ref for person in people.everyone(connection)}
    for number, value in rows:
        assert not isinstance(value, Person)  # noqa: S101 - people are asked for nowhere else
        if value.person not in known:
            yield (
                f"Row {number}: column ref is '{value.person}', but must be the reference of "
                "somebody in the register; import people first."
            )
