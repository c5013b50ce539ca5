"""Logging in and out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from gate.errors import LoginRefused
from gate.web import security
from gate.web.flash import flash
from gate.web.forms import Field, go_to
from gate.web.pages import page, texts_of
from gate.web.services import Options, Services
from gate.web.visitor import Account, visitor_of


def add_signing_in(router: APIRouter, services: Services, options: Options) -> None:
    """Add the routes."""

    @router.get("/login", name="login")
    def login(request: Request, next: str = "/") -> Response:  # noqa: A002 - its name in addresses
        if visitor_of(request).who is not None:
            return RedirectResponse(security.own_path(next), 303)
        return page(request, "login.html", next=security.own_path(next), problem="")

    @router.post("/login", name="log_in")
    def log_in(
        request: Request,
        name: Field = "",
        password: Field = "",
        code: Field = "",
        next: Field = "/",  # noqa: A002
    ) -> Response:
        wanted = security.own_path(next)
        try:
            made = services.accounts.log_in(name, password, code)
        except LoginRefused as refused:
            return _refused(request, refused, wanted)
        before = visitor_of(request).who
        if before is not None:
            services.accounts.log_out(before)
        answer = RedirectResponse(wanted, 303)
        # Always a new secret: one that somebody put there before is worth nothing.
        _set(answer, security.session_cookie(options), made.secret, options)
        _set(answer, security.before_cookie(options), "", options)
        return answer

    @router.post("/logout", name="log_out")
    def log_out(request: Request, who: Account) -> Response:
        services.accounts.log_out(who)
        return leave(request, options, texts_of(request)("login.out"))


def leave(request: Request, options: Options, text: str) -> Response:
    """Send a browser whose login ended to the login page, with a message."""
    answer = go_to(request, "login")
    secret = security.fresh_secret()
    _set(answer, security.session_cookie(options), "", options)
    _set(answer, security.before_cookie(options), secret, options)
    flash(request, text, browser=security.csrf_of(secret))
    return answer


def _refused(request: Request, refused: LoginRefused, wanted: str) -> Response:
    t = texts_of(request)
    problem = t.count("login.wait", refused.wait) if refused.wait else t("login.wrong")
    status = 429 if refused.wait else 403
    answer = page(request, "login.html", status=status, next=wanted, problem=problem)
    if refused.wait:
        answer.headers["Retry-After"] = str(refused.wait)
    return answer


def _set(answer: Response, name: str, value: str, options: Options) -> None:
    answer.headers.append("set-cookie", security.cookie(name, value, options))
