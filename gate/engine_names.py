"""The line that names the models of a judgement, and what it tells."""

from __future__ import annotations

_BY_PEOPLE = "faces named by people"


def engine_version(finder: str, *readers: str) -> str:
    """Finder and readers in one line; "" counts as none, and with none people name the faces."""
    named = [reader for reader in readers if reader]
    return " + ".join([finder, *named]) if named else f"{finder}, {_BY_PEOPLE}"


def is_named_by_people(engine: str) -> bool:
    """Whether nobody was recognised by a machine in a judgement with these models."""
    return engine.endswith(_BY_PEOPLE)
