"""How often the second look takes a covered region for a face, and how like it is to the old one.

    python -m tests.bench.second_look FOLDER...

Every photo (.jpg) below the folders is searched; of photos with more than three faces every third
stays uncovered. For each style: faces covered, regions in which the finder sees a face again, the
highest cosine similarity to the face that was there, and the median share of all faces read that
are at least as alike (0.5 is chance).
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from gate.arrays import Pixels, Vectors
from gate.copies import LOOK_AGAIN, SAME_FACE, around, is_inside
from gate.cover import STYLES, cover
from gate.engines.sface import SFace
from gate.engines.yunet import YuNet
from gate.errors import LoadRefused
from gate.find import INSPECT_EDGE, find
from gate.load import Limits, load
from gate.region import regions
from gate.render import render
from gate.values import Channel, Face

Photo = tuple[Pixels, list[Face], dict[int, Vectors]]
"""Pixels, faces, and the embedding of each face that is large and sure enough to be read."""


def photos(folders: list[Path], finder: YuNet, reader: SFace) -> list[Photo]:
    """Every photo that can be read, searched and read."""
    result = []
    for path in sorted(path for folder in folders for path in folder.rglob("*.jpg")):
        try:
            picture = load(path.read_bytes(), Limits(), long_edge=INSPECT_EDGE)
        except LoadRefused:
            continue
        faces, _ = find(picture.pixels, finder)
        wanted = [n for n, face in enumerate(faces) if face.box.h >= 20 and not face.weak]
        rows = reader.read(picture.pixels, [faces[n] for n in wanted])
        result.append((picture.pixels, faces, dict(zip(wanted, rows, strict=True))))
    return result


def looks(photo: Photo, style: str, finder: YuNet, reader: SFace) -> tuple[int, list[Vectors]]:
    """How many faces were covered; for each seen again: what was there, and what is read now."""
    pixels, faces, before = photo
    covered = [n for n in range(len(faces)) if len(faces) <= 3 or n % 3]
    shown = [face for n, face in enumerate(faces) if n not in covered]
    heads = [faces[n] for n in covered]
    mask = regions(pixels.shape, heads, shown)
    copy = render(cover(pixels, mask, style, ovals=heads), Channel("any", max_edge=INSPECT_EDGE))
    with Image.open(io.BytesIO(copy.data)) as image:
        published = np.asarray(image.convert("RGB"), np.uint8)
    factor = published.shape[1] / pixels.shape[1]
    asked = [n for n in covered if n in before]
    pairs = []
    for number in asked:
        crop, offset = around(published, faces[number].box.scaled(factor))
        found = finder.find(crop, LOOK_AGAIN)
        inside = [face for face in found if is_inside(face.box, offset, factor, mask)]
        if inside:
            now = reader.read(crop, inside)
            pairs.append(np.stack((before[number], now[int((now @ before[number]).argmax())])))
    return len(asked), pairs


def main() -> None:
    """Cover, look, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    finder, reader = YuNet(), SFace()
    everything = photos(options.folders, finder, reader)
    everybody = np.stack([row for _, _, before in everything for row in before.values()])
    for style in STYLES:
        results = [looks(photo, style, finder, reader) for photo in everything]
        pairs = [pair for _, found in results for pair in found]
        alike = np.array([float(was @ now) for was, now in pairs] or [np.nan])
        ranks = [float((everybody @ now >= was @ now - 1e-6).mean()) for was, now in pairs]
        print(
            f"{style}: {sum(asked for asked, _ in results)} covered, {len(pairs)} seen as a face, "
            f"{int((alike >= SAME_FACE).sum())} at {SAME_FACE} or more, highest {alike.max():.2f}, "
            f"median share at least as alike {np.median(ranks or [np.nan]):.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
