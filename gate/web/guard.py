"""What every request passes before any page sees it: who asks, for what, and is it allowed.

The order: a route with an entry in the table; accounts exist; who it is; may they; does it come
from our own page; is the body short enough; does it bring the form's token.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gate.acting import Acting
from gate.errors import PhotogateError
from gate.web import security
from gate.web.access import ACCESS, Entry, Who, refusal
from gate.web.bearer import bearer_of, no_token
from gate.web.bodies import Body, too_long
from gate.web.errors import NOT_OURS, STALE_FORM, answer_for, wants_page
from gate.web.services import Options, Services
from gate.web.visitor import Visitor, visitor_of


class _Known(NamedTuple):
    """A browser: by its login, or by the secret of one that is not logged in."""

    who: Acting | None = None
    secret: str = ""
    is_new: bool = False


class Guard:
    """Lets through what the table allows."""

    def __init__(self, app: ASGIApp, *, services: Services, options: Options) -> None:
        self._app = app
        self._services = services
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        request = Request(scope, receive)
        try:
            entry, parameters = _entry(scope)
            known = await self._known(entry, request.headers)
            token = security.csrf_of(known.secret) if known.secret else ""
            request.state.visitor = Visitor(known.who, token)
            found = await self._turned_away(entry, request, parameters)
            body = Body(receive, entry.most_bytes)
            if found is None:
                await _require_sound(request, entry, body, self._options)
        except (HTTPException, PhotogateError) as error:
            await answer_for(request, error)(scope, receive, send)
            return
        if found is not None:
            await found(scope, receive, send)
            return
        await self._app(scope, body.receive, self._with_cookie(send, known))

    async def _known(self, entry: Entry, sent: Headers) -> _Known:
        if entry.who is Who.FILE:
            return _Known()
        accounts = self._services.accounts
        if entry.who is Who.TOKEN:
            secret = bearer_of(sent)
            if not secret:
                return _Known()
            return _Known(await run_in_threadpool(accounts.by_token, secret, entry.purpose))
        cookies = Request({"type": "http", "headers": sent.raw}).cookies
        secret = cookies.get(security.session_cookie(self._options), "")
        who = await run_in_threadpool(accounts.by_session, secret) if secret else None
        if who is not None:
            return _Known(who, secret)
        before = cookies.get(security.before_cookie(self._options), "")
        return _Known(None, before or security.fresh_secret(), is_new=not before)

    async def _turned_away(
        self, entry: Entry, request: Request, parameters: dict[str, object]
    ) -> Response | None:
        """The answer to who may not come in; None when they may. Raises HTTPException."""
        if entry.who is Who.FILE:
            return None
        is_page = wants_page(request) and request.method in security.SAFE_METHODS
        if await run_in_threadpool(self._services.accounts.any_made) == (entry.who is Who.SETUP):
            if entry.who is not Who.SETUP and is_page:
                return RedirectResponse(request.app.url_path_for("set_up"), 303)
            raise HTTPException(404)
        who = visitor_of(request).who
        refused = refusal(entry, who, parameters)
        if refused and who is not None:
            if entry.acts:
                note = self._services.accounts.note_refusal
                await run_in_threadpool(note, who, entry.acts[0])
            raise HTTPException(403, refused)
        if refused and entry.who is Who.TOKEN:
            raise no_token(request.headers)
        if refused:
            if is_page:
                return _to_login(request)
            raise HTTPException(401)
        return None

    def _with_cookie(self, send: Send, known: _Known) -> Send:
        """Give a browser that is not logged in the secret on which its forms rest."""
        if not known.is_new:
            return send
        name = security.before_cookie(self._options)
        value = security.cookie(name, known.secret, self._options)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", value)
            await send(message)

        return sending


def _entry(scope: Scope) -> tuple[Entry, dict[str, object]]:
    """The table's entry for the route that answers this, and the path's parameters.

    Raises HTTPException: 404 without a route or without an entry, 405 for another method.
    """
    methods: set[str] = set()
    routes: list[BaseRoute] = scope["app"].router.routes
    for route in routes:
        match, child = route.matches(scope)
        entry = ACCESS.get(getattr(route, "name", "")) if match is not Match.NONE else None
        if match is Match.FULL and entry is not None:
            return entry, dict(child.get("path_params", {}))
        if match is Match.FULL:
            break
        if entry is not None:
            methods |= getattr(route, "methods", None) or set()
    if methods:
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(methods))})
    raise HTTPException(404)


async def _require_sound(request: Request, entry: Entry, body: Body, options: Options) -> None:
    """Raises HTTPException: 413 for too much, 403 for what no page of ours sent."""
    if too_long(request.headers, entry.most_bytes):
        raise HTTPException(413)
    if entry.who is Who.TOKEN:
        # A browser never sends a program's token by itself.
        return
    if not security.comes_from_here(request.method, request.headers, options):
        raise HTTPException(403, NOT_OURS)
    if request.method in security.SAFE_METHODS:
        return
    if not security.same(await body.token(request.headers), visitor_of(request).csrf):
        raise HTTPException(403, STALE_FORM)


def _to_login(request: Request) -> Response:
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = request.app.url_path_for("login")
    if wanted == "/":
        return RedirectResponse(address, 303)
    return RedirectResponse(f"{address}?next={quote(wanted, safe='/')}", 303)
