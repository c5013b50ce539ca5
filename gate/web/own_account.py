"""One's own account: password, logins, one-time codes."""

from __future__ import annotations

import pyotp
import segno
from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from gate.acting import Acting
from gate.errors import LoginRefused, RegisterError
from gate.web.flash import flash
from gate.web.forms import Field, go_to
from gate.web.pages import page, texts_of
from gate.web.services import Services
from gate.web.signing_in import leave
from gate.web.visitor import Account

_ISSUER = "photogate"


def add_own_account(router: APIRouter, services: Services) -> None:
    """Add the routes."""
    _add_password(router, services)
    _add_logins(router, services)
    _add_codes(router, services)


def _add_password(router: APIRouter, services: Services) -> None:
    @router.get("/account", name="own_account")
    def own_account(request: Request, who: Account) -> Response:
        return _account_page(request, services, who)

    @router.post("/account/password", name="change_password")
    def change_password(
        request: Request, who: Account, old: Field = "", new: Field = "", again: Field = ""
    ) -> Response:
        t = texts_of(request)
        if new != again:
            return _account_page(request, services, who, problem=t("account.differ"))
        try:
            services.own_account.change_password(who, old, new)
        except (LoginRefused, RegisterError) as error:
            return _account_page(request, services, who, problem=_why(request, error))
        return leave(request, request.app.state.options, t("login.password_changed"))


def _add_logins(router: APIRouter, services: Services) -> None:
    @router.post("/account/logins/{number}/end", name="end_login")
    def end_login(request: Request, who: Account, number: int) -> Response:
        ended = services.own_account.end_login(who, number)
        flash(request, texts_of(request)("account.ended" if ended else "account.not_ended"))
        return go_to(request, "own_account")

    @router.post("/account/logins/end-others", name="end_other_logins")
    def end_other_logins(request: Request, who: Account) -> Response:
        ended = services.own_account.end_other_logins(who)
        flash(request, texts_of(request).count("account.ended_others", ended))
        return go_to(request, "own_account")


def _add_codes(router: APIRouter, services: Services) -> None:
    @router.get("/account/code", name="code")
    def code(request: Request, who: Account) -> Response:
        return _code_page(request, who, pyotp.random_base32())

    @router.post("/account/code", name="ask_for_code")
    def ask_for_code(
        request: Request, who: Account, secret: Field = "", digits: Field = "", password: Field = ""
    ) -> Response:
        try:
            services.own_account.ask_for_code(who, password, secret, digits)
        except (LoginRefused, RegisterError) as error:
            return _code_page(request, who, secret, problem=_why(request, error))
        flash(request, texts_of(request)("code.done"))
        return go_to(request, "own_account")

    @router.post("/account/code/remove", name="ask_no_code")
    def ask_no_code(request: Request, who: Account, password: Field = "") -> Response:
        try:
            services.own_account.ask_no_code(who, password)
        except (LoginRefused, RegisterError) as error:
            return _account_page(request, services, who, problem=_why(request, error))
        flash(request, texts_of(request)("account.code_removed"))
        return go_to(request, "own_account")


def _account_page(
    request: Request, services: Services, who: Acting, *, problem: str = ""
) -> Response:
    return page(
        request,
        "own_account.html",
        status=400 if problem else 200,
        logins=services.own_account.logins(who),
        has_code=services.own_account.has_code(who),
        problem=problem,
    )


def _code_page(request: Request, who: Acting, secret: str, *, problem: str = "") -> Response:
    kept = secret if secret.isascii() and secret.isalnum() and len(secret) == 32 else ""
    secret = kept or pyotp.random_base32()
    address = pyotp.TOTP(secret).provisioning_uri(name=who.name, issuer_name=_ISSUER)
    # Drawn here: the key must not be shown to anybody else's server.
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=3, dark="#000", light="#fff")
    return page(
        request,
        "code.html",
        status=400 if problem else 200,
        secret=secret,
        picture=Markup(drawn),  # noqa: S704 - drawn by the library from rectangles
        problem=problem,
    )


def _why(request: Request, error: LoginRefused | RegisterError) -> str:
    if isinstance(error, RegisterError):
        return str(error)
    t = texts_of(request)
    return t.count("login.wait", error.wait) if error.wait else t("account.wrong_password")
