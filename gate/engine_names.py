"""The line that names the models of a judgement, and what it tells."""

from __future__ import annotations

_BY_PEOPLE = "faces named by people"


def engine_version(finder: str, reader: str) -> str:
    """Finder and reader in one line; ``reader`` is "" where people name the faces."""
    return f"{finder} + {reader}" if reader else f"{finder}, {_BY_PEOPLE}"


def is_named_by_people(engine: str) -> bool:
    """Whether nobody was recognised by a machine in a judgement with these models."""
    return engine.endswith(_BY_PEOPLE)
