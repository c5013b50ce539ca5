"""The token by which a program is known: where it stands in a request, and the answer without."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

_ASKED = 'Bearer realm="photogate"'


def bearer_of(sent: Headers) -> str:
    """The token that a request brings; "" for none."""
    kind, _, secret = sent.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def no_token(sent: Headers) -> HTTPException:
    """The answer to a program without a token that counts (RFC 6750)."""
    if bearer_of(sent):
        told = {"WWW-Authenticate": f'{_ASKED}, error="invalid_token"'}
        return HTTPException(401, "error.api.token_does_not_count", headers=told)
    return HTTPException(401, headers={"WWW-Authenticate": _ASKED})
