"""A form with one file, read into memory only: what names people is not left in a temporary file.

The guard has bounded the body before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from gate.web.ports_imports import MOST_BYTES

_FIELDS = 8
_LONGEST = 200


class _InMemory(MultiPartParser):
    """Never changes over to a file on the disk, as the parser otherwise does from 1 MB on."""

    spool_max_size = MOST_BYTES + 1_000_000


@dataclass(frozen=True)
class SentForm:
    """What came: the field ``kind``, the file's name as the browser said it, and its bytes."""

    kind: str = ""
    name: str = ""
    data: bytes = b""


async def _sent_form(request: Request) -> SentForm:
    sent = request.headers.get("content-type", "")
    if not sent.lower().startswith("multipart/form-data"):
        return SentForm()
    stream = request.stream()
    try:
        form = await _InMemory(request.headers, stream, max_files=1, max_fields=_FIELDS).parse()
    except (MultiPartException, KeyError) as error:
        raise HTTPException(400) from error
    try:
        kind, file = form.get("kind", ""), form.get("file")
        if not isinstance(file, UploadFile):
            return SentForm(str(kind)[:_LONGEST])
        return SentForm(str(kind)[:_LONGEST], file.filename or "", await file.read())
    finally:
        await form.close()


Sent = Annotated[SentForm, Depends(_sent_form)]
"""The form that was sent, as a parameter of a route."""
