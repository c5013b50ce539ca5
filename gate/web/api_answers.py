"""What an address for programs answers when all is not well, and how that is described."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

from starlette.exceptions import HTTPException

from gate.web.errors import PROBLEM

_Found = TypeVar("_Found")
Answers: TypeAlias = dict[int | str, dict[str, Any]]

TEXT_HEADER = {"schema": {"type": "string"}}
_TOLD = {
    400: "What was sent could not be understood.",
    401: "No token, or one that does not count: mistyped, revoked, expired, its account disabled.",
    403: "The token is for another purpose or channel, or its account may not do this.",
    404: "There is no such channel, copy or request.",
    409: "The copy may stay by now.",
    410: "The copy was revoked: delete it wherever you keep or show it.",
    413: "What was sent is too long.",
    416: "The file has no such part; `Content-Range` says how long it is.",
    422: "A value that was sent does not fit this description.",
    500: "Something went wrong on the server; its log says what, under the reference.",
    503: "Copies are not handed out at present, or the register does not answer: ask again later.",
}
_HEADERS = {401: "WWW-Authenticate", 416: "Content-Range", 503: "Retry-After"}
_ALWAYS = (401, 403, 404, 500, 503)


def there(found: _Found | None) -> _Found:
    """What was found. Raises HTTPException (404) when it is nothing."""
    if found is None:
        raise HTTPException(404)
    return found


def problems(*codes: int) -> Answers:
    """The answers of these codes, and of those that every address may give."""
    return {code: _problem(code) for code in sorted({*_ALWAYS, *codes})}


def also(content: dict[str, Any], description: str, *headers: str) -> dict[str, Any]:
    """An answer that is no problem: its content by media type, and headers of text that it has."""
    told: dict[str, Any] = {"description": description}
    if content:
        told["content"] = content
    if headers:
        told["headers"] = {name: dict(TEXT_HEADER, required=True) for name in headers}
    return told


def _problem(code: int) -> dict[str, Any]:
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    name = _HEADERS.get(code)
    return also(content, _TOLD[code], *([name] if name else []))
