"""A plan of an import as lines of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from consent_db.plans import Field, Item, Plain, Plan
from gate.english import ENGLISH
from gate.safe_text import isolated
from gate.values import ALL_CHANNELS
from gate.web.ports_imports import Change, Line, LineKind

_ROW = re.compile(r"Row (\d+)(: )?")


def lines_of(plan: Plan) -> Iterator[Line]:
    """All of it, what ends first."""
    parts = (
        (LineKind.ENDING, plan.endings),
        (LineKind.CHANGE, plan.changes),
        (LineKind.ADDITION, plan.additions),
        (LineKind.WARNING, plan.warnings),
        (LineKind.MISSING, plan.missing),
    )
    for kind, items in parts:
        yield from (_line(kind, item) for item in items)


def numbered(problems: Sequence[str]) -> list[tuple[int | None, str]]:
    """Sentences about rows, with the rows' numbers."""
    found = []
    for text in problems:
        row = _ROW.match(text)
        # The number has a column of its own.
        told = text[row.end() :] if row and row[2] else text
        found.append((int(row[1]) if row else None, isolated(told[:1].upper() + told[1:])))
    return found


def _line(kind: LineKind, item: Item) -> Line:
    changes = tuple(_change(one) for one in item.fields)
    return Line(kind, item.row, isolated(item.ref), isolated(item.text), changes)


def _change(one: Field) -> Change:
    return Change(one.name, _told(one.name, one.before), _told(one.name, one.after))


def _told(name: str, value: Plain) -> str:
    if isinstance(value, date):
        return ENGLISH.day(value)
    if name == "names_online_use":
        return "" if value is None else "yes" if value else "no"
    if name in ("channel", "channels") and isinstance(value, str):
        return ", ".join(_channel(one) for one in value.split(", "))
    return isolated(str(value)) if value else ""


def _channel(name: str) -> str:
    return "all channels" if name == ALL_CHANNELS else ENGLISH.channel_title(isolated(name))
