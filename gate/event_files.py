"""The file names that stand for an event, whatever its folder in staging was called."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import PurePosixPath

_NO_EVENT = "_no-event"
_PUNCTUATION = frozenset(" -_.,'&()+")
_LONGEST = 100
RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL"} | {f"{port}{n}" for port in ("COM", "LPT") for n in range(10)}
)
"""Names that Windows gives to devices, with any suffix (Microsoft, "Naming Files, Paths")."""


def event_file(event: str, suffix: str) -> PurePosixPath:
    """A relative path for this event: ``sports-day/year 7`` gives ``sports-day/year 7.html``.

    Two events never share a file. Parts that some file system would refuse or that could lead
    elsewhere are rewritten and end with a digest of the original.
    """
    parts = [_safe(part) for part in event.split("/") if part] or [_NO_EVENT]
    return PurePosixPath(*parts[:-1], parts[-1] + suffix)


def _safe(part: str) -> str:
    if _is_safe(part):
        return part
    text = unicodedata.normalize("NFC", part)
    kept = "".join(letter if _is_allowed(letter) else "-" for letter in text)
    short = kept.encode()[:_LONGEST].decode(errors="ignore").strip(" .-_") or "event"
    digest = hashlib.sha256(part.encode(errors="surrogatepass")).hexdigest()
    return f"{short}-{digest[:12]}"


def _is_safe(part: str) -> bool:
    return (
        all(_is_allowed(letter) for letter in part)
        and part == unicodedata.normalize("NFC", part)
        and unicodedata.category(part[0])[0] in "LN"
        and not part.endswith((" ", "."))
        and not part.casefold().endswith((".html", ".csv", ".tmp"))
        and part.split(".", maxsplit=1)[0].strip().upper() not in RESERVED
        and len(part.encode()) <= _LONGEST
    )


def _is_allowed(letter: str) -> bool:
    return letter in _PUNCTUATION or unicodedata.category(letter)[0] in "LMN"
