"""What importing a file would do, in words, before anything is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from consent_db.rows import Value

Plain: TypeAlias = str | date | bool | None


@dataclass(frozen=True, slots=True)
class Field:
    """A column whose value becomes another; ``before`` is None where there was none."""

    name: str
    before: Plain
    after: Plain


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that an import does or leaves: whom it concerns, in words, from which row.

    ``fields`` say the same column by column, where something is stored.
    """

    ref: str
    text: str
    row: int | None = None
    fields: tuple[Field, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Plan:
    """All that importing a file would do.

    ``values`` are what would be stored, in this order. ``missing`` is in the register but not in
    the file; nothing of it ends. ``warnings`` are rows that are taken but will surprise.
    ``ignored`` are headers that mean nothing here. ``revision`` is the register's when the plan
    was made.
    """

    kind: str
    file_sha256: str
    revision: int
    values: tuple[Value, ...]
    additions: tuple[Item, ...]
    changes: tuple[Item, ...]
    endings: tuple[Item, ...]
    missing: tuple[Item, ...]
    warnings: tuple[Item, ...]
    unchanged: int
    ignored: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The plan for a program."""
        lists = {
            name: [{"ref": item.ref, "row": item.row, "text": item.text} for item in items]
            for name, items in (
                ("additions", self.additions),
                ("changes", self.changes),
                ("endings", self.endings),
                ("missing", self.missing),
                ("warnings", self.warnings),
            )
        }
        return {
            "kind": self.kind,
            "file_sha256": self.file_sha256,
            **lists,
            "unchanged": self.unchanged,
            "ignored_columns": list(self.ignored),
        }


@dataclass
class Difference:
    """How a file differs from the register; ``problems`` are rows that cannot be taken."""

    values: list[Value] = field(default_factory=list)
    additions: list[Item] = field(default_factory=list)
    changes: list[Item] = field(default_factory=list)
    endings: list[Item] = field(default_factory=list)
    missing: list[Item] = field(default_factory=list)
    warnings: list[Item] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unchanged: int = 0
