"""The web application: all screens behind one guard."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from gate.web.api import add_api
from gate.web.audit import add_audit
from gate.web.drop import add_drop
from gate.web.envelope import Envelope
from gate.web.errors import add_error_answers
from gate.web.flash import Flashes
from gate.web.guard import Guard
from gate.web.imports import add_imports
from gate.web.overview import add_overview
from gate.web.own_account import add_own_account
from gate.web.ready import add_ready
from gate.web.register import add_register
from gate.web.register_changes import add_register_changes
from gate.web.review import add_review
from gate.web.services import Options, Services
from gate.web.setting_up import add_setting_up
from gate.web.signing_in import add_signing_in
from gate.web.static_files import add_static_files
from gate.web.takedowns import add_takedowns
from gate.web.why import add_why

Screen = Callable[[APIRouter, Services], None]

SCREENS: tuple[Screen, ...] = (
    add_overview,
    add_own_account,
    # Drop
    add_drop,
    # Review
    add_review,
    # Why
    add_why,
    # Ready
    add_ready,
    # Takedowns
    add_takedowns,
    # Register
    add_register,
    add_register_changes,
    add_imports,
    # Audit
    add_audit,
    # Programs
    add_api,
)
"""Each adds its routes. Add to the router itself: what is nested, the guard does not find."""


class _Console(FastAPI):
    """An application whose every answer, a failure's too, passes the envelope."""

    def build_middleware_stack(self) -> ASGIApp:
        return Envelope(super().build_middleware_stack(), self.state.options)


def create_app(services: Services, options: Options) -> FastAPI:
    """The whole console; opens nothing by itself."""
    app = _Console(
        title="photogate",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=lambda route: route.name,
        middleware=[Middleware(Guard, services=services, options=options)],
    )
    app.router.redirect_slashes = False
    app.state.options = options
    app.state.flashes = Flashes()
    add_error_answers(app)
    add_static_files(app.router)
    add_setting_up(app.router, services, options)
    add_signing_in(app.router, services, options)
    for screen in SCREENS:
        screen(app.router, services)
    return app
