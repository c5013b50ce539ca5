"""Reading a CSV file as Excel or a school's system wrote it."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from gate.errors import ImportRefused

MAX_BYTES = 50_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 500

_DELIMITERS = ",;\t"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent and lies nowhere: its name, for messages, and its bytes."""

    name: str
    data: bytes


Source: TypeAlias = Path | Sent


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number in the file (the first line is 1) and its cells without outer spaces."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A file: its SHA-256, the wanted columns it has with their headers, rows, other headers."""

    sha256: str
    headers: Mapping[str, str]
    lines: tuple[Line, ...]
    ignored: tuple[str, ...]


def read(path: Source, columns: Sequence[str], mapping: Mapping[str, str]) -> Table:
    """The rows of a file by our column names; ``mapping`` says which header a column has there.

    Raises ImportRefused when the file is too large, is no such text, lacks a header of
    ``mapping`` or has one twice, or when a row has other columns than the header.
    """
    data = _bytes(path)
    text = _text(path, data)
    rows = _rows(path, text, _delimiter(text, [mapping.get(name, name) for name in columns]))
    if not rows:
        raise ImportRefused(f"{path.name} is empty.")
    (_, header), body = rows[0], rows[1:]
    places = _places(path, header, columns, mapping)
    problems = tuple(
        f"Row {number} has {len(row)} columns, but the header has {len(header)}."
        for number, row in body
        if not _fits(row, header)
    )
    if problems:
        raise ImportRefused(f"{path.name} was not imported.", problems)
    used = set(places.values())
    return Table(
        hashlib.sha256(data).hexdigest(),
        {name: header[place].strip() for name, place in places.items()},
        tuple(
            Line(number, {name: row[place].strip() for name, place in places.items()})
            for number, row in body
        ),
        tuple(name.strip() for place, name in enumerate(header) if place not in used and name),
    )


def _bytes(path: Source) -> bytes:
    if isinstance(path, Sent):
        data = path.data
    else:
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise ImportRefused(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > MAX_BYTES:
        raise ImportRefused(
            f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB; is it a CSV file?"
        )
    return data


def _text(path: Source, data: bytes) -> str:
    marked = [encoding for bom, encoding in _BOMS if data.startswith(bom)]
    for encoding in marked or ["utf-8", "windows-1252"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ImportRefused(f"{path.name} is no text file; save it as 'CSV UTF-8' and try again.")


def _delimiter(text: str, wanted: Sequence[str]) -> str:
    """The character that makes the most wanted headers out of the first line."""
    first = text.lstrip().splitlines()[:1]
    if first and first[0].lower().startswith("sep=") and len(first[0]) == 5:
        return first[0][4]
    names = {_plain(name) for name in wanted}

    def fitting(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader(first, delimiter=delimiter), [])
        return len({_plain(cell) for cell in cells} & names), len(cells)

    return max(_DELIMITERS, key=fitting)


def _rows(path: Source, text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The rows that hold something, with their numbers; the first is the header."""
    rows = []
    # strict: a quotation mark that is never closed would swallow the rows after it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, start=1):
            if any(cell.strip() for cell in row) and row != ["sep=", ""]:
                rows.append((number, row))
            if len(row) > MAX_COLUMNS:
                raise ImportRefused(
                    f"{path.name} has more than {MAX_COLUMNS} columns; is it a CSV file?"
                )
            if len(rows) > MAX_ROWS:
                raise ImportRefused(f"{path.name} has more than {MAX_ROWS} rows; split it.")
    except csv.Error as error:
        raise ImportRefused(
            f"{path.name} cannot be read at line {reader.line_num}: {error}. "
            "Look at the quotation marks there."
        ) from error
    return rows


def _places(
    path: Source, header: Sequence[str], columns: Sequence[str], mapping: Mapping[str, str]
) -> dict[str, int]:
    plain = [_plain(name) for name in header]
    places = {}
    for column in columns:
        wanted = mapping.get(column, column)
        count = plain.count(_plain(wanted))
        if count > 1:
            raise ImportRefused(f"{path.name} has the column {wanted} {count} times.")
        if count == 1:
            places[column] = plain.index(_plain(wanted))
        elif column in mapping:
            raise ImportRefused(
                f"{path.name} has no column {wanted}, which the settings name for {column}."
            )
    return places


def _fits(row: Sequence[str], header: Sequence[str]) -> bool:
    # A missing cell must not be read as an empty one: "no last day" would be a longer yes.
    return len(row) >= len(header) and not any(cell.strip() for cell in row[len(header) :])


def _plain(name: str) -> str:
    return name.strip().casefold().replace(" ", "_").replace("-", "_")
