"""The CSV files beside labelled photos: a truth file, and a list of people with ages."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gate.errors import LabelsRefused
from gate.values import Box

_BOX = ("x", "y", "w", "h")
_ABOUT_THE_FACE = frozenset(
    {"photo", "face", *_BOX, "upright_width", "upright_height", "orientation", "person", "record"}
)
ANSWERS = frozenset({"yes", "no", "restricted", "unknown"})
"""What a truth file may say about a face on a channel."""

_BANDS = ((4, "Ages 0 to 3"), (13, "Ages 4 to 12"), (18, "Ages 13 to 17"))
"""The first age beyond a band, and its name: the bands of docs/matching.md."""

_MAX_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One face of a truth file; ``number`` is its row, ``box`` in upright pixels."""

    number: int
    photo: str
    person: str
    box: Box
    allowed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Truth:
    """All rows of a truth file, and the channels that it speaks of."""

    rows: tuple[TruthRow, ...]
    channels: tuple[str, ...]


def truth(path: Path) -> Truth:
    """The rows of a truth file. Raises LabelsRefused, naming the row, where one is wrong.

    Needed are the columns photo, x, y, w, h and person. Every other column that is not about the
    face is a channel.
    """
    header, rows = _table(path)
    missing = [name for name in ("photo", *_BOX, "person") if name not in header]
    if missing:
        raise LabelsRefused(f"{path.name} has no column {', '.join(missing)}.")
    channels = tuple(name for name in header if name and name not in _ABOUT_THE_FACE)
    found = tuple(_truth_row(path, number, row, channels) for number, row in rows)
    if not found:
        raise LabelsRefused(f"{path.name} has a header but no rows: no face is labelled.")
    return Truth(found, channels)


def _truth_row(
    path: Path, number: int, row: Mapping[str, str], channels: tuple[str, ...]
) -> TruthRow:
    where = f"{path.name}, row {number}"
    allowed = {channel: row[channel].casefold() for channel in channels}
    for channel, answer in allowed.items():
        if answer not in ANSWERS:
            raise LabelsRefused(
                f"{where}: {channel} is {answer!r}; allowed are {', '.join(sorted(ANSWERS))}."
            )
    x, y, w, h = (_number(where, name, row[name]) for name in _BOX)
    if w <= 0 or h <= 0:
        raise LabelsRefused(f"{where}: w and h must be more than 0.")
    return TruthRow(number, row["photo"], row["person"], Box(x, y, w, h), allowed)


def _number(where: str, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise LabelsRefused(f"{where}: {name} is {text!r}, which is no number.")
    return value


def groups(path: Path) -> dict[str, str]:
    """The age or year group of everybody in a list of people who has one, by reference.

    Looked at in this order: age_group, age (in years), year_group, kind (for staff). Raises
    LabelsRefused where there is no column ref, or an age is no number.
    """
    header, rows = _table(path)
    if "ref" not in header:
        raise LabelsRefused(f"{path.name} has no column ref.")
    named = {row["ref"]: _group(f"{path.name}, row {number}", row) for number, row in rows}
    return {ref: group for ref, group in named.items() if ref and group}


def _group(where: str, row: Mapping[str, str]) -> str:
    if row.get("age_group"):
        return row["age_group"]
    if row.get("age"):
        age = _number(where, "age", row["age"])
        return next((name for end, name in _BANDS if age < end), "Ages 18 and over")
    if row.get("year_group"):
        year = row["year_group"]
        return f"Year {year}" if year.isdigit() else year
    return "Staff" if row.get("kind", "").casefold() == "staff" else ""


def _table(path: Path) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """The header in small letters, and every row that is not empty with its number."""
    text = _text(path)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [name.strip().casefold() for name in next(lines, [])]
        body = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise LabelsRefused(f"{path.name}, row {lines.line_num}: {error}.") from error
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise LabelsRefused(f"{path.name} has the column {', '.join(repeated)} twice.")
    return header, _rows(path, header, body)


def _rows(
    path: Path, header: list[str], body: list[tuple[int, list[str]]]
) -> Iterator[tuple[int, dict[str, str]]]:
    for number, row in body:
        if len(row) != len(header):
            raise LabelsRefused(
                f"{path.name}, row {number}: {len(row)} columns, but the header has {len(header)}."
            )
        yield number, {name: cell.strip() for name, cell in zip(header, row, strict=True)}


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise LabelsRefused(f"{path.name} is larger than {_MAX_BYTES // 1_000_000} MB.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabelsRefused(f"{path.name} is not UTF-8 text; save it as CSV UTF-8.") from error
    except OSError as error:
        raise LabelsRefused(f"{path.name} cannot be read: {error.strerror}.") from error
