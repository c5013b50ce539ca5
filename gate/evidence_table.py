"""The evidence about every face, as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table

from gate.explain_faces import Evidence
from gate.words import Catalogue

_TABLE = ("channel", "face", "outcome", "person", "score", "needed", "runner_up", "consent")


def evidence_table(words: Catalogue, evidence: Sequence[Evidence], width: int) -> str:
    """The evidence as a table of ``width`` columns of letters."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in _TABLE:
        table.add_column(words.columns[name])
    for row in evidence:
        table.add_row(*(_cell(getattr(row, name)) for name in _TABLE))
    target = StringIO()
    console = Console(file=target, width=width, color_system=None, markup=False, emoji=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines())


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
