"""How a page is made: its template in the frame of the site, for this visitor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from gate.acting import TITLES, Acting
from gate.roles import Role
from gate.web.access import opens
from gate.web.flash import Flashes
from gate.web.security import CSRF_FIELD
from gate.web.services import Options
from gate.web.static_files import static_files
from gate.web.text import ENGLISH, Texts
from gate.web.visitor import visitor_of

_NAVIGATION = (
    "overview",
    "drop",
    "review",
    "why",
    "ready",
    "takedowns",
    "register",
    "audit",
    "health",
)
"""The routes of the main navigation, in its order; shown to those who may open them."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the navigation."""

    text: str
    address: str
    is_here: bool


def texts_of(request: Request) -> Texts:
    """The words in the language of this request; there is one so far."""
    del request
    return ENGLISH


def address(request: Request, route: str, **parameters: object) -> str:
    """The path of a route by its name. Raises NoMatchFound."""
    return str(request.app.url_path_for(route, **parameters))


def page(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Fill a template; ``values`` are what it shows besides what every page has."""
    return HTMLResponse(
        environment().get_template(template).render(_frame(request) | values), status
    )


def _frame(request: Request) -> dict[str, object]:
    visitor, t = visitor_of(request), texts_of(request)
    options: Options = request.app.state.options
    flashes: Flashes = request.app.state.flashes
    return {
        "t": t,
        "who": visitor.who,
        "csrf": visitor.csrf,
        "csrf_field": CSRF_FIELD,
        "links": _links(request, visitor.who, t),
        "flashes": flashes.take(visitor.csrf),
        "may_open": lambda route: _exists(request, route) and opens(route, visitor.who),
        "url": lambda route, **parameters: address(request, route, **parameters),
        "static": lambda name: address(request, "static", name=static_files()[name].address),
        "day": t.day,
        "when": lambda moment: t.when(moment, options.zone),
        "role_titles": lambda roles: [TITLES[role] for role in Role if role in roles],
        "reference": getattr(request.state, "reference", ""),
    }


def _links(request: Request, who: Acting | None, t: Texts) -> list[Link]:
    if who is None:
        return []
    here = getattr(request.scope.get("route"), "name", "")
    return [
        Link(t(f"nav.{name}"), address(request, name), name == here)
        for name in _NAVIGATION
        if opens(name, who) and _exists(request, name)
    ]


def _exists(request: Request, route: str) -> bool:
    return any(getattr(one, "name", "") == route for one in request.app.router.routes)


@cache
def environment() -> Environment:
    """The templates; every value is escaped, and a gap that nobody filled is an error."""
    return Environment(
        loader=PackageLoader("gate.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
