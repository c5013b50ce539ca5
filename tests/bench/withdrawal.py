"""How long a withdrawal, the sweeps and a pull take when 50,000 photos are out.

    python -m tests.bench.withdrawal [--photos 50000] [--people 1500] [--at DIR]

Makes a site whose ledger is written straight into the database: judgements of six faces (four
shown, one covered, one unknown) for three channels, each with a copy. No photo is judged here: what
is timed ends where judging again begins. Copies for the website are small files. DIR is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import Connection, func, insert, select, update

from cli.pulling import pull_into
from cli.settling import settle
from cli.setup import make_site
from cli.site import Site, now
from consent_db import (
    audit,
    calibrations,
    consents,
    dropped,
    people,
    rejudgings,
    stored,
    templates,
)
from consent_db.schema import (
    biometrics,
    decisions,
    drops,
    judgements,
    mentions,
    photos,
    places,
    releases,
    sweeps,
)
from consent_db.schema import consents as consents_table
from consent_db.sweeping import sweep
from gate.ports import KeyKind
from gate.values import ConsentRecord, ConsentStatus, Person, Thresholds, day_of
from tests.registers import vector

CHANNELS = ("website", "social", "print")
BEGUN = date(2020, 9, 1)
EVENT = 100
"""Photos of one event."""
BATCH = 1_000
TENTH = 10
"""Every tenth person permits nothing."""

Rows = dict[str, list[dict[str, Any]]]


class Ledger:
    """Writes photos into a site's database that look as if they had been judged and released."""

    def __init__(self, site: Site, refs: list[str], seed: int = 1) -> None:
        self.site = site
        self.granted = [ref for n, ref in enumerate(refs) if n % TENTH]
        self.others = refs[::TENTH]
        self.chance = random.Random(seed)  # noqa: S311
        policy = site.policy
        self.thresholds = policy.thresholds
        self.version = policy.version
        self.at = now()

    def write(self, first: int, count: int) -> None:
        """Photos with these numbers, each with a judgement and three copies."""
        with self.site.database.transaction("bench") as tx:
            for start in range(first, first + count, BATCH):
                numbers = range(start, min(start + BATCH, first + count))
                self._write(tx.connection, numbers)
                for number in numbers:
                    tx.audit("photo.judged", _sha(number), {"judgement": number})
            tx.announce()

    def _write(self, connection: Connection, numbers: range) -> None:
        rows: Rows = {
            name: [] for name in ("photos", "drops", "judgements", "decisions", "releases", "who")
        }
        self.site.sealer.prepare(KeyKind.PHOTO, [_sha(number) for number in numbers])
        for number in numbers:
            self._photo(connection, number, rows)
        tables = (photos, drops, judgements, decisions, releases, mentions)
        for table, of_table in zip(tables, rows.values(), strict=True):
            connection.execute(insert(table), of_table)

    def _photo(
        self, connection: Connection, number: int, rows: dict[str, list[dict[str, Any]]]
    ) -> None:
        whom = self.chance.sample(self.granted, 11)
        whom[4] = self.chance.choice(self.others)
        matches = [_match(ref, other) for ref, other in zip(whom[:5], whom[5:10], strict=True)]
        matches.append(_match(whom[10], whom[9], 0.12))
        decided = [_face(n, ref, covered=n == 4) for n, ref in enumerate(whom[:5])]
        decided.append({**_face(5, "", covered=True), "person": None, "reason": "not_recognised"})
        sha = _sha(number)
        event = f"event-{number // EVENT}"
        names = dropped.Names(f"{event}/{number}.jpg", event, None)
        rows["photos"].append({"id": number, "sha256": sha})
        rows["drops"].append(
            {
                "photo_id": number,
                **dropped.columns(connection, sha, names),
                "size": 4_000_000,
                "modified_ns": number,
                "at": self.at,
                "by": "bench",
            }
        )
        rows["judgements"].append(
            {
                "id": number,
                "photo_id": number,
                "at": self.at,
                "by": "bench",
                "day": day_of(self.at),
                "width": 4000,
                "height": 3000,
                "software": "bench",
                "policy": self.version,
                "engine": "bench",
                "register": 1,
                "show": self.thresholds.show,
                "veto": self.thresholds.veto,
                "margin": self.thresholds.margin,
                "faces": _FACES,
                "matches": matches,
                "search": _SEARCH,
                "detail": "",
                "seconds": {"find": 0.25, "read": 0.41},
                "cause": "dropped",
            }
        )
        for channel in CHANNELS:
            data = copy(number, channel)
            rows["decisions"].append(
                {
                    "judgement_id": number,
                    "channel": channel,
                    "verdict": "blur",
                    "reason": "some_covered",
                    "faces": decided,
                }
            )
            rows["releases"].append(
                {
                    "judgement_id": number,
                    "channel": channel,
                    "path": f"ready/{channel}/{event}/{_sha(number)[:20]}.jpg",
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "width": 1600,
                    "height": 1200,
                    "size": len(data),
                }
            )
        rows["who"] += [{"person": ref, "judgement_id": number} for ref in sorted(whom[:5])]


def copy(number: int, channel: str) -> bytes:
    """The bytes of a copy."""
    return f"copy {number} for {channel} ".encode() * 20


def _sha(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def _match(ref: str, other: str, score: float = 0.81234567) -> dict[str, Any]:
    candidates = [{"person": ref, "score": score}, {"person": other, "score": 0.1098765}]
    return {"candidates": candidates, "readable": True, "second": []}


def _face(number: int, ref: str, *, covered: bool) -> dict[str, Any]:
    return {
        "face": number,
        "outcome": "covered" if covered else "shown",
        "reason": "no_consent" if covered else "permitted",
        "person": ref,
        "score": 0.81234567,
        "runner_up": {"person": ref, "score": 0.1098765},
        "consent": number,
        "restriction": None,
        "statement": None,
    }


_FACES = [
    {
        "box": {"x": 300.25 * n, "y": 200.5, "w": 180.125, "h": 240.75},
        "landmarks": [[300.5 * n + 10.25 * k, 250.125 + k] for k in range(5)],
        "score": 0.93,
        "weak": False,
    }
    for n in range(6)
]
_SEARCH = {
    "long_edges": [1920, 960, 640],
    "turns": [0, 90, 270],
    "threshold": 0.3,
    "smallest": 11.5,
    "turned_edges": [640],
    "dropped": 1,
}


def fill_register(site: Site, count: int) -> list[str]:
    """People who permit everything, but for every tenth; their references."""
    refs = [f"P{number:04}" for number in range(count)]
    with site.database.transaction("bench") as tx:
        pupils = [Person(ref, "pupil", f"Given {ref}", f"Family {ref}", "7") for ref in refs]
        people.add_or_change_all(tx, pupils)
        granted = [
            ConsentRecord(
                0, ref, name, ConsentStatus.GRANTED, "parent", "form", BEGUN, BEGUN, None, True
            )
            for n, ref in enumerate(refs)
            for name in CHANNELS
            if n % TENTH
        ]
        consents.record_all(tx, granted)
        told = {"recorded_at": tx.now, "recorded_by": "bench"}
        said = {"status": "granted", "given_by": "parent", "method": "form", "obtained_on": BEGUN}
        tx.connection.execute(
            insert(biometrics),
            [{"id": n + 1, "person": ref, **said, **told} for n, ref in enumerate(refs)],
        )
        for n, ref in enumerate(refs):
            known = [(_sha(n), f"{ref}.jpg", BEGUN)]
            templates.save(tx, ref, site.reader_versions[0], vector(n), known)
    return refs


def make_files(site: Site, numbers: range) -> None:
    """The copies for the website as files."""
    for number in numbers:
        path = site.ready / "website" / f"event-{number // EVENT}" / f"{_sha(number)[:20]}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(copy(number, "website"))


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long something took, and how much of it was this process's own work."""
    begun, worked = time.perf_counter(), time.process_time()
    yield
    seconds, own = time.perf_counter() - begun, time.process_time() - worked
    print(f"{what:<58} {seconds:8.2f} s   (processor {own:7.2f} s)", flush=True)


def withdraw(site: Site, ref: str) -> int:
    """Record it and delete what ended; how many photos wait to be judged again then."""
    today = day_of(now())
    said = ConsentRecord(
        0, ref, "website", ConsentStatus.WITHDRAWN, "parent", "form", today, today, None, False
    )
    with site.database.transaction("bench") as tx:
        consents.record(tx, said)
    settle(site)
    with site.database.reading() as connection:
        return rejudgings.count(connection)


def whole_command(site: Site, *words: str) -> None:
    """The same verb as people type it; a watcher is running, which does the judging."""
    lock = "import sys,time\nfrom pathlib import Path\nfrom gate.site_lock import SiteLock\n"
    lock += "with SiteLock(Path(sys.argv[1]), 'watcher'):\n print('held', flush=True)\n"
    lock += " sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", lock, str(site.vault / ".watch.lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    command = [sys.executable, "-m", "cli", "--site", str(site.root), *words]
    with timed(" ".join(words[:2]) + ", the whole command"):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    print("  " + done.stdout.strip().replace("\n", "\n  ") + done.stderr.strip())
    holder.communicate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=1_500)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--at", type=Path)
    chosen = parser.parse_args()
    root = chosen.at or Path(tempfile.mkdtemp(prefix="photogate-bench-"))
    os.environ.setdefault("PHOTOGATE_KEYS", str(root / "keys"))
    site = Site(root / "site")
    refs = made(site, chosen.photos, chosen.people)
    _measure(site, root / "web", refs, chosen)
    if chosen.at is None:
        shutil.rmtree(root)


def made(site: Site, photos: int, people: int) -> list[str]:
    """Make it, unless it is there; the references of its people."""
    if (site.root / "photogate.toml").exists():
        return [f"P{number:04}" for number in range(people)]
    make_site(site)
    with timed("made the register"):
        refs = fill_register(site, people)
    with timed("made the ledger"):
        Ledger(site, refs).write(1, photos)
    with timed("made the files"):
        make_files(site, range(1, photos + 1))
    with site.database.transaction("bench") as tx:
        one = stored.judgements_with(tx.connection, [1])
        assert len(list(one)) == 1
        ids = select(releases.c.id).where(releases.c.channel == "social").limit(5_000)
        rows = [
            {"id": n, "release_id": number, "kind": "posted", "place": f"https://school/{n}"}
            for n, number in enumerate(tx.connection.execute(ids).scalars(), start=1)
        ]
        told = {"name": "", "at": tx.now, "by": "bench"}
        tx.connection.execute(insert(places), [{**row, **told} for row in rows])
    return refs


def _measure(site: Site, folder: Path, refs: list[str], chosen: argparse.Namespace) -> None:
    fresh = Site(site.root)
    with timed("first sweep of everything (once after an upgrade)"):
        settle(fresh)
    with timed("what every command does first, when nothing changed"):
        settle(fresh)
    for ref in refs[1:4]:
        with timed(f"withdrawal of {ref}, until judging again begins"):
            waiting = withdraw(fresh, ref)
        print(f"  {waiting} photos wait to be judged again")
    whole_command(site, "consent", "withdraw", refs[4], "-c", "website")
    with fresh.database.transaction("bench") as tx:
        some = consents_table.c.person.in_(refs[11:20])
        count = tx.connection.execute(select(func.count()).where(some)).scalar_one()
        yesterday = day_of(tx.now) - timedelta(days=1)
        rows = [
            {"person": ref, "channel": "print", "status": "granted", "given_by": "parent"}
            for ref in refs[11:20]
        ]
        told = {"method": "form", "names_online_use": True, "recorded_by": "bench"}
        days = {"obtained_on": BEGUN, "valid_from": BEGUN, "valid_until": yesterday}
        last = tx.connection.execute(select(func.max(consents_table.c.id))).scalar_one()
        tx.connection.execute(
            insert(consents_table),
            [
                {**row, **told, **days, "id": last + n, "recorded_at": tx.now}
                for n, row in enumerate(rows, start=1)
            ],
        )
        tx.announce()
        tx.connection.execute(update(sweeps).values(day=yesterday))
        assert count
    with timed("sweep of a new day on which 9 permissions ended"):
        settle(fresh)
    with timed("sweep of everything after a change of thresholds"):
        sweep(
            fresh.database, fresh.consequences, day_of(now()), f"{fresh.policy.version}x", "bench"
        )
    settle(fresh)
    _calibrate(fresh)
    with timed("sweep of everything after a calibration"):
        settle(fresh)
    folder.mkdir(exist_ok=True)
    with mock.patch("os.fsync"):
        _pull(fresh, "pull into a new folder, not waiting for the disk", folder)
    first = chosen.photos + 1
    Ledger(fresh, refs, seed=2).write(first, chosen.new)
    make_files(fresh, range(first, first + chosen.new))
    _pull(fresh, f"pull of {chosen.new} new among {chosen.photos}", folder)
    _pull(fresh, "pull without anything new", folder)
    with timed("audit verify"), fresh.database.reading() as connection:
        print(f"  {audit.verify(connection)} entries")


def _calibrate(site: Site) -> None:
    """Put thresholds into force that differ a little."""
    plain = site.policy.thresholds
    found = Thresholds(plain.show + 0.01, plain.veto - 0.005, plain.margin + 0.005)
    with site.database.transaction("bench") as tx:
        calibrations.save(tx, site.reader_versions[0], (site.policy.fpir or 0.001, found), 1, {})


def _pull(site: Site, what: str, folder: Path) -> None:
    with timed(what):
        done = pull_into(site, "website", folder, "bench")
    print(f"  {len(done.taken)} new, {done.kept} kept, {len(done.removed)} removed")


if __name__ == "__main__":
    main()
