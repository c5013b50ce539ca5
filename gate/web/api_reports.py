"""What programs report: where a copy was published, and that it came down again."""

from __future__ import annotations

from fastapi import APIRouter

from gate.web.api_answers import problems, there
from gate.web.api_shapes import (
    ROOT,
    ChannelName,
    Done,
    Number,
    OnePage,
    Posted,
    Recorded,
    Takedown,
    Takedowns,
    TakenDown,
)
from gate.web.api_visitor import Reporter
from gate.web.ports_api import Api


def add_reports(router: APIRouter, api: Api) -> None:
    """Add the routes."""
    _add_posted(router, api)
    _add_takedowns(router, api)


def _add_posted(router: APIRouter, api: Api) -> None:
    @router.post(
        f"{ROOT}/channels/{{channel}}/items/{{number}}/posted",
        name="api_posted",
        summary="Record where a copy was published",
        description="Also when it was revoked meanwhile: then it is asked to be taken down at "
        "once. To say the same again changes nothing.",
        response_model=Recorded,
        responses=problems(400, 413, 422),
    )
    def posted(who: Reporter, channel: ChannelName, number: Number, sent: Posted) -> Recorded:
        found = there(api.posted(who, channel, number, sent.where))
        return Recorded(place=found.place, stands=found.stands, takedown=found.takedown)


def _add_takedowns(router: APIRouter, api: Api) -> None:
    @router.get(
        f"{ROOT}/channels/{{channel}}/takedowns",
        name="api_takedowns",
        summary="Copies that must come down",
        response_model=Takedowns,
        responses=problems(422),
    )
    def takedowns(who: Reporter, channel: ChannelName, asked: OnePage) -> Takedowns:
        found = there(api.takedowns(who, channel, asked.after, asked.limit))
        told = [Takedown.of(one) for one in found.requests]
        return Takedowns(takedowns=told, next=found.after, more=found.more)

    @router.post(
        f"{ROOT}/takedowns/{{number}}/done",
        name="api_taken_down",
        summary="Record that a copy came down",
        description="To say the same again changes nothing.",
        response_model=TakenDown,
        responses=problems(400, 409, 413, 422),
    )
    def taken_down(who: Reporter, number: Number, sent: Done) -> TakenDown:
        return TakenDown(id=number, done_at=there(api.taken_down(who, number, sent.proof)))
