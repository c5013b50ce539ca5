"""Telling what happens, with the counts of the moment, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable

from watch.claim import Claim, as_text
from watch.events import Event, EventKind, Summary
from watch.hands import Hands, Result
from watch.lookout import Lookout
from watch.scan import StagedFile


class Teller:
    """Makes events and hands them to ``on_event``."""

    def __init__(self, on_event: Callable[[Event], None], lookout: Lookout, hands: Hands) -> None:
        self._on_event = on_event
        self._lookout = lookout
        self._hands = hands
        self._judged = 0
        self._duplicates = 0
        self._told: dict[tuple[EventKind, str], StagedFile] = {}
        self._told_folders: frozenset[str] = frozenset()

    def summary(self) -> Summary:
        """How far the intake is."""
        left = len(self._lookout.left) + len(self._lookout.unreadable)
        return Summary(self._judged, self._duplicates, left, len(self._hands))

    def tell(self, kind: EventKind, *, cause: str = "", claim: Claim | None = None) -> None:
        """Tell that something happened, to a claimed photo where there is one."""
        if claim is None:
            self._on_event(Event(kind, self.summary(), cause=cause))
            return
        photo, original, event = claim.arrival.photo, claim.arrival.original, claim.arrival.event
        self._on_event(Event(kind, self.summary(), photo, 0, {}, cause, original, event))

    def tell_result(self, result: Result) -> None:
        """Tell what became of a photo."""
        self._judged += result.kind is EventKind.JUDGED
        self._duplicates += result.kind is EventKind.DUPLICATE
        arrival = result.claim.arrival
        self._on_event(
            Event(
                result.kind,
                self.summary(),
                arrival.photo,
                0,
                result.verdicts,
                result.cause,
                arrival.original,
                arrival.event,
            )
        )

    def tell_once(self, kind: EventKind, file: StagedFile, cause: str) -> None:
        """Tell it of a file that is not in the vault, unless it was told of this very file."""
        key = kind, file.path
        if self._told.get(key) == file:
            return
        self._told = {k: f for k, f in self._told.items() if f.path in self._lookout.left}
        self._told[key] = file
        original, event = as_text(file.path), as_text(file.event)
        inode = file.stamp.inode
        self._on_event(Event(kind, self.summary(), "", inode, {}, cause, original, event))

    def tell_folders(self) -> None:
        """Tell of folders that cannot be listed now and could before."""
        folders = frozenset(self._lookout.unreadable)
        for folder in sorted(folders - self._told_folders):
            cause = "A folder in staging cannot be opened by this account."
            event = as_text(folder)
            self._on_event(
                Event(EventKind.UNREADABLE, self.summary(), "", 0, {}, cause, event, event)
            )
        self._told_folders = folders
