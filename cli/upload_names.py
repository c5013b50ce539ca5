"""Names that browsers send with files, made into names that any file system takes."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from gate.errors import UploadRefused
from gate.event_files import RESERVED
from gate.safe_text import clean
from watch.scan import may_be_event, may_be_photo

_FORBIDDEN = frozenset('<>:"/\\|?*\N{REPLACEMENT CHARACTER}')
_LONGEST_EVENT = 80
_LONGEST_STEM = 120
_LONGEST_SUFFIX = 12


def event_folder_of(said: str) -> str:
    """The folder in staging for an event of this name. Raises UploadRefused without letters."""
    name = _shortened(_kept(said), _LONGEST_EVENT)
    if not name or not may_be_event(name):
        raise UploadRefused("Say what the event is called, with letters or digits.")
    return name


def file_name_of(said: str) -> str:
    """The name in staging for a file of this name; folders before it do not count.

    Raises UploadRefused for what is no photo by its name: a part of a download, a system's file.
    """
    last = PurePosixPath(said.replace("\\", "/")).name
    if not last or not may_be_photo(last):
        raise UploadRefused(
            "This is a file of a computer's own, or half a download, and no photo. It was not "
            "taken."
        )
    stem, suffix = PurePosixPath(last).stem, _kept(PurePosixPath(last).suffix)
    ending = f".{suffix}" if suffix and len(suffix.encode()) <= _LONGEST_SUFFIX else ""
    name = (_shortened(_kept(stem), _LONGEST_STEM) or "photo") + ending
    return name if may_be_photo(name) else f"{name}.jpg"


def another(name: str, number: int) -> str:
    """The name for the second, third, ... file of this name."""
    path = PurePosixPath(name)
    return f"{path.stem} ({number}){path.suffix}"


def _kept(text: str) -> str:
    """On one line, in composed letters, without what leads elsewhere or hides a file."""
    plain = clean(unicodedata.normalize("NFC", text))
    letters = (" " if letter in _FORBIDDEN else letter for letter in plain)
    name = " ".join("".join(letters).split()).strip(" .~$")
    return f"{name}-" if name.split(".", maxsplit=1)[0].strip().upper() in RESERVED else name


def _shortened(name: str, most: int) -> str:
    return name.encode()[:most].decode(errors="ignore").strip(" .~$")
