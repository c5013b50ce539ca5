"""The intake: looks at staging again and again, and sees every photo through to its record.

The staging folder itself is the queue. A file leaves it only after its bytes are in the vault and
its judgement is on record, so that a stop at any moment loses nothing and repeats nothing.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gate.durable import PRIVATE_FOLDER, make_folder
from gate.errors import PhotogateError, RegisterUnreachable, SiteError
from gate.ports import Ledger
from gate.publish import Publisher, Recovery
from gate.site_lock import SiteLock
from gate.vault import SourceChanged, SourceUnreadable, Vault
from watch.claim import Desk
from watch.events import Event, EventKind, Summary
from watch.hands import Hands, Result, Workers
from watch.lookout import Lookout
from watch.scan import StagedFile, StagingMissing
from watch.settle import Quiet, may_be_taken
from watch.teller import Teller
from watch.wake import Wake

_LONGEST_WAIT = 0.5  # how late a request to stop may be noticed
_PAUSE_AFTER_TROUBLE = 5.0
_PATIENCE = 1.0
"""Seconds to wait for a command that only looks whether a watcher is running."""
_ON_RECORD = (EventKind.JUDGED, EventKind.DUPLICATE, EventKind.ALREADY_RECORDED)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait, in seconds.

    ``settle``: rest before a file is taken; ``patience``: before one that is not whole is taken
    too; ``poll``: between looks when no event comes. ``events``: whether to hear events.
    """

    settle: float = 2.0
    patience: float = 30.0
    poll: float = 5.0
    events: bool = True


@dataclass(frozen=True)
class Parts:
    """What the intake works with."""

    ledger: Ledger
    publisher: Publisher
    workers: Workers
    on_event: Callable[[Event], None]
    vault: Vault


class Intake:
    """Takes the photos of ``site/staging``; one at a time may run on a site."""

    def __init__(self, site: Path, parts: Parts, timing: Timing | None = None) -> None:
        self._timing = timing or Timing()
        self._publisher = parts.publisher
        self._vault_folder = site / "vault"
        self._desk = Desk(site / "staging", parts.vault)
        self._hands = Hands(self._desk, parts.ledger, parts.publisher, parts.workers)
        self._lookout = Lookout(self._desk.staging, self._timing.settle, self._timing.poll)
        self._wake = Wake(self._desk.staging, events=self._timing.events)
        self._teller = Teller(parts.on_event, self._lookout, self._hands)
        self._ready: deque[Quiet] = deque()
        self._on_record: dict[str, StagedFile] = {}
        self._share_missing = False
        self._must_mend = True
        self._resume_at = float("-inf")
        self._once = False

    def run(self, *, once: bool, stop: threading.Event) -> Summary:
        """Work until ``stop`` is set, or with ``once`` until nothing is left that can be taken.

        When stopped, the photos in hand are finished and no others begun. ``Summary.left`` says
        how much stayed behind. Raises SiteError when another one is running, EngineError when no
        worker can be started; with ``once`` also RegisterUnreachable, and SiteError when a folder
        fails. Without ``once``, those two are told and tried again.
        """
        self._once = once
        make_folder(self._vault_folder, mode=PRIVATE_FOLDER)
        lock = self._vault_folder / ".watch.lock"
        with SiteLock(lock, "watcher", patience=_PATIENCE):
            self._desk.vault.clear_unfinished()
            self._mend()
            self._teller.tell(EventKind.STARTED)
            with self._wake:
                self._work(stop)
        self._teller.tell(EventKind.FINISHED)
        return self._teller.summary()

    def _work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._collect()
            if self._wake.changed():
                self._lookout.wanted = True
            if time.monotonic() >= self._lookout.next_look():
                self._look()
            self._take_one()
            if self._once and self._is_done():
                return
            self._wake.wait(self._pause())
        self._hands.drop_twins()
        while len(self._hands):
            self._wake.wait(_LONGEST_WAIT)
            self._collect()

    def _is_done(self) -> bool:
        """Whether nothing is left to wait for; asks for a last look when the last one is old."""
        if len(self._hands) or self._ready or not self._lookout.only_hopeless_left:
            return False
        self._lookout.wanted = not self._lookout.fresh
        return self._lookout.fresh

    def _pause(self) -> float:
        """Seconds to wait for the bell."""
        now = time.monotonic()
        if self._ready and self._hands.has_room and now >= self._resume_at:
            return 0.0
        return min(self._lookout.next_look() - now, _LONGEST_WAIT)

    def _look(self) -> None:
        before = self._lookout.left.keys()
        try:
            self._ready = deque(self._lookout.look(self._hands.paths))
        except StagingMissing as error:
            self._miss_share(error)
            return
        if self._share_missing:
            self._share_missing = False
            self._wake.listen()
            self._teller.tell(EventKind.SHARE_BACK)
        left = self._lookout.left
        self._on_record = {p: f for p, f in self._on_record.items() if left.get(p) == f}
        self._teller.tell_folders()
        if left.keys() != before:
            self._teller.tell(EventKind.LOOKED)

    def _miss_share(self, error: StagingMissing) -> None:
        if self._once:
            raise SiteError(
                f"The staging folder {self._desk.staging} cannot be opened ({error}). "
                "Check that it exists and that its network share is connected."
            ) from error
        self._ready.clear()
        if not self._share_missing:
            self._share_missing = True
            self._wake.deafen()
            self._teller.tell(EventKind.SHARE_MISSING, cause=str(error))

    # --- one file -------------------------------------------------------------------------------

    def _take_one(self) -> None:
        if not self._ready or not self._hands.has_room or time.monotonic() < self._resume_at:
            return
        quiet = self._ready.popleft()
        file = quiet.file
        try:
            if self._must_mend:
                self._mend()
            if self._on_record.get(file.path) == file:
                self._desk.remove(file)
                self._lookout.forget(file)
            else:
                self._take(quiet)
        except SourceChanged:
            self._lookout.fresh = False
        except SourceUnreadable as error:
            self._set_back(file)
            cause = f"It cannot be read or removed ({error}); it is tried again."
            self._teller.tell_once(EventKind.UNREADABLE, file, cause)
        except (SiteError, RegisterUnreachable) as error:
            self._trouble(file, error)

    def _take(self, quiet: Quiet) -> None:
        complete = self._desk.looks_complete(quiet.file)
        if not may_be_taken(quiet, complete, self._timing.patience):
            self._teller.tell_once(EventKind.WAITING, quiet.file, "It does not look whole yet.")
            return
        claim = self._desk.take(quiet.file, time.monotonic() - quiet.seconds)
        result = self._hands.begin(claim, self._wake.ring)
        if result is None:
            self._teller.tell(EventKind.TAKEN, claim=claim)
        else:
            self._note(result)

    def _collect(self) -> None:
        for result in self._hands.collect(self._timing.patience, self._wake.ring):
            self._note(result)

    def _note(self, result: Result) -> None:
        """Draw the consequences of what became of a file."""
        file = result.claim.file
        if result.error is not None:
            self._trouble(file, result.error)
            return
        if result.removed:
            self._lookout.forget(file)
        elif result.kind is EventKind.WAITING:
            believed = result.claim.resting_since + self._timing.patience
            self._lookout.setbacks.rest(file, believed)
        else:
            self._set_back(file)
        self._teller.tell_result(result)
        if result.kind in _ON_RECORD and not result.removed:
            self._on_record[file.path] = file
            self._teller.tell_once(EventKind.NOT_REMOVED, file, result.cause)

    # --- when something is wrong ----------------------------------------------------------------

    def _set_back(self, file: StagedFile) -> None:
        self._lookout.setbacks.add(file, time.monotonic())
        self._lookout.fresh = False

    def _trouble(self, file: StagedFile, error: PhotogateError) -> None:
        """Disk or database fail: let the file and all work rest, then first see what is true."""
        if self._once:
            raise error
        self._set_back(file)
        self._must_mend = True
        self._resume_at = time.monotonic() + _PAUSE_AFTER_TROUBLE
        self._teller.tell(EventKind.TROUBLE, cause=str(error))

    def _mend(self) -> None:
        """End what was cut short; raises RegisterUnreachable or SiteError."""
        recovery = self._publisher.recover()
        self._must_mend = False
        if recovery != Recovery():
            self._teller.tell(EventKind.RECOVERED, cause=_in_words(recovery))


def _in_words(recovery: Recovery) -> str:
    return (
        f"Copies put into place: {len(recovery.placed)}; unrecorded ones deleted: "
        f"{recovery.discarded}; withdrawn ones deleted: {len(recovery.withdrawn)}; "
        f"recorded but missing: {len(recovery.missing)}; "
        f"set aside in quarantine/: {len(recovery.quarantined)}."
    )
