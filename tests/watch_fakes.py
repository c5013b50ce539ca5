"""A ledger in memory, workers without processes, and photos that are only bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from gate.errors import RegisterChanged
from gate.ports import Release
from gate.statements import Change
from gate.values import (
    Arrival,
    Decision,
    Judgement,
    Reason,
    Rendition,
    Thresholds,
    Verdict,
    Versions,
)
from gate.vault import Vault
from tests.sealers import MadeUpKeys

WHOLE_JPEG_END = b"\xff\xd9"
VERSIONS = Versions("test", "test", "test", 1)
DAY = date(2026, 1, 2)
THRESHOLDS = Thresholds(0.7, 0.4, 0.1)


def photo_bytes(text: str) -> bytes:
    """A file that begins and ends like a JPEG."""
    return b"\xff\xd8\xff" + text.encode() + WHOLE_JPEG_END


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def rendition(data: bytes, channel: str) -> Rendition:
    return Rendition(channel, data, sha256(data), 10, 10)


def approved(photo: str, *channels: str, revision: int = 1, on: date = DAY) -> Judgement:
    """A judgement that releases a copy on every channel."""
    names = channels or ("website", "print")
    copies = tuple(rendition(f"copy of {photo} for {name}".encode(), name) for name in names)
    decisions = tuple(Decision(name, Verdict.APPROVE, Reason.NO_FACES) for name in names)
    versions = Versions("test", "test", "test", revision)
    return Judgement(photo, 10, 10, on, versions, THRESHOLDS, decisions, renditions=copies)


def blocked(arrival: Arrival, reason: Reason, detail: str = "") -> Judgement:
    """A judgement that releases nothing."""
    decisions = (Decision("website", Verdict.BLOCK, reason),)
    return Judgement(arrival.photo, 0, 0, DAY, VERSIONS, THRESHOLDS, decisions, detail=detail)


def original(photo: Path) -> bytes:
    """What is sealed in a file of the vault."""
    return Vault(photo.parents[1], MadeUpKeys()).read(photo.name)


def judge_all_approved(photo: Path, arrival: Arrival) -> Judgement:
    """A judge that checks the bytes it was given and releases everything."""
    assert sha256(original(photo)) == arrival.photo
    return approved(arrival.photo)


@dataclass
class MemoryLedger:
    """Keeps everything in lists; ``changes`` of the register are announced so many times.

    ``outdated``: what was recorded rests on permissions that changed since.
    """

    drops: list[tuple[Arrival, bool]] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    released: dict[str, Release] = field(default_factory=dict)
    ended: list[tuple[str, str]] = field(default_factory=list)
    to_remove: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    said: list[Change] = field(default_factory=list)
    changes: int = 0
    error: Exception | None = None
    outdated: bool = False

    def knows(self, photo: str) -> bool:
        self._fail()
        return any(judgement.photo == photo for judgement in self.judgements)

    def has_drop(self, arrival: Arrival) -> bool:
        self._fail()
        return any(drop == arrival for drop, _ in self.drops)

    def record(
        self, arrival: Arrival, judgement: Judgement, releases: Sequence[Release]
    ) -> tuple[Release, ...]:
        self._fail()
        if self.changes:
            self.changes -= 1
            raise RegisterChanged("The register changed.")
        assert not self.knows(judgement.photo), "judged twice"
        self.drops.append((arrival, False))
        self.judgements.append(judgement)
        self.released.update({release.path: release for release in releases})
        return ()

    def record_duplicate(self, arrival: Arrival) -> None:
        self._fail()
        self.drops.append((arrival, True))

    def rejudge(
        self, judgement: Judgement, releases: Sequence[Release], cause: str, change: Change
    ) -> tuple[Release, ...]:
        self._fail()
        if self.changes:
            self.changes -= 1
            raise RegisterChanged("The register changed.")
        old = [j for j in self.judgements if j.photo == judgement.photo]
        copies = {rendition.sha256 for one in old for rendition in one.renditions}
        ended = tuple(r for r in self.released.values() if r.sha256 in copies)
        self.ended += [(release.path, release.sha256) for release in ended]
        self.to_remove |= {release.path: release.sha256 for release in ended}
        self.released = {p: r for p, r in self.released.items() if r not in ended}
        self.judgements.append(judgement)
        self.said.append(change)
        self.released.update({release.path: release for release in releases})
        return ended

    def removals(self) -> Mapping[str, str]:
        self._fail()
        return {path: sha for path, sha in self.to_remove.items() if path not in self.released}

    def discharge(self, paths: Collection[str]) -> None:
        self._fail()
        self.to_remove = {p: sha for p, sha in self.to_remove.items() if p not in paths}

    def has_ended(self, path: str, sha256: str) -> bool:
        self._fail()
        return (path, sha256) in self.ended

    def releases(self) -> Mapping[str, Release]:
        self._fail()
        return dict(self.released)

    def lose(self, paths: Collection[str]) -> None:
        self._fail()
        self.lost += paths
        self.released = {p: r for p, r in self.released.items() if p not in paths}

    def reopen(self, paths: Collection[str]) -> None:
        self._fail()
        if self.outdated:
            self.drops.clear()
            self.judgements.clear()
            self.released.clear()

    def _fail(self) -> None:
        if self.error:
            raise self.error


@dataclass
class DirectWorkers:
    """Judges at once, in the thread that asks."""

    judge: Callable[[Path, Arrival], Judgement] = judge_all_approved
    capacity: int = 2
    seen: list[str] = field(default_factory=list)

    def submit(self, photo: Path, arrival: Arrival) -> Future[Judgement]:
        self.seen.append(arrival.photo)
        future: Future[Judgement] = Future()
        try:
            future.set_result(self.judge(photo, arrival))
        except Exception as error:  # noqa: BLE001
            future.set_exception(error)
        return future


def no_names() -> frozenset[str]:
    return frozenset()
