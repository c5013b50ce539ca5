"""What surrounds every answer, errors too: known hosts only, the safety headers, a reference."""

from __future__ import annotations

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gate.web import security
from gate.web.errors import API, PROBLEM
from gate.web.services import Options


class Envelope:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, options: Options) -> None:
        self._app = app
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on, with the headers that every answer carries."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reference = secrets.token_hex(6)
        scope.setdefault("state", {})["reference"] = reference

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._dress(MutableHeaders(scope=message), reference)
            await send(message)

        known = security.is_known_host(Headers(scope=scope).get("host", ""), self._options.hosts)
        inner = self._app if known else _another_name(scope, reference)
        await inner(scope, receive, sending)

    def _dress(self, sent: MutableHeaders, reference: str) -> None:
        for name, value in security.headers(self._options).items():
            sent[name] = value
        sent.setdefault("Cache-Control", "no-store")
        sent["X-Request-Id"] = reference


def _another_name(scope: Scope, reference: str) -> Response:
    text = "This server has another name."
    if not scope["path"].startswith(API):
        return PlainTextResponse(f"{text}\n", 400)
    problem = {"type": "about:blank", "title": text, "status": 400, "detail": text}
    return JSONResponse(problem | {"reference": reference}, 400, media_type=PROBLEM)
