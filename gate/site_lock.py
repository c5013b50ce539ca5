"""One at a time: a lock on a file that the operating system lifts when the process ends."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType

from gate.durable import PRIVATE_FILE
from gate.errors import SiteError

if sys.platform == "win32":
    import msvcrt

    _FAR_AWAY = 1 << 30

    def _lock(descriptor: int) -> None:
        # A byte far behind the text, because Windows lets nobody else read a locked byte.
        os.lseek(descriptor, _FAR_AWAY, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


_AGAIN = 0.02
"""Seconds between two tries to get a lock that somebody else holds."""

_A_WHILE = 10.0
"""Seconds of patience from which the other holder is taken for one that ends by itself."""


class SiteLock:
    """Held inside a ``with`` block; a second holder is refused with SiteError.

    ``what`` is a word for the holder ("watcher"), used in the refusal. ``patience``: seconds to
    wait for the other holder before that.
    """

    def __init__(self, path: Path, what: str, *, patience: float = 0.0) -> None:
        self._path = path
        self._what = what
        self._patience = patience
        self._descriptor: int | None = None

    def __enter__(self) -> SiteLock:
        descriptor = self._open()
        try:
            self._wait(descriptor)
        except OSError as error:
            holder = _holder(descriptor)
            os.close(descriptor)
            brief = self._patience < _A_WHILE
            advice = "stop that one first" if brief else "try again when it is done"
            raise SiteError(
                f"Another {self._what} is at work on this site already{holder}. "
                f"Only one may run at a time: {advice}."
            ) from error
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The file stays: removing it would let two processes lock two files of one name.
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _wait(self, descriptor: int) -> None:
        """Take the lock; raises OSError when it is not free in time."""
        end = time.monotonic() + self._patience
        while True:
            try:
                return _lock(descriptor)
            except OSError:
                if time.monotonic() >= end:
                    raise
            time.sleep(_AGAIN)

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        except OSError as error:
            raise SiteError(
                f"The lock file {self._path} cannot be opened ({error.strerror}). "
                "Check that the folder exists and may be written by this account."
            ) from error


def _holder(descriptor: int) -> str:
    number = os.read(descriptor, 20).decode("ascii", "replace").strip()
    return f" (process {number})" if number.isdigit() else ""
