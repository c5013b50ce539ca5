"""Saying who a face is, as the people who decide about held photos do it."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gate.demo.cast import CAST, Record
from gate.demo.school import School
from gate.values import Box
from tests.command_line import Brisk, CommandLine
from tests.drawn_school import registered

SiteOf = Callable[[], CommandLine]
WHY = ("--reason", "I know the class", "--by", "Mr Lead")


def truth(school: School) -> list[dict[str, str]]:
    with school.truth.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def box(row: dict[str, str]) -> Box:
    return Box(float(row["x"]), float(row["y"]), float(row["w"]), float(row["h"]))


def decisions(run: CommandLine, original: str) -> dict[str, dict[str, Any]]:
    rows = run("decisions", "--json").json()
    return {row["channel"]: row for row in rows if row["original"] == original}


def number_of(run: CommandLine, row: dict[str, str]) -> int:
    """The number of the face that stands at this row's place."""
    faces = decisions(run, row["photo"])["print"]["faces"]
    best = max(range(len(faces)), key=lambda n: Box(*faces[n]["box"]).iou(box(row)))
    assert Box(*faces[best]["box"]).iou(box(row)) > 0.3
    return best + 1


def plain(said: str) -> str:
    """What was said, however the terminal broke its lines."""
    return " ".join(said.split())


def on_disk(run: CommandLine) -> set[str]:
    ready = run.site / "ready"
    return {p.relative_to(run.site).as_posix() for p in ready.rglob("*") if p.is_file()}


def on_record(run: CommandLine) -> set[str]:
    return {r["rendition"] for r in run("decisions", "--json").json() if r["rendition"]}


def offered(run: CommandLine, event: str) -> str:
    return (run.site / "results" / f"{event}.html").read_text(encoding="utf-8")


def with_record(school: School, run: CommandLine, *records: str) -> dict[str, str]:
    """A face of such a person, in a photo that released a copy for print."""
    for row in truth(school):
        judged = decisions(run, row["photo"])
        if row["record"] in records and judged and judged["print"]["rendition"]:
            return row
    raise AssertionError(records)


def people_site(school: School, folder: Path) -> CommandLine:
    changed = ('mode = "faces"', 'mode = "people"')
    return Brisk(registered(school, folder / "people", changed).site)


@pytest.fixture(scope="module")
def held(school: School, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A site where people name the faces, with every photo judged once. Only look at it."""
    run = people_site(school, tmp_path_factory.mktemp("held"))
    shutil.copytree(school.incoming, run.site / "staging", dirs_exist_ok=True)
    run("watch", "--once", "--workers", "1")
    return run


def test_a_shown_face_that_somebody_wants_covered_is_gone_with_its_copies(
    site_of: SiteOf, school: School
) -> None:
    run = site_of()
    row = with_record(school, run, "full")
    before = decisions(run, row["photo"])["print"]["rendition"]
    event = row["photo"].partition("/")[0]
    assert Path(before).name in offered(run, event)
    said = run("review", "cover", row["photo"], str(number_of(run, row)), *WHY).out
    assert "Somebody asked for this face to be covered. Mr Lead said so on" in plain(said)
    after = decisions(run, row["photo"])["print"]["rendition"]
    assert before != after
    assert not (run.site / before).exists()
    assert on_disk(run) == on_record(run)
    assert Path(before).name not in offered(run, event)
    why = plain(run("why", before, "--as", "auditor").out)
    assert f"{before} was withdrawn on" in why
    run("review", "take-back", "1", *WHY)
    assert decisions(run, row["photo"])["print"]["rendition"] == before
    assert on_disk(run) == on_record(run)
    assert run("audit", "verify", "--json").json()["intact"]
    assert "I know the class" not in run("audit", "export").out


def test_a_name_shows_a_face_only_with_permission(site_of: SiteOf, school: School) -> None:
    run = site_of()
    # Somebody whom no machine may recognise, but whose parents agreed to images.
    row = with_record(school, run, "no-biometric")
    number, people = number_of(run, row), {role.record: role.ref for role in CAST}
    withdrawn = f"{number}={people[Record.WITHDRAWN]}"
    told = run("review", "name-face", row["photo"], withdrawn, *WHY).out
    assert "Permission to show this person here was withdrawn." in plain(told)
    assert decisions(run, row["photo"])["print"]["faces"][number - 1]["outcome"] == "covered"
    run("review", "name-face", row["photo"], str(number), row["person"], *WHY)
    face = decisions(run, row["photo"])["print"]["faces"][number - 1]
    assert (face["outcome"], face["person"]) == ("shown", row["person"])
    run("review", "name-face", row["photo"], f"{number}={people[Record.RESTRICTED]}", *WHY)
    assert {d["verdict"] for d in decisions(run, row["photo"]).values()} == {"block"}
    assert on_disk(run) == on_record(run)
    shown = plain(run("review", "show", row["photo"]).out)
    assert shown.count("Mr Lead") == 3


def test_mistakes_are_told_and_change_nothing(site_of: SiteOf, school: School) -> None:
    run = site_of()
    row = with_record(school, run, "full")
    before = decisions(run, row["photo"])
    photo, ref = row["photo"], row["person"]
    for words in (
        ("name-face", photo, "1=P9999", *WHY),
        ("name-face", photo, f"99={ref}", *WHY),
        ("name-face", photo, "one", *WHY),
        ("name-face", photo, f"1={ref}", f"2={ref}", *WHY),
        ("name-face", photo, f"1={ref}", "--reason", "  "),
        ("not-a-face", photo, "0", *WHY),
        ("cover", photo, *WHY),
        ("draw-face", photo, "10,10,one,2", *WHY),
        ("draw-face", photo, "90000,10,50,60", *WHY),
        ("draw-face", photo, "nan,10,50,60", *WHY),
        ("refuse", photo, "--channel", "newspaper", *WHY),
        ("take-back", "7", *WHY),
        ("show", "nothing-like-it.jpg"),
    ):
        ran = run("review", *words, expect=1)
        assert ran.err.strip(), words
        assert "Traceback" not in ran.err, words
    assert run("review", "cover", photo, "1", expect=2).code == 2  # a reason must be given
    assert decisions(run, photo) == before
    assert "statement.made" not in run("audit", "export").out


def test_an_original_that_is_gone_or_another_changes_nothing(
    site_of: SiteOf, school: School
) -> None:
    run = site_of()
    row = with_record(school, run, "full")
    photo = decisions(run, row["photo"])["print"]["photo"]
    before, path = on_disk(run), run.site / "vault" / photo[:2] / photo
    data = path.read_bytes()
    for content in (data[:-1], None):
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        assert "vault" in run("review", "cover", row["photo"], "1", *WHY, expect=1).err
        assert "vault" in run("review", "refuse", row["photo"], *WHY, expect=1).err
    assert on_disk(run) == before == on_record(run)


def test_a_refused_photo_stays_refused(site_of: SiteOf, school: School) -> None:
    run = site_of()
    row = with_record(school, run, "full")
    run("review", "refuse", row["photo"], "--channel", "website", *WHY)
    after = decisions(run, row["photo"])
    assert (after["website"]["verdict"], after["website"]["reason"]) == ("block", "refused_by_hand")
    assert after["print"]["rendition"]
    assert "final" in run("review", "take-back", "1", *WHY, expect=1).err
    to_comms = run("why", row["photo"], "--as", "comms").out
    assert "Held: ask the safeguarding lead." in to_comms
    assert "Mr Lead" not in to_comms
    assert "Mr Lead refused it on" in plain(run("why", row["photo"], "--as", "dsl").out)
    shutil.copy(school.incoming / row["photo"], run.site / "staging" / "again.jpg")
    run("watch", "--once", "--workers", "1")
    assert decisions(run, row["photo"])["website"]["verdict"] == "block"
    assert on_disk(run) == on_record(run)


def test_a_missed_face_is_drawn(site_of: SiteOf, school: School) -> None:
    run = site_of()
    empty = next(
        d for d in run("decisions", "--json").json() if d["reason"] == "no_faces" and d["rendition"]
    )
    drawn = run("review", "draw-face", empty["photo"][:12], "40,50,60,70", "--json", *WHY).json()
    assert drawn["statements"] == [1]
    after = decisions(run, empty["original"])
    assert {d["reason"] for d in after.values()} == {"all_covered"}
    assert after["print"]["faces"][0]["box"] == [40, 50, 60, 70]
    run("review", "not-a-face", empty["photo"][:12], "1", *WHY)
    assert {d["reason"] for d in decisions(run, empty["original"]).values()} == {"no_faces"}
    assert on_disk(run) == on_record(run)


def test_without_templates_every_photo_with_a_face_is_held(
    held: CommandLine, school: School
) -> None:
    rows = held("decisions", "--json").json()
    seen = [row for row in rows if row["faces"]]
    assert len(seen) > 30
    assert {(row["verdict"], row["reason"]) for row in seen} == {("review", "names_needed")}
    listed = held("review", "list", "--json").json()
    assert {row["photo"] for row in listed} == {row["photo"][:12] for row in seen}
    assert listed[0]["held"] == ["website", "social", "print"]
    refused = held("enrol", str(school.references), expect=1)
    assert "nobody is enrolled" in refused.err
    assert "people say who is in a photo" in plain(held("doctor").out)
    page = offered(held, "assembly")
    assert "Held: ask the safeguarding lead." in page


def test_without_templates_named_people_are_shown_by_the_same_rules(
    held: CommandLine, school: School, tmp_path: Path
) -> None:
    shutil.copytree(held.site, tmp_path / "site")
    run = Brisk(tmp_path / "site")
    crowd = max((r["photo"] for r in truth(school)), key=[r["photo"] for r in truth(school)].count)
    rows = [row for row in truth(school) if row["photo"] == crowd]
    names = [f"{number_of(run, r)}={r['person']}" for r in rows if r["person"].startswith("D")]
    out = tmp_path / "boxes.png"
    run("review", "show", crowd, "--picture", str(out))
    with Image.open(out) as picture:
        assert picture.size[0] > 100
    run("review", "name-face", crowd, *names[:1], *WHY)
    assert {d["verdict"] for d in decisions(run, crowd).values()} == {"review"}
    run("review", "name-face", crowd, *names[1:], "--cover-rest", *WHY)
    with school.verdicts.open(encoding="utf-8", newline="") as file:
        wanted = next(row for row in csv.DictReader(file) if row["photo"] == crowd)
    for channel, decision in decisions(run, crowd).items():
        assert decision["verdict"] == wanted[channel]
        by_person = {face["person"]: face["outcome"] for face in decision["faces"]}
        for row in rows:
            if row["person"] in by_person and row[channel] in ("yes", "no"):
                visible = by_person[row["person"]] == "shown"
                assert visible == (row[channel] == "yes"), (channel, row["person"])
    assert on_disk(run) == on_record(run)


SPY = """
import os, sys
_LOG = os.environ["READER_SPY"]
def _watch(event, args):
    name = str(args[0]) if args else ""
    reading = event == "open" and "face_recognition" in name and name.endswith(".onnx")
    importing = event == "import" and name in ("gate.engines.sface", "gate.engines.dlib_resnet")
    if reading or importing:
        descriptor = os.open(_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(descriptor, f"{event} {name}\\n".encode())
        os.close(descriptor)
sys.addaudithook(_watch)
"""


def test_without_templates_the_reader_is_never_loaded_nor_imported(
    held: CommandLine, school: School, tmp_path: Path, judged: CommandLine
) -> None:
    shutil.copytree(held.site, tmp_path / "site")
    (tmp_path / "sitecustomize.py").write_text(SPY, encoding="utf-8")
    log = tmp_path / "spy.txt"
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"PYTHONPATH": path, "READER_SPY": str(log), "PYTHONWARNINGS": "ignore"}

    def run(site: Path, *words: str) -> None:
        command = [sys.executable, "-m", "cli", "--site", str(site), *words]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    photo = school.incoming / "assembly" / "IMG_2002.jpg"
    # The spy sees a reader where there is one, so that its silence means something.
    run(judged.site, "check", str(photo))
    assert "face_recognition" in log.read_text()
    assert "gate.engines.sface" in log.read_text()
    log.unlink()
    site = tmp_path / "site"
    with Image.open(photo) as picture:
        picture.convert("L").save(site / "staging" / "new.jpg")
    number = json.loads(CommandLine(site)("review", "list", "--json").out)[0]["photo"]
    for words in (
        ("watch", "--once", "--workers", "1"),
        ("check", str(photo)),
        ("review", "cover", number, "--rest", "--reason", "why"),
        ("doctor",),
        ("why", number),
        ("people", "list"),
    ):
        run(site, *words)
        assert not log.exists(), (words, log.read_text())
    mentions = [p for p in Path("gate").rglob("*.py") if "FaceRecognizerSF" in p.read_text("utf-8")]
    assert [p.as_posix() for p in mentions] in ([], ["gate/engines/sface.py"])
