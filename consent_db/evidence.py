"""What was seen and decided, as JSON and back, without loss."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from gate.errors import RegisterError
from gate.values import Face, FaceDecision, Match, Search, Second


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any type that pydantic knows
    return TypeAdapter(kind)


def pack(
    value: tuple[Face | Match | FaceDecision, ...] | Search | Second | None,
) -> Any:  # noqa: ANN401
    """Plain lists and dictionaries. Raises RegisterError when a number in them is not finite."""
    kind = tuple[Face | Match | FaceDecision, ...] | Search | Second | None
    plain = _adapter(kind).dump_python(value)
    try:
        json.dumps(plain, allow_nan=False)
    except ValueError as error:
        raise RegisterError("A score of this photo is no number, so it was not stored.") from error
    return plain


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


def second(stored: object) -> Second | None:
    """What the second reader was asked for."""
    found: Second | None = _adapter(Second | None).validate_python(stored)
    return found
