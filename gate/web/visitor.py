"""Who asks for a page, as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from gate.acting import Acting


@dataclass(frozen=True, slots=True)
class Visitor:
    """One request's sender. ``csrf``: what forms of this browser must bring back."""

    who: Acting | None = None
    csrf: str = ""


def visitor_of(request: Request) -> Visitor:
    """The sender of this request; nobody where the guard has not looked yet."""
    found = getattr(request.state, "visitor", None)
    return found if isinstance(found, Visitor) else Visitor()


def _acting(request: Request) -> Acting:
    who = visitor_of(request).who
    assert who is not None, "the guard lets only accounts through to such a route"  # noqa: S101
    return who


Account = Annotated[Acting, Depends(_acting)]
"""The account that is logged in, as a parameter of a route."""
