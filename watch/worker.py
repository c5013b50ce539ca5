"""Judging in processes of their own, so that no photo can stop, starve or outlast the service."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from gate.values import Arrival, Judgement, Reason
from watch.slot import Slot
from watch.station import Failure, Judge

_log = logging.getLogger(__name__)

Blocked = Callable[[Arrival, Reason, str], Judgement]
"""Makes the judgement on a photo that could not be looked at, with the cause."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """``seconds`` and ``memory_mb`` (address space, where the system can limit it) bound one
    photo; ``start_seconds`` the loading of the models.
    """

    workers: int = 1
    seconds: float = 120.0
    memory_mb: int = 2048
    start_seconds: float = 120.0


class WorkerPool:
    """Judges photos in ``limits.workers`` processes, while the ``with`` block lasts.

    ``start`` makes the judge inside each worker process and must be picklable. Entering raises
    EngineError when a worker cannot start, so that a missing model stops the service instead of
    blocking every photo.
    """

    def __init__(self, start: Callable[[], Judge], blocked: Blocked, limits: WorkerLimits) -> None:
        self._blocked = blocked
        self._slots = [
            Slot(start, limits.seconds, limits.memory_mb, limits.start_seconds)
            for _ in range(limits.workers)
        ]
        self._free: queue.SimpleQueue[Slot] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(limits.workers, "photogate-worker")
        self._open = ExitStack()

    @property
    def capacity(self) -> int:
        """How many photos to have in hand: one for every worker, and one that is ready."""
        return len(self._slots) + 1

    def __enter__(self) -> WorkerPool:
        with self._open as opened:
            for slot in self._slots:
                opened.callback(slot.stop)
                slot.start()
            for slot in self._slots:
                slot.check()
                self._free.put(slot)
            self._open = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        for slot in self._slots:
            slot.abandon()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._open.close()

    def submit(self, photo: Path, arrival: Arrival) -> Future[Judgement]:
        """Judge the file ``photo``.

        Whatever the photo does to its worker becomes a judgement that blocks it. The future raises
        WorkerInterrupted when the worker was stopped from outside (the photo is not to blame),
        RegisterUnreachable, or EngineError when no worker can be started any more.
        """
        return self._threads.submit(self._judge, photo, arrival)

    def _judge(self, photo: Path, arrival: Arrival) -> Judgement:
        slot = self._free.get()
        try:
            outcome = slot.judge(photo, arrival)
        finally:
            self._free.put(slot)
        if not isinstance(outcome, Failure):
            return outcome
        _log.error("photo %s: %s\n%s", arrival.photo[:12], outcome.reason.value, outcome.trace)
        return self._blocked(arrival, outcome.reason, outcome.detail)
