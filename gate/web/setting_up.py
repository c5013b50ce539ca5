"""The first account of a fresh site, for whoever reads the code in the server's window."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from fastapi import APIRouter, Request, Response

from gate.errors import RegisterError
from gate.web.flash import flash
from gate.web.forms import Field, go_to
from gate.web.pages import page, texts_of
from gate.web.security import same
from gate.web.services import Options, Services

TRIES = 10
"""Wrong codes before none is right any more."""


@dataclass
class SetupCode:
    """The code of this run of the server; void after too many wrong ones."""

    code: str
    wrong: int = 0
    lock: Lock = field(default_factory=Lock)

    @property
    def is_void(self) -> bool:
        """Whether no code is right any more."""
        return not self.code or self.wrong >= TRIES

    def fits(self, typed: str) -> bool:
        """Whether this is the code, however it is spaced; counts when it is not."""
        with self.lock:
            right = not self.is_void and same(_plain(typed), _plain(self.code))
            self.wrong += not right
            return right


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def add_setting_up(router: APIRouter, services: Services, options: Options) -> None:
    """Add the routes."""
    setup_code = SetupCode(options.setup_code)

    def form(request: Request, *, name: str = "", problem: str = "") -> Response:
        status = 400 if problem else 200
        return page(request, "set_up.html", status=status, name=name, problem=problem)

    @router.get("/set-up", name="set_up")
    def set_up(request: Request) -> Response:
        return form(request)

    @router.post("/set-up", name="make_first_account")
    def make_first_account(
        request: Request,
        code: Field = "",
        name: Field = "",
        password: Field = "",
        again: Field = "",
    ) -> Response:
        t = texts_of(request)
        if not setup_code.fits(code):
            problem = "set_up.exhausted" if setup_code.is_void else "set_up.wrong_code"
            return form(request, name=name, problem=t(problem))
        if password != again:
            return form(request, name=name, problem=t("account.differ"))
        try:
            services.accounts.make_first(name, password)
        except RegisterError as error:
            return form(request, name=name, problem=str(error))
        flash(request, t("set_up.done"))
        return go_to(request, "login")
