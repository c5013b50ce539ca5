"""What forms bring, and where a browser goes after one."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from starlette.responses import RedirectResponse

from gate.web.pages import address

Field = Annotated[str, Form(max_length=10_000)]
"""A field of a form, as a parameter of a route; give it the default ""."""


def go_to(request: Request, route: str, **parameters: object) -> RedirectResponse:
    """Answer a form: the browser loads the page of this route."""
    return RedirectResponse(address(request, route, **parameters), 303)


def number_of(request: Request) -> int:
    """The page that is asked for in the address, from 1 on."""
    said = request.query_params.get("page", "1")[:9]
    return max(1, int(said)) if said.isascii() and said.isdigit() else 1
