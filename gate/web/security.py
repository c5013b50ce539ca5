"""The rules of the browser's side: headers, cookies, origins, tokens against forged forms."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from gate.web.services import Options

SAFE_METHODS = frozenset({"GET", "HEAD"})
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"
_SESSION, _BEFORE = "photogate", "photogate-before"

_CONTENT = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS = {
    "Content-Security-Policy": _CONTENT,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With "no-referrer", browsers send the origin of a form as "null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_ENCRYPTED = {"Strict-Transport-Security": "max-age=31536000"}


def headers(options: Options) -> Mapping[str, str]:
    """The headers that every answer carries."""
    return _ALWAYS | (_ENCRYPTED if options.secure else {})


def fresh_secret() -> str:
    """A secret for a browser that is not logged in."""
    return secrets.token_urlsafe(32)


def csrf_of(secret: str) -> str:
    """What forms of the browser with this cookie must bring; the cookie cannot be had from it."""
    return hashlib.sha256(f"form {secret}".encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal; takes as long either way, and nothing equals nothing."""
    return bool(other) and hmac.compare_digest(one.encode(), other.encode())


def session_cookie(options: Options) -> str:
    """The name of the cookie with the login's secret."""
    return _named(_SESSION, options)


def before_cookie(options: Options) -> str:
    """The name of the cookie of a browser that is not logged in."""
    return _named(_BEFORE, options)


def cookie(name: str, value: str, options: Options) -> str:
    """A Set-Cookie header: not for scripts, not for other sites; "" takes the cookie back."""
    parts = [f"{name}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if options.secure:
        parts.append("Secure")
    if not value:
        parts.append("Max-Age=0")
    return "; ".join(parts)


def is_known_host(host: str, hosts: Collection[str]) -> bool:
    """Whether a Host header names this server; the port does not count."""
    name = _without_port(host).lower()
    _, _, parent = name.partition(".")
    return bool(name) and (name in hosts or f"*.{parent}" in hosts)


def comes_from_here(method: str, sent: Headers, options: Options) -> bool:
    """Whether a page of ours sent this, or nobody's: as far as the browser tells.

    Other sites may only link to pages. What changes something comes from our own pages.
    """
    site = sent.get("sec-fetch-site", "")
    if method in SAFE_METHODS:
        linked = sent.get("sec-fetch-mode") == "navigate" and sent.get("sec-fetch-dest") in (
            "document",
            None,
        )
        return site in ("", "same-origin", "none") or linked
    origin = sent.get("origin")
    if origin is not None and origin != _origin(sent, options):
        return False
    return site in ("", "same-origin", "none")


def own_path(wanted: str) -> str:
    """The path if it is one of this server, else its first page: never another site."""
    parts = urlsplit(wanted) if wanted.isprintable() else None
    leads_away = wanted.startswith(("//", "/\\")) or "\\" in wanted
    if parts is None or parts.scheme or parts.netloc or leads_away or not wanted.startswith("/"):
        return "/"
    return wanted


def _origin(sent: Headers, options: Options) -> str:
    scheme = "https" if options.secure else "http"
    return options.origin or f"{scheme}://{sent.get('host', '')}"


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _named(name: str, options: Options) -> str:
    # The prefix: browsers take such a cookie over TLS only, and from no other host.
    return f"__Host-{name}" if options.secure else name
