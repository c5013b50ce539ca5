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
    EnrolmentRefused,
    ImportRefused,
    NotAllowed,
    PhotogateError,
    RegisterChanged,
    RegisterError,
    RegisterUnreachable,
    UnknownPerson,
    UploadRefused,
)
from gate.web.pages import page, texts_of

_log = logging.getLogger(__name__)

NOT_OURS, STALE_FORM = "error.not_ours", "error.stale_form"
API = "/api/"
"""Where everything is for programs."""

_STATUSES: tuple[tuple[type[PhotogateError], int], ...] = (
    (NotAllowed, 403),
    (UnknownPerson, 404),
    (RegisterChanged, 409),
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
    return not request.url.path.startswith(API) and "text/html" in accepted


def answer(request: Request, status: int, detail: str = "") -> Response:
    """The answer of this status; ``detail`` is a sentence, or the key of one."""
    t = texts_of(request)
    known = status if f"error.{status}.title" in t else 500 if status >= 500 else 400
    title = t(f"error.{known}.title")
    text = t(detail) if detail in t else detail or t(f"error.{known}.text")
    if wants_page(request):
        return page(request, "error.html", status=status, title=title, text=text)
    problem = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": text,
        "reference": getattr(request.state, "reference", ""),
    }
    return JSONResponse(problem, status, media_type="application/problem+json")


def answer_for(request: Request, error: Exception) -> Response:
    """The answer to an error: its own words only where they are meant for whoever asks."""
    if isinstance(error, HTTPException):
        detail = str(error.detail) if error.status_code == 403 else ""
        return answer(request, error.status_code, detail)
    if isinstance(error, RequestValidationError):
        return answer(request, 400)
    status = next((code for kind, code in _STATUSES if isinstance(error, kind)), 500)
    reference = getattr(request.state, "reference", "")
    if status >= 500:
        _log.error("request %s failed: %s", reference, type(error).__name__, exc_info=error)
    return answer(request, status, str(error) if isinstance(error, _TOLD) else "")


def add_error_answers(app: FastAPI) -> None:
    """Answer every error of this application in the one shape."""

    async def handle(request: Request, error: Exception) -> Response:
        return answer_for(request, error)

    for kind in (HTTPException, RequestValidationError, PhotogateError, Exception):
        app.add_exception_handler(kind, handle)
