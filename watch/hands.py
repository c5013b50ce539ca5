"""The photos in hand: from the vault through a worker to the record, and out of staging."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from gate.errors import PhotogateError, RegisterChanged, RegisterUnreachable, SiteError
from gate.ports import Ledger
from gate.publish import Publisher
from gate.values import Arrival, Judgement, Reason
from gate.vault import SourceUnreadable
from watch.claim import Claim, Desk
from watch.events import EventKind
from watch.slot import WorkerInterrupted

MOST_ATTEMPTS = 5
_NOT_WHOLE = (Reason.INCOMPLETE, Reason.DAMAGED)


class Workers(Protocol):
    """Judges photos, several at once; see ``WorkerPool``."""

    @property
    def capacity(self) -> int:
        """How many photos to have in hand at most."""
        ...

    def submit(self, photo: Path, arrival: Arrival) -> Future[Judgement]:
        """Judge the file at a path."""
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a claim.

    ``kind``: JUDGED, DUPLICATE or ALREADY_RECORDED (on record; ``removed`` from staging or not),
    WAITING or POSTPONED (stays in staging), or TROUBLE (the same, and ``error`` concerns all).
    """

    claim: Claim
    kind: EventKind
    verdicts: Mapping[str, str] = field(default_factory=dict)
    cause: str = ""
    removed: bool = False
    error: PhotogateError | None = None


class Hands:
    """Holds at most ``workers.capacity`` photos.

    ``patience``: seconds of rest after which a file that cannot be decoded is believed to be
    whole. ``ring`` is called from another thread when a photo is judged.
    """

    def __init__(self, desk: Desk, ledger: Ledger, publisher: Publisher, workers: Workers) -> None:
        self._desk = desk
        self._ledger = ledger
        self._publisher = publisher
        self._workers = workers
        self._judging: dict[str, tuple[Claim, Future[Judgement]]] = {}
        self._twins: defaultdict[str, list[Claim]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._judging) + sum(map(len, self._twins.values()))

    @property
    def has_room(self) -> bool:
        """Whether another photo may be taken."""
        return len(self) < self._workers.capacity

    @property
    def paths(self) -> frozenset[str]:
        """The files in hand, by their path within staging."""
        claims = [claim for claim, _ in self._judging.values()]
        claims += [twin for twins in self._twins.values() for twin in twins]
        return frozenset(claim.file.path for claim in claims)

    def begin(self, claim: Claim, ring: Callable[[], None]) -> Result | None:
        """Go on with a file that is in the vault; None when it went to a worker."""
        photo = claim.arrival.photo
        if photo in self._judging:
            # Whether it is a duplicate shows when the first one is on record.
            self._twins[photo].append(claim)
            return None
        try:
            if self._ledger.has_drop(claim.arrival):
                # A stop came between the record and the removal.
                return self._remove(Result(claim, EventKind.ALREADY_RECORDED))
            if self._ledger.knows(photo):
                self._ledger.record_duplicate(claim.arrival)
                return self._remove(Result(claim, EventKind.DUPLICATE))
        except RegisterUnreachable as error:
            return Result(claim, EventKind.TROUBLE, cause=str(error), error=error)
        self._submit(claim, ring)
        return None

    def collect(self, patience: float, ring: Callable[[], None]) -> list[Result]:
        """Publish what the workers have judged; raises EngineError when no worker can start."""
        done = [photo for photo, (_, future) in self._judging.items() if future.done()]
        results: list[Result] = []
        for photo in done:
            claim, future = self._judging.pop(photo)
            result = self._finish(claim, future, patience, ring)
            results.extend([result] if result else [])
            if photo not in self._judging:
                begun = [self.begin(twin, ring) for twin in self._twins.pop(photo, [])]
                results.extend(result for result in begun if result)
        return results

    def drop_twins(self) -> None:
        """Leave files with the bytes of a photo in hand to the next run."""
        self._twins.clear()

    def _submit(self, claim: Claim, ring: Callable[[], None]) -> None:
        photo = claim.arrival.photo
        future = self._workers.submit(self._desk.vault.path(photo), claim.arrival)
        self._judging[photo] = claim, future
        future.add_done_callback(lambda _: ring())

    def _finish(
        self, claim: Claim, future: Future[Judgement], patience: float, ring: Callable[[], None]
    ) -> Result | None:
        try:
            judgement = future.result()
            if _may_go_on_arriving(claim, judgement, patience):
                if not self._twins.get(claim.arrival.photo):  # they are judged from the same bytes
                    self._desk.vault.discard(claim.arrival.photo)
                return Result(claim, EventKind.WAITING, cause="It does not look whole yet.")
            self._publisher.publish(claim.arrival, judgement)
        except RegisterChanged:
            return self._judge_again(claim, ring)
        except WorkerInterrupted:
            cause = "Its worker was stopped from outside."
            return Result(claim, EventKind.POSTPONED, cause=cause)
        except (RegisterUnreachable, SiteError) as error:
            return Result(claim, EventKind.TROUBLE, cause=str(error), error=error)
        verdicts = {decision.channel: decision.verdict.value for decision in judgement.decisions}
        return self._remove(Result(claim, EventKind.JUDGED, verdicts))

    def _judge_again(self, claim: Claim, ring: Callable[[], None]) -> Result | None:
        """Judge on the newer permissions; not without end, but never by blocking the photo."""
        if claim.attempts + 1 < MOST_ATTEMPTS:
            self._submit(replace(claim, attempts=claim.attempts + 1), ring)
            return None
        cause = "Permissions keep changing while it is judged."
        return Result(claim, EventKind.POSTPONED, cause=cause)

    def _remove(self, result: Result) -> Result:
        try:
            self._desk.remove(result.claim.file)
        except SourceUnreadable as error:
            return replace(result, cause=f"It cannot be removed from staging: {error}.")
        return replace(result, removed=True)


def _may_go_on_arriving(claim: Claim, judgement: Judgement, patience: float) -> bool:
    """Whether the file is not whole and has not rested long enough to believe that it never is."""
    broken = all(decision.reason in _NOT_WHOLE for decision in judgement.decisions)
    return broken and time.monotonic() - claim.resting_since < patience
