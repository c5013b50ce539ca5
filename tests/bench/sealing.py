"""What sealing costs: its share of the main job, and of loading a large register.

    nice python -m tests.bench.sealing FOLDER [--people 100000]

FOLDER is as for tests.bench.school. Each photo of its ``incoming`` is taken, judged and released
in this one process, once everybody is enrolled. Counted as sealing is all that the sealer, the key
store and the ciphers do, on the clock and in processor time; the rest is the main job without it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

import cv2
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import gate.sealed_files
from cli.enrolment import enrol_all
from cli.importing import Kind, take
from cli.names import register_names
from cli.setup import make_site
from cli.site import Site
from consent_db import people
from gate.errors import PhotogateError
from gate.publish import Publisher
from gate.sealing import KeyedSealer
from gate.settings import default_text
from gate.values import Arrival, Person
from gate.vault import Stamp

FILES = ("people", "consents", "biometric_permissions", "restrictions")
P = ParamSpec("P")
R = TypeVar("R")
METHODS = ("seal", "open", "prepare", "fetch", "refresh", "index", "secret", "require_fitting")


@dataclass
class Meter:
    """Seconds and processor seconds inside of what is measured, the outermost call counting."""

    seconds: float = 0.0
    processor: float = 0.0
    depth: int = field(default=0, repr=False)

    def around(self, function: Callable[P, R]) -> Callable[P, R]:
        """The same function, measured."""

        def measured(*args: P.args, **options: P.kwargs) -> R:
            self.depth += 1
            start = time.perf_counter(), time.process_time()
            try:
                return function(*args, **options)
            finally:
                self.depth -= 1
                if not self.depth:
                    self.seconds += time.perf_counter() - start[0]
                    self.processor += time.process_time() - start[1]

        return measured


def measure_sealing(meter: Meter) -> None:
    """Have all sealing of this process measured."""
    for name in METHODS:
        setattr(KeyedSealer, name, meter.around(getattr(KeyedSealer, name)))
    whole = AESGCM

    class Measured:
        def __init__(self, key: bytes) -> None:
            cipher = whole(key)
            self.encrypt = meter.around(cipher.encrypt)
            self.decrypt = meter.around(cipher.decrypt)

    setattr(gate.sealed_files, "AESGCM", Measured)  # noqa: B010


def school_site(folder: Path, root: Path) -> Site:
    """A site with everybody of the folder enrolled."""
    site = Site(root)
    make_site(site, default_text())
    for kind, name in zip(Kind, FILES, strict=True):
        take(site, kind, folder / f"{name}.csv", "bench")
    enrol_all(site, folder / "references", "bench")
    return site


def main_job(folder: Path, scratch: Path) -> None:
    """Take, judge and release every photo, and print what part of that was sealing."""
    site = school_site(folder, scratch / "site")
    meter = Meter()
    gate_ = site.gate()
    site.engines.finder  # noqa: B018 - loaded before the clock runs
    publisher = Publisher(site.root, site.ledger("bench"), register_names(site), site.names_key)
    measure_sealing(meter)
    count, size = 0, 0
    start = time.perf_counter(), time.process_time()
    for path in sorted((folder / "incoming").rglob("*")):
        if not path.is_file():
            continue
        status = path.stat()
        photo = site.originals.store(path, Stamp.of(status))
        name = path.relative_to(folder / "incoming")
        arrival = Arrival(photo, str(name), str(name.parent), status.st_size, status.st_mtime_ns)
        if site.ledger("bench").knows(photo):
            continue
        try:
            publisher.publish(arrival, gate_.judge(photo, site.originals.read(photo)))
        except PhotogateError as error:
            print(f"{name}: {error}")
        count, size = count + 1, size + status.st_size
    seconds, processor = time.perf_counter() - start[0], time.process_time() - start[1]
    print(f"{count} photos, {size / 1e6:.0f} MB: {seconds:.1f} s, {processor:.1f} s of processor")
    print(
        f"of it sealing: {meter.seconds:.2f} s ({meter.seconds / seconds:.1%}), "
        f"{meter.processor:.2f} s of processor ({meter.processor / processor:.1%}), "
        f"{meter.seconds / count * 1000:.1f} ms a photo"
    )


def large_register(scratch: Path, count: int) -> None:
    """Store so many people, and print how long it takes to read their names."""
    site = Site(scratch / "large")
    make_site(site, default_text())
    everybody = [Person(f"P{n}", "pupil", f"Given{n}", f"Family{n}", "7") for n in range(count)]
    with site.database.transaction("bench") as tx:
        start = time.perf_counter()
        people.add_or_change_all(tx, everybody)
        stored = time.perf_counter() - start
    fresh = Site(scratch / "large")
    fresh.database  # noqa: B018 - opened before the clock runs
    for which in ("first", "again, keys at hand"):
        with fresh.database.reading() as connection:
            start = time.perf_counter()
            found = people.everyone(connection)
            print(f"{len(found):,} names, {which}: {time.perf_counter() - start:.2f} s")
    print(f"{count:,} people stored in {stored:.1f} s")
    start = time.perf_counter()
    fresh.sealer.rotate()
    print(f"site key replaced in {time.perf_counter() - start:.2f} s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=100_000)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        os.environ["PHOTOGATE_KEYS"] = str(scratch / "keys")
        large_register(scratch, options.people)
        main_job(options.folder, scratch)


if __name__ == "__main__":
    main()
