"""The whole way on the measuring data: a school of real photos, and files made to hurt."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.bench import school
from tests.bench.school import Truth
from tests.command_line import Brisk, InProcess
from tests.drawn_school import quick


@pytest.mark.shared
def test_a_school_of_real_photos_shows_whom_it_may_and_nobody_else(
    shared: Path, tmp_path: Path
) -> None:
    folder = shared / "school"
    decisions = school.whole_way(folder, tmp_path / "site", "tests.photogate")
    for channel, tally in school.compare(folder, tmp_path / "site", decisions).items():
        assert tally.leaked == 0, channel
        assert tally.restricted, channel
        assert not tally.restricted_released, channel
        assert tally.shown >= 0.98 * tally.permitted, channel
    assert school.names_and_metadata(folder, tmp_path / "site") == []
    _life_after_release(folder, InProcess(tmp_path / "site"), tmp_path)


def _life_after_release(folder: Path, run: InProcess, tmp_path: Path) -> None:
    """Pull, publish, withdraw, take down, restrict, erase, verify; the pixels tell if it is so."""
    web = tmp_path / "web"
    web.mkdir()
    pull = ("pull", "--channel", "website", "--to", str(web), "--by", "Ann Web")
    run(*pull)
    faces = school.truths(folder)
    withdrawn, restricted, erased = _three_who_are_shown(run)
    (one, *_) = [row for row in _shown(run, withdrawn) if row["rendition"]]
    page = "https://school.example/news"
    run("posted", one["photo"][:12], "--channel", "website", "--where", page, "--by", "Ann Web")

    run("consent", "withdraw", withdrawn, "--channel", "website", "--by", "DPL")
    run("restrict", "add", restricted, "--reason", "a court order", "--by", "DSL")
    run("person", "erase", erased, "--reason", "they asked", "--yes", "--by", "DPL")

    now = [_as_it_is_now(face, withdrawn, restricted, erased) for face in faces]
    decisions = run("decisions", "--json").json()
    for channel, tally in school.compare(folder, run.site, decisions, now).items():
        assert tally.leaked == 0, channel
        assert not tally.restricted_released, channel
        # The same faces as before are missed, of fewer that may be shown.
        assert tally.permitted - tally.shown <= 2, channel
    waiting = run("takedowns", "--json").json()
    assert page in {one["where"] for one in waiting}
    run(*pull)
    (task,) = [one for one in run("takedowns", "--json").json() if one["where"] == page]
    run("takedown", "done", str(task["id"]), "--proof", "looked, it is gone", "--by", "Ann Web")
    assert run("takedowns", "--json").json() == []
    run("verify", str(web))
    told = " ".join(run("takedowns", "--all").out.split()) + run("verify", str(web)).out
    assert not any(ref in told for ref in (withdrawn, restricted, erased))
    assert "court" not in run("people", "show", restricted).out
    run("people", "show", erased, expect=1)
    run("audit", "verify")


def _shown(run: InProcess, ref: str) -> list[dict[str, Any]]:
    return [
        row
        for row in run("decisions", "--json").json()
        if row["channel"] == "website"
        and any(f["person"] == ref and f["outcome"] == "shown" for f in row["faces"])
    ]


def _three_who_are_shown(run: InProcess) -> tuple[str, ...]:
    """Those who are shown most often, so that much must happen."""
    counts = Counter(
        face["person"]
        for row in run("decisions", "--json").json()
        if row["channel"] == "website" and row["rendition"]
        for face in row["faces"]
        if face["outcome"] == "shown"
    )
    return tuple(ref for ref, _ in counts.most_common(3))


def _as_it_is_now(face: Truth, withdrawn: str, restricted: str, erased: str) -> Truth:
    allowed = dict(face.allowed)
    if face.person == withdrawn and allowed["website"] == "yes":
        allowed["website"] = "no"
    if face.person == restricted:
        allowed = dict.fromkeys(allowed, "restricted")
    if face.person == erased:
        allowed = dict.fromkeys(allowed, "unknown")
    return replace(face, allowed=allowed)


@pytest.mark.shared
def test_every_tricky_file_ends_as_a_decision_with_a_sentence(shared: Path, tmp_path: Path) -> None:
    run = Brisk(tmp_path / "site")
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
