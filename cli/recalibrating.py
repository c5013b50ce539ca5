"""Calibrating in the background of ``photogate watch``, in a process of its own."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

from cli.calibrating import due
from cli.site import Site
from gate.errors import PhotogateError

_log = logging.getLogger(__name__)

_LONGEST = 900.0
_PATIENCE = 5.0
_LOWER = 10
"""Nice value of the calibrating process: photos come first."""


class Recalibrator:
    """Calibrates a site when it is due, one at a time, while the ``with`` block lasts.

    Looks ``first`` seconds after entering, then every ``every`` seconds whether the register
    changed. What goes wrong is logged and tried again when the register changes; it never stops
    anybody. Leaving ends a calibration that is under way; nothing of it is kept then.
    """

    def __init__(self, site: Site, actor: str, *, first: float = 5.0, every: float = 30.0) -> None:
        self._site = site
        self._actor = actor
        self._first, self._every = first, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="photogate-recalibrator")
        self._seen: int | None = None

    def __enter__(self) -> Recalibrator:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        self._stop.wait(self._first)
        while not self._stop.is_set():
            try:
                self._look()
            except (PhotogateError, OSError, subprocess.SubprocessError) as error:
                _log.error("calibrating failed: %s", error)
            self._stop.wait(self._every)

    def _look(self) -> None:
        revision = self._site.register().revision()
        if revision == self._seen:
            return
        if due(self._site):
            self._calibrate()
        self._seen = revision

    def _calibrate(self) -> None:
        # Not by the verb: the service has no account, and needs none to keep the site going.
        # -P: a folder called cli where the service was started is not this program.
        root = str(Path(self._site.root).resolve())
        started = [sys.executable, "-P", "-m", "cli.background", root, self._actor]
        one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        with subprocess.Popen(
            started,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **one_thread},
            start_new_session=True,  # Ctrl-C is for the service, which ends this one itself
        ) as process:
            _lower(process.pid)
            said = self._wait(process)
        if process.returncode and not self._stop.is_set():
            _log.error("calibrating failed: %s", said.decode("utf-8", "replace").strip()[-2000:])

    def _wait(self, process: subprocess.Popen[bytes]) -> bytes:
        """What the process says where errors belong; ends it on leaving and when it takes long."""
        waited = 0.0
        while True:
            try:
                return process.communicate(timeout=0.5)[1]
            except subprocess.TimeoutExpired:
                waited += 0.5
            if self._stop.is_set() or waited > _LONGEST:
                process.terminate()
                try:
                    return process.communicate(timeout=_PATIENCE)[1]
                except subprocess.TimeoutExpired:
                    process.kill()


def _lower(process: int) -> None:
    if sys.platform != "win32":
        try:
            os.setpriority(os.PRIO_PROCESS, process, _LOWER)
        except OSError:  # it has ended already, or the system does not allow it
            return
