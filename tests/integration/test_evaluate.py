"""photogate evaluate as its users run it, on drawn people."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from pathlib import Path

import pytest

from gate.demo.camera import jpeg
from gate.demo.cast import CAST
from gate.demo.draw import portrait
from gate.demo.features import person
from tests.command_line import Brisk

PEOPLE, PHOTOS = 6, 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("labelled")
    for number, role in enumerate(CAST[:PEOPLE]):
        (place / f"Secretname{number}").mkdir()
        for photo in range(PHOTOS):
            pixels = portrait(person(role.seed), photo + 1, size=360)
            (place / f"Secretname{number}" / f"secretfile{photo}.jpg").write_bytes(jpeg(pixels))
    (place / "Secretname0" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    again = (place / "Secretname1" / "secretfile0.jpg").read_bytes()
    (place / "Secretname1" / "copy.jpg").write_bytes(again)
    return place


def test_a_folder_of_people_gives_a_page_that_names_nobody(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = Brisk(tmp_path)("evaluate", str(folder), "--out", str(out), expect=None)
    assert ran.code == 1  # a site was named that is not one
    assert not out.exists()
    (tmp_path / "site").mkdir()
    site = Brisk(tmp_path / "site" / "new")
    site("init")
    before = {p: p.stat().st_size for p in site.site.rglob("*.sqlite3")}
    ran = site("evaluate", str(folder), "--out", str(out), "--references", "2")
    found = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    assert found["material"]["photos"] == PEOPLE * PHOTOS
    assert sum(found["material"]["causes"].values()) == 1
    assert found["material"]["copies"] == 1
    assert found["protocol"]["register"] == 4
    assert found["protocol"]["strangers"] == 2
    assert found["recognition"]["strangers_passed"]["people"] >= 2
    assert found["gate"][0]["leaked"]["share"] == 0
    assert "broken.jpg" in ran.err
    for name in ("evaluation.html", "evaluation.json"):
        assert not re.search("secret", (out / name).read_text(encoding="utf-8"), re.IGNORECASE)
    assert before == {p: p.stat().st_size for p in site.site.rglob("*.sqlite3")}
    people = site("people", "list", "--json").json()
    assert people == []
    assert {p.name for p in out.iterdir()} == {"evaluation.html", "evaluation.json"}


def test_too_little_to_measure_on_ends_with_a_sentence(tmp_path: Path) -> None:
    run = Brisk(tmp_path / "site")
    run("init")
    nobody = tmp_path / "nobody"
    nobody.mkdir()
    assert "no labelled photos" in run("evaluate", str(nobody), expect=1).err
    (nobody / "P1").mkdir()
    (nobody / "P1" / "1.jpg").write_bytes(jpeg(portrait(person(859), 1, size=360)))
    out = run("evaluate", str(nobody), "--out", str(tmp_path / "x"), expect=1)
    assert "at least two people" in out.err
    inside = run("evaluate", str(nobody), "--out", str(nobody / "x"), expect=1)
    assert "lies among the photos" in inside.err


def test_nothing_of_a_stranger_is_on_the_page(tmp_path: Path) -> None:
    """Of people who are not enrolled no picture appears, though nobody is recognised at all."""
    from dataclasses import replace
    from datetime import UTC, datetime

    from cli.evaluating import _bench, _Shipped
    from gate.evaluation import labelled, page, pictures
    from gate.evaluation.looking import look_at_photos
    from gate.evaluation.measure import measure
    from gate.evaluation.protocol import Known, Options, make_splits
    from gate.values import Thresholds

    for number, role in enumerate(CAST[:4]):
        (tmp_path / f"P{number}").mkdir()
        for photo in range(3):
            pixels = portrait(person(role.seed), photo + 1, size=240)
            (tmp_path / f"P{number}" / f"{photo}.jpg").write_bytes(jpeg(pixels))
    labels = labelled.read(tmp_path)
    bench = _bench(_Shipped(tmp_path))
    strict = replace(bench.policy, thresholds=Thresholds(1.9, 0.2, 0.25))
    bench = replace(bench, policy=strict, now=datetime(2026, 5, 4, tzinfo=UTC))
    options = Options(strangers=0.5, references=1, judged=1)
    asked: list[Path] = []
    cut = pictures.cut_out

    def recording(path: Path, *rest: object) -> bytes | None:
        asked.append(path)
        return cut(path, *rest)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "cut_out", recording)
        measured = measure(labels, bench, options, lambda items, _: items, pictures=True)
    looked = look_at_photos(labels.photos, (), bench.eyes, lambda items, _: items)
    known = Known(looked.samples, {}, bench.eyes.reader.version)
    enrolled = set(make_splits(known, options)[0].gallery.people)
    assert len(enrolled) == 2
    assert measured.report.missed == 4
    assert len(measured.pictures) == 4
    assert {path.parent.name for path in asked} == enrolled
    html = page.render(measured.report, measured.pictures, no_pictures=False)
    assert html.count("<img") == 8
    assert b64encode(measured.pictures[0].face).decode() in html
