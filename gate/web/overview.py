"""The first page: what waits for whom; and the health of the system for its administrator."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from gate.web.access import opens
from gate.web.pages import page
from gate.web.services import Services
from gate.web.visitor import Account


def add_overview(router: APIRouter, services: Services) -> None:
    """Add the routes."""

    @router.get("/", name="overview")
    def overview(request: Request, who: Account) -> Response:
        return page(
            request,
            "overview.html",
            waiting=services.overview.waiting(who),
            throughput=services.figures.throughput(who),
            events=services.figures.events(who),
            strictness=services.figures.strictness(who),
            health=services.health.report() if opens("health", who) else None,
        )

    @router.get("/health", name="health")
    def health(request: Request) -> Response:
        return page(request, "health.html", report=services.health.report())
