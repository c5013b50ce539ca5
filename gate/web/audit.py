"""The audit log: read, checked, handed out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import StreamingResponse

from gate.acting import Acting
from gate.checkpoint import MOST_BYTES
from gate.errors import AuditBroken
from gate.web.days import day_of
from gate.web.pages import page, texts_of
from gate.web.ports_audit import Entries, Verified
from gate.web.services import Services
from gate.web.visitor import Account

_Text = Annotated[str, StringConstraints(max_length=1_000)]


class _Form(BaseModel):
    """What the form of the filters sends."""

    since: _Text = ""
    until: _Text = ""
    action: _Text = ""
    subject: _Text = ""
    actor: _Text = ""
    before: Annotated[int | None, Field(ge=1, le=2**53)] = None

    def wanted(self) -> Entries:
        """The question. Raises ValueError for a day that there is not."""
        since, until = day_of(self.since), day_of(self.until)
        return Entries(since, until, self.action, self.subject, self.actor, self.before)


def add_audit(router: APIRouter, services: Services) -> None:
    """Add the routes."""
    _add_list(router, services)
    _add_files(router, services)


def _add_list(router: APIRouter, services: Services) -> None:
    @router.get("/audit", name="audit")
    def audit(request: Request, who: Account) -> Response:
        return _page(request, services, who)

    @router.post("/audit/search", name="audit_search")
    def audit_search(request: Request, who: Account, form: Annotated[_Form, Form()]) -> Response:
        try:
            return _page(request, services, who, form.wanted())
        except ValueError:
            return _page(request, services, who, problem=texts_of(request)("audit.no_day"))

    @router.post("/audit/verify", name="audit_verify")
    def audit_verify(request: Request, who: Account, file: UploadFile | None = None) -> Response:
        given = None
        if file is not None and file.size:
            given = (file.filename or "", file.file.read(MOST_BYTES + 1))
        return _page(request, services, who, verified=services.audit.verify(who, given))


def _add_files(router: APIRouter, services: Services) -> None:
    @router.get("/audit/export", name="audit_export")
    def audit_export(who: Account) -> Response:
        parts = services.audit.export(who)
        headers = {"Content-Disposition": 'attachment; filename="photogate-audit.jsonl"'}
        return StreamingResponse(parts, media_type="application/jsonl", headers=headers)

    @router.post("/audit/checkpoint", name="audit_checkpoint")
    def audit_checkpoint(request: Request, who: Account) -> Response:
        try:
            name, data = services.audit.checkpoint(who)
        except AuditBroken as error:
            return _page(request, services, who, verified=Verified(0, str(error)))
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(data, media_type="application/json", headers=headers)


def _page(
    request: Request,
    services: Services,
    who: Acting,
    wanted: Entries | None = None,
    **values: object,
) -> Response:
    lines, more = services.audit.newest(who, wanted or Entries())
    told = {"problem": "", "verified": None} | values
    return page(
        request,
        "audit.html",
        status=400 if told["problem"] else 200,
        wanted=wanted or Entries(),
        lines=lines,
        more=more,
        searched=wanted is not None,
        **told,
    )
