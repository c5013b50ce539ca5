"""What programs ask about one copy: what it is, and its file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from gate.web.api_answers import also, problems, there
from gate.web.api_files import headers_of, is_same, whole_or_part
from gate.web.api_shapes import ROOT, ChannelName, Item, Number
from gate.web.api_visitor import Puller
from gate.web.ports_api import Api

_ADDRESS = f"{ROOT}/channels/{{channel}}/items/{{number}}"
_PICTURE: dict[str, Any] = {
    "image/jpeg": {"schema": {"type": "string", "contentMediaType": "image/jpeg"}}
}
_WITH_ALL = ("ETag", "Repr-Digest", "Accept-Ranges", "Content-Disposition")
_SAME = also({}, "It is the file that you have, and may still be used.", "ETag")

Part = Annotated[
    str,
    Header(
        alias="Range",
        max_length=100,
        description="One part of the file, in bytes: `bytes=1000-`. Others than one are not given.",
        examples=["bytes=1000-"],
    ),
]
IfPart = Annotated[
    str,
    Header(
        alias="If-Range",
        max_length=200,
        description="The `ETag` of the file of which you have a part; of another, you get all.",
    ),
]
IfNot = Annotated[
    str,
    Header(
        alias="If-None-Match",
        max_length=200,
        description="The `ETag` of the file that you have.",
    ),
]


def add_items(router: APIRouter, api: Api) -> None:
    """Add the routes."""
    _add_item(router, api)
    _add_file(router, api)
    _add_headers(router, api)


def _add_item(router: APIRouter, api: Api) -> None:
    @router.get(
        _ADDRESS,
        name="api_item",
        summary="A copy that may be used",
        response_model=Item,
        responses=problems(410, 422),
    )
    def item(who: Puller, channel: ChannelName, number: Number) -> Item:
        return Item.of(there(api.item(who, channel, number)))


def _add_file(router: APIRouter, api: Api) -> None:
    whole = also(_PICTURE, "The file.", *_WITH_ALL)
    part = also(_PICTURE, "One part of the file.", "Content-Range", *_WITH_ALL)

    @router.get(
        f"{_ADDRESS}/file",
        name="api_file",
        summary="The file of a copy",
        description="Whether it may be used is asked at this moment, for every part again. It is "
        "on record as downloaded by the account of the token: when permission ends, that account "
        "is asked to delete it.",
        response_class=Response,
        responses={200: whole, 206: part, 304: _SAME, **problems(410, 416, 422)},
    )
    def file(
        request: Request,
        who: Puller,
        channel: ChannelName,
        number: Number,
        _part: Part = "",
        _if_part: IfPart = "",
        _if_not: IfNot = "",
    ) -> Response:
        copy = there(api.download(who, channel, number))
        return whole_or_part(copy, request.headers)


def _add_headers(router: APIRouter, api: Api) -> None:
    @router.head(
        f"{_ADDRESS}/file",
        name="api_file_headers",
        summary="The headers of the file of a copy",
        description="Like the file, but it is not downloaded, and not on record as downloaded.",
        response_class=Response,
        responses={
            200: also({}, "The file may be used.", "Content-Length", *_WITH_ALL),
            304: _SAME,
            **problems(410, 422),
        },
    )
    def file_headers(
        request: Request,
        who: Puller,
        channel: ChannelName,
        number: Number,
        _if_not: IfNot = "",
    ) -> Response:
        item = there(api.item(who, channel, number))
        headers = headers_of(item)
        if is_same(headers["ETag"], request.headers):
            return Response(status_code=304, headers=headers)
        headers["Content-Length"] = str(item.size)
        return Response(media_type=item.media_type, headers=headers)
