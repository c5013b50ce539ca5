"""A school without face templates: people name every face, and the released pixels are compared.

    python -m tests.bench.people_mode FOLDER [--keep SITE] [--wrong SHARE]

FOLDER is as for tests.bench.school. Nobody is enrolled. First it is checked that no photo with a
face was released; then every face of truth.csv is named by it, missed ones are drawn, all other
finds are covered, and released files are compared with the originals. Somebody without permission
for a face template counts as their image permission says, and a restricted person without a
template as restricted: people need no template. With --wrong, so many of the names are swapped at
random for another person's of the register: what a tired person costs.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import shutil
import subprocess
import tempfile
import time
from collections import defaultdict
from contextlib import redirect_stdout
from dataclasses import astuple
from pathlib import Path
from typing import Any

from gate.values import Box
from tests.bench.school import CHANNELS, Truth, compare, names_and_metadata, run, truths

_SAME = 0.3
_STRANGER = "stranger"
_LISTS = ("people", "consents", "restrictions")


def settle(folder: Path, site: Path) -> None:
    """A site where people name the faces, with every photo judged once."""
    run(site, "init")
    settings = site / "photogate.toml"
    text = settings.read_text(encoding="utf-8").replace('mode = "faces"', 'mode = "people"')
    settings.write_text(text, encoding="utf-8")
    for kind in _LISTS:
        run(site, "import", kind, str(folder / f"{kind}.csv"))
    subprocess.run(["cp", "-r", f"{folder / 'incoming'}/.", str(site / "staging")], check=True)
    run(site, "watch", "--once", may_fail=True)


def truth_for_people(folder: Path, scratch: Path) -> Path:
    """The same school, with a truth that says what may be shown when people name everybody."""
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "consents.csv").open(encoding="utf-8", newline="") as file:
        granted = {
            (r["ref"], r["channel"]) for r in csv.DictReader(file) if r["status"] == "granted"
        }
    for row in rows:
        for channel in CHANNELS:
            if row["record"] == "no-biometric":
                row[channel] = "yes" if (row["person"], channel) in granted else "no"
            elif row["record"] == "restricted-not-enrolled":
                row[channel] = "restricted"
    scratch.mkdir()
    with (scratch / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (scratch / "incoming").symlink_to((folder / "incoming").resolve())
    shutil.copy(folder / "people.csv", scratch)
    return scratch


def decisions(site: Path) -> list[dict[str, Any]]:
    """What was decided, as the command line prints it."""
    rows: list[dict[str, Any]] = json.loads(run(site, "decisions", "--json"))
    return rows


def not_held(rows: list[dict[str, Any]]) -> list[str]:
    """Photos in which a face was found and that are not held for names on every channel."""
    return sorted({r["original"] for r in rows if r["faces"] and r["reason"] != "names_needed"})


def name_everybody(
    site: Path, rows: list[dict[str, Any]], truth: list[Truth], swap: dict[int, str]
) -> int:
    """Say of every photo who is in it; how many acts that took. ``swap``: wrong names, by row."""
    found = {row["original"]: row for row in rows}
    of_photo: defaultdict[str, list[tuple[int, Truth]]] = defaultdict(list)
    for number, face in enumerate(truth):
        of_photo[face.photo].append((number, face))
    acts = 0
    for original, row in sorted(found.items()):
        if row["faces"] or of_photo[original]:
            acts += _name(site, row, of_photo[original], swap)
    return acts


def _name(
    site: Path, row: dict[str, Any], faces: list[tuple[int, Truth]], swap: dict[int, str]
) -> int:
    boxes = [Box(*face["box"]) for face in row["faces"]]
    words, missed = [], []
    for number, face in faces:
        person = swap.get(number, "" if face.person == _STRANGER else face.person)
        best = max(range(len(boxes)), key=lambda n: boxes[n].iou(face.box), default=None)
        if best is None or boxes[best].iou(face.box) < _SAME:
            missed.append((face, person))
        elif person:
            words.append(f"{best + 1}={person}")
    photo, acts = row["photo"], 0
    why = ("--reason", "as in truth.csv", "--by", "bench")
    for face, person in missed:
        box = ",".join(str(value) for value in astuple(face.box))
        named = ("--person", person) if person else ()
        run(site, "review", "draw-face", photo, box, *named, *why)
        acts += 1
    if words:
        run(site, "review", "name-face", photo, *words, "--cover-rest", *why)
        acts += 1
    elif boxes:
        run(site, "review", "cover", photo, "--rest", *why)
        acts += 1
    return acts


def wrong_names(folder: Path, truth: list[Truth], share: float) -> dict[int, str]:
    """So many faces with somebody else's name, at random; nobody twice in one photo."""
    chance = random.Random(1)  # noqa: S311
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        people = [row["ref"] for row in csv.DictReader(file)]
    swap: dict[int, str] = {}
    for number, face in enumerate(truth):
        if chance.random() < share:
            there = {o.person for o in truth if o.photo == face.photo}
            there |= {swap.get(n, "") for n, o in enumerate(truth) if o.photo == face.photo}
            swap[number] = chance.choice([ref for ref in people if ref not in there])
    return swap


def main() -> None:
    """Run it and print the figures; exit 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", type=Path, help="make the site here and keep it")
    parser.add_argument("--wrong", type=float, default=0.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        site = options.keep or Path(scratch) / "site"
        folder = truth_for_people(options.folder, Path(scratch) / "truth")
        settle(options.folder, site)
        before = decisions(site)
        held = {r["original"] for r in before if r["reason"] == "names_needed"}
        photos = {r["original"] for r in before}
        print(f"{len(photos)} photos, {len(held)} held for names; ", end="")
        print(f"with a face and not held: {not_held(before)}")
        with redirect_stdout(io.StringIO()):
            early = compare(folder, site, before)
        for channel, tally in early.items():
            visible = tally.leaked + tally.shown
            print(f"{channel}: {visible} labelled faces visible before anybody was named")
        truth = truths(folder)
        swap = wrong_names(folder, truth, options.wrong)
        start = time.perf_counter()
        acts = name_everybody(site, before, truth, swap)
        print(f"{acts} acts of review, {(time.perf_counter() - start) / acts:.1f} s each")
        tallies = compare(folder, site, decisions(site))
        problems = names_and_metadata(folder, site)
        print(run(site, "audit", "verify").strip())
    for channel, tally in tallies.items():
        print(
            f"{channel}: shown {tally.shown} of {tally.permitted} permitted; visible "
            f"{tally.leaked} of {tally.forbidden} forbidden; "
            f"{len(tally.restricted or ())} photos with a restricted person, "
            f"{len(tally.restricted_released or ())} of them released"
        )
    print(f"wrong names given: {len(swap)}")
    print("\n".join(problems) or "nothing in ready/ holds a name or metadata")
    leaked = any(t.leaked or t.restricted_released for t in tallies.values())
    seen = any(t.leaked or t.shown for t in early.values())
    bad = bool(problems or not_held(before) or seen or (leaked and not swap))
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
