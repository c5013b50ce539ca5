"""What programs list: their channels, a channel's copies, and what changed; both can wait."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from gate.acting import Acting
from gate.web.api_answers import problems, there
from gate.web.api_shapes import (
    ROOT,
    Changes,
    Channel,
    ChannelName,
    Channels,
    Item,
    Items,
    OneNews,
)
from gate.web.api_visitor import Puller, let_in_again
from gate.web.api_waiting import Waiting
from gate.web.ports_api import Api, Batch
from gate.web.ports_api import Changes as Found
from gate.web.services import Services


def add_lists(router: APIRouter, services: Services) -> None:
    """Add the routes."""
    _add_channels(router, services.api)
    waiting = Waiting(services.api.newest)
    _add_items(router, services, waiting)
    _add_changes(router, services, waiting)


def _add_channels(router: APIRouter, api: Api) -> None:
    @router.get(
        f"{ROOT}/channels",
        name="api_channels",
        summary="The channels of the token",
        response_model=Channels,
        responses=problems(),
    )
    def channels(who: Puller) -> Channels:
        found = api.channels(who)
        return Channels(
            channels=[
                Channel(name=o.channel, title=o.title, items=o.items, takedowns=o.takedowns)
                for o in found
            ]
        )


def _add_items(router: APIRouter, services: Services, waiting: Waiting) -> None:
    api = services.api

    def found(who: Acting, channel: str, after: int, limit: int) -> Batch:
        return there(api.items(who, channel, after, limit))

    @router.get(
        f"{ROOT}/channels/{{channel}}/items",
        name="api_items",
        summary="Copies that may be used, in the order of their release",
        description="To keep copies in step, follow the changes instead: what is listed here may "
        "end later, and this list does not tell of that.",
        response_model=Items,
        responses=problems(422),
    )
    async def items(request: Request, who: Puller, channel: ChannelName, asked: OneNews) -> Items:
        batch = await run_in_threadpool(found, who, channel, asked.after, asked.limit)
        if asked.wait and not (batch.items or batch.more):
            last = batch.after
            if await waiting.until(request, channel, lambda newest: newest.item > last, asked.wait):
                who = await let_in_again(request, services.accounts)
                batch = await run_in_threadpool(found, who, channel, last, asked.limit)
        return Items(items=[Item.of(one) for one in batch.items], next=batch.after, more=batch.more)


def _add_changes(router: APIRouter, services: Services, waiting: Waiting) -> None:
    api = services.api

    def found(who: Acting, channel: str, after: int, limit: int) -> Found:
        return there(api.changes(who, channel, after, limit))

    @router.get(
        f"{ROOT}/channels/{{channel}}/changes",
        name="api_changes",
        summary="What was released and what was revoked, in order",
        description="Whoever asks again with `next` each time is told of every revocation exactly "
        "once, also of copies that they never downloaded. That a copy was released is not told "
        "any more once it was revoked. An answer may hold fewer entries than there are, or none: "
        "`more` says whether to ask again at once.",
        response_model=Changes,
        responses=problems(422),
    )
    async def changes(
        request: Request, who: Puller, channel: ChannelName, asked: OneNews
    ) -> Changes:
        batch = await run_in_threadpool(found, who, channel, asked.after, asked.limit)
        if asked.wait and not (batch.changes or batch.more):
            last = batch.after
            if await waiting.until(
                request, channel, lambda newest: newest.change > last, asked.wait
            ):
                who = await let_in_again(request, services.accounts)
                batch = await run_in_threadpool(found, who, channel, last, asked.limit)
        return Changes.of(batch)
