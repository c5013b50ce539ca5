"""Inside a worker process: its limits, its judge, and what becomes of one photo there."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gate.errors import EngineError, PhotogateError, RegisterUnreachable
from gate.publish import check_renditions
from gate.values import Arrival, Judgement, Reason

if sys.platform == "linux":
    import resource

Judge = Callable[[Path, Arrival], Judgement]
"""Judges the file at a path, which has the bytes that the arrival names."""

_OPENCV_NO_MEMORY = -4  # cv::Error::StsNoMem
_LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Failure:
    """A photo that could not be judged, and why; ``trace`` is for the log."""

    reason: Reason
    detail: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class NotReady:
    """The worker has no judge; ``cause`` says why."""

    cause: str


class _Station:
    """What this process holds between photos."""

    judge: Judge | None = None
    cause: str = "The worker was not set up."


_station = _Station()


def open_station(start: Callable[[], Judge], memory_mb: int) -> None:
    """Set this process up; a cause that a person can mend is kept for ``ask_ready``."""
    # The default, so that a worker deep in foreign code can be ended at once.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _limit_memory(memory_mb)
    try:
        _station.judge = start()
    except PhotogateError as error:
        _station.cause = str(error)
    except MemoryError:
        _station.cause = (
            f"The models do not fit into {memory_mb} MB: raise memory_limit_mb in photogate.toml."
        )


def ask_ready() -> NotReady | None:
    """Whether this process can judge."""
    return None if _station.judge else NotReady(_station.cause)


def judge_here(photo: Path, arrival: Arrival) -> Judgement | Failure | NotReady:
    """Judge one photo. Raises RegisterUnreachable, which is not the photo's fault."""
    if _station.judge is None:
        return NotReady(_station.cause)
    try:
        judgement = _station.judge(photo, arrival)
        _check(judgement, arrival)
    except RegisterUnreachable:
        raise
    except Exception as error:  # noqa: BLE001
        # The only broad one in the project: no photo may get past judging, nor end the service,
        # by failing in a way that nobody foresaw.
        return Failure(_reason(error), _detail(error), traceback.format_exc())
    return judgement


def _check(judgement: Judgement, arrival: Arrival) -> None:
    if judgement.photo != arrival.photo:
        raise ValueError("the judgement is about another photo")
    check_renditions(judgement)


def _reason(error: Exception) -> Reason:
    if isinstance(error, MemoryError) or getattr(error, "code", None) == _OPENCV_NO_MEMORY:
        return Reason.OUT_OF_MEMORY
    return Reason.ENGINE_FAILED if isinstance(error, EngineError) else Reason.CRASHED


def _detail(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_LONGEST_DETAIL]


def _limit_memory(megabytes: int) -> None:
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = megabytes << 20
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _leave_with_parent() -> None:
    """End this process when the service was killed, even in the middle of a photo."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
