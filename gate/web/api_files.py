"""A copy's bytes as a file that can be had in parts, or again only when it is another one."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gate.web.drop import save_as
from gate.web.ports_api import Copy, Item

KEPT = "private, no-cache"
"""Whoever keeps it must ask each time whether it may still be used."""
_ONE_PART = re.compile(r"bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))", re.ASCII)


def headers_of(item: Item) -> dict[str, str]:
    """The headers of the whole file; the tag is the SHA-256 of its bytes."""
    digest = base64.b64encode(bytes.fromhex(item.sha256)).decode()
    return {
        "ETag": f'"{item.sha256}"',
        "Repr-Digest": f"sha-256=:{digest}:",
        "Accept-Ranges": "bytes",
        "Cache-Control": KEPT,
        **save_as(item.name),
    }


def whole_or_part(copy: Copy, sent: Headers) -> Response:
    """The file, the one part of it that is asked for (RFC 9110, 14), or that it is the same.

    Several parts at once, and other units than bytes, are not asked for: it is the whole then.
    Raises HTTPException (416) for a part that the file does not have.
    """
    item, headers = copy.item, headers_of(copy.item)
    if is_same(headers["ETag"], sent):
        return Response(status_code=304, headers=headers)
    part = _part(sent, headers["ETag"], len(copy.data))
    if part is None:
        return Response(copy.data, media_type=item.media_type, headers=headers)
    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(copy.data)}"
    data = copy.data[part.start : part.stop]
    return Response(data, 206, media_type=item.media_type, headers=headers)


def is_same(tag: str, sent: Mapping[str, str]) -> bool:
    """Whether whoever asks has what has this tag."""
    said = sent.get("if-none-match", "")
    return said.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in said.split(",")]


def _part(sent: Headers, tag: str, size: int) -> range | None:
    asked = _ONE_PART.fullmatch(sent.get("range", "").strip())
    if asked is None or sent.get("if-range", tag) != tag:
        return None
    first, last, newest = asked.groups()
    if newest is not None:
        part = range(max(0, size - int(newest)), size)
    else:
        part = range(int(first), min(int(last) + 1, size) if last else size)
        if last and int(last) < int(first):
            return None
    if not part:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{size}"})
    return part
