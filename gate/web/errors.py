"""What is answered when something does not work: one shape, without anything internal.

A page for people, ``application/problem+json`` (RFC 9457) for programs; both with a reference
under which the server's log says more.
"""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from gate.errors import (
    CopyRevoked,
    EnrolmentRefused,
    ImportRefused,
    NotAllowed,
    PhotogateError,
    RegisterChanged,
    RegisterError,
    RegisterOutdated,
    RegisterUnreachable,
    UnknownPerson,
    UploadRefused,
)
from gate.safe_text import clean
from gate.web.pages import page, texts_of

_log = logging.getLogger(__name__)

NOT_OURS, STALE_FORM = "error.not_ours", "error.stale_form"
API = ("/api/", "/feeds/")
"""Where everything is for programs."""
PROBLEM = "application/problem+json"
_LATER = "60"
"""Seconds after which a program may ask again."""

_STATUSES: tuple[tuple[type[PhotogateError], int], ...] = (
    (NotAllowed, 403),
    (UnknownPerson, 404),
    (RegisterChanged, 409),
    (CopyRevoked, 410),
    (RegisterOutdated, 503),
    (RegisterError, 400),
    (ImportRefused, 400),
    (EnrolmentRefused, 400),
    (UploadRefused, 400),
    (RegisterUnreachable, 503),
)
_TOLD = (NotAllowed, RegisterError, ImportRefused, EnrolmentRefused, UploadRefused)
"""Errors whose sentence is for whoever asks; others may name folders and addresses."""


def wants_page(request: Request) -> bool:
    """Whether a person asks through a browser, and not a program or a script."""
    accepted = request.headers.get("accept", "")
    return not is_for_programs(request) and "text/html" in accepted


def is_for_programs(request: Request) -> bool:
    """Whether the address is one for programs."""
    return request.url.path.startswith(API)


def answer(request: Request, status: int, detail: str = "") -> Response:
    """The answer of this status; ``detail`` is a sentence, or the key of one."""
    t = texts_of(request)
    title, text = _words(request, status)
    text = t(detail) if detail in t else detail or text
    if wants_page(request):
        return page(request, "error.html", status=status, title=title, text=text)
    problem = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": text,
        "reference": getattr(request.state, "reference", ""),
    }
    return JSONResponse(problem, status, media_type=PROBLEM)


def _words(request: Request, status: int) -> tuple[str, str]:
    """Title and text for this status; programs are told no buttons to press."""
    t, beginnings = texts_of(request), ["error"]
    if is_for_programs(request):
        beginnings.insert(0, "error.api")
    for code in (status, 500 if status >= 500 else 400):
        for beginning in beginnings:
            if f"{beginning}.{code}.title" in t:
                return t(f"{beginning}.{code}.title"), t(f"{beginning}.{code}.text")
    raise AssertionError("there are words for 400 and 500")


def answer_for(request: Request, error: Exception) -> Response:
    """The answer to an error: its own words only where they are meant for whoever asks."""
    if isinstance(error, HTTPException):
        said = str(error.detail)
        told = error.status_code == 403 or said in texts_of(request)
        found = answer(request, error.status_code, said if told else "")
        found.headers.update(error.headers or {})
        return found
    if isinstance(error, RequestValidationError):
        return _unfit(request, error)
    status = next((code for kind, code in _STATUSES if isinstance(error, kind)), 500)
    reference = getattr(request.state, "reference", "")
    told = isinstance(error, _TOLD)
    if status >= 500 and not told:
        _log.error("request %s failed: %s", reference, type(error).__name__, exc_info=error)
    found = answer(request, status, str(error) if told else "")
    if status == 503:
        found.headers["Retry-After"] = _LATER
    return found


def _unfit(request: Request, error: RequestValidationError) -> Response:
    """The answer to what has another form; programs are told what, but not what they sent."""
    if not is_for_programs(request):
        return answer(request, 400)
    names = {".".join(str(part) for part in one["loc"]) for one in error.errors()}
    told = texts_of(request)("error.api.unfit", names=clean(", ".join(sorted(names))))
    return answer(request, 422, told)


def add_error_answers(app: FastAPI) -> None:
    """Answer every error of this application in the one shape."""

    async def handle(request: Request, error: Exception) -> Response:
        return answer_for(request, error)

    for kind in (HTTPException, RequestValidationError, PhotogateError, Exception):
        app.add_exception_handler(kind, handle)
