"""Why a photo was judged as it was: looking for it, and its own page.

What is looked for travels in forms and never in addresses: files are named after children.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile
from pydantic import BaseModel, Field, StringConstraints
from starlette.exceptions import HTTPException

from gate.acting import Acting
from gate.values import Verdict
from gate.web.days import day_of
from gate.web.forms import go_to
from gate.web.pages import page, texts_of
from gate.web.ports_why import Asked, Found
from gate.web.services import Services
from gate.web.visitor import Account

_PART = 1_000_000
_Text = Annotated[str, StringConstraints(max_length=1_000)]


class _Form(BaseModel):
    """What the form of the search sends."""

    text: _Text = ""
    event: _Text = ""
    person: _Text = ""
    verdict: _Text = ""
    since: _Text = ""
    until: _Text = ""
    number: Annotated[int, Field(ge=1, le=1_000_000)] = 1

    def asked(self) -> Asked:
        """The question. Raises ValueError for a day that there is not."""
        since, until = day_of(self.since), day_of(self.until)
        return Asked(self.text, self.event, self.person, self.verdict, since, until)


def add_why(router: APIRouter, services: Services) -> None:
    """Add the routes."""
    _add_search(router, services)
    _add_photo(router, services)


def _add_search(router: APIRouter, services: Services) -> None:
    @router.get("/why", name="why")
    def why(request: Request, who: Account) -> Response:
        return _page(request, services, who)

    @router.post("/why/search", name="why_search")
    def why_search(request: Request, who: Account, form: Annotated[_Form, Form()]) -> Response:
        try:
            asked = form.asked()
        except ValueError:
            problem = texts_of(request)("why.no_day")
            return _page(request, services, who, problem=problem)
        return _answer(request, services, who, asked, form.number)

    @router.post("/why/copy", name="why_copy")
    def why_copy(request: Request, who: Account, file: UploadFile | None = None) -> Response:
        if file is None or not file.size:
            problem = texts_of(request)("why.no_file")
            return _page(request, services, who, problem=problem)
        digest = hashlib.sha256()
        while part := file.file.read(_PART):
            digest.update(part)
        return _answer(request, services, who, Asked(digest.hexdigest()), 1)


def _add_photo(router: APIRouter, services: Services) -> None:
    @router.get("/why/{photo}", name="why_photo")
    def why_photo(request: Request, who: Account, photo: str) -> Response:
        shown = services.why.photo(who, photo)
        if shown is None:
            raise HTTPException(404)
        return page(request, "why_photo.html", shown=shown, full=who.sight.evidence)

    @router.get("/why/{photo}/picture", name="why_picture")
    def why_picture(who: Account, photo: str) -> Response:
        picture = services.why.picture(who, photo)
        if picture is None:
            raise HTTPException(404)
        return Response(picture, media_type="image/jpeg")


def _answer(
    request: Request, services: Services, who: Acting, asked: Asked, number: int
) -> Response:
    found = services.why.search(who, asked, number)
    if found.count == 1 and asked.text:
        return go_to(request, "why_photo", photo=found.rows[0].photo)
    return _page(request, services, who, (asked, found))


def _page(
    request: Request,
    services: Services,
    who: Acting,
    result: tuple[Asked, Found] | None = None,
    *,
    problem: str = "",
) -> Response:
    asked, found = result or (Asked(), None)
    if result is None and not problem and services.why.ways(who).all:
        found = services.why.search(who, asked, 1)
    return page(
        request,
        "why.html",
        status=400 if problem else 200,
        ways=services.why.ways(who),
        asked=asked,
        searched=result is not None,
        found=found,
        verdicts=list(Verdict),
        full=who.sight.evidence,
        problem=problem,
    )
