"""How many labelled faces the search finds, by height in original pixels, and what it costs.

    python -m tests.bench.finding FOLDER

FOLDER holds photos and boxes.csv (file, x, y, w, h, invalid). A face counts as found when a box
overlaps it with an IoU of at least 0.4; weak candidates count, because they are covered.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import defaultdict
from pathlib import Path

import cv2

from gate.engines.yunet import YuNet
from gate.find import INSPECT_EDGE, find
from gate.load import Limits, load
from gate.values import Box, Face

BINS = ((80, 1e9), (40, 80), (24, 40), (16, 24), (10, 16), (0, 10))
FOUND_FROM = 0.4


def labelled(folder: Path) -> dict[str, list[tuple[Box, bool]]]:
    """For each photo the boxes, and whether each is a valid face."""
    boxes: dict[str, list[tuple[Box, bool]]] = defaultdict(list)
    with (folder / "boxes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            x, y, w, h = (float(row[name]) for name in ("x", "y", "w", "h"))
            boxes[row["file"]].append((Box(x, y, w, h), row["invalid"] == "0"))
    return boxes


def bin_of(height: float) -> int:
    """Which of BINS a height falls into."""
    return next(i for i, (low, high) in enumerate(BINS) if low <= height < high)


def main() -> None:
    """Search every photo and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    finder = YuNet()
    found, total = [0] * len(BINS), [0] * len(BINS)
    false_sure = false_weak = 0
    seconds = 0.0
    photos = labelled(options.folder)
    for name, boxes in sorted(photos.items()):
        picture = load((options.folder / name).read_bytes(), Limits(), long_edge=INSPECT_EDGE)
        start = time.perf_counter()
        faces, _ = find(picture.pixels, finder)
        seconds += time.perf_counter() - start
        faces = [face.scaled(1 / picture.scale) for face in faces]
        for box, valid in boxes:
            if valid:
                place = bin_of(box.h)
                total[place] += 1
                hit = any(face.box.iou(box) >= FOUND_FROM for face in faces)
                found[place] += hit
                if not hit and box.h >= 24:
                    print(f"missed {name} {box}")
        false = [face for face in faces if not _labelled(face, boxes)]
        false_weak += sum(face.weak for face in false)
        false_sure += sum(not face.weak for face in false)
    for (low, high), hits, count in zip(BINS, found, total, strict=True):
        print(f"{low:3.0f}-{high:<6.0f} {hits:4} of {count:4}  {hits / max(count, 1):.1%}")
    print(f"boxes without a label, per photo: {false_sure / len(photos):.1f} sure, ", end="")
    print(f"{false_weak / len(photos):.1f} weak; {seconds / len(photos) * 1000:.0f} ms per photo")


def _labelled(face: Face, boxes: list[tuple[Box, bool]]) -> bool:
    return any(face.box.iou(box) >= FOUND_FROM for box, _ in boxes)


if __name__ == "__main__":
    main()
