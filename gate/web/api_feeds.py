"""Feeds of a channel for feed readers that can send a token: Atom, and JSON Feed 1.1."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from gate.web.api_answers import also, problems, there
from gate.web.api_feed_words import NEVER, Written, atom, json_feed
from gate.web.api_files import KEPT
from gate.web.api_items import IfNot
from gate.web.api_shapes import ChannelName
from gate.web.api_visitor import Puller
from gate.web.pages import texts_of
from gate.web.ports_api import Api, Feed
from gate.web.services import Options

NEWEST = 50
"""How many copies a feed shows, and how many revocations."""
ATOM, JSON = "application/atom+xml", "application/feed+json"
_ABOUT = (
    f"The newest {NEWEST} copies that may be used, for feed readers that send the token. What is "
    "revoked disappears from it; whoever keeps copies must follow the changes."
)
_JSON_FEED: dict[str, Any] = {
    "type": "object",
    "required": ["version", "title", "feed_url", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string"},
        "feed_url": {"type": "string"},
        "items": {
            "type": "array",
            "items": {"type": "object", "required": ["id", "title", "attachments"]},
        },
    },
}
_SETTLED = timedelta(seconds=2)
_CONDITIONS = StaticFiles(check_dir=False)

IfSince = Annotated[
    str,
    Header(
        alias="If-Modified-Since",
        max_length=100,
        description="`Last-Modified` of the feed that you have.",
    ),
]
_Writer = Callable[[Feed, Written], bytes]


def add_feeds(router: APIRouter, api: Api) -> None:
    """Add the routes."""
    same = also({}, "It is the feed that you have.", "ETag")
    headers = "ETag", "Last-Modified"
    as_atom = also({ATOM: {"schema": {"type": "string"}}}, "The feed.", *headers)
    as_json = also({JSON: {"schema": _JSON_FEED}}, "The feed.", *headers)

    @router.get(
        "/feeds/{channel}.atom",
        name="feed_atom",
        summary="Atom feed of a channel",
        description=_ABOUT,
        response_class=Response,
        responses={200: as_atom, 304: same, **problems(422)},
    )
    def feed_atom(
        request: Request,
        who: Puller,
        channel: ChannelName,
        _if_not: IfNot = "",
        _if_since: IfSince = "",
    ) -> Response:
        return _answer(request, there(api.feed(who, channel, NEWEST)), atom, ATOM)

    @router.get(
        "/feeds/{channel}.json",
        name="feed_json",
        summary="JSON feed of a channel",
        description=_ABOUT,
        response_class=Response,
        responses={200: as_json, 304: same, **problems(422)},
    )
    def feed_json(
        request: Request,
        who: Puller,
        channel: ChannelName,
        _if_not: IfNot = "",
        _if_since: IfSince = "",
    ) -> Response:
        return _answer(request, there(api.feed(who, channel, NEWEST)), json_feed, JSON)


def _answer(request: Request, feed: Feed, write: _Writer, kind: str) -> Response:
    """The feed, or that it is the same as before."""
    data = write(feed, Written(_base(request), request.url.path, texts_of(request)))
    options: Options = request.app.state.options
    changed, settled = feed.updated_at or NEVER, options.clock() - _SETTLED
    headers = {
        "ETag": f'"{hashlib.sha256(data).hexdigest()[:32]}"',
        "Last-Modified": format_datetime(min(changed, settled), usegmt=True),
        "Cache-Control": KEPT,
    }
    found = Response(data, media_type=f"{kind}; charset=utf-8", headers=headers)
    # Within the same second it may change again: only the tag tells then.
    tells = changed < settled or "if-none-match" in request.headers
    if tells and _CONDITIONS.is_not_modified(found.headers, request.headers):
        return Response(status_code=304, headers=headers)
    return found


def _base(request: Request) -> str:
    """The address of this server as programs know it; the host is one of ours."""
    options: Options = request.app.state.options
    scheme = "https" if options.secure else "http"
    return options.origin or f"{scheme}://{request.headers['host']}"
