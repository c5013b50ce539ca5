"""One worker process, kept alive: seen from the service."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Protocol, TypeVar

from pebble import ProcessExpired, ProcessPool

from gate.errors import EngineError, RegisterUnreachable
from gate.values import Arrival, Judgement, Reason
from watch.station import Failure, Judge, NotReady, ask_ready, judge_here, open_station

_Answer = TypeVar("_Answer")
_CONTROL_C_ON_WINDOWS = 0xC000013A  # STATUS_CONTROL_C_EXIT
_STOPPED_FROM_OUTSIDE = frozenset(
    {
        -int(getattr(signal, name))
        for name in ("SIGTERM", "SIGINT", "SIGHUP")
        if hasattr(signal, name)
    }
) | {_CONTROL_C_ON_WINDOWS}


class WorkerInterrupted(Exception):
    """The worker was stopped from outside while it had the photo: judge it again."""


class _Pool(Protocol):
    """What is used of a process pool, with the types that the pool itself leaves out."""

    @property
    def active(self) -> bool: ...
    def schedule(
        self, function: Callable[..., _Answer], args: Iterable[object] = ()
    ) -> Future[_Answer]: ...
    def stop(self) -> None: ...
    def join(self) -> None: ...


class Slot:
    """A place for one worker process; a pool of its own, so that a photo harms no other one.

    Times are measured here and not by the pool, which goes by the clock on the wall: that one
    jumps when a computer learns the time of day.
    """

    def __init__(
        self, start: Callable[[], Judge], seconds: float, memory_mb: int, start_seconds: float
    ) -> None:
        self._setup = (start, memory_mb)
        self._seconds = seconds
        self._start_seconds = start_seconds
        self._pool: _Pool | None = None
        self._ready: Future[NotReady | None] | None = None
        self._task: Future[Judgement | Failure | NotReady] | None = None
        self._abandoned = False

    def start(self) -> None:
        """Begin to start the process."""
        self._pool = ProcessPool(
            1,
            initializer=open_station,
            initargs=self._setup,
            context=multiprocessing.get_context("spawn"),
        )
        self._ready = self._pool.schedule(ask_ready)

    def check(self) -> None:
        """Wait until the process can judge; raises EngineError when it cannot."""
        if self._ready is None:
            raise EngineError("A worker was not started.")
        try:
            answer = self._ready.result(self._start_seconds)
        except TimeoutError as error:
            raise EngineError(
                f"A worker was not ready within {self._start_seconds:.0f} seconds."
            ) from error
        except (BrokenProcessPool, ProcessExpired) as error:
            raise EngineError(
                "A worker process cannot be started: see its last words in the log above. "
                "'photogate doctor' checks the models and the memory limit."
            ) from error
        if answer is not None:
            raise EngineError(answer.cause)

    def stop(self) -> None:
        """End the process, whatever it does."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def abandon(self) -> None:
        """Give up the photo in hand and take no other; may be called from another thread."""
        self._abandoned = True
        if self._task is not None:
            self._task.cancel()

    def judge(self, photo: Path, arrival: Arrival) -> Judgement | Failure:
        """Judge one photo; raises WorkerInterrupted, RegisterUnreachable or EngineError."""
        self._task = self._running_pool().schedule(judge_here, args=(photo, arrival))
        if self._abandoned:
            self._task.cancel()
        try:
            error = self._task.exception(self._seconds)
        except TimeoutError:
            self.stop()
            return Failure(Reason.TIMED_OUT, f"not done after {self._seconds:g} seconds")
        except CancelledError as cancelled:
            raise WorkerInterrupted from cancelled
        if error is not None:
            return self._explain(error)
        outcome = self._task.result()
        if isinstance(outcome, NotReady):
            raise EngineError(outcome.cause)
        return outcome

    def _running_pool(self) -> _Pool:
        """The pool with a worker that is ready, so that its start does not count as the photo's."""
        if self._pool is None or not self._pool.active:
            self.stop()
            self.start()
            self.check()
        if self._pool is None:
            raise EngineError("A worker was not started.")
        return self._pool

    def _explain(self, error: BaseException) -> Failure:
        if isinstance(error, RegisterUnreachable):
            raise error
        self.stop()
        if isinstance(error, BrokenProcessPool):
            # The process ended before it had the photo.
            raise WorkerInterrupted from error
        if isinstance(error, ProcessExpired):
            if error.exitcode in _STOPPED_FROM_OUTSIDE:
                raise WorkerInterrupted from error
            return Failure(Reason.CRASHED, f"the worker ended with code {error.exitcode}")
        return Failure(Reason.CRASHED, type(error).__name__)
