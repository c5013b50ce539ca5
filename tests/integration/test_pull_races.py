"""Pulling while permissions change: no copy was without permission at the instant recorded."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

import gate.publish
from cli.again import judge_all_again
from cli.pulling import pull_into
from consent_db import audit, consents
from consent_db.schema import consents as consents_table
from gate import durable, manifest
from gate.set_aside import sha256_of
from gate.values import day_of
from tests.fake_gate import granted_again, seen_on, withdrawn
from tests.fake_site import (
    School,
    nothing_unknown_in_the_folder,
    nothing_without_permission,
    the_chain_holds,
    without_models,
)
from tests.integration.test_kill import _nothing, folder

__all__ = ["folder"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork")

CHANGES, PULLS = 24, 8


def change(school: School, seed: int) -> None:
    """Withdraw and grant in a loop, and judge again what that touches."""
    chance = random.Random(seed)  # noqa: S311
    site = school.site
    for _ in range(CHANGES):
        ref = chance.choice(("P1", "P2", "P3"))
        with site.database.transaction("dpl") as tx:
            said = withdrawn if chance.random() < 0.5 else granted_again
            consents.record(tx, said(ref, day_of(tx.now)))
        if chance.random() < 0.6:
            judge_all_again(site)


def pull(school: School, folder: Path, by: str) -> None:
    """Pull again and again; what each manifest says is kept beside the folder."""
    site = school.site
    for number in range(PULLS):
        pull_into(site, "website", folder, by)
        found = manifest.read_from(folder)
        assert found is not None
        listed = {
            "at": found.manifest.made_at.isoformat(),
            "copies": [one.sha256 for one in found.manifest.files],
        }
        kept = school.root / f"{folder.name}-{by}-{number}.json"
        kept.write_text(json.dumps(listed), encoding="utf-8")


def together(*work: Callable[[], None]) -> None:
    """Do all of it at once, each in a process of its own."""
    context = multiprocessing.get_context("fork")
    running = [context.Process(target=_quickly, args=(one,)) for one in work]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
    assert [process.exitcode for process in running] == [0] * len(running)


def _quickly(work: Callable[[], None]) -> None:
    os.fsync = _nothing
    work()


@dataclass(frozen=True)
class History:
    """Who might be shown on the website, by instant and by the order of the audit log."""

    by_instant: dict[str, list[tuple[datetime, bool]]]

    def permitted(self, ref: str, at: datetime) -> bool:
        records = self.by_instant[ref]
        return records[bisect([one[0] for one in records], at) - 1][1]


def history(school: School) -> History:
    """The history of permissions, from the records themselves."""
    found: defaultdict[str, list[tuple[datetime, bool]]] = defaultdict(list)
    with school.site.database.reading() as connection:
        query = select(consents_table).where(consents_table.c.channel == "website")
        for row in connection.execute(query.order_by(consents_table.c.id)):
            found[row.person].append((row.recorded_at, row.status == "granted"))
    return History(dict(found))


def everybody_on(school: School) -> dict[str, frozenset[str]]:
    """Who can be seen on every copy that was ever released, by its SHA-256."""
    return dict(_copies(school))


def _copies(school: School) -> Iterator[tuple[str, frozenset[str]]]:
    for path in school.root.rglob("copies/*"):
        yield path.name, seen_on(path.read_bytes())


@pytest.fixture
def school(folder: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    without_models(monkeypatch)
    made = School(folder)
    made.make()
    _keep_every_copy(made, monkeypatch)
    return made


def _keep_every_copy(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the bytes of whatever is released, to look at afterwards who could be seen."""
    kept = school.root / "copies"
    kept.mkdir()
    for path in school.site.ready.rglob("*.jpg"):
        (kept / sha256_of(path)).write_bytes(path.read_bytes())
    plain = durable.move

    def move(source: Path, target: Path) -> None:
        (kept / sha256_of(source)).write_bytes(source.read_bytes())
        plain(source, target)

    monkeypatch.setattr(gate.publish, "move", move)


def _hold(school: School) -> None:
    """By the manifests and by the log: everybody who was handed out might be shown just then."""
    told, shown = history(school), everybody_on(school)
    pulls = 0
    for kept in school.root.glob("*.json"):
        listed = json.loads(kept.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(listed["at"])
        for copy in listed["copies"]:
            for ref in shown[copy]:
                assert told.permitted(ref, at), (kept.name, ref)
            pulls += 1
    assert pulls
    _hold_in_order_of_the_log(school, shown)


def _hold_in_order_of_the_log(school: School, shown: dict[str, frozenset[str]]) -> None:
    permitted: dict[str, bool] = {}
    taken = 0
    with school.site.database.reading() as connection:
        for entry in audit.entries(connection):
            details = json.loads(entry.details)
            if entry.action == "consent.recorded" and details["channel"] == "website":
                permitted[entry.subject] = details["status"] == "granted"
            if entry.action == "copy.pulled":
                taken += 1
                for ref in shown[entry.subject]:
                    assert permitted[ref], (entry.sequence, ref)
    assert taken


def test_two_pull_into_two_folders_while_a_third_withdraws_and_grants(school: School) -> None:
    first, second = school.folder, school.root / "social"
    second.mkdir()
    together(
        lambda: pull(school, first, "ann"),
        lambda: pull(school, second, "ben"),
        lambda: change(school, 1),
    )
    _hold(school)
    _in_the_end(school, first, second)


def test_two_pull_into_one_folder(school: School) -> None:
    together(
        lambda: pull(school, school.folder, "ann"),
        lambda: pull(school, school.folder, "ben"),
        lambda: change(school, 2),
    )
    _hold(school)
    _in_the_end(school, school.folder)


def _in_the_end(school: School, *folders: Path) -> None:
    for one in folders:
        pull_into(school.site, "website", one, "ann")
    nothing_without_permission(school)
    nothing_unknown_in_the_folder(school)
    the_chain_holds(school)
    _hold(school)
