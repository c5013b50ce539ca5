"""Whatever a photo does to its worker, it ends as a blocked photo, and the service goes on."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import pytest

from gate.errors import EngineError, RegisterUnreachable
from gate.values import Arrival, Judgement, Reason
from tests.watch_fakes import approved, blocked, sha256
from watch.slot import WorkerInterrupted
from watch.station import Judge
from watch.worker import WorkerLimits, WorkerPool

PROJECT = Path(__file__).resolve().parents[2]


def _judge(photo: Path, arrival: Arrival) -> Judgement:
    """Does what the file's text says."""
    match photo.read_text().partition(" ")[0]:
        case "hang":
            time.sleep(60)
        case "crash":
            os.abort()
        case "leave":
            sys.exit(3)
        case "raise":
            raise RuntimeError("nobody foresaw this")
        case "unpicklable":
            raise type("Odd", (Exception,), {"__reduce__": None})("odd")
        case "memory":
            bytearray(1 << 34)
        case "engine":
            raise EngineError("the model fails")
        case "register":
            raise RegisterUnreachable("no register")
        case "wrong":
            return approved(sha256(b"another photo"))
        case "terminated":
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)
        case "pid":
            return blocked(arrival, Reason.DAMAGED, str(os.getpid()))
    return approved(arrival.photo)


def start() -> Judge:
    return _judge


def start_without_weights() -> Judge:
    raise EngineError("The weights are missing.")


def start_and_die() -> Judge:
    os._exit(7)


def start_when(flag: Path) -> Judge:
    if not flag.exists():
        raise EngineError("The weights are missing now.")
    return _judge


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PROJECT))


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert multiprocessing.active_children() == []
    assert threading.active_count() == before


def _submit(pool: WorkerPool, folder: Path, text: str) -> Future[Judgement]:
    photo = folder / text.replace(" ", "-")
    photo.write_text(text)
    return pool.submit(photo, Arrival(sha256(text.encode()), text, "", len(text), 1))


def test_every_way_to_fail_blocks_one_photo_and_the_service_goes_on(tmp_path: Path) -> None:
    limits = WorkerLimits(workers=1, seconds=1.0, memory_mb=1500)
    expected = {
        "hang": Reason.TIMED_OUT,
        "crash": Reason.CRASHED,
        "leave": Reason.CRASHED,
        "raise": Reason.CRASHED,
        "unpicklable": Reason.CRASHED,
        "engine": Reason.ENGINE_FAILED,
        "wrong": Reason.CRASHED,
    }
    if sys.platform == "linux":
        expected["memory"] = Reason.OUT_OF_MEMORY
    with WorkerPool(start, blocked, limits) as pool:
        for text, reason in expected.items():
            judgement = _submit(pool, tmp_path, text).result(30)
            assert [decision.reason for decision in judgement.decisions] == [reason], text
            assert judgement.renditions == ()
            assert _submit(pool, tmp_path, f"good {text}").result(30).renditions


def test_the_cause_of_a_failure_is_kept_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with WorkerPool(start, blocked, WorkerLimits()) as pool:
        judgement = _submit(pool, tmp_path, "raise").result(30)
    assert judgement.detail == "RuntimeError: nobody foresaw this"
    assert "Traceback" in caplog.text


def test_a_photo_is_not_to_blame_when_its_worker_is_stopped_from_outside(tmp_path: Path) -> None:
    with WorkerPool(start, blocked, WorkerLimits()) as pool:
        with pytest.raises(WorkerInterrupted):
            _submit(pool, tmp_path, "terminated").result(30)
        with pytest.raises(RegisterUnreachable):
            _submit(pool, tmp_path, "register").result(30)
        assert _submit(pool, tmp_path, "good").result(30).renditions


def test_a_worker_that_died_while_idle_harms_no_photo(tmp_path: Path) -> None:
    with WorkerPool(start, blocked, WorkerLimits()) as pool:
        pid = int(_submit(pool, tmp_path, "pid").result(30).detail)
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.3)
        for attempt in range(3):
            with contextlib.suppress(WorkerInterrupted):
                assert _submit(pool, tmp_path, f"good {attempt}").result(30).renditions
                break
        else:
            pytest.fail("no worker came back")


@pytest.mark.parametrize(
    ("how", "words"),
    [(start_without_weights, "weights are missing"), (start_and_die, "cannot be started")],
)
def test_a_worker_that_cannot_start_stops_the_service(how: object, words: str) -> None:
    assert callable(how)
    with pytest.raises(EngineError, match=words), WorkerPool(how, blocked, WorkerLimits()):
        pytest.fail("the pool opened")


def test_weights_that_vanish_later_stop_the_service_and_block_nothing(tmp_path: Path) -> None:
    flag = tmp_path / "weights"
    flag.touch()
    with WorkerPool(partial(start_when, flag), blocked, WorkerLimits()) as pool:
        flag.unlink()
        assert _submit(pool, tmp_path, "crash").result(30).decisions
        with pytest.raises(EngineError, match="missing now"):
            _submit(pool, tmp_path, "good").result(30)


def test_leaving_does_not_wait_for_a_photo_that_hangs(tmp_path: Path) -> None:
    with WorkerPool(start, blocked, WorkerLimits()) as pool:
        future = _submit(pool, tmp_path, "hang")
        waiting = _submit(pool, tmp_path, "hang again")
        time.sleep(0.3)
        began = time.monotonic()
    assert time.monotonic() - began < 8
    assert isinstance(future.exception(), WorkerInterrupted)
    assert waiting.cancelled() or isinstance(waiting.exception(), WorkerInterrupted)


_SERVICE = """
import time
from pathlib import Path
from tests.integration.test_worker import start
from tests.watch_fakes import blocked, sha256
from gate.values import Arrival
from watch.worker import WorkerLimits, WorkerPool

if __name__ == "__main__":
    with WorkerPool(start, blocked, WorkerLimits()) as pool:
        for text in ("pid", "hang"):
            Path(text).write_text(text)
            future = pool.submit(Path(text), Arrival(sha256(text.encode()), text, "", 3, 1))
            if text == "pid":
                print(future.result().detail, flush=True)
        time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_no_worker_outlives_a_service_that_was_killed(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text(_SERVICE)
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "service.py"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as service:
        assert service.stdout is not None
        worker = int(service.stdout.readline())
        time.sleep(0.3)
        service.kill()
    end = time.monotonic() + 10
    while _is_alive(worker) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _is_alive(worker)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # Nobody may collect an orphan in a container; then it stays as a name without a process.
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_several_workers_judge_at_the_same_time(tmp_path: Path) -> None:
    with WorkerPool(start, blocked, WorkerLimits(workers=2, seconds=1.5)) as pool:
        assert pool.capacity == 3
        began = time.monotonic()
        futures = [_submit(pool, tmp_path, f"hang {number}") for number in range(2)]
        assert all(future.result(30) for future in futures)
        assert time.monotonic() - began < 2.9
