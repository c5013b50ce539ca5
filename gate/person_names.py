"""Finding the names of the register's people in the name of a folder."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_SHORTEST = 2
_SHORTEST_PART = 3
_LONGEST_JOIN = 4

# Letters that Unicode does not take apart although people write them either way.
_ALIKE = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
        "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه",
    }
)  # fmt: skip
_DROPPED = frozenset({"Mn", "Me", "Cf", "Lm"})


class PersonNames:
    """The names and references of the register, ready for looking up.

    A name counts as a word of its own, joined to other words by ``_``, ``-``, digits or capital
    letters, written together with other names, or with an ``s`` behind it; capitals and accents
    do not matter. The parts of a name with several words count too. Names in a script without
    capitals (Arabic, Chinese ...) count wherever they occur, because such scripts join words.
    """

    def __init__(self, names: Iterable[str]) -> None:
        wholes = [_words(name) for name in names]
        forms = {"".join(words) for words in wholes}
        forms.update(part for words in wholes for part in _parts(words))
        forms = {form for form in forms if len(form) >= _SHORTEST}
        self._anywhere = tuple(form for form in forms if _without_case(form))
        self._words = frozenset(forms)

    def found_in(self, text: str) -> bool:
        """Whether the text holds a name."""
        squeezed = "".join(_words(text))
        if any(name in squeezed for name in self._anywhere):
            return True
        return any(self._is_name(word) for word in _candidates(text))

    def _is_name(self, word: str) -> bool:
        if word in self._words or word.removesuffix("s") in self._words:
            return True
        return self._is_made_of_names(word)

    def _is_made_of_names(self, word: str) -> bool:
        """Whether names of three letters or more, written together, give the word."""
        reached = {0}
        for end in range(_SHORTEST_PART, len(word) + 1):
            if any(
                end - start >= _SHORTEST_PART and word[start:end] in self._words
                for start in reached
            ):
                reached.add(end)
        return len(word) in reached or (word.endswith("s") and len(word) - 1 in reached)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_ALIKE)
    folded = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in folded if unicodedata.category(c) not in _DROPPED)


def _words(text: str) -> list[str]:
    """The folded words between everything that is neither letter nor digit."""
    folded = _fold(text)
    return "".join(c if _belongs(c) else " " for c in folded).split()


def _belongs(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter) == "Mc"


def _parts(words: list[str]) -> list[str]:
    """The words of a name that are names by themselves; a reference with digits has none."""
    if any(letter.isdigit() for word in words for letter in word):
        return []
    return [word for word in words if len(word) >= _SHORTEST_PART]


def _candidates(text: str) -> set[str]:
    """Every word, every piece of a joined word, and every few pieces written together."""
    candidates: set[str] = set()
    for spaced in (text, _spaced(text)):
        pieces = _words(spaced)
        for count in range(1, _LONGEST_JOIN + 1):
            starts = range(len(pieces) - count + 1)
            candidates.update("".join(pieces[start : start + count]) for start in starts)
    return candidates


def _spaced(text: str) -> str:
    """The text with a space wherever a capital or a digit begins a new word."""
    plain = unicodedata.normalize("NFC", text)
    out: list[str] = []
    for place, letter in enumerate(plain):
        if place and _begins(plain, place):
            out.append(" ")
        out.append(letter)
    return "".join(out)


def _begins(text: str, place: int) -> bool:
    before, letter = text[place - 1], text[place]
    after = text[place + 1] if place + 1 < len(text) else ""
    if before.isdigit() != letter.isdigit():
        return True
    return letter.isupper() and (before.islower() or (before.isupper() and after.islower()))


def _without_case(name: str) -> bool:
    return any(unicodedata.category(letter) == "Lo" for letter in name)
