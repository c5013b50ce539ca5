"""From the staging folder to released copies, as a school's people do it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gate.demo.school import School
from tests.command_line import CommandLine

SiteOf = Callable[[], CommandLine]
METADATA_MARKS = (b"Exif", b"http://ns.adobe.com/xap", b"Photoshop 3.0", b"ICC_PROFILE", b"MPF\0")


def released(site: Path) -> list[Path]:
    return [p for p in (site / "ready").rglob("*") if p.is_file()]


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_every_photo_gets_the_verdict_that_the_truth_demands(
    judged: CommandLine, school: School
) -> None:
    decided = {
        (d["original"], d["channel"]): d["verdict"] for d in judged("decisions", "--json").json()
    }
    photos = {photo for photo, _ in decided}
    with school.verdicts.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            photo = row.pop("photo")
            if photo in photos:  # a duplicate is decided under the name it was first dropped with
                for channel, verdict in row.items():
                    assert decided[photo, channel] == verdict, (photo, channel)
    assert len(photos) >= 15


def test_only_released_photos_have_a_copy_and_it_is_there(judged: CommandLine) -> None:
    recorded = set()
    for decision in judged("decisions", "--json").json():
        is_released = decision["verdict"] in ("approve", "blur")
        assert is_released == (decision["rendition"] is not None)
        if is_released:
            recorded.add(decision["rendition"])
    there = {p.relative_to(judged.site).as_posix() for p in released(judged.site)}
    assert there == recorded


def test_released_files_hold_no_name_and_no_metadata(judged: CommandLine, school: School) -> None:
    with school.people.open(encoding="utf-8", newline="") as file:
        words = {
            word.casefold()
            for row in csv.DictReader(file)
            for word in (row["ref"], row["given_name"], row["family_name"])
        }
    assert released(judged.site)
    for path in released(judged.site):
        name = path.relative_to(judged.site).as_posix().casefold()
        assert not [word for word in words if word in name]
        data = path.read_bytes()
        assert data.endswith(b"\xff\xd9")
        assert not [mark for mark in METADATA_MARKS if mark in data]
        with Image.open(io.BytesIO(data)) as image:
            assert not image.getexif()


def test_staging_is_empty_and_every_original_is_in_the_vault(
    judged: CommandLine, school: School
) -> None:
    assert not files(judged.site / "staging")
    kept = {Path(path).name for path in files(judged.site / "vault")}
    dropped = files(school.incoming).values()
    assert {hashlib.sha256(data).hexdigest() for data in dropped} <= kept


def test_the_photo_with_nobody_says_what_was_searched(judged: CommandLine) -> None:
    empty = [d for d in judged("decisions", "--json").json() if d["reason"] == "no_faces"]
    assert empty
    text = judged("why", empty[0]["original"], "--as", "auditor").out
    assert "90, 180 and 270" in " ".join(text.split())


def test_the_same_bytes_again_are_named_a_duplicate(judged: CommandLine) -> None:
    page = (judged.site / "results" / "sports-day.html").read_text(encoding="utf-8")
    assert "IMG_2031.jpg" in page
    assert "IMG_2031 (1).jpg" in page
    photos = {(d["photo"], d["channel"]) for d in judged("decisions", "--json").json()}
    assert len(photos) == len(judged("decisions", "--json").json())


def test_somebody_without_rights_learns_nothing_from_a_held_photo(
    judged: CommandLine, school: School
) -> None:
    blocked = [
        d for d in judged("decisions", "--json").json() if d["reason"] == "restricted_person"
    ]
    assert blocked
    for role in ("comms", "website", "social"):
        text = judged("why", blocked[0]["photo"][:12], "--as", role).out
        assert "safeguarding lead" in text
        for secret in ("restrict", "Dŵrgwyn", "Elin", "D12"):
            assert secret not in text
    told = judged("why", blocked[0]["photo"][:12], "--as", "dsl").out
    assert "Elin Dŵrgwyn" in told


def test_why_knows_a_released_copy_and_draws_the_faces(judged: CommandLine, tmp_path: Path) -> None:
    copy = released(judged.site)[0]
    taken = tmp_path / "from-the-website.jpg"
    shutil.copy(copy, taken)
    by_path = judged("why", str(copy)).out
    assert by_path == judged("why", str(taken)).out
    out = tmp_path / "boxes.png"
    judged("why", str(taken), "--picture", str(out))
    with Image.open(out) as picture:
        assert np.asarray(picture).std() > 10
    judged("why", str(taken), "--picture", str(out), "--as", "website", expect=1)


def test_check_says_the_same_and_keeps_nothing(judged: CommandLine, school: School) -> None:
    before = files(judged.site / "ready"), files(judged.site / "vault")
    photo = school.incoming / "assembly" / "IMG_2002.jpg"
    rows = judged("check", str(photo), "--json").json()
    assert {row["verdict"] for row in rows} == {"block"}
    assert [r["channel"] for r in judged("check", str(photo), "-c", "print", "--json").json()] == [
        "print"
    ]
    assert before == (files(judged.site / "ready"), files(judged.site / "vault"))
    judged("check", "nowhere.jpg", expect=1)


def test_importing_the_same_files_again_changes_nothing(site_of: SiteOf, school: School) -> None:
    run = site_of()
    for kind, file in (("people", school.people), ("consents", school.consents)):
        plan = run("import", kind, str(file), "--json").json()
        assert not plan["additions"]
        assert not plan["changes"]
    assert run("audit", "verify", "--json").json()["intact"]


def test_a_withdrawal_counts_for_the_next_photo(site_of: SiteOf, school: School) -> None:
    run = site_of()
    photo = school.incoming / "assembly" / "IMG_2001.jpg"
    assert {r["verdict"] for r in run("check", str(photo), "--json").json()} == {"approve"}
    run("consent", "withdraw", "D01", "--channel", "website", "--by", "lead")
    rows = {r["channel"]: r["verdict"] for r in run("check", str(photo), "--json").json()}
    assert rows == {"website": "blur", "social": "approve", "print": "approve"}
    run("restrict", "add", "D01")
    assert {r["verdict"] for r in run("check", str(photo), "--json").json()} == {"block"}
    run("restrict", "lift", "D01")
    run("restrict", "lift", "D01", expect=1)


def test_without_biometric_permission_nobody_is_enrolled(
    site_of: SiteOf, school: School, tmp_path: Path
) -> None:
    run = site_of()
    shutil.copytree(school.references / "D01", tmp_path / "references" / "D15")
    refused = run("enrol", str(tmp_path / "references"), expect=1)
    assert "biometric permission" in refused.out
    assert run("people", "show", "D15", "--json").json()["references"] == 0


def test_swapped_reference_photos_are_refused(
    site_of: SiteOf, school: School, tmp_path: Path
) -> None:
    run = site_of()
    shutil.copytree(school.references / "D01", tmp_path / "references" / "D04")
    refused = run("enrol", str(tmp_path / "references"), expect=1)
    assert "D01" in refused.out


def test_stopping_finishes_the_photo_in_hand(site_of: SiteOf, school: School) -> None:
    run = site_of()
    staged = run.site / "staging" / "again"
    staged.mkdir()
    with Image.open(school.incoming / "assembly" / "IMG_2001.jpg") as image:
        for number in range(30):
            image.save(staged / f"{number}.jpg", quality=60 + number)
    process = run.start("watch", "--workers", "1", "--log-json")
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "judged":
            break
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)
    events = [json.loads(line)["event"] for line in rest.splitlines()]
    assert process.returncode == 0
    assert events[-1] == "finished"
    left = len(list(staged.iterdir()))
    assert 0 < left < 30
    done = [d for d in run("decisions", "--json").json() if d["original"].startswith("again/")]
    assert len(done) == 3 * (30 - left)


def test_a_second_watcher_refuses_to_start(site_of: SiteOf) -> None:
    run = site_of()
    first = run.start("watch", "--workers", "1")
    try:
        assert first.stdout is not None
        assert "started" in first.stdout.readline()
        second = run("watch", "--once", expect=1)
        assert "watch" in second.err
    finally:
        first.terminate()
        first.communicate(timeout=60)


def test_a_photo_dropped_while_watching_comes_out(site_of: SiteOf, school: School) -> None:
    run = site_of()
    process = run.start("watch", "--workers", "1")
    try:
        assert process.stdout is not None
        process.stdout.readline()
        with Image.open(school.incoming / "assembly" / "IMG_2001.jpg") as image:
            image.save(run.site / "staging" / "late.jpg", quality=70)
        deadline = time.monotonic() + 60
        while (run.site / "staging" / "late.jpg").exists():
            assert time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert len(run("decisions", "--json").json()) % 3 == 0
    pages = [p.read_text(encoding="utf-8") for p in (run.site / "results").rglob("*.html")]
    assert any("late.jpg" in page for page in pages)


def test_doctor_finds_what_is_wrong(site_of: SiteOf) -> None:
    run = site_of()
    run("doctor")
    (run.site / "vault").chmod(0o755)
    shutil.rmtree(run.site / "results")
    found = {f["what"]: f["level"] for f in run("doctor", "--json", expect=1).json()}
    assert found["folder vault"] == "problem"
    assert found["folder results"] == "problem"
    assert found["register"] == "ok"


def test_doctor_finds_restrictions_of_a_channel_that_was_renamed(site_of: SiteOf) -> None:
    run = site_of()
    ref = run("people", "list", "--json").json()[0]["ref"]
    run("restrict", "add", ref, "--channel", "website")
    run("doctor")
    settings = run.site / "photogate.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[channels.website]", "[channels.web]"), encoding="utf-8")
    found = {f["what"]: f for f in run("doctor", "--json", expect=1).json()}
    assert found["restricted list"]["level"] == "problem"
    assert "website" in found["restricted list"]["text"]
    assert ref not in found["restricted list"]["text"]
    assert found["permissions"]["level"] == "warning"


def test_init_overwrites_nothing(judged: CommandLine, tmp_path: Path) -> None:
    before = (judged.site / "photogate.toml").read_bytes()
    refused = judged("init", expect=1)
    assert "exists already" in refused.err
    assert (judged.site / "photogate.toml").read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        ("people", "list"),
        ("people", "show", "D03"),
        ("decisions",),
        ("audit", "export"),
        ("--help",),
        ("why", "assembly/IMG_2004.jpg"),
    ],
)
def test_every_report_prints(judged: CommandLine, words: tuple[str, ...]) -> None:
    assert judged(*words).out.strip()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("why", "nothing-like-it.jpg"), "No photo of this site is called"),
        (("people", "show", "D99"), "Nobody in the register"),
        (("consent", "grant", "D01", "--channel", "tiktok"), "There is no channel called tiktok"),
        (("import", "people", "nowhere.csv"), "nowhere.csv"),
        (("enrol", "nowhere"), "is not a folder"),
    ],
)
def test_a_mistake_is_answered_with_what_to_do(
    judged: CommandLine, words: tuple[str, ...], says: str
) -> None:
    refused = judged(*words, expect=1)
    assert says in refused.err.replace("\n", " ")
    assert "Traceback" not in refused.err


@pytest.mark.parametrize(
    ("words", "code"), [(("people", "list"), 0), (("people", "show", "D99"), 1)]
)
def test_a_process_of_its_own_says_what_these_tests_see(
    judged: CommandLine, words: tuple[str, ...], code: int
) -> None:
    assert CommandLine(judged.site)(*words, expect=code) == judged(*words, expect=code)


def test_owner_only_rights_on_what_is_private(judged: CommandLine) -> None:
    for name in ("vault", "register"):
        assert (judged.site / name).stat().st_mode & 0o077 == 0
