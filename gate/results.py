"""The results of one event, as a page and as a table for a spreadsheet.

For a comms admin: what happened to each dropped file, in words that tell nothing about anybody.
The page shows released copies only, and as links to the files in ``ready/``, so that a withdrawn
copy is gone from it too. It runs no script and asks no other computer for anything.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from markupsafe import Markup

from gate import durable
from gate.english import ENGLISH
from gate.errors import SiteError
from gate.event_files import event_file
from gate.html import templates
from gate.safe_text import clean, isolated
from gate.values import Reason, Verdict
from gate.words import Catalogue, Status, Text, plain_reason_sentence, status_of

_READY = "ready"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings that a spreadsheet takes for a formula (OWASP, "CSV Injection")."""


@dataclass(frozen=True, slots=True)
class ChannelResult:
    """What was decided for one channel.

    ``copy`` is the released copy's path within the site, with forward slashes, or None;
    ``withdrawn``: there was one, and it must no longer be used.
    """

    channel: str
    verdict: Verdict
    reason: Reason
    copy: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One dropped file: its path within staging, when (with time zone), and what happened.

    ``duplicate_of`` is the path of the earlier drop of the same bytes; such a row needs no
    channels.
    """

    original: str
    at: datetime
    channels: tuple[ChannelResult, ...] = ()
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class _Cell:
    channel: str
    status: Status
    label: str
    sentence: str
    link: str | None
    copy: str


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    when: str
    duplicate_of: str | None
    note: str
    cells: tuple[_Cell, ...]

    @property
    def statuses(self) -> str:
        return " ".join(sorted({cell.status.value for cell in self.cells}))


def write_results(
    folder: Path, event: str, rows: Sequence[ResultRow], *, words: Catalogue = ENGLISH
) -> tuple[Path, Path]:
    """Write ``<event>.html`` and ``<event>.csv`` below ``folder``, each at once or not at all.

    ``folder`` lies directly in the site, beside ``ready/``. Returns the two paths. Raises
    SiteError when a file cannot be written, for example because a spreadsheet has it open.
    """
    channels = list(dict.fromkeys(c.channel for row in rows for c in row.channels))
    page, table = event_file(event, ".html"), event_file(event, ".csv")
    up = "../" * len(page.parts)
    lines = [_line(words, row, channels, up) for row in rows]
    html = _page(words, event, channels, lines)
    _write(folder / page, html.encode())
    _write(folder / table, b"\xef\xbb\xbf" + _csv(words, channels, lines).encode())
    return folder / page, folder / table


def remove_results(folder: Path, event: str) -> None:
    """Delete the page and the table of an event. Raises SiteError."""
    for suffix in (".html", ".csv"):
        path = folder / event_file(event, suffix)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SiteError(f"The results {path} cannot be deleted: {error.strerror}.") from error


def _write(path: Path, data: bytes) -> None:
    # The watcher and somebody who reviews may both write this page.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        durable.make_folder(path.parent, mode=durable.SHARED_FOLDER)
        durable.write(temporary, data, mode=durable.SHARED_FILE)
        durable.move(temporary, path)
    except OSError as error:
        raise SiteError(
            f"The results cannot be written to {path}: {error.strerror}. "
            "Close the file if another program has it open."
        ) from error


def _line(words: Catalogue, row: ResultRow, channels: Sequence[str], up: str) -> _Line:
    name, when, first = clean(row.original), words.when(row.at), row.duplicate_of
    if first is not None:
        note = words.say(Text.DUPLICATE, original=isolated(first))
        return _Line(name, when, clean(first), note, ())
    results = {result.channel: result for result in row.channels}
    cells = tuple(_cell(words, channel, results.get(channel), up) for channel in channels)
    return _Line(name, when, None, "", cells)


def _cell(words: Catalogue, channel: str, result: ChannelResult | None, up: str) -> _Cell:
    title = words.channel_title(clean(channel))
    if result is None:
        sentence = words.say(Text.UNDECIDED_PLAINLY)
        return _Cell(title, Status.HELD, words.statuses[Status.HELD], sentence, None, "")
    status, shown = told(result)
    return _Cell(
        channel=title,
        status=status,
        label=words.statuses[status],
        sentence=plain_reason_sentence(words, status, result.reason),
        link=up + quote(shown) if shown and shown == clean(shown) else None,
        copy=clean(shown),
    )


def told(result: ChannelResult) -> tuple[Status, str]:
    """What those are told who may not know more, and the copy they may use ("" for none)."""
    copy = result.copy if _is_ready(result.copy) else None
    status = status_of(
        result.verdict,
        result.reason,
        copies=int(copy is not None or result.withdrawn),
        withdrawn=int(result.withdrawn),
    )
    return status, copy if copy and status in (Status.APPROVED, Status.COVERED) else ""


def _is_ready(copy: str | None) -> bool:
    """Whether the path leads to a file below ``ready/`` and nowhere else."""
    parts = PurePosixPath(copy or "").parts
    return len(parts) > 2 and parts[0] == _READY and ".." not in parts


def _csv(words: Catalogue, channels: Sequence[str], lines: Sequence[_Line]) -> str:
    target = StringIO(newline="")
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    writer.writerow(_inert(text) for text in _csv_header(words, channels))
    for line in lines:
        cells = [text for cell in line.cells for text in (cell.label, cell.sentence, cell.copy)]
        cells += [""] * (3 * (len(channels) - len(line.cells)))
        row = (line.name, line.when, line.duplicate_of or "", *cells)
        writer.writerow(_inert(text) for text in row)
    return target.getvalue()


def _csv_header(words: Catalogue, channels: Sequence[str]) -> Iterator[str]:
    yield words.say(Text.FILE)
    yield words.say(Text.DROPPED_TITLE)
    yield words.say(Text.DUPLICATE_TITLE)
    for channel in channels:
        title = words.channel_title(clean(channel))
        yield title
        yield words.say(Text.WHY_TITLE, channel=title)
        yield words.say(Text.COPY_TITLE, channel=title)


def _inert(text: str) -> str:
    """Keep a spreadsheet from taking the text for a formula."""
    return f"'{text}" if text.lstrip(" \xa0").startswith(_FORMULA_STARTS) else text


def _page(words: Catalogue, event: str, channels: Sequence[str], lines: Sequence[_Line]) -> str:
    environment = templates()
    style = environment.get_template("results.css").render(columns=len(channels) + 1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    name = isolated(event) if event else words.say(Text.NO_EVENT)
    return environment.get_template("results.html").render(
        words=words,
        say=lambda key, **gaps: words.say(Text(key), **gaps),
        title=words.say(Text.RESULTS_TITLE, event=name),
        heading=name,
        style=Markup(style),  # noqa: S704 - a file of this package; its only gap is a number
        style_hash=digest,
        intro=_intro(words, lines),
        summary=[_summary(words, n, c, lines) for n, c in enumerate(channels)],
        lines=lines,
    )


def _intro(words: Catalogue, lines: Sequence[_Line]) -> str:
    duplicates = sum(line.duplicate_of is not None for line in lines)
    if not lines:
        return words.say(Text.NO_FILES)
    files = words.say(Text.FILES_ONE if len(lines) == 1 else Text.FILES_MANY, count=len(lines))
    if not duplicates:
        return files
    text = Text.DUPLICATES_ONE if duplicates == 1 else Text.DUPLICATES_MANY
    return f"{files} {words.say(text, count=duplicates)}"


def _summary(
    words: Catalogue, place: int, channel: str, lines: Sequence[_Line]
) -> tuple[str, list[tuple[str, str]]]:
    """The channel's title, and for each status that occurs its word and "3 held"."""
    counts = Counter(line.cells[place].status for line in lines if line.cells)
    texts = [(s.value, words.counts[s].format(count=counts[s])) for s in Status if counts[s]]
    return words.channel_title(clean(channel)), texts
