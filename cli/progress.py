"""Progress on a terminal; silence elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.progress import track

from cli.output import errors

Item = TypeVar("Item")


def steps(items: Sequence[Item], what: str) -> Iterator[Item]:
    """Go through the items, with a bar where a person is watching."""
    if errors.is_terminal:
        yield from track(items, description=what, console=errors)
    else:
        yield from items
