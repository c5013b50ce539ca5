"""Taking values out of the cells of a row, and saying what is wrong with those that hold none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from consent_db.csvfile import Line

Value = TypeVar("Value")

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_BRITISH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}
_LONGEST = 200


class Cells:
    """The cells of one row; what is wrong with them gathers in ``wrong``."""

    def __init__(self, line: Line, headers: Mapping[str, str]) -> None:
        self.number = line.number
        self.wrong: list[str] = []
        self._cells = line.cells
        self._headers = headers

    @property
    def sentence(self) -> str:
        """All that is wrong with the row, as one sentence."""
        return f"Row {self.number}: {'; '.join(self.wrong)}."

    def blame(self, column: str, allowed: str) -> None:
        """Say that a cell does not hold what is allowed there."""
        header, value = self._headers.get(column, column), self._cells.get(column, "")
        shown = f"'{value[:60]}'" if value else "empty"
        self.wrong.append(f"column {header} is {shown}, but must be {allowed}")

    def ref(self) -> str:
        """The reference of a person."""
        value = self._cells["ref"]
        if not _REF.fullmatch(value):
            self.blame("ref", "a reference of letters, digits, points and hyphens")
        return value

    def text(self, column: str, *, required: bool = True) -> str:
        """Any text on one line, of at most 200 characters."""
        value = self._cells[column]
        if required and not value:
            self.blame(column, "filled in")
        elif not all(letter.isprintable() for letter in value) or len(value) > _LONGEST:
            self.blame(column, f"one line of at most {_LONGEST} characters")
        return value

    def word(self, column: str, allowed: Mapping[str, Value]) -> Value:
        """One of the words allowed; an unknown one counts as the last, and is blamed."""
        value = self._cells[column].casefold()
        if value not in allowed:
            self.blame(column, _either(allowed))
        return allowed.get(value, list(allowed.values())[-1])

    def words(self, column: str, allowed: Mapping[str, Value]) -> frozenset[Value]:
        """One or more of the words allowed, apart by spaces, commas, semicolons or bars."""
        given = re.split(r"[\s,;|+]+", self._cells[column].casefold().strip(" ,;|+"))
        if any(word not in allowed for word in given):
            self.blame(column, f"{_either(allowed)}, or several of them")
        return frozenset(allowed[word] for word in given if word in allowed)

    def flag(self, column: str) -> bool:
        """Yes or no; empty means no."""
        value = self._cells[column].casefold()
        if value not in _FLAGS:
            self.blame(column, "yes, no, true, false, 1, 0 or empty (which means no)")
        return _FLAGS.get(value, False)

    def day(self, column: str) -> date | None:
        """A day, or None where the cell is empty or the file has no such column."""
        value = self._cells.get(column, "")
        if not value:
            return None
        iso, british = _ISO.fullmatch(value), _BRITISH.fullmatch(value)
        try:
            if iso:
                return date(int(iso[1]), int(iso[2]), int(iso[3]))
            if british:
                return date(int(british[3]), int(british[2]), int(british[1]))
        except ValueError:
            pass
        self.blame(column, "a day that exists, like 2025-09-05 or 05/09/2025")
        return None

    def required_day(self, column: str) -> date:
        """A day that must be there."""
        blamed = len(self.wrong)
        value = self.day(column)
        if value is None and len(self.wrong) == blamed:
            self.blame(column, "a day, like 2025-09-05 or 05/09/2025")
        return value or date.max

    def past_day(self, column: str, today: date) -> date:
        """A day that must be there and must not lie ahead."""
        blamed = len(self.wrong)
        value = self.required_day(column)
        if value > today and len(self.wrong) == blamed:
            self.blame(column, f"today ({today}) or earlier")
        return value

    def last_day(self, column: str, first: date) -> date | None:
        """The last day of something that begins on ``first``, or None where it has no end."""
        blamed = len(self.wrong)
        value = self.day(column)
        if value is not None and value < first and not blamed:
            self.blame(column, f"empty, or not before its first day ({first})")
        return value


def _either(words: Mapping[str, object]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
