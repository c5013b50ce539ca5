"""Reading CSV files: what Excel and school systems write is read; what is unclear is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent_db import csvfile
from gate.errors import ImportRefused

COLUMNS = ("ref", "given_name", "year_group")
ROWS = [("P1", "Zoë", "7"), ("P2", "Siân, of Ely", ""), ("P3", 'the "Kid"; jr', "9")]

CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8)


def written(delimiter: str, rows: Sequence[tuple[str, ...]] = ROWS, ending: str = "\r\n") -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=ending)
    writer.writerows([COLUMNS, *rows])
    return stream.getvalue()


def read(folder: Path, data: bytes, mapping: dict[str, str] | None = None) -> csvfile.Table:
    path = folder / "file.csv"
    path.write_bytes(data)
    return csvfile.read(path, COLUMNS, mapping or {})


def cells(table: csvfile.Table) -> list[tuple[str, ...]]:
    return [tuple(line.cells[name] for name in COLUMNS) for line in table.lines]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_every_common_way_of_writing_a_file_says_the_same(
    tmp_path: Path, delimiter: str, encoding: str, ending: str
) -> None:
    assert cells(read(tmp_path, written(delimiter, ending=ending).encode(encoding))) == ROWS


def test_big_endian_utf_16_is_read_too(tmp_path: Path) -> None:
    assert cells(read(tmp_path, "\ufeff".encode("utf-16-be") + written("\t").encode("utf-16-be")))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.tuples(st.just("P1"), CELLS, CELLS), min_size=1, max_size=5),
    delimiter=st.sampled_from(",;\t"),
)
def test_no_cell_is_lost_or_moved(
    tmp_path: Path, rows: list[tuple[str, ...]], delimiter: str
) -> None:
    seen = cells(read(tmp_path, written(delimiter, rows).encode()))
    assert seen == [tuple(cell.strip() for cell in row) for row in rows]


def test_excels_line_about_the_separator_is_no_row(tmp_path: Path) -> None:
    table = read(tmp_path, b"sep=;\r\n" + written(";").encode())
    assert cells(table) == ROWS
    assert [line.number for line in table.lines] == [3, 4, 5]


def test_blank_lines_and_spaces_mean_nothing_but_rows_keep_their_numbers(tmp_path: Path) -> None:
    data = b"\n  Ref ,Given Name,YEAR-GROUP\n\n ,,\n  P1 , Zo ,7 \n"
    table = read(tmp_path, data)
    assert cells(table) == [("P1", "Zo", "7")]
    assert table.lines[0].number == 5


def test_columns_may_come_in_any_order_with_others_between(tmp_path: Path) -> None:
    table = read(tmp_path, b"house,year_group,given_name,ref\nRed,7,Zo,P1\n")
    assert cells(table) == [("P1", "Zo", "7")]
    assert table.ignored == ("house",)


def test_the_schools_own_headers_can_be_named(tmp_path: Path) -> None:
    mapping = {"ref": "UPN", "given_name": "Forename"}
    table = read(tmp_path, b"UPN;Forename;year_group\nP1;Zo;7\n", mapping)
    assert cells(table) == [("P1", "Zo", "7")]
    assert table.headers["ref"] == "UPN"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"ref,ref,given_name,year_group\n", "2 times"),
        (b'ref,given_name,year_group\nP1,"Zo,7\nP2,Al,7\n', "quotation"),
        (b'ref,given_name,year_group\nP1,"Zo"e,7\n', "quotation"),
        (b"ref\0,given_name,year_group\n", "text"),
        ("ref,given_name,year_group\n".encode("utf-16-le"), "text"),
        (b"ref,given_name,year_group\n\x81\x81,x,y\n", "text"),
    ],
)
def test_what_is_no_clear_table_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        read(tmp_path, data)


@pytest.mark.parametrize("row", ["P1,Zo", "P1,Zo,7,8"])
def test_a_row_with_other_columns_than_the_header_is_refused(tmp_path: Path, row: str) -> None:
    with pytest.raises(ImportRefused) as caught:
        read(tmp_path, f"ref,given_name,year_group\nP0,Al,7\n{row}\n".encode())
    assert caught.value.problems == (
        f"Row 3 has {row.count(',') + 1} columns, but the header has 3.",
    )


def test_a_header_named_in_the_settings_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="UPN"):
        read(tmp_path, b"ref,given_name,year_group\nP1,Zo,7\n", {"ref": "UPN"})


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="cannot be read"):
        csvfile.read(tmp_path / "nothing.csv", COLUMNS, {})


def test_files_beyond_the_limits_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csvfile, "MAX_ROWS", 3)
    with pytest.raises(ImportRefused, match="more than 3 rows"):
        read(tmp_path, written(",", [("P1", "Zo", "7")] * 4).encode())
    monkeypatch.setattr(csvfile, "MAX_BYTES", 10)
    with pytest.raises(ImportRefused, match="larger"):
        read(tmp_path, written(",").encode())
