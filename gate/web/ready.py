"""The screen "ready": copies to use on a channel, and above them what must come down."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from pydantic import BaseModel, StringConstraints
from starlette.responses import StreamingResponse

from gate.web.access import opens
from gate.web.drop import attachment, jpeg, save_as
from gate.web.flash import flash
from gate.web.forms import Field, go_to, number_of
from gate.web.pages import page, texts_of
from gate.web.ports_ready import Ready
from gate.web.services import Services
from gate.web.visitor import Account

_MOST_COPIES = 1_000
Chosen = Annotated[list[int], Form(max_length=_MOST_COPIES)]


class _Down(BaseModel):
    """What the form of a request to take down sends; ``back`` names the page it stood on."""

    proof: Annotated[str, StringConstraints(max_length=4_000)] = ""
    back: Annotated[str, StringConstraints(max_length=100)] = ""


def add_ready(router: APIRouter, services: Services) -> None:
    """Add the routes."""
    _add_pages(router, services.ready)
    _add_pictures(router, services.ready)
    _add_downloads(router, services.ready)
    _add_records(router, services.ready)


def _add_pages(router: APIRouter, ready: Ready) -> None:
    @router.get("/ready", name="ready")
    def channels(request: Request, who: Account) -> Response:
        found = ready.channels(who)
        if len(found) == 1:
            return go_to(request, "ready_channel", channel=found[0].channel)
        return page(request, "ready.html", channels=found)

    @router.get("/ready/{channel}", name="ready_channel")
    def shelf(request: Request, who: Account, channel: str) -> Response:
        number = number_of(request)
        found = ready.shelf(who, channel, number)
        if found is None:
            raise HTTPException(404)
        here = min(number, found.pages)
        return page(request, "ready_channel.html", shelf=found, here=here)


def _add_pictures(router: APIRouter, ready: Ready) -> None:
    @router.get("/ready/{channel}/copies/{number}", name="ready_copy")
    def copy(who: Account, channel: str, number: int) -> Response:
        return jpeg(ready.picture(who, channel, number, small=False))

    @router.get("/ready/{channel}/copies/{number}/small", name="ready_small_copy")
    def small_copy(who: Account, channel: str, number: int) -> Response:
        return jpeg(ready.picture(who, channel, number, small=True))


def _add_downloads(router: APIRouter, ready: Ready) -> None:
    @router.post("/ready/{channel}/copies/{number}/download", name="ready_download")
    def download(who: Account, channel: str, number: int) -> Response:
        found = ready.download(who, channel, number)
        if found is None:
            raise HTTPException(404)
        return attachment(found[0], found[1], "image/jpeg")

    @router.post("/ready/{channel}/download", name="ready_bundle")
    def bundle(request: Request, who: Account, channel: str, chosen: Chosen = []) -> Response:  # noqa: B006
        t = texts_of(request)
        found = ready.bundle(who, channel, chosen) if chosen else None
        if found is None:
            flash(request, t("ready.none_left" if chosen else "ready.none_chosen"), "bad")
            return go_to(request, "ready_channel", channel=channel)
        if found.left_out:
            flash(request, t.count("ready.left_out", found.left_out), "bad")
        named = save_as(f"photos-{channel}.zip")
        return StreamingResponse(found.parts, media_type="application/zip", headers=named)


def _add_records(router: APIRouter, ready: Ready) -> None:
    @router.post("/ready/{channel}/copies/{number}/posted", name="ready_posted")
    def posted(
        request: Request, who: Account, channel: str, number: int, where: Field = ""
    ) -> Response:
        stands, t = ready.posted(who, channel, number, where), texts_of(request)
        if stands is None:
            raise HTTPException(404)
        said = t("ready.noted") if stands else t("ready.noted_fallen")
        flash(request, said, "good" if stands else "bad")
        return go_to(request, "ready_channel", channel=channel)

    @router.post("/ready/{channel}/takedowns/{number}/done", name="ready_taken_down")
    def taken_down(
        request: Request, who: Account, channel: str, number: int, form: Annotated[_Down, Form()]
    ) -> Response:
        if not ready.taken_down(who, channel, number, form.proof):
            raise HTTPException(404)
        flash(request, texts_of(request)("ready.down"))
        if form.back != "takedowns" and opens("ready_channel", who):
            return go_to(request, "ready_channel", channel=channel)
        return go_to(request, "takedowns")
