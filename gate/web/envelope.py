"""What surrounds every answer, errors too: known hosts only, the safety headers, a reference."""

from __future__ import annotations

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gate.web import security
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
        inner = self._app if known else PlainTextResponse("This server has another name.\n", 400)
        await inner(scope, receive, sending)

    def _dress(self, sent: MutableHeaders, reference: str) -> None:
        for name, value in security.headers(self._options).items():
            sent[name] = value
        sent.setdefault("Cache-Control", "no-store")
        sent["X-Request-Id"] = reference
