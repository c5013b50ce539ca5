"""Text that others wrote (names of files, events, people), made safe to show."""

from __future__ import annotations

import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_ISOLATE = "\N{FIRST STRONG ISOLATE}"
_END_ISOLATE = "\N{POP DIRECTIONAL ISOLATE}"
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def clean(text: str) -> str:
    """The text on one line, without characters that move the cursor or turn the reading order.

    Control characters, line separators, bytes that are no text and bidirectional controls become
    U+FFFD, so that a reader sees that something was there.
    """
    if text.isprintable():
        return text
    return "".join(_REPLACEMENT if _is_unsafe(letter) else letter for letter in text)


def isolated(text: str) -> str:
    """``clean``, and set apart (Unicode UAX #9, FSI ... PDI) where it reads from right to left.

    Without that, the punctuation and digits behind such a name would jump to its other side.
    """
    cleaned = clean(text)
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in cleaned):
        return f"{_ISOLATE}{cleaned}{_END_ISOLATE}"
    return cleaned


def _is_unsafe(letter: str) -> bool:
    return letter in _BIDI_CONTROLS or unicodedata.category(letter) in _UNSAFE_CATEGORIES
