"""The manifest of a folder of pulled copies: what lies there, for which channel, since when.

It names copies only: no person, no original, no event but the folder's own name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, PositiveInt, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from gate import durable
from gate.errors import SiteError
from gate.safe_text import clean
from gate.sealed import Fingerprint, Form, Instant, Line, Seal, Sha256, instant
from gate.signing import Signer

FILE_NAME = "photogate-manifest.json"
MOST_BYTES = 64_000_000
MOST_FILES = 100_000

_LONGEST_NAME = 400
_STRICT = ConfigDict(strict=True, extra="forbid")
_FORBIDDEN = frozenset('<>:"\\|?*')


def _safe(name: str) -> str:
    parts = name.split("/")
    if any(part in ("", ".", "..") or part != part.strip() or part.endswith(".") for part in parts):
        raise ValueError("a file name must stay within the folder")
    if clean(name) != name or _FORBIDDEN & set(name):
        raise ValueError("a file name has a character that is not allowed")
    if len(name) > _LONGEST_NAME:
        raise ValueError("a file name is too long")
    if same_name(name) == FILE_NAME:
        raise ValueError("a file has the name of the manifest")
    return name


def same_name(name: str) -> str:
    """What two names share that some file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _in_order(files: tuple[Entry, ...]) -> tuple[Entry, ...]:
    names = [entry.name for entry in files]
    if names != sorted(names):
        raise ValueError("the files are not in the order of their names")
    if len({same_name(name) for name in names}) != len(names):
        raise ValueError("a file name is there twice")
    return files


@dataclass(frozen=True, slots=True, config=_STRICT)
class Entry:
    """One copy: its path within the folder with forward slashes, and what it must be.

    ``size`` in bytes, ``width`` and ``height`` in pixels. ``release`` is the number of the release
    in the ledger, ``approved_at`` its instant. Raises ValueError for what no copy can have.
    """

    name: Annotated[str, AfterValidator(_safe)]
    sha256: Sha256
    size: PositiveInt
    width: PositiveInt
    height: PositiveInt
    release: PositiveInt
    approved_at: Instant


_FIELDS = tuple(field.name for field in fields(Entry))


@dataclass(frozen=True, slots=True, config=_STRICT)
class Manifest:
    """What was pulled from the site with this id, for a channel, by whom, at which instant."""

    site: Fingerprint
    channel: Line
    made_at: Instant
    by: Line
    files: Annotated[tuple[Entry, ...], Field(max_length=MOST_FILES), AfterValidator(_in_order)]

    @property
    def by_name(self) -> Mapping[str, Entry]:
        """The entries by their names."""
        return {entry.name: entry for entry in self.files}


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest as it was read, with a seal that is still to be checked."""

    manifest: Manifest
    seal: Seal


def build(entries: Iterable[Entry], channel: str, by: str, at: datetime, site_id: str) -> Manifest:
    """The manifest of these copies. Raises DocumentRefused when two have one name, for example."""
    files = tuple(sorted(entries, key=lambda entry: entry.name))
    try:
        return Manifest(site=site_id, channel=channel, made_at=at, by=by, files=files)
    except ValidationError as error:
        raise _FORM.refused(error) from error


def to_bytes(manifest: Manifest, signer: Signer) -> bytes:
    """The file: the same manifest and key always give the same bytes."""
    return _FORM.to_bytes(manifest, signer)


def read(data: bytes) -> SignedManifest:
    """The manifest in a file. Raises DocumentRefused unless it is one, in every detail."""
    return SignedManifest(*_FORM.read(data))


def read_from(folder: Path) -> SignedManifest | None:
    """The manifest of a folder, None where there is none. Raises DocumentRefused, SiteError."""
    path = folder / FILE_NAME
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SiteError(f"{path} cannot be read: {error.strerror}.") from error
    return read(data)


def write(folder: Path, data: bytes) -> None:
    """Put a manifest into its folder, whole or not at all, in place of an earlier one.

    Raises SiteError when it cannot be written.
    """
    path = folder / FILE_NAME
    temporary = path.with_name(f".{FILE_NAME}.new")
    try:
        durable.write(temporary, data, mode=durable.SHARED_FILE)
        durable.move(temporary, path)
    except OSError as error:
        raise SiteError(f"{path} cannot be written: {error.strerror}.") from error


@cache
def _kind() -> TypeAdapter[Manifest]:
    return TypeAdapter(Manifest)


def _plain(manifest: Manifest) -> dict[str, Any]:
    return {
        "site": manifest.site,
        "channel": manifest.channel,
        "made_at": instant(manifest.made_at),
        "by": manifest.by,
        "files": [_plain_entry(entry) for entry in manifest.files],
    }


def _plain_entry(entry: Entry) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in _FIELDS}
    return {**values, "approved_at": instant(entry.approved_at)}


_FORM = Form("manifest", 1, MOST_BYTES, _plain, _kind)
