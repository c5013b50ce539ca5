"""The published description of the interface for programs: OpenAPI 3.1, of exactly its routes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute

from gate.web.access import ACCESS, Who
from gate.web.api_shapes import ROOT, Problem

_ABOUT = """\
Copies of photos that may be used on a channel, for the programs of its administrators.

Every request brings a token: `Authorization: Bearer ...`. Numbers of copies and changes only ever
grow. Answers may gain fields: pass over those that you do not know. Whatever ends may not be used
any more from that moment on: follow the changes, and delete what they revoke.
"""


def add_description(router: APIRouter) -> None:
    """Serve it. It tells nothing about a site, so it is for everybody."""
    described = description(router.routes)

    @router.get(f"{ROOT}/openapi.json", name="api_description")
    def openapi() -> JSONResponse:
        return JSONResponse(described)


def description(routes: list[BaseRoute]) -> dict[str, Any]:
    """What these routes for programs take and answer."""
    for_programs = [route for route in routes if _is_for_programs(route)]
    found = get_openapi(
        title="photogate",
        version="1",
        summary="Copies of school photos that may be used",
        description=_ABOUT,
        routes=for_programs,
    )
    found["components"]["schemas"]["Problem"] = Problem.model_json_schema()
    return found


def _is_for_programs(route: BaseRoute) -> bool:
    entry = ACCESS.get(getattr(route, "name", ""))
    return entry is not None and entry.who is Who.TOKEN
