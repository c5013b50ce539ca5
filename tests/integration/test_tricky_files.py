"""Files with every known oddity and damage: each is a picture or a refusal, in bounded memory."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from gate.load import Limits, load
from gate.values import Reason

PROJECT = Path(__file__).resolve().parents[2]
SECONDS_PER_FILE = 20
CHILD = """
import json, pathlib, resource, signal, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
sys.path.insert(0, sys.argv[1])
from gate.errors import LoadRefused
from gate.load import Limits, load
for path in sorted(pathlib.Path(sys.argv[2]).iterdir()):
    signal.alarm(int(sys.argv[3]))
    try:
        picture = load(path.read_bytes(), Limits(), long_edge=2000)
        outcome = [picture.width, picture.height]
    except LoadRefused as refused:
        outcome = [refused.reason.value, refused.detail]
    print(json.dumps([path.name, outcome]))
"""


def manifest(shared: Path) -> dict[str, dict[str, str]]:
    with (shared / "tricky" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


@pytest.mark.shared
def test_every_tricky_file_ends_as_a_picture_or_a_refusal(shared: Path) -> None:
    folder = shared / "tricky"
    command = [sys.executable, "-c", CHILD, str(PROJECT), str(folder), str(SECONDS_PER_FILE)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    outcomes = dict(json.loads(line) for line in ended.stdout.splitlines())
    assert outcomes.keys() >= manifest(shared).keys()
    for name, (first, second) in outcomes.items():
        judged = isinstance(first, int)
        assert judged or (first in list(Reason) and second.endswith(".")), name
        if name.startswith(("bomb-", "broken-", "animated-")):
            assert not judged, name


@pytest.mark.shared
def test_sound_pictures_are_not_refused(shared: Path) -> None:
    sound = ("gps", "thumbnail", "gainmap", "depth", "heic", "avif", "webp", "deep", "orientation")
    for name, row in manifest(shared).items():
        if row["kind"] in sound:
            picture = load((shared / "tricky" / name).read_bytes(), Limits(), long_edge=800)
            stored = int(row["width"]), int(row["height"])
            turned = row["format"] != "HEIF" and row["orientation"] in {"5", "6", "7", "8"}
            assert (picture.width, picture.height) == (stored[::-1] if turned else stored), name


@pytest.mark.shared
def test_photos_taken_in_eight_ways_come_out_alike_and_upright(shared: Path) -> None:
    rows = [row for row in manifest(shared).values() if row["kind"] == "orientation"]
    rows.sort(key=lambda row: row["source"])
    for scene, group in groupby(rows, key=lambda row: row["source"].rsplit("_", 1)[0]):
        views = {
            row["orientation"]: load(
                (shared / "tricky" / row["file"]).read_bytes(), Limits(), long_edge=300
            ).pixels.astype(int)
            for row in group
        }
        upright = views.pop("1")
        assert len(views) >= 6, scene
        for orientation, pixels in views.items():
            assert pixels.shape == upright.shape, (scene, orientation)
            assert np.abs(pixels - upright).mean() < 8, (scene, orientation)
