"""The screen "takedowns": everything that must come down, for all who may see to it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from gate.roles import Act
from gate.web.forms import number_of
from gate.web.pages import page
from gate.web.services import Services
from gate.web.visitor import Account


def add_takedowns(router: APIRouter, services: Services) -> None:
    """Add the route; that a copy is down is told to the screen "ready"."""

    @router.get("/takedowns", name="takedowns")
    def requests(request: Request, who: Account) -> Response:
        number = number_of(request)
        found = services.ready.takedowns(who, number)
        return page(
            request,
            "takedowns.html",
            found=found,
            here=min(number, found.pages),
            may_end=lambda channel: not who.refusal(Act.END_TAKEDOWN, channel),
        )
