"""The screen "drop": files go in, and the answer for each as soon as it is there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from fastapi import APIRouter, HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from gate.acting import Acting
from gate.errors import UploadRefused
from gate.web.bodies import too_long
from gate.web.flash import flash
from gate.web.forms import Field, go_to, number_of
from gate.web.pages import address, page, texts_of
from gate.web.ports_drop import Answer, ChannelAnswer, Drop, Dropped, Receipt, Receiving
from gate.web.services import Services
from gate.web.sse import Event, stream
from gate.web.visitor import Account
from gate.words import Status, plain_reason_sentence

EVENT_HEADER, NAME_HEADER = "x-event", "x-file-name"
_CHUNK = 1_000_000
_MOST_FILES = 1_000
_LONGEST = 1_000
_SHA256_LENGTH = 64
_SHOWN = {one.value: one for one in (Status.HELD, Status.UNCHECKED)}
"""What an event's answers can be narrowed to, as it stands in addresses."""


def add_drop(router: APIRouter, services: Services) -> None:
    """Add the routes."""
    _add_pages(router, services.drop)
    _add_one_file(router, services.drop)
    _add_form(router, services.drop)
    _add_copies(router, services.drop)


def _add_pages(router: APIRouter, drop: Drop) -> None:
    @router.get("/drop", name="drop")
    def dropping(request: Request, who: Account) -> Response:
        return _drop_page(request, drop, who)

    @router.get("/drop/events/{index}", name="drop_event")
    def event(request: Request, who: Account, index: str) -> Response:
        return _event_page(request, drop, who, _event(drop, who, index))

    @router.get("/drop/events/{index}/news", name="drop_news")
    def news(request: Request, who: Account, index: str) -> Response:
        after = _number(request.query_params.get("after", "0"))

        def source(last: int) -> Sequence[Event]:
            found = drop.news(who, index, max(last, after))
            return [Event(one.number, "answer", _told(request, one)) for one in found]

        _event(drop, who, index)
        return stream(request, source)


def _add_one_file(router: APIRouter, drop: Drop) -> None:
    @router.post("/drop/known", name="drop_known")
    def known(request: Request, who: Account, event: Field = "", sha256: Field = "") -> Response:
        if len(sha256) != _SHA256_LENGTH or not sha256.isalnum():
            raise HTTPException(400)
        found = drop.known(who, event, sha256.lower())
        return JSONResponse({"taken": ""} if found is None else _receipt(request, drop, found))

    @router.post("/drop/file", name="drop_file")
    async def one_file(request: Request, who: Account) -> Response:
        # Nothing of the file is read before its size is known to be allowed.
        if too_long(request.headers, await run_in_threadpool(drop.most_bytes)):
            raise HTTPException(413)
        event, name = (_header(request, one) for one in (EVENT_HEADER, NAME_HEADER))
        receiving = await run_in_threadpool(drop.receive, who, event, name)
        try:
            await _receive(request, receiving)
            found = await run_in_threadpool(receiving.finish)
        except UploadRefused as error:
            if error.too_large:
                raise HTTPException(413) from error
            raise
        except ClientDisconnect as error:
            raise HTTPException(400) from error
        finally:
            await run_in_threadpool(receiving.abandon)
        return JSONResponse(await run_in_threadpool(_receipt, request, drop, found))


async def _receive(request: Request, receiving: Receiving) -> None:
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        if len(held) >= _CHUNK:
            await run_in_threadpool(receiving.write, bytes(held))
            held.clear()
    await run_in_threadpool(receiving.write, bytes(held))


def _add_form(router: APIRouter, drop: Drop) -> None:
    @router.post("/drop", name="drop_files")
    async def several_files(request: Request, who: Account) -> Response:
        async with request.form(max_files=_MOST_FILES, max_fields=10) as form:
            event = str(form.get("event", ""))[:_LONGEST]
            files = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
            named = [one for one in files if one.filename]
            return await run_in_threadpool(_take_form, request, drop, who, event, named)


def _take_form(
    request: Request, drop: Drop, who: Acting, event: str, files: Sequence[UploadFile]
) -> Response:
    t = texts_of(request)
    if not files:
        return _drop_page(request, drop, who, event=event, problem=t("drop.no_files"))
    refused, index, taken = [], "", 0
    for file in files:
        try:
            index, taken = _take(drop, who, event, file).event, taken + 1
        except UploadRefused as error:
            refused.append(str(error))
    for sentence in dict.fromkeys(refused):
        flash(request, t.count("drop.refused", refused.count(sentence), why=sentence), "bad")
    if not taken:
        return go_to(request, "drop")
    flash(request, t.count("drop.taken", taken))
    return go_to(request, "drop_event", index=index)


def _take(drop: Drop, who: Acting, event: str, file: UploadFile) -> Receipt:
    receiving = drop.receive(who, event, file.filename or "")
    try:
        while chunk := file.file.read(_CHUNK):
            receiving.write(chunk)
        return receiving.finish()
    finally:
        receiving.abandon()


def _add_copies(router: APIRouter, drop: Drop) -> None:
    @router.get("/drop/copies/{number}", name="drop_copy")
    def copy(who: Account, number: int) -> Response:
        return jpeg(drop.picture(who, number, small=False))

    @router.get("/drop/copies/{number}/small", name="drop_small_copy")
    def small_copy(who: Account, number: int) -> Response:
        return jpeg(drop.picture(who, number, small=True))

    @router.post("/drop/copies/{number}/download", name="drop_download")
    def download(who: Account, number: int) -> Response:
        found = drop.download(who, number)
        if found is None:
            raise HTTPException(404)
        return attachment(found[0], found[1], "image/jpeg")


def jpeg(data: bytes | None) -> Response:
    """A picture, or 404 where there is none."""
    if data is None:
        raise HTTPException(404)
    return Response(data, media_type="image/jpeg")


def attachment(name: str, data: bytes, kind: str) -> Response:
    """A file to save; ``name`` is one of ours, in plain letters."""
    return Response(data, media_type=kind, headers=save_as(name))


def save_as(name: str) -> dict[str, str]:
    """The header by which a browser saves what it is sent under a name."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    return {"Content-Disposition": f'attachment; filename="{plain}"'}


# --- pages --------------------------------------------------------------------------------------


def _drop_page(
    request: Request, drop: Drop, who: Acting, *, event: str = "", problem: str = ""
) -> Response:
    return page(
        request,
        "drop.html",
        status=400 if problem else 200,
        problem=problem,
        said_event=event,
        events=drop.events(who),
        watched=drop.is_watched(),
        most=drop.most_bytes() // 1_000_000,
    )


def _event_page(request: Request, drop: Drop, who: Acting, event: Dropped) -> Response:
    number, only = number_of(request), _SHOWN.get(request.query_params.get("only", ""))
    answers, pages = drop.answers(who, event.index, number, only)
    newest = answers[0].number if answers and number == 1 else 0
    return page(
        request,
        "drop_event.html",
        event=event,
        answers=[_told(request, one) for one in answers],
        only="" if only is None else only.value,
        newest=newest,
        here=min(number, pages),
        pages=pages,
        watched=drop.is_watched(),
        most=drop.most_bytes() // 1_000_000,
    )


def _event(drop: Drop, who: Acting, index: str) -> Dropped:
    found = drop.event(who, index)
    if found is None:
        raise HTTPException(404)
    return found


def _receipt(request: Request, drop: Drop, found: Receipt) -> dict[str, object]:
    return {
        "taken": found.taken.value,
        "photo": found.photo,
        "event": address(request, "drop_event", index=found.event),
        "news": address(request, "drop_news", index=found.event),
        "last": found.last,
        "answer": None if found.answer is None else _told(request, found.answer),
        "watched": drop.is_watched(),
    }


def _told(request: Request, answer: Answer) -> dict[str, object]:
    """An answer in words, as page and script show it."""
    t, options = texts_of(request), request.app.state.options
    return {
        "number": answer.number,
        "photo": answer.photo,
        "kind": answer.trouble.value if answer.trouble else "",
        "name": answer.name,
        "when": t.when(answer.at, options.zone),
        "same_as": t("drop.same_as", name=answer.same_as) if answer.same_as else "",
        "channels": [_told_of_channel(request, one) for one in answer.channels],
    }


def _told_of_channel(request: Request, one: ChannelAnswer) -> dict[str, str]:
    spoken, copy = texts_of(request).spoken, one.copy
    found = {
        "title": spoken.channel_title(one.channel),
        "status": one.status.value,
        "label": spoken.statuses[one.status],
        "sentence": plain_reason_sentence(spoken, one.status, one.reason),
        "small": "",
        "copy": "",
        "download": "",
    }
    if copy is not None:
        found["small"] = address(request, "drop_small_copy", number=copy)
        found["copy"] = address(request, "drop_copy", number=copy)
        found["download"] = address(request, "drop_download", number=copy)
    return found


def _header(request: Request, name: str) -> str:
    return unquote(request.headers.get(name, ""), errors="replace")[:_LONGEST]


def _number(text: str) -> int:
    return int(text[:15]) if text.isascii() and text.isdigit() else 0
