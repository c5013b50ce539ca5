"""Names for released copies and their folders that name nobody and no file of ours."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

from gate.person_names import PersonNames

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Names of devices on Windows, with or without an ending; and the widths that Windows folds.
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.I)
_LONGEST_PART = 80
_LONGEST_PART_BYTES = 200
_LONGEST_PATH = 120
_EVENT_DIGITS = 10
_PHOTO_DIGITS = 15


def copy_name(photo: str, channel: str, rendition: str, *, longer: int = 0) -> str:
    """The name, without ending, of a copy; ``photo`` and ``rendition`` are SHA-256 digests.

    Digits only, because letters drawn by lot spell a name now and then. ``longer`` adds digits
    for the rare case that a name is taken by another copy.
    """
    digest = hashlib.sha256("\n".join((photo, channel, rendition)).encode()).hexdigest()
    return _digits(digest, _PHOTO_DIGITS + longer)


def event_folder(event: str, names: PersonNames, key: bytes) -> str:
    """The folder in ``ready/<channel>/`` for an event: its own name, made safe everywhere.

    A part that holds a name of the register becomes a number. It is made with ``key``, a secret
    of the site, so that nobody can find the name again by trying the names of a class list.
    """
    parts = [_part(part, names, key) for part in event.split("/") if part]
    path = "/".join(parts)
    return path if len(path) <= _LONGEST_PATH else _number(event, key)


def _part(part: str, names: PersonNames, key: bytes) -> str:
    if names.found_in(part):
        return _number(part, key)
    return _safe(part) or _number(part, key)


def _safe(part: str) -> str:
    """One folder's name that Windows, macOS, Linux and a web address can all carry."""
    text = unicodedata.normalize("NFC", part)
    text = "".join(" " if unicodedata.category(c) in _INVISIBLE else c for c in text)
    text = _FORBIDDEN.sub("_", text)
    text = " ".join(text.split()).lstrip(". ")[:_LONGEST_PART]
    text = text.encode()[:_LONGEST_PART_BYTES].decode("utf-8", "ignore").rstrip(". ")
    return f"_{text}" if _RESERVED.fullmatch(text) else text


def _number(text: str, key: bytes) -> str:
    digest = hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
    return f"event-{_digits(digest, _EVENT_DIGITS)}"


def _digits(digest: str, count: int) -> str:
    return str(int(digest, 16) % 10**count).zfill(count)
