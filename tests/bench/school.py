"""The whole way of a school's photos, compared with the truth about every face.

    python -m tests.bench.school FOLDER [--keep SITE]

FOLDER holds people.csv, consents.csv, biometric_permissions.csv, restrictions.csv, references/,
incoming/ and truth.csv (columns: photo, face, x, y, w, h, upright_width, upright_height, person and
one per channel with yes, no, unknown or restricted). The command line is run as a user would; the
released files themselves are compared with the originals, not only what the ledger says.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from gate.evaluation.visible import VISIBLE_FROM, likeness
from gate.values import Box

CHANNELS = ("website", "social", "print")


@dataclass(frozen=True)
class Truth:
    """One face of truth.csv; the box is in upright pixels."""

    photo: str
    box: Box
    width: int
    person: str
    allowed: dict[str, str]


@dataclass
class Tally:
    """What came of the comparison."""

    permitted: int = 0
    shown: int = 0
    forbidden: int = 0
    leaked: int = 0
    restricted: set[str] | None = None
    restricted_released: set[str] | None = None


def truths(folder: Path) -> list[Truth]:
    """All rows of truth.csv."""
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return [
            Truth(
                row["photo"],
                Box(float(row["x"]), float(row["y"]), float(row["w"]), float(row["h"])),
                int(row["upright_width"]),
                row["person"],
                {channel: row[channel] for channel in CHANNELS},
            )
            for row in csv.DictReader(file)
        ]


def run(site: Path, *words: str, may_fail: bool = False, program: str = "cli") -> str:
    """Run one verb of the command line; its standard output. ``program``: the module that is it."""
    command = [sys.executable, "-m", program, "--site", str(site), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and not may_fail:
        raise SystemExit(f"{' '.join(words)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def whole_way(folder: Path, site: Path, program: str = "cli") -> list[dict[str, Any]]:
    """Init, imports, enrolment, watch --once; the decisions as the command line prints them."""
    run(site, "init", program=program)
    for kind, name in (
        ("people", "people"),
        ("consents", "consents"),
        ("biometric", "biometric_permissions"),
        ("restrictions", "restrictions"),
    ):
        run(site, "import", kind, str(folder / f"{name}.csv"), program=program)
    print(run(site, "enrol", str(folder / "references"), may_fail=True, program=program))
    subprocess.run(["cp", "-r", f"{folder / 'incoming'}/.", str(site / "staging")], check=True)
    start = time.perf_counter()
    run(site, "watch", "--once", may_fail=True, program=program)
    print(f"watch --once took {time.perf_counter() - start:.1f} s")
    decisions: list[dict[str, Any]] = json.loads(run(site, "decisions", "--json", program=program))
    return decisions


def grey(path: Path) -> NDArray[np.uint8]:
    """Upright grey pixels of a file."""
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("L"), np.uint8)


def compare(
    folder: Path,
    site: Path,
    decisions: list[dict[str, Any]],
    faces: Sequence[Truth] | None = None,
) -> dict[str, Tally]:
    """Tally of every channel; prints each miss. ``faces``: the truth, if it is not the file's."""
    by_photo = {(d["original"], d["channel"]): d for d in decisions}
    faces = truths(folder) if faces is None else faces
    tallies = {channel: Tally(restricted=set(), restricted_released=set()) for channel in CHANNELS}
    originals: dict[str, NDArray[np.uint8]] = {}
    for face in faces:
        if face.photo not in originals:
            originals[face.photo] = grey(folder / "incoming" / face.photo)
        for channel, tally in tallies.items():
            decision = by_photo[face.photo, channel]
            _count(tally, face, channel, decision, originals[face.photo], site)
    return tallies


def _count(
    tally: Tally,
    face: Truth,
    channel: str,
    decision: dict[str, Any],
    original: NDArray[np.uint8],
    site: Path,
) -> None:
    assert tally.restricted is not None
    assert tally.restricted_released is not None
    allowed, rendition = face.allowed[channel], decision["rendition"]
    if allowed == "restricted":
        tally.restricted.add(face.photo)
        if decision["verdict"] != "block":
            tally.restricted_released.add(face.photo)
            print(f"NOT BLOCKED {channel} {face.photo} {face.person}")
    alike = 0.0
    if rendition:
        alike = likeness(original, grey(site / rendition), face.box, face.width)
    visible = alike >= VISIBLE_FROM
    if allowed == "yes" and decision["verdict"] != "block":
        tally.permitted += 1
        tally.shown += visible
        if not visible:
            print(f"over-blurred {channel} {face.photo} {face.person} at {face.box} ({alike:.2f})")
    if allowed != "yes":
        tally.forbidden += 1
        tally.leaked += visible
        if visible:
            print(f"LEAK {channel} {face.photo} {face.person} at {face.box} ({alike:.2f})")


def names_and_metadata(folder: Path, site: Path) -> list[str]:
    """Whatever in ready/ should not be there: names, references, metadata."""
    problems = []
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        words = {
            word.casefold()
            for row in csv.DictReader(file)
            for word in (row["ref"], row["given_name"], row["family_name"])
        }
    for path in (p for p in (site / "ready").rglob("*") if p.is_file()):
        name = path.relative_to(site).as_posix().casefold()
        problems += [f"{name} holds the name {word}" for word in words if word in name]
        with Image.open(path) as image:
            if image.getexif() or set(image.info) - {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "progressive",
                "progression",
            }:
                problems.append(f"{name} holds metadata {sorted(image.info)}")
    return problems


def main() -> None:
    """Run the whole way and print the comparison; exit 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", type=Path, help="make the site here and keep it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        site = options.keep or Path(scratch) / "site"
        decisions = whole_way(options.folder, site)
        tallies = compare(options.folder, site, decisions)
        problems = names_and_metadata(options.folder, site)
    broken = bool(problems)
    for channel, tally in tallies.items():
        share = tally.shown / max(tally.permitted, 1)
        print(
            f"{channel}: shown {tally.shown} of {tally.permitted} permitted ({share:.1%}); visible "
            f"{tally.leaked} of {tally.forbidden} forbidden; "
            f"{len(tally.restricted or ())} photos with a restricted person, "
            f"{len(tally.restricted_released or ())} of them released"
        )
        broken |= bool(tally.leaked or tally.restricted_released) or share < 0.98
    blocked = {d["original"] for d in decisions if d["verdict"] == "block"}
    expected = {photo for tally in tallies.values() for photo in tally.restricted or ()}
    print(f"blocked without a restricted person: {sorted(blocked - expected)}")
    print("\n".join(problems) or "nothing in ready/ holds a name or metadata")
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
