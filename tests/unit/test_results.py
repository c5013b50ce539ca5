from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.errors import SiteError
from gate.results import ChannelResult, ResultRow, write_results
from gate.values import Reason, Verdict

AT = datetime(2025, 9, 5, 14, 2, tzinfo=UTC)
COPY = "ready/website/fair/a1 b#2.jpg"
APPROVED = ChannelResult("website", Verdict.APPROVE, Reason.ALL_SHOWN, COPY)
COVERED = ChannelResult("website", Verdict.BLUR, Reason.SOME_COVERED, "ready/website/fair/c.jpg")
VETOED = ChannelResult("website", Verdict.BLOCK, Reason.RESTRICTED_PERSON)
SINGLED = ChannelResult("website", Verdict.REVIEW, Reason.SINGLED_OUT)
DAMAGED = ChannelResult("website", Verdict.BLOCK, Reason.DAMAGED)
HOSTILE = (
    "<script>alert(1)</script>.jpg",
    "\"><img src=x onerror=alert(1)>.jpg",
    "'><svg/onload=alert(1)>.jpg",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}.jpg",
    "</style></bdi></th></table>.jpg",
    "\u202egpj.exe",
    "\x00\x1b[2J\ud800.jpg",
    "=HYPERLINK(\"http://example.invalid\")",
)  # fmt: skip


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip() and self.elements[-1][0] != "style":
            self.texts.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def tags(self) -> list[str]:
        return [name for name, _ in self.elements]


def row(*channels: ChannelResult, original: str = "fair/IMG_1.jpg") -> ResultRow:
    return ResultRow(original, AT, channels)


def written(site: Path, rows: Sequence[ResultRow], event: str = "fair") -> tuple[str, str]:
    page, table = write_results(site / "results", event, rows)
    return page.read_text(encoding="utf-8"), table.read_bytes().decode("utf-8-sig")


def table_of(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline="")))


def test_the_page_says_in_words_what_happened_and_counts_it(tmp_path: Path) -> None:
    rows = [row(APPROVED), row(APPROVED), row(COVERED), row(VETOED), row(DAMAGED)]
    page = " ".join(Page(written(tmp_path, rows)[0]).texts)
    assert "5 photos were dropped." in page
    assert "2 approved 1 with covered faces 1 held 1 could not be checked" in page
    assert "Some faces are covered. Use this copy only." in page
    assert "Held: ask the safeguarding lead." in page
    assert "The file is damaged" in page


def test_a_veto_looks_exactly_like_any_other_hold(tmp_path: Path) -> None:
    assert written(tmp_path, [row(VETOED)]) == written(tmp_path, [row(SINGLED)])


def test_only_released_copies_are_shown_as_links_that_vanish_with_the_file(tmp_path: Path) -> None:
    withdrawn = ChannelResult("website", Verdict.APPROVE, Reason.ALL_SHOWN, COPY, withdrawn=True)
    stray = ChannelResult("website", Verdict.BLOCK, Reason.RESTRICTED_PERSON, COPY)
    page = Page(written(tmp_path, [row(APPROVED), row(withdrawn), row(stray), row(VETOED)])[0])
    images = page.all("img")
    assert [image["src"] for image in images] == ["../ready/website/fair/a1%20b%232.jpg"]
    assert images[0]["loading"] == "lazy"
    assert "1 withdrawn" in page.texts


@pytest.mark.parametrize(
    "path",
    ["vault/ab/cd", "ready/../vault/ab", "/ready/website/a.jpg", "https://a.invalid/b", "ready/a"],
)
def test_a_path_that_leads_elsewhere_is_never_linked_and_counts_as_held(
    tmp_path: Path, path: str
) -> None:
    result = ChannelResult("website", Verdict.APPROVE, Reason.ALL_SHOWN, path)
    page, table = written(tmp_path, [row(result)])
    assert not Page(page).all("a")
    assert "Held: ask the safeguarding lead." in page
    assert path not in table


def test_links_of_a_nested_event_lead_to_the_site(tmp_path: Path) -> None:
    page, _ = write_results(tmp_path / "results", "sports-day/year 7", [row(APPROVED)])
    assert page == tmp_path / "results" / "sports-day" / "year 7.html"
    target = tmp_path / COPY
    target.parent.mkdir(parents=True)
    target.write_bytes(b"copy")
    link = Page(page.read_text(encoding="utf-8")).all("a")[0]["href"]
    assert link is not None
    path = link.replace("%20", " ").replace("%23", "#")
    assert (page.parent / path).resolve() == target.resolve()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(HOSTILE) | st.text(min_size=1), st.sampled_from(HOSTILE) | st.text())
def test_a_hostile_name_changes_no_element_and_no_attribute(
    tmp_path: Path, name: str, event: str
) -> None:
    event = event.replace("/", "_")
    plain = Page(written(tmp_path, [row(APPROVED), ResultRow("a", AT, (), "b")])[0])
    rows = [row(APPROVED, original=name), ResultRow("a", AT, (), name)]
    hostile = Page(written(tmp_path, rows, event)[0])
    assert hostile.elements == plain.elements


def test_the_page_runs_no_script_and_asks_nobody_else(tmp_path: Path) -> None:
    text, _ = written(tmp_path, [row(APPROVED), row(DAMAGED)])
    page = Page(text)
    policy = next(m for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert str(policy["content"]).startswith("default-src 'none'; img-src 'self'; style-src 'sha2")
    assert not {"script", "iframe", "object", "link", "form", "base", "svg"} & set(page.tags)
    attributes = [name for _, attributes in page.elements for name in attributes]
    assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert "http:" not in text
    assert "https:" not in text
    assert "url(" not in text
    assert "@import" not in text


def test_the_page_can_be_read_by_a_screen_reader(tmp_path: Path) -> None:
    page = Page(written(tmp_path, [row(APPROVED, original="fair/Olivia Hart.jpg")])[0])
    assert page.elements[0] == ("html", {"lang": "en-GB"})
    assert [tag for tag in page.tags if re.fullmatch("h[1-6]", tag)] == ["h1", "h2", "h3", "h2"]
    assert all(image["alt"] and "Olivia" not in image["alt"] for image in page.all("img"))
    assert {heading["scope"] for heading in page.all("th")} == {"col", "row"}
    roles = {str(attributes.get("role")) for _, attributes in page.elements} - {"None"}
    assert roles == {"table", "rowgroup", "row", "columnheader", "rowheader", "cell"}


def test_a_channel_without_a_decision_says_do_not_use(tmp_path: Path) -> None:
    printed = ChannelResult("print", Verdict.APPROVE, Reason.NO_FACES, "ready/print/fair/a.jpg")
    page, _ = written(tmp_path, [row(APPROVED, printed), row(APPROVED)])
    assert "Nothing was decided here. Do not use this photo." in page


def test_a_duplicate_names_the_first_and_is_not_counted(tmp_path: Path) -> None:
    page, table = written(tmp_path, [row(APPROVED), ResultRow("b.jpg", AT, (), "fair/IMG_1.jpg")])
    texts = Page(page).texts
    assert "This is the same photo as fair/IMG_1.jpg." in texts
    assert "1 approved" in texts
    assert table_of(table)[2][:3] == ["b.jpg", "5 September 2025 at 14:02 (UTC)", "fair/IMG_1.jpg"]


def test_an_empty_event_has_a_page_too(tmp_path: Path) -> None:
    page, table = write_results(tmp_path / "results", "", [])
    assert page.name == "_no-event.html"
    assert "No photo has been dropped here yet." in page.read_text(encoding="utf-8")
    assert len(table_of(table.read_text(encoding="utf-8-sig"))) == 1


def test_the_table_is_what_a_spreadsheet_reads(tmp_path: Path) -> None:
    _, table = write_results(tmp_path / "results", "fair", [row(APPROVED, original="café.jpg")])
    assert table.read_bytes().startswith(b"\xef\xbb\xbf")
    header, line = table_of(table.read_text(encoding="utf-8-sig"))
    assert header[3:] == ["Website", "Website: why", "Website: copy"]
    assert line[0] == "café.jpg"
    assert line[3:] == ["Approved", "This photo may be used.", COPY]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from("=+-@\t\r\n＝＋－＠ ").flatmap(lambda c: st.text().map(lambda t: c + t)),
    st.text(),
)
def test_no_cell_is_a_formula(tmp_path: Path, start: str, other: str) -> None:
    channel = ChannelResult(start, Verdict.BLOCK, Reason.DAMAGED)
    rows = [row(channel, original=start), ResultRow(other, AT, (), start)]
    for line in table_of(written(tmp_path, rows)[1]):
        assert not [cell for cell in line if cell.strip()[:1] in tuple("=+-@＝＋－＠")]


def test_writing_replaces_the_whole_file_and_leaves_no_other(tmp_path: Path) -> None:
    written(tmp_path, [row(APPROVED)] * 30)
    written(tmp_path, [row(DAMAGED)])
    names = sorted(path.name for path in (tmp_path / "results").iterdir())
    assert names == ["fair.csv", "fair.html"]
    assert "IMG_1.jpg" in (tmp_path / "results" / "fair.html").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_replaced_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "results" / "fair.csv").mkdir(parents=True)
    with pytest.raises(SiteError, match="Close the file"):
        written(tmp_path, [row(APPROVED)])
