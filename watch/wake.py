"""Waking up early: a bell that rings when something happens in staging or a worker is done.

Events of the file system only ring it. What happened is always found out by a scan, because on
network shares events are late, lost, or do not exist.
"""

from __future__ import annotations

import threading
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

# Not deleting and not reading: the intake does both itself and must not wake itself with it.
_ARRIVING: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]


class Wake:
    """A bell for one waiting thread; inside ``with``, events of ``folder`` ring it too."""

    def __init__(self, folder: Path, *, events: bool = True) -> None:
        self._folder = folder
        self._events = events
        self._bell = threading.Event()
        self._changed = threading.Event()
        self._observer: BaseObserver | None = None

    def __enter__(self) -> Wake:
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        self.deafen()

    @property
    def listening(self) -> bool:
        """Whether events of the folder are heard; without them only looking helps."""
        return self._observer is not None

    def listen(self) -> None:
        """Hear events of the folder from now on, or anew after it was gone, where possible."""
        self.deafen()
        if not self._events or not self._folder.is_dir():
            return
        observer = Observer()
        try:
            observer.schedule(
                _Ringer(self), str(self._folder), recursive=True, event_filter=_ARRIVING
            )
            observer.start()
        except OSError:
            # No events on this kind of disk, too many watched folders, or the folder just went.
            observer.stop()
            return
        self._observer = observer

    def deafen(self) -> None:
        """Stop hearing events; returns when the threads for it have ended."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join()

    def ring(self) -> None:
        """Wake the waiting thread."""
        self._bell.set()

    def ring_for_change(self) -> None:
        """Wake the waiting thread because staging changed."""
        self._changed.set()
        self._bell.set()

    def changed(self) -> bool:
        """Whether staging changed since this was last asked."""
        changed = self._changed.is_set()
        self._changed.clear()
        return changed

    def wait(self, timeout: float) -> None:
        """Return when the bell rings, has rung since the last wait, or after so many seconds."""
        self._bell.wait(max(timeout, 0.0))
        self._bell.clear()


class _Ringer(FileSystemEventHandler):
    def __init__(self, wake: Wake) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002
        self._wake.ring_for_change()
