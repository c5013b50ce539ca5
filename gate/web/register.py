"""The register: its people, one person's record, and what soon ends.

What is looked for travels in forms, and people stand in addresses by handles: never a name.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from gate.acting import Acting
from gate.roles import Act, may
from gate.web.forms import go_to, number_of
from gate.web.pages import page, texts_of
from gate.web.ports_register import Register, Sought
from gate.web.services import Services
from gate.web.visitor import Account

DAYS = (30, 60, 90)
_STATES = ("nowhere", "no_template")
_Text = Annotated[str, StringConstraints(max_length=200)]


class _Form(BaseModel):
    """What the form of the search sends."""

    text: _Text = ""
    group: _Text = ""
    kind: _Text = ""
    state: _Text = ""
    leavers: _Text = ""
    number: Annotated[int, Field(ge=1, le=1_000_000)] = 1

    def sought(self) -> Sought:
        """The question."""
        state = self.state if self.state in _STATES else ""
        return Sought(self.text, self.group, self.kind, bool(self.leavers), state)


def add_register(router: APIRouter, services: Services) -> None:
    """Add the routes."""
    _add_list(router, services.register)
    _add_person(router, services.register)
    _add_expiring(router, services.register)


def _add_list(router: APIRouter, register: Register) -> None:
    @router.get("/register", name="register")
    def people(request: Request, who: Account) -> Response:
        if not may(who.roles, Act.SEE_PEOPLE):
            return go_to(request, "imports")
        return _list(request, register, who, Sought(), number_of(request))

    @router.post("/register/search", name="register_search")
    def search(request: Request, who: Account, form: Annotated[_Form, Form()]) -> Response:
        return _list(request, register, who, form.sought(), form.number)


def _add_person(router: APIRouter, register: Register) -> None:
    @router.get("/register/people/{person}", name="register_person")
    def record(request: Request, who: Account, person: str) -> Response:
        return person_page(request, register, who, person)

    @router.get("/register/people/{person}/references/{number}", name="register_reference")
    def reference(who: Account, person: str, number: int) -> Response:
        picture = register.reference(who, person, number)
        if picture is None:
            raise HTTPException(404)
        return Response(picture, media_type="image/jpeg")


def _add_expiring(router: APIRouter, register: Register) -> None:
    @router.get("/register/expiring", name="register_expiring")
    def expiring(request: Request, who: Account) -> Response:
        said = request.query_params.get("days", "")
        days = next((one for one in DAYS if str(one) == said), DAYS[0])
        found = register.ending(who, days, number_of(request))
        return page(request, "register_expiring.html", found=found, days=days, choices=DAYS)


def person_page(
    request: Request,
    register: Register,
    who: Acting,
    handle: str,
    problem: str = "",
) -> Response:
    """The page of a person; with a problem, the form in which it arose is open."""
    shown = register.person(who, handle)
    if shown is None:
        raise HTTPException(404)
    return page(
        request,
        "register_person.html",
        status=400 if problem else 200,
        shown=shown,
        problem=problem,
        changes=may(who.roles, Act.CHANGE_CONSENTS),
        changes_templates=may(who.roles, Act.CHANGE_BIOMETRICS),
        restricts=may(who.roles, Act.CHANGE_RESTRICTIONS),
    )


def _list(
    request: Request, register: Register, who: Acting, sought: Sought, number: int
) -> Response:
    found = register.people(who, sought, number)
    t = texts_of(request)
    return page(
        request,
        "register.html",
        found=found,
        sought=sought,
        states=_STATES[:1] if found.by_people else _STATES,
        lead=may(who.roles, Act.SEE_RESTRICTIONS),
        counted=t.count("register.found", found.count),
    )
