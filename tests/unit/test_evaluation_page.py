"""The page of a measurement: private, self-contained, escaped, and about nobody by name."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gate.evaluation.figures import NOTHING, Rate
from gate.evaluation.page import render, write
from gate.evaluation.pictures import Miss, alone
from gate.evaluation.protocol import Options, make_splits
from gate.evaluation.report import (
    SCHEMA,
    ChannelPassed,
    Material,
    Protocol,
    Recognition,
    Report,
    Setting,
)
from gate.evaluation.scoring import score
from gate.evaluation.summary import recognition
from gate.evaluation.wording import percent
from gate.match import DEFAULT_THRESHOLDS
from gate.values import Box
from tests.unit.test_evaluation_protocol import known

EVIL = '</svg><script>alert(1)</script> $x$ & "Year"'
MISS = Miss(b"face-bytes", b"reference-bytes", 90, "not recognised")


def figures(group: str = "Year 7") -> Recognition:
    data = known(20, 4)
    scores = score(data.samples, make_splits(data, Options()), DEFAULT_THRESHOLDS)
    groups = {f"P{number:03}": group for number in range(20)}
    return recognition(scores, data.samples, groups, DEFAULT_THRESHOLDS, 0)


def report(group: str = "Year 7", leaked: float = 0.0) -> Report:
    rate = Rate(leaked, 0.0, 0.2, 20, 20, 10)
    caught = Rate(1.0, 0.7, 1.0, 9, 9, 9)
    passed = ChannelPassed("all", rate, rate, caught, NOTHING, 9, 8, 1, 0)
    return Report(
        SCHEMA,
        "2026-05-04T12:00:00+00:00",
        Setting("photogate test", "e", "l", "p", "as shipped", 0.49, 0.2, 0.25, "x", 1600, None),
        Material("truth", 9, 20, 3, 80, {"read": 80}, {"damaged": 2}, 0, "f" * 64, (EVIL,)),
        Protocol(0, 0.3, 3, 20, 14, 6, 0, {3: 14}, 1, 500, "by lot"),
        figures(group),
        (passed, replace(passed, channel="website")),
        1,
    )


@pytest.fixture(scope="module")
def html() -> str:
    return render(report(EVIL), [MISS], no_pictures=False)


def test_nothing_is_run_and_nothing_is_asked_of_another_computer(html: str) -> None:
    assert "<script" not in html
    assert not re.search(r"""(?:src|href|action)=["'](?!#|data:image/jpeg)""", html)
    assert not re.search(r"url\((?!#)", html)
    assert "@import" not in html
    assert "default-src 'none'" in html
    # The policy allows no style but the page's own, so there may be no style attribute.
    assert " style=" not in html


def test_texts_of_others_are_escaped(html: str) -> None:
    assert "alert(1)" in html
    assert "&lt;/svg&gt;" in html


def test_pictures_have_words_and_tables_have_headers(html: str) -> None:
    assert all('alt="' in image for image in re.findall(r"<img[^>]*>", html))
    for plot in re.findall(r'<div class="plot"[^>]*>', html):
        assert 'role="img"' in plot
        assert "aria-label=" in plot
    for table in re.findall(r"<table>.*?</table>", html, re.S):
        assert "<caption>" in table
        assert all("scope=" in header for header in re.findall(r"<th[ >][^>]*", table))
    assert html.count("<svg") == 4


def test_names_within_the_plots_are_used_once(html: str) -> None:
    names = re.findall(r'\bid="([^"]+)"', html)
    assert len(names) == len(set(names))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(names)


def test_the_page_is_the_same_every_time(html: str) -> None:
    assert render(report(EVIL), [MISS], no_pictures=False) == html


def test_no_person_of_the_data_is_named(html: str) -> None:
    data = known(20, 4)
    for sample in data.samples:
        assert sample.person not in html
        assert sample.photo.name not in html


def test_files_are_private_and_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir(mode=0o755)
    (folder / "evaluation.html").write_text("old")
    (folder / "evaluation.html").chmod(0o644)
    page, data = write(folder, report(), [MISS], no_pictures=False)
    for path in (page, data):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(p.name for p in folder.iterdir()) == ["evaluation.html", "evaluation.json"]
    found = json.loads(data.read_text(encoding="utf-8"))
    assert found["schema"] == "photogate-evaluation/1"
    assert found["recognition"]["at_fpir"][2]["tpir"] is None


def test_without_pictures_there_is_none() -> None:
    html = render(report(), [], no_pictures=True)
    assert "<img" not in html
    assert "Pictures were left out" in html


def test_a_leak_is_marked() -> None:
    assert 'class="card look"' in render(report(leaked=0.1), [], no_pictures=True)
    assert 'class="card look"' not in render(report(), [], no_pictures=True)


def test_shares_are_never_rounded_to_none_or_all() -> None:
    shares = (0, 1, 0.984, 0.00036, 0.99997, 0.5)
    written = [percent(share).replace("\N{NO-BREAK SPACE}", " ") for share in shares]
    assert written == ["0 %", "100 %", "98.4 %", "0.04 %", "99.997 %", "50.0 %"]
    assert percent(None) == "not measured"


def test_other_faces_in_a_cut_out_are_filled() -> None:
    pixels = np.full((200, 200, 3), 10, np.uint8)
    pixels[80:120, 80:120] = 200  # the face
    pixels[80:120, 118:150] = 250  # somebody beside it, overlapping
    cut = alone(pixels, Box(80, 80, 40, 40), [Box(118, 80, 32, 40)])
    assert (cut == 200).any()
    assert not (cut == 250).any()
