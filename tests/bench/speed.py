"""Photos per second against the plain script, one and two workers, and the distance to the floor.

    python -m tests.bench.speed FOLDER [--photos 12] [--megapixels 12] [--picture OUT.svg]

FOLDER is as for tests.bench.school. Group photos are made by enlarging and tiling its single
portraits. Everything is timed in one run on the same photos, start-up and enrolment left out on
either side; trust the ratios. On a busy machine the processor's seconds say more than the clock's:
they leave out waiting for others. The floor is decode at the inspected size, one detection, and
one encoding of the same photos in one process.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image

from tests.bench.school import run
from tests.bench.stages import draw, per_photo, table

KINDS = {
    "people": "people",
    "consents": "consents",
    "biometric": "biometric_permissions",
    "restrictions": "restrictions",
}


@dataclass(frozen=True)
class Spent:
    """Seconds for all photos: by the clock, and of the processor, all processes together."""

    clock: float
    processor: float


def group_photos(folder: Path, out: Path, *, count: int, megapixels: float) -> None:
    """Tile 4 x 3 portraits, enlarged, into photos of so many megapixels."""
    out.mkdir(parents=True)
    portraits = itertools.cycle(sorted((folder / "references").rglob("*.jpg")))
    tile = round((megapixels * 1e6 / 12) ** 0.5)
    for number in range(count):
        canvas = Image.new("RGB", (4 * tile, 3 * tile))
        for place in range(12):
            with Image.open(next(portraits)) as portrait:
                part = portrait.convert("RGB").resize((tile, tile), Image.Resampling.LANCZOS)
            canvas.paste(part, (place % 4 * tile, place // 4 * tile))
        noise = np.random.default_rng(number).normal(0, 3, (3 * tile, 4 * tile, 1))
        noisy = np.clip(np.asarray(canvas, np.float32) + noise, 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(out / f"group{number:03}.jpg", quality=92)


def new_site(folder: Path, site: Path) -> None:
    """A site with the school enrolled; nobody restricted, so that every photo is released."""
    run(site, "init")
    for kind, name in KINDS.items():
        if kind != "restrictions":
            run(site, "import", kind, str(folder / f"{name}.csv"))
    run(site, "enrol", str(folder / "references"), may_fail=True)
    settings = site / "photogate.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("settle_seconds = 2.0 ", "settle_seconds = 0.1 "), "utf-8")


def site_of(photos: Path, scratch: Path, *, workers: int) -> Path:
    """Where the site for one measurement is."""
    return scratch / f"site-{photos.name}-{workers}"


def ours(folder: Path, photos: Path, scratch: Path, *, workers: int) -> Spent:
    """From the first look at staging to the last photo's record, as the log tells.

    Of the processor's time, what the same command takes with nothing to judge is left out.
    """
    site = site_of(photos, scratch, workers=workers)
    new_site(folder, site)
    watch = ("watch", "--once", "--log-json", "--workers", str(workers))
    before = _children()
    run(site, *watch, may_fail=True)
    idle = _children() - before
    shutil.copytree(photos, site / "staging", dirs_exist_ok=True)
    before = _children()
    log = run(site, *watch, may_fail=True)
    events = [json.loads(line) for line in log.splitlines()]
    times = {event["event"]: datetime.fromisoformat(event["at"]) for event in events}
    clock = (times["finished"] - times["started"]).total_seconds()
    return Spent(clock, _children() - before - idle)


def _children() -> float:
    """Processor seconds of all processes that were started from here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def plain(folder: Path, photos: Path, scratch: Path) -> Spent:
    """What the plain script takes for the photos alone, without start-up and enrolment."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.plain_script"]
    arguments = [str(folder / "references"), str(photos), str(scratch / f"plain-{photos.name}")]
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=True, env=one_thread
    )
    clock, processor = done.stdout.strip().splitlines()[-1].split()
    return Spent(float(clock), float(processor))


def floor(photos: Path) -> Spent:
    """What it takes for decode, one detection and one encoding of each photo, in this process."""
    import cv2

    from gate.engines.yunet import YuNet
    from gate.find import INSPECT_EDGE
    from gate.load import Limits, load
    from gate.render import render
    from gate.values import Channel

    cv2.setNumThreads(1)
    finder, channel = YuNet(), Channel("website")
    start, worked = time.perf_counter(), time.process_time()
    for path in sorted(photos.rglob("*.jpg")):
        picture = load(path.read_bytes(), Limits(), long_edge=INSPECT_EDGE)
        finder.find(picture.pixels, 0.5)
        render(picture.pixels, channel)
    return Spent(time.perf_counter() - start, time.process_time() - worked)


def _ratio(more: Spent, less: Spent) -> str:
    by_processor = more.processor / less.processor
    return f"{more.clock / less.clock:.2f} (by the processor {by_processor:.2f})"


def report(name: str, photos: Path, folder: Path, scratch: Path) -> None:
    """Time one set of photos every way and print the ratios."""
    count = len(list(photos.rglob("*.jpg")))
    one, two = (ours(folder, photos, scratch, workers=n) for n in (1, 2))
    script, least = plain(folder, photos, scratch), floor(photos)
    rows = (
        ("plain script", script, ""),
        ("photogate, 1 worker", one, f"{_ratio(script, one)} x the script"),
        ("photogate, 2 workers", two, f"{_ratio(one, two)} x one worker"),
        ("floor", least, f"one worker takes {_ratio(one, least)} x as long"),
    )
    print(f"{name}: {count} photos")
    for what, spent, ratio in rows:
        print(
            f"  {what:22}{spent.clock:7.1f} s {count / spent.clock:6.2f} photos/s, "
            f"processor {spent.processor:6.1f} s  {ratio}"
        )
    print(f"\n{table(per_photo(site_of(photos, scratch, workers=1))[0])}\n")


def main() -> None:
    """Make the photos, time everything, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=12)
    parser.add_argument("--megapixels", type=float, default=12)
    parser.add_argument("--picture", type=Path, help="draw where the time goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        groups = scratch / "groups"
        group_photos(options.folder, groups, count=options.photos, megapixels=options.megapixels)
        kind = f"{options.megapixels:g}-megapixel group photos"
        report(kind, groups, options.folder, scratch)
        if options.picture:
            seconds, count = per_photo(site_of(groups, scratch, workers=1))
            draw(seconds, f"One of {count} {kind}, one worker", options.picture)
        report("the school's own photos", options.folder / "incoming", options.folder, scratch)


if __name__ == "__main__":
    main()
