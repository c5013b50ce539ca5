"""What the screen "register" asks about files of the school's system: look first, then import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Protocol

from gate.acting import Acting

MOST_BYTES = 20_000_000
"""The largest file that is taken."""


class FileKind(StrEnum):
    """What a file holds."""

    PEOPLE = "people"
    CONSENTS = "consents"
    BIOMETRIC = "biometric"
    RESTRICTIONS = "restrictions"


class LineKind(StrEnum):
    """What importing would do with a row, or leave; in the order in which it is shown."""

    ENDING = "ending"
    CHANGE = "change"
    ADDITION = "addition"
    WARNING = "warning"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Change:
    """One field that becomes another; either may be ""."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, in words, and field by field where something changes.

    ``name`` is the person's in the register, for those who may look people up.
    """

    kind: LineKind
    row: int | None
    ref: str
    text: str
    changes: tuple[Change, ...] = ()
    name: str = ""


def _kind_of(line: Line) -> LineKind:
    return line.kind


@dataclass(frozen=True, slots=True)
class DryRun:
    """What importing a file would do; a page of it, and how many lines there are of each kind.

    ``problems`` are (row, sentence); with one of them nothing can be imported. ``file`` is the
    name it was sent under, ``sha256`` that of its bytes. ``size`` is how many records would be
    stored. ``renewed``: the register changed since, so that this is another answer than before.
    """

    token: str
    kind: FileKind
    file: str
    sha256: str
    until: datetime
    lines: tuple[Line, ...]
    counts: tuple[tuple[LineKind, int], ...]
    unchanged: int
    size: int
    ignored: tuple[str, ...]
    trouble: str
    problems: tuple[tuple[int | None, str], ...]
    problem_count: int
    page: int
    pages: int
    renewed: bool = False

    @property
    def groups(self) -> tuple[tuple[LineKind, tuple[Line, ...]], ...]:
        """The lines of the page, kind by kind."""
        return tuple((kind, tuple(some)) for kind, some in groupby(self.lines, _kind_of))


@dataclass(frozen=True, slots=True)
class Form:
    """What a file of a kind looks like: its columns by the headers of this site."""

    kind: FileKind
    columns: tuple[str, ...]
    may_lack: frozenset[str]


@dataclass(frozen=True, slots=True)
class Imported:
    """What was imported: how many records were stored, how many photos are judged again."""

    kind: FileKind
    size: int
    judging: int


class Imports(Protocol):
    """Files of the school's system. Nothing is stored before it was looked at."""

    def forms(self, who: Acting) -> Sequence[Form]:
        """The kinds of files that this account may import."""
        ...

    def look(self, who: Acting, kind: FileKind, name: str, data: bytes) -> str:
        """Keep a file for a while and see what it would do; returns its token.

        Raises NotAllowed, and ImportRefused when it is not a file of this kind at all.
        """
        ...

    def dry_run(self, who: Acting, token: str, page: int) -> DryRun | None:
        """What was found; None when the token is not this account's, or no longer counts."""
        ...

    def take(self, who: Acting, token: str) -> Imported | None:
        """Import exactly what was shown; None like ``dry_run``.

        Raises RegisterChanged when the register changed since: then nothing is stored, and
        ``dry_run`` shows what the file would do now. Raises ImportRefused when rows cannot be
        taken.
        """
        ...

    def forget(self, who: Acting, token: str) -> bool:
        """Keep the file no longer; whether there was one."""
        ...
