"""Style sheet, scripts and pictures of the pages: read once, named by their content, kept long."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePosixPath

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_LONG = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class StaticFile:
    """A file and its name within the address, which changes with its content."""

    address: str
    kind: str
    data: bytes


@cache
def static_files() -> dict[str, StaticFile]:
    """Every file by its plain name, such as ``console.css``."""
    folder = resources.files("gate.web") / "static"
    return {
        entry.name: _file(entry.name, entry.read_bytes())
        for entry in folder.iterdir()
        if PurePosixPath(entry.name).suffix in _KINDS
    }


def add_static_files(router: APIRouter) -> None:
    """Serve them; an address with other content's name is not found."""
    by_address = {file.address: file for file in static_files().values()}

    @router.get("/static/{name}", name="static")
    def static(name: str) -> Response:
        file = by_address.get(name)
        if file is None:
            raise HTTPException(404)
        return Response(file.data, media_type=file.kind, headers={"Cache-Control": _LONG})


def _file(name: str, data: bytes) -> StaticFile:
    path = PurePosixPath(name)
    digest = hashlib.sha256(data).hexdigest()[:12]
    return StaticFile(f"{path.stem}.{digest}{path.suffix}", _KINDS[path.suffix], data)
