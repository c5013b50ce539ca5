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

_TOLD = (
    "A token that an administrator made with `photogate account token make`: for the purpose "
    "`pull` to list and download, for `report` to say what was published or taken down."
)
# The guard has looked at it before: this is for the description.
_bearer = HTTPBearer(scheme_name="token", description=_TOLD, auto_error=False)


def _program(
    who: Account, _token: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Acting:
    return who


Program = Annotated[Acting, Depends(_program)]
"""The program that asks, as a parameter of a route."""


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
