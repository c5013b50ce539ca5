"""Files of the school's system: sent, looked at as a table of changes, then imported as shown."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from gate.acting import Acting
from gate.errors import ImportRefused, RegisterChanged
from gate.roles import Act, may
from gate.web.flash import flash
from gate.web.forms import go_to, number_of
from gate.web.in_memory import Sent
from gate.web.pages import page, texts_of
from gate.web.ports_imports import MOST_BYTES, FileKind, Imports
from gate.web.services import Services
from gate.web.visitor import Account


def add_imports(router: APIRouter, services: Services) -> None:
    """Add the routes."""
    _add_looking(router, services.imports)
    _add_taking(router, services.imports)


def _add_looking(router: APIRouter, imports: Imports) -> None:
    @router.get("/register/import", name="imports")
    def forms(request: Request, who: Account) -> Response:
        return _forms(request, imports, who)

    @router.post("/register/import/look", name="imports_look")
    def look(request: Request, who: Account, sent: Sent) -> Response:
        t = texts_of(request)
        chosen = next((one for one in FileKind if one.value == sent.kind), None)
        if chosen is None:
            return _forms(request, imports, who, t("imports.no_kind"))
        if not sent.data:
            return _forms(request, imports, who, t("imports.no_file"), sent.kind)
        if len(sent.data) > MOST_BYTES:
            return _forms(request, imports, who, t("imports.too_large"), sent.kind)
        token = imports.look(who, chosen, sent.name, sent.data)
        return go_to(request, "imports_plan", token=token)

    @router.get("/register/import/{token}", name="imports_plan")
    def plan(request: Request, who: Account, token: str) -> Response:
        found = imports.dry_run(who, token, number_of(request))
        if found is None:
            return _gone(request)
        status = 400 if found.trouble else 200
        return page(request, "register_import_plan.html", status=status, found=found)


def _add_taking(router: APIRouter, imports: Imports) -> None:
    @router.post("/register/import/{token}/take", name="imports_take")
    def take(request: Request, who: Account, token: str) -> Response:
        t = texts_of(request)
        try:
            done = imports.take(who, token)
        except RegisterChanged:
            flash(request, t("imports.changed_meanwhile"), "bad")
            return go_to(request, "imports_plan", token=token)
        except ImportRefused:
            return go_to(request, "imports_plan", token=token)
        if done is None:
            return _gone(request)
        sentences = [t.count("imports.done", done.size)]
        if done.judging:
            sentences.append(t.count("register.judged_again", done.judging))
        flash(request, " ".join(sentences))
        lists = done.kind is FileKind.RESTRICTIONS
        return go_to(request, "register_restrictions" if lists else "register")

    @router.post("/register/import/{token}/forget", name="imports_forget")
    def forget(request: Request, who: Account, token: str) -> Response:
        if not imports.forget(who, token):
            return _gone(request)
        flash(request, texts_of(request)("imports.forgotten"), "note")
        return go_to(request, "imports")


def _forms(
    request: Request, imports: Imports, who: Acting, problem: str = "", kind: str = ""
) -> Response:
    return page(
        request,
        "register_import.html",
        status=400 if problem else 200,
        forms=imports.forms(who),
        problem=problem,
        kind=kind,
        sees=may(who.roles, Act.SEE_PEOPLE),
    )


def _gone(request: Request) -> Response:
    flash(request, texts_of(request)("imports.gone"), "bad")
    return go_to(request, "imports")
