"""The whole way on the measuring data: a school of real photos, and files made to hurt."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.bench import school
from tests.e2e.conftest import CommandLine, quick


@pytest.mark.shared
def test_a_school_of_real_photos_shows_whom_it_may_and_nobody_else(
    shared: Path, tmp_path: Path
) -> None:
    folder = shared / "school"
    decisions = school.whole_way(folder, tmp_path / "site")
    for channel, tally in school.compare(folder, tmp_path / "site", decisions).items():
        assert tally.leaked == 0, channel
        assert tally.restricted, channel
        assert not tally.restricted_released, channel
        assert tally.shown >= 0.98 * tally.permitted, channel
    assert school.names_and_metadata(folder, tmp_path / "site") == []


@pytest.mark.shared
def test_every_tricky_file_ends_as_a_decision_with_a_sentence(shared: Path, tmp_path: Path) -> None:
    run = CommandLine(tmp_path / "site")
    run("init")
    quick(run.site)
    people = tmp_path / "people.csv"
    people.write_text(
        "ref,kind,given_name,family_name,year_group,left_on\nP1,pupil,A,B,7,\n", "utf-8"
    )
    run("import", "people", str(people))
    with (shared / "tricky" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        manifest = {row["file"]: row for row in csv.DictReader(file)}
    (run.site / "staging" / "tricky").mkdir()
    for name in manifest:
        shutil.copy(shared / "tricky" / name, run.site / "staging" / "tricky" / name)
    run("watch", "--once", "--workers", "2")
    decisions = run("decisions", "--json").json()
    page = (run.site / "results" / "tricky.csv").read_text(encoding="utf-8-sig")
    rows = {row["File"]: row for row in csv.DictReader(page.splitlines())}
    for name in manifest:
        row = rows[f"tricky/{name}"]
        assert row["Same photo as"] or (row["Website"] and row["Website: why"]), name
    crashed = [d for d in decisions if d["reason"] in ("crashed", "timed_out", "out_of_memory")]
    assert crashed == []
    for decision in decisions:
        if decision["rendition"]:
            _is_clean(run.site / decision["rendition"])
    _is_upright(run.site, decisions, manifest)


def _is_clean(path: Path) -> None:
    with Image.open(path) as image:
        image.load()
        assert not image.getexif(), path
        assert not {"icc_profile", "comment", "photoshop", "xmp"} & set(image.info), path


def _is_upright(
    site: Path, decisions: list[dict[str, object]], manifest: dict[str, dict[str, str]]
) -> None:
    """However a scene was held, it comes out the same way up."""
    scenes: dict[str, list[Image.Image]] = {"Landscape": [], "Portrait": []}
    for decision in decisions:
        row = manifest[str(decision["original"]).removeprefix("tricky/")]
        if (
            row["kind"] == "orientation"
            and decision["channel"] == "print"
            and decision["rendition"]
        ):
            scene = next(name for name in scenes if name in row["source"])
            with Image.open(site / str(decision["rendition"])) as image:
                scenes[scene].append(image.convert("L"))
    for pictures in scenes.values():
        assert len(pictures) >= 7
        thumbs = [np.asarray(p.resize((24, 24)), np.float64).ravel() for p in pictures]
        for thumb in thumbs[1:]:
            assert np.corrcoef(thumbs[0], thumb)[0, 1] > 0.9
