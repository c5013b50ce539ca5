"""What comes with a request: how much of it is read, and whether it brings the form's token."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from gate.web.security import CSRF_FIELD, CSRF_HEADER

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_PEEKED = 4_096
_FIRST_FIELD = re.compile(
    rb'\A--[^\r\n]{1,200}\r\nContent-Disposition: form-data; name="'
    + CSRF_FIELD.encode()
    + rb'"\r\n\r\n([0-9a-f]{64})\r\n--',
    re.IGNORECASE,
)


def too_long(sent: Headers, most: int) -> bool:
    """Whether a body says of itself that it is longer than this, or lies about its length."""
    said = sent.get("content-length", "0")
    return not (said.isascii() and said.isdigit()) or int(said[:18]) > most


class Body:
    """The body of a request, of which at most ``most`` bytes are read; can be looked at before."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._read = 0
        self._kept: deque[Message] = deque()

    async def receive(self) -> Message:
        """The next part. Raises HTTPException (413) when there are too many bytes."""
        return self._kept.popleft() if self._kept else await self._next()

    async def token(self, sent: Headers) -> str:
        """The token against forged forms that came along: in a header, or in the form itself.

        In a form with files it must be the first field, so that nothing else is read before it.
        """
        if CSRF_HEADER in sent:
            return sent[CSRF_HEADER]
        kind = sent.get("content-type", "").partition(";")[0].strip().lower()
        if kind == _FORM:
            values = parse_qs((await self._peek(self._most)).decode("utf-8", "replace"))
            return values.get(CSRF_FIELD, [""])[-1]
        if kind == _MULTIPART:
            found = _FIRST_FIELD.match(await self._peek(_PEEKED))
            return found[1].decode() if found else ""
        return ""

    async def _peek(self, wanted: int) -> bytes:
        data = b""
        while len(data) < wanted:
            message = await self._next()
            self._kept.append(message)
            if message["type"] != "http.request":
                break
            data += message.get("body", b"")
            if not message.get("more_body", False):
                break
        return data

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._read += len(message.get("body", b""))
            if self._read > self._most:
                raise HTTPException(413)
        return message
