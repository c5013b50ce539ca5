"""What was seen and decided, as JSON and back, without loss."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from gate.values import Face, FaceDecision, Match, Search


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any type that pydantic knows
    return TypeAdapter(kind)


def pack(value: tuple[Face | Match | FaceDecision, ...] | Search | None) -> Any:  # noqa: ANN401
    """Plain lists and dictionaries."""
    return _adapter(object).dump_python(value, mode="json")


def faces(stored: object) -> tuple[Face, ...]:
    """The faces of a photo."""
    return tuple(_adapter(tuple[Face, ...]).validate_python(stored))


def matches(stored: object) -> tuple[Match, ...]:
    """The matches of these faces."""
    return tuple(_adapter(tuple[Match, ...]).validate_python(stored))


def face_decisions(stored: object) -> tuple[FaceDecision, ...]:
    """What was decided about these faces on one channel."""
    return tuple(_adapter(tuple[FaceDecision, ...]).validate_python(stored))


def search(stored: object) -> Search | None:
    """What was searched for faces."""
    found: Search | None = _adapter(Search | None).validate_python(stored)
    return found
