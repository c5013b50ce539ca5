"""How many versions of a photo are recognised, and how many other photos are taken for one.

    OMP_NUM_THREADS=1 python -m tests.bench.alike KIND FOLDER...

FOLDER... hold photos. KIND is one of these. ``versions``: every change to every photo. ``others``:
every photo against every other one, each pair laid over each other whether they share details or
not. ``quarters``: the same with the quarters of each photo. ``shots``: the next shot of a scene,
imitated. ``drawn``: drawn people in one place with other poses, every pair. ``covered``: copies
with every face covered, in each style. ``search``: time among 50,000.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from gate.alike import fingerprint, question, sketch
from gate.alike_index import AlikeIndex
from gate.arrays import Pixels
from gate.cover import STYLES, cover
from gate.demo.cast import CAST
from gate.demo.features import person
from gate.demo.places import Place
from gate.demo.scene import group
from gate.errors import LoadRefused
from gate.find import INSPECT_EDGE, find
from gate.kindred import MOST_CHECKED, heads_in
from gate.load import Limits, load
from gate.region import regions
from gate.same_photo import Agreement, agreement
from gate.values import Sketch
from tests.bench.alike_pictures import CHANGES, Moment, next_shot, saved

MANY = 50_000


@dataclass(frozen=True)
class Photo:
    """A photo on disk, as the gate looks at it."""

    path: Path
    pixels: Pixels
    sketch: Sketch


def photos(folders: Sequence[Path]) -> list[Photo]:
    """Every photo below these folders."""
    paths = sorted(path for folder in folders for path in folder.rglob("*.jpg"))
    found = []
    for path in paths:
        try:
            pixels = load(path.read_bytes(), Limits(), long_edge=INSPECT_EDGE).pixels
        except LoadRefused:
            continue
        found.append(Photo(path, pixels, sketch(pixels)))
    print(f"{len(found)} photos")
    return found


def index_of(known: Sequence[Photo]) -> AlikeIndex:
    """All of them in one index."""
    index = AlikeIndex()
    index.add([(str(one.path), fingerprint(one.sketch)) for one in known])
    return index


def upper_bound(hits: int, trials: int) -> float:
    """The exact upper end of the 95 % interval of a share (Clopper and Pearson, one-sided)."""
    from scipy.stats import beta

    return float(beta.ppf(0.95, hits + 1, trials - hits)) if hits < trials else 1.0


def versions(known: Sequence[Photo]) -> None:
    """Recall for each change."""
    index = index_of(known)
    for name, change in CHANGES.items():
        results = []
        for photo in known:
            drawn = sketch(change(photo.pixels))
            candidates = index.candidates(question(drawn), MOST_CHECKED)
            is_found = str(photo.path) in (c.photo for c in candidates)
            results.append((is_found, agreement(drawn, photo.sketch)))
        linked = sum(found and a is not None and a.holds for found, a in results)
        looked_up = sum(found for found, _ in results)
        _print(f"{name}: {linked} of {len(results)} linked, {looked_up} looked up", results)


def _print(title: str, results: Sequence[tuple[bool, Agreement | None]]) -> None:
    held = [a for _, a in results if a is not None]
    same = min((a.same for a in held), default=0)
    other = max((a.other for a in held), default=1)
    print(f"{title}; same at least {same:.3f}, other at most {other:.4f}", flush=True)


def others(known: Sequence[Photo]) -> None:
    """Every pair of different photos, and the pairs that come nearest."""
    compare(((str(a.path), str(b.path)), a.sketch, b.sketch) for a, b in combinations(known, 2))


def quarters(known: Sequence[Photo]) -> None:
    """The same with the four quarters of each photo, none of which shows anything of another."""
    parts = []
    for photo in known:
        rows, columns = (side // 2 for side in photo.pixels.shape[:2])
        for number in range(4):
            top, left = (number // 2) * rows, (number % 2) * columns
            part = np.ascontiguousarray(photo.pixels[top : top + rows, left : left + columns])
            parts.append((f"{photo.path.name} {number}", sketch(part)))
    compare(((a, b), one, other) for (a, one), (b, other) in combinations(parts, 2))


def compare(pairs: Iterator[tuple[tuple[str, str], Sketch, Sketch]]) -> None:
    """Print how many pairs are linked, with the bound, and those that come nearest."""
    total, nearest = 0, []
    for names, one, other in pairs:
        found = agreement(one, other)
        total += 1
        if found is not None:
            nearest.append((found.holds, found.same - 30 * found.other, names, found))
    linked = sum(holds for holds, *_ in nearest)
    print(f"{total} pairs, {linked} linked (at most {upper_bound(linked, total):.2e} with 95 %)")
    for holds, _, names, found in sorted(nearest, key=lambda row: row[:2], reverse=True)[:12]:
        overlap = max(found.overlaps)
        print(
            f"  {'LINKED' if holds else 'not'} same {found.same:.3f} other {found.other:.4f} "
            f"largest {found.largest:.5f} overlap {overlap:.2f} {' | '.join(names)}"
        )


def shots(known: Sequence[Photo]) -> None:
    """The next shot of each scene: how often it is taken for the same."""
    lot = np.random.default_rng(1)
    for moved in (0.006, 0.01, 0.02, 0.04):
        for people in (1, 3, 6):
            for hand in (0.0, 0.01):
                moment = Moment(moved, people, hand)
                found = [
                    agreement(sketch(next_shot(photo.pixels, moment, lot)), photo.sketch)
                    for photo in known
                ]
                linked = sum(one is not None and one.holds for one in found)
                least = min((one.other for one in found if one is not None), default=1.0)
                print(f"{moment}: {linked} of {len(found)} linked, other at least {least:.4f}")


def drawn(count: int) -> None:
    """Drawn people in each place, ``count`` shots of each group, every pair."""
    for place in Place:
        for size in (3, 8):
            people = [person(CAST[i].seed) for i in range(size)]
            sketches = []
            for shot in range(count):
                pixels, _ = group(people, shot, width=1200, height=800, place=place)
                sketches.append(sketch(saved(pixels, 90)))
            numbered = list(enumerate(sketches))
            print(place, size, "people:", end=" ")
            compare(((str(a), str(b)), x, y) for (a, x), (b, y) in combinations(numbered, 2))


def covered(known: Sequence[Photo]) -> None:
    """Copies with every face covered: linked with the original, whichever is known first."""
    from gate.engines.yunet import YuNet

    finder = YuNet("")
    for style in STYLES:
        linked = tried = 0
        for photo in known:
            faces, _ = find(photo.pixels, finder)
            if not faces:
                continue
            mask = regions(photo.pixels.shape, faces, [])
            copy = sketch(saved(cover(photo.pixels, mask, style, ovals=faces), 85))
            heads = heads_in(photo.sketch, faces, photo.pixels.shape[1])
            there = agreement(copy, photo.sketch, (None, heads))
            back = agreement(photo.sketch, copy, (heads, None))
            tried += 1
            linked += all(one is not None and one.holds for one in (there, back))
            if not all(one is not None and one.holds for one in (there, back)):
                print(f"  not linked: {photo.path.name} {len(faces)} faces {there}")
        print(f"{style}: {linked} of {tried} covered copies linked both ways", flush=True)


def search(known: Sequence[Photo]) -> None:
    """Time and memory of looking through 50,000 fingerprints: those given and many mixed ones."""
    lot = np.random.default_rng(1)
    codes = [np.frombuffer(fingerprint(one.sketch), "<u8") for one in known]
    pool = np.concatenate(codes)
    index = AlikeIndex()
    index.add([(str(one.path), fingerprint(one.sketch)) for one in known])
    start = time.perf_counter()
    for first in range(0, MANY, 500):
        mixed = pool[lot.integers(0, len(pool), (500, 96))]
        flips = lot.integers(0, 2**63, (3, *mixed.shape), dtype=np.uint64)
        # Two or three bits in sixteen differ: other photos have like details, not the same ones.
        noisy = mixed ^ (flips[0] & flips[1] & flips[2])
        index.add([(f"{first + i}", row.tobytes()) for i, row in enumerate(noisy)])
    print(f"{len(index)} photos taken in within {time.perf_counter() - start:.1f} s")
    asked = [question(one.sketch) for one in known]
    start, cpu = time.perf_counter(), time.process_time()
    found = [index.candidates(one, MOST_CHECKED) for one in asked]
    each = (time.perf_counter() - start) / len(asked), (time.process_time() - cpu) / len(asked)
    first = sum(c[0].photo == str(p.path) for c, p in zip(found, known, strict=True) if c)
    print(
        f"{each[0] * 1e3:.0f} ms a search ({each[1] * 1e3:.0f} ms of CPU); {first} find themselves"
    )
    print(f"{np.mean([len(c) for c in found]):.1f} candidates each, itself included")


def main() -> None:
    """Run one measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    kinds: dict[str, Callable[[Sequence[Photo]], None]] = {
        "versions": versions,
        "others": others,
        "quarters": quarters,
        "shots": shots,
        "covered": covered,
        "search": search,
    }
    parser.add_argument("kind", choices=[*kinds, "drawn"])
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--count", type=int, default=24, help="drawn shots of each group")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.kind == "drawn":
        drawn(options.count)
    else:
        kinds[options.kind](photos(options.folders))


if __name__ == "__main__":
    main()
