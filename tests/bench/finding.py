"""How many labelled faces the search finds, by height in original pixels, and what it costs.

    python -m tests.bench.finding FOLDER [--lone] [--nobody PHOTOS]

FOLDER holds photos and boxes.csv (file, x, y, w, h, invalid), or a school's truth.csv and its
photos in incoming/. A face counts as found when a box overlaps it with an IoU of at least 0.4; weak
candidates count, because they are covered. The photos are split in two by a hash of their names:
what is tuned on the first half is judged on the second. ``--lone`` cuts single faces out with some
surroundings, turns them by quarters, and counts how many are found. PHOTOS is a folder of photos
without people: every find there is a mistake.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from gate.arrays import Pixels
from gate.engines.yunet import YuNet
from gate.find import INSPECT_EDGE, find
from gate.load import Limits, load
from gate.values import Box, Face

BINS = ((80, 1e9), (40, 80), (24, 40), (16, 24), (10, 16), (0, 10))
FOUND_FROM = 0.4
AROUND = (6.0, 4.0, 3.0, 2.4)
LONE_FROM = 24

Labels = list[tuple[Box, bool]]


@dataclass
class Tally:
    """Counts of some photos: faces found and labelled by BINS, and boxes without a label."""

    found: list[int] = field(default_factory=lambda: [0] * len(BINS))
    total: list[int] = field(default_factory=lambda: [0] * len(BINS))
    photos: int = 0
    sure: int = 0
    weak: int = 0

    def show(self, name: str) -> None:
        """Print the table of one half, or of all."""
        print(f"{name}, {self.photos} photos")
        for (low, high), hits, count in zip(BINS, self.found, self.total, strict=True):
            print(f"  {low:3.0f}-{high:<6.0f} {hits:4} of {count:4}  {hits / max(count, 1):.1%}")
        per = max(self.photos, 1)
        print(f"  without a label, a photo: {self.sure / per:.2f} sure, {self.weak / per:.2f} weak")


def labelled(folder: Path) -> dict[Path, Labels]:
    """For each photo the boxes, and whether each is a valid face."""
    boxes: dict[Path, Labels] = defaultdict(list)
    school = (folder / "truth.csv").exists()
    with (folder / ("truth.csv" if school else "boxes.csv")).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            box = Box(*(float(row[name]) for name in ("x", "y", "w", "h")))
            photo = folder / "incoming" / row["photo"] if school else folder / row["file"]
            boxes[photo].append((box, school or row["invalid"] == "0"))
    return dict(sorted(boxes.items()))


def half_of(photo: Path) -> str:
    """Which half a photo belongs to, by a hash of its name."""
    return ("first half", "second half")[
        int(hashlib.sha256(photo.name.encode()).hexdigest(), 16) % 2
    ]


def bin_of(height: float) -> int:
    """Which of BINS a height falls into."""
    return next(i for i, (low, high) in enumerate(BINS) if low <= height < high)


def searched(photo: Path, finder: YuNet) -> tuple[list[Face], float]:
    """The faces in pixels of the original, and the seconds that finding them took."""
    picture = load(photo.read_bytes(), Limits(), long_edge=INSPECT_EDGE)
    start = time.perf_counter()
    faces, _ = find(picture.pixels, finder)
    return [f.scaled(1 / picture.scale) for f in faces], time.perf_counter() - start


def hit(box: Box, faces: list[Face]) -> bool:
    """Whether a labelled face was found."""
    return any(face.box.iou(box) >= FOUND_FROM for face in faces)


def table(photos: dict[Path, Labels], finder: YuNet) -> None:
    """Search every photo; print the halves, all, what was missed, and the time."""
    tallies = {name: Tally() for name in ("first half", "second half", "all")}
    seconds = 0.0
    for photo, boxes in photos.items():
        faces, took = searched(photo, finder)
        seconds += took
        missed = [box for box, valid in boxes if valid and not hit(box, faces)]
        for box in missed:
            if box.h >= LONE_FROM:
                print(f"missed {photo.name} {box}")
        for tally in (tallies[half_of(photo)], tallies["all"]):
            tally.photos += 1
            for box, valid in boxes:
                tally.total[bin_of(box.h)] += valid
                tally.found[bin_of(box.h)] += valid and box not in missed
            false = [f for f in faces if not any(hit(box, [f]) for box, _ in boxes)]
            tally.weak += sum(face.weak for face in false)
            tally.sure += sum(not face.weak for face in false)
    for name, tally in tallies.items():
        tally.show(name)
    print(f"{seconds / len(photos) * 1000:.0f} ms a photo")


def lone_faces(photos: dict[Path, Labels]) -> Iterator[tuple[Pixels, Box]]:
    """Every valid face that can be cut out with surroundings which hold no other labelled one."""
    for photo, boxes in photos.items():
        picture = load(photo.read_bytes(), Limits(), long_edge=100_000)
        for box, valid in boxes:
            others = [other for other, _ in boxes if other is not box]
            if valid and box.h >= LONE_FROM and (part := _alone(box, others, picture.pixels)):
                x, y = int(part.x), int(part.y)
                crop = picture.pixels[y : int(part.y + part.h), x : int(part.x + part.w)]
                yield crop, Box(box.x - x, box.y - y, box.w, box.h)


def _alone(box: Box, others: list[Box], pixels: Pixels) -> Box | None:
    x, y = box.centre
    for around in AROUND:
        side = around * max(box.w, box.h)
        part = Box(x - side / 2, y - side / 2, side, side)
        part = part.clipped(pixels.shape[1], pixels.shape[0])
        if not any(part.overlap(other) for other in others):
            return part
    return None


def lone(photos: dict[Path, Labels], finder: YuNet) -> None:
    """Print how many lone faces are found, upright and turned."""
    found, count = [0] * 4, 0
    for crop, box in lone_faces(photos):
        count += 1
        pixels, where = crop, box
        for quarter in range(4):
            found[quarter] += hit(where, find(pixels, finder)[0])
            where = Box(where.y, pixels.shape[1] - where.x - where.w, where.h, where.w)
            pixels = np.ascontiguousarray(np.rot90(pixels))
    names = ("upright", "turned by 90", "by 180", "by 270")
    print(f"lone faces found: {sum(found)} of {4 * count}:", end=" ")
    print(", ".join(f"{n} {hits} of {count}" for n, hits in zip(names, found, strict=True)))


def nobody(folder: Path, finder: YuNet) -> None:
    """Print what is found on photos without people."""
    photos = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".png"))
    finds = {path: searched(path, finder)[0] for path in photos}
    for path, faces in finds.items():
        for face in faces:
            print(f"mistaken {path.name} {face.box} {face.score:.2f}")
    for name in ("first half", "second half", "all"):
        some = [faces for path, faces in finds.items() if name in (half_of(path), "all")]
        weak = sum(face.weak for faces in some for face in faces)
        total = sum(len(faces) for faces in some)
        print(
            f"{name}, {len(some)} photos without people: {total - weak} sure, {weak} weak, ", end=""
        )
        print(f"{total / max(len(some), 1):.2f} a photo; {sum(map(bool, some))} photos with any")


def main() -> None:
    """Search every photo and print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lone", action="store_true")
    parser.add_argument("--nobody", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    finder, photos = YuNet(), labelled(options.folder)
    table(photos, finder)
    if options.lone:
        lone(photos, finder)
    if options.nobody:
        nobody(options.nobody, finder)


if __name__ == "__main__":
    main()
