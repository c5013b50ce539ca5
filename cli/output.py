"""What verbs print: sentences and tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum

from rich.console import Console
from rich.table import Table
from rich.text import Text

console = Console(highlight=False, soft_wrap=False)
errors = Console(stderr=True, highlight=False)


def say(text: str, style: str = "") -> None:
    """Print a sentence, wrapped to the terminal; its content is never read as markup."""
    console.print(Text(text, style=style))


def complain(text: str) -> None:
    """Print what went wrong, where errors belong."""
    errors.print(Text(text, style="bold red"), soft_wrap=True)


def print_json(value: object) -> None:
    """Print a value as JSON, letters of every script as they are."""
    sys.stdout.write(json_text(value))


def json_text(value: object) -> str:
    """A value as JSON, letters of every script as they are, with a line break at the end."""
    return json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n"


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headers, columns as wide as needed."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console.print(table)


def british(day: date | None) -> str:
    """A date as the British write it: 5 September 2025; "" for none."""
    return f"{day.day} {day:%B %Y}" if day else ""


def british_time(moment: datetime | None) -> str:
    """An instant in local time: 5 September 2025, 14:03; "" for none."""
    return f"{british(moment.astimezone())}, {moment.astimezone():%H:%M}" if moment else ""


def some(names: Sequence[str], most: int = 10) -> str:
    """The first few of a list in one line, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset | set | tuple):
        return sorted(value) if isinstance(value, frozenset | set) else list(value)
    raise TypeError(f"cannot write {type(value).__name__} as JSON")
