"""Programs as parameters of routes: known by a bearer token, which the description tells of."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from gate.acting import Acting
from gate.web.access import ACCESS, refusal
from gate.web.bearer import bearer_of, no_token
from gate.web.ports import Accounts
from gate.web.visitor import Account

_MADE = (
    "Made by an administrator: `photogate account token make LABEL --account NAME --channel CHANNEL"
)


def _bearer(purpose: str, what: str) -> HTTPBearer:
    # The guard has looked at the token before: this is for the description.
    told = f"A token to {what}. {_MADE} --purpose {purpose}`"
    return HTTPBearer(scheme_name=purpose, description=told, auto_error=False)


_Credentials = HTTPAuthorizationCredentials | None
_Pulls = Annotated[_Credentials, Depends(_bearer("pull", "list and download copies"))]
_Reports = Annotated[_Credentials, Depends(_bearer("report", "say where copies are"))]


def _puller(who: Account, _token: _Pulls) -> Acting:
    return who


def _reporter(who: Account, _token: _Reports) -> Acting:
    return who


Puller = Annotated[Acting, Depends(_puller)]
"""The program that asks with a token for pulling, as a parameter of a route."""
Reporter = Annotated[Acting, Depends(_reporter)]
"""The program that reports with a token for it, as a parameter of a route."""


async def let_in_again(request: Request, accounts: Accounts) -> Acting:
    """Ask the guard's question again, after a while. Raises HTTPException, NotAllowed."""
    entry = ACCESS[request.scope["route"].name]
    secret = bearer_of(request.headers)
    who = await run_in_threadpool(accounts.by_token, secret, entry.purpose)
    refused = refusal(entry, who, request.path_params)
    if who is None:
        raise no_token(request.headers)
    if refused:
        raise HTTPException(403, refused)
    return who
