"""Publishing: a copy appears in ``ready/`` only after its release is on record.

The order is what makes it safe to lose power at any moment: the copies are written beside
``ready/``'s channels, in ``ready/.incoming/``; the ledger records drop, judgement and releases in
one transaction; only then the copies are renamed into place. When a photo is judged again, the
files of copies that thereby ended are deleted before that. ``recover`` ends what was cut short,
unless permissions, the day or the policy changed in between: such a photo is judged again.

Several processes may publish on one site (the watcher, and somebody who reviews): one at a time.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path, PurePosixPath
from typing import TypeVar

from gate.durable import (
    PRIVATE_FOLDER,
    SHARED_FILE,
    SHARED_FOLDER,
    make_folder,
    move,
    sync_folder,
    write,
)
from gate.errors import RegisterError, SiteError
from gate.neutral_names import copy_name, event_folder
from gate.person_names import PersonNames
from gate.ports import Ledger, Release
from gate.set_aside import has, set_aside, sha256_of
from gate.site_lock import SiteLock
from gate.statements import Change
from gate.values import RELEASING, Arrival, Judgement, Rendition

Stored = TypeVar("Stored")

READY = "ready"
_KEY_BYTES = 32
_BELIEVABLE = 10
"""So many copies may be missing all at once before that is taken for a missing disk."""

_PATIENCE = 60.0
"""Seconds to wait for another process that publishes; reading all copies again can take long."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What ``recover`` did: paths within the site.

    ``placed``: recorded copies that were renamed into place. ``discarded``: how many copies were
    deleted that are not, or no longer, on record. ``missing``: recorded copies that are nowhere.
    ``withdrawn``: copies that had ended and still lay in ``ready/``; they were deleted.
    ``quarantined``: files that lay in ``ready/`` without a record, or with other bytes.
    """

    placed: tuple[str, ...] = ()
    discarded: int = 0
    missing: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


def check_renditions(judgement: Judgement) -> None:
    """Raises ValueError unless approve and blur, and only they, have one copy with right bytes."""
    allowed = {d.channel for d in judgement.decisions if d.verdict in RELEASING}
    copies = [rendition.channel for rendition in judgement.renditions]
    if len(copies) != len(allowed) or set(copies) != allowed:
        raise ValueError("the copies are not those of the channels that may release")
    for rendition in judgement.renditions:
        if hashlib.sha256(rendition.data).hexdigest() != rendition.sha256:
            raise ValueError("a copy's bytes do not have its SHA-256")


class Publisher:
    """Puts copies into ``ready/`` of a site; ``names`` gives every name and ref of the register.

    Give ``names`` as cheaply as possible: it is asked for every photo, and an answer that is the
    same object as before costs nothing. ``key`` gives the site's secret for numbering events whose
    name holds a person's; without it, each publisher numbers them by a lot of its own.
    """

    def __init__(
        self,
        site: Path,
        ledger: Ledger,
        names: Callable[[], frozenset[str]],
        key: Callable[[], bytes] | None = None,
    ) -> None:
        self._site = site
        self._incoming = site / READY / ".incoming"
        self._lock_file = site / "vault" / ".publish.lock"
        self._ledger = ledger
        self._names = names
        self._key = key or cache(partial(secrets.token_bytes, _KEY_BYTES))
        self._known: tuple[frozenset[str], PersonNames] | None = None

    def publish(self, arrival: Arrival, judgement: Judgement) -> tuple[Release, ...]:
        """Record a judgement and put its copies into place; returns them.

        Raises RegisterChanged (nothing is stored: judge again), RegisterUnreachable, or SiteError
        when a file cannot be written. After the last two, ``recover`` settles what came of it.
        """
        check_renditions(judgement)
        with self._alone():
            try:
                releases = self._prepare(arrival.event, judgement)
                self._record(releases, lambda: self._ledger.record(arrival, judgement, releases))
                self._remove_ended()
                self._put_into_place(releases)
            except OSError as error:
                raise _not_writable(error) from error
        return releases

    def republish(
        self, event: str, judgement: Judgement, cause: str, change: Change
    ) -> tuple[Release, ...]:
        """Record a new judgement of a photo of this event, with what led to it; swap its copies.

        Returns the copies that stand now. Copies that ended are deleted before new ones appear.
        Raises like ``publish``, and RegisterError when ``change`` cannot be stored.
        """
        check_renditions(judgement)
        with self._alone():
            try:
                releases = self._prepare(event, judgement)
                self._record(
                    releases, lambda: self._ledger.rejudge(judgement, releases, cause, change)
                )
                self._remove_ended()
                self._put_into_place(releases)
            except OSError as error:
                raise _not_writable(error) from error
        return releases

    def settle(self) -> int:
        """Delete from ``ready/`` the copies that have ended; returns how many files went.

        Puts those into place, too, that were recorded by somebody who was stopped before that.
        Costs one small query when there are none. Raises RegisterUnreachable or SiteError.
        """
        ended = bool(self._ledger.removals())
        if not (ended or self._is_cut_short()):
            return 0
        with ExitStack() as held:
            try:
                # What is merely on its way is put into place by whoever publishes at this moment.
                held.enter_context(self._lock(patience=_PATIENCE if ended else 0.0))
            except SiteError:
                if ended:
                    raise
                return 0
            return self._settled()

    def finish(self) -> None:
        """Wait for whoever publishes at the moment, and end what an earlier stop cut short.

        Raises RegisterUnreachable or SiteError.
        """
        with self._alone():
            pass

    def recover(self) -> Recovery:
        """End what was cut short and set aside what has no record.

        Reads every released copy once. Raises RegisterUnreachable or SiteError.
        """
        with self._lock():
            return self._recover()

    def _settled(self) -> int:
        try:
            removed = self._remove_ended()
            if self._is_cut_short():
                live = self._live()
                removed += self._remove_ended()  # what is out of date has ended only now
                for release in self._missing(live):
                    self._place(release)
                self._discard()
        except OSError as error:
            raise _not_writable(error) from error
        return removed

    # --- one at a time --------------------------------------------------------------------------

    def _lock(self, *, patience: float = _PATIENCE) -> SiteLock:
        make_folder(self._lock_file.parent, mode=PRIVATE_FOLDER)
        return SiteLock(self._lock_file, "publisher", patience=patience)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock, after ending whatever an earlier holder left unfinished."""
        with self._lock():
            if self._is_cut_short():
                self._recover()
            yield

    def _is_cut_short(self) -> bool:
        """Whether copies are on their way, though nobody brings them: with the lock held."""
        return self._incoming.is_dir() and any(self._incoming.iterdir())

    def _recover(self) -> Recovery:
        try:
            make_folder(self._incoming, mode=PRIVATE_FOLDER)
            self._remove_ended()
            live = self._live()
            strangers = self._strangers(live)
            withdrawn = tuple(path for path in strangers if self._has_ended(path))
            for path in withdrawn:
                path.unlink()
            aside = [path for path in strangers if path not in withdrawn]
            quarantined = tuple(self._set_aside(path) for path in aside)
            gone = self._missing(live)
            placed = tuple(release.path for release in gone if self._place(release))
            missing = tuple(release.path for release in gone if release.path not in placed)
            if missing:
                _require_mounted(missing, live)
                self._ledger.lose(missing)
            names = tuple(path.relative_to(self._site).as_posix() for path in withdrawn)
            return Recovery(placed, self._discard(), missing, quarantined, names)
        except OSError as error:
            raise _not_writable(error) from error

    # --- before the record ----------------------------------------------------------------------

    def _prepare(self, event: str, judgement: Judgement) -> tuple[Release, ...]:
        if not judgement.renditions:
            return ()
        folder = event_folder(event, self._person_names(), self._key())
        releases = tuple(self._release(folder, judgement.photo, r) for r in judgement.renditions)
        make_folder(self._incoming, mode=PRIVATE_FOLDER)
        for release, rendition in zip(releases, judgement.renditions, strict=True):
            # Folders first, so that after the record a rename is all that is left to do.
            make_folder((self._site / release.path).parent, mode=SHARED_FOLDER)
            write(self._waiting(release.path), rendition.data, mode=SHARED_FILE)
        return releases

    def _release(self, event: str, photo: str, rendition: Rendition) -> Release:
        folder = PurePosixPath(READY, rendition.channel, event)
        path, longer = "", 0
        while not path or self._is_taken(path, rendition.sha256):
            name = copy_name(photo, rendition.channel, rendition.sha256, longer=longer)
            path, longer = str(folder / f"{name}{rendition.suffix}"), longer + 4
        return Release(
            rendition.channel,
            path,
            rendition.sha256,
            rendition.width,
            rendition.height,
            len(rendition.data),
        )

    def _is_taken(self, path: str, sha256: str) -> bool:
        there = self._site / path
        return os.path.lexists(there) and not has(there, sha256)

    def _record(self, releases: tuple[Release, ...], store: Callable[[], Stored]) -> Stored:
        try:
            return store()
        except RegisterError:
            # Nothing was stored, for certain.
            for release in releases:
                self._waiting(release.path).unlink(missing_ok=True)
            raise

    def _remove_ended(self) -> int:
        """Delete the files of ended copies; how many there were.

        A file that somebody put in place of an ended copy is set aside instead.
        """
        ended = self._ledger.removals()
        removed = 0
        for path, sha256 in ended.items():
            target = self._site / path
            if not os.path.lexists(target):
                continue
            if has(target, sha256):
                target.unlink()
                sync_folder(target.parent)
            else:
                self._set_aside(target)
            removed += 1
        if ended:
            self._ledger.discharge(ended)
        return removed

    def _put_into_place(self, releases: tuple[Release, ...]) -> None:
        for release in releases:
            move(self._waiting(release.path), self._site / release.path)

    def _person_names(self) -> PersonNames:
        names = self._names()
        if self._known is None or self._known[0] is not names:
            self._known = names, PersonNames(names)
        return self._known[1]

    def _waiting(self, path: str) -> Path:
        return self._incoming / hashlib.sha256(path.encode()).hexdigest()

    # --- after a stop ---------------------------------------------------------------------------

    def _live(self) -> Mapping[str, Release]:
        """The copies that should lie in ``ready/``, after a look at those that do not yet."""
        live = self._ledger.releases()
        missing = self._missing(live)
        cut_short = [one.path for one in missing if self._waiting(one.path).is_file()]
        if not cut_short:
            return live
        self._ledger.reopen(cut_short)
        return self._ledger.releases()

    def _missing(self, live: Mapping[str, Release]) -> list[Release]:
        return [one for one in live.values() if not os.path.lexists(self._site / one.path)]

    def _strangers(self, live: Mapping[str, Release]) -> list[Path]:
        """Files in ``ready/`` that are not, byte for byte, what the ledger says of their path."""
        return [path for path in self._published() if not self._is_right(path, live)]

    def _published(self) -> Iterator[Path]:
        for folder, folders, files in os.walk(self._site / READY, onerror=_raise):
            here = Path(folder)
            if here == self._site / READY:
                folders[:] = [name for name in folders if name != self._incoming.name]
            yield from (here / name for name in files)
            # A link to a folder counts as a file: what it points to was never recorded.
            yield from (here / name for name in folders if (here / name).is_symlink())

    def _is_right(self, path: Path, live: Mapping[str, Release]) -> bool:
        release = live.get(path.relative_to(self._site).as_posix())
        return release is not None and not path.is_symlink() and has(path, release.sha256)

    def _set_aside(self, path: Path) -> str:
        return set_aside(path, self._site / "quarantine").relative_to(self._site).as_posix()

    def _has_ended(self, path: Path) -> bool:
        if path.is_symlink() or not path.is_file():
            return False
        name = path.relative_to(self._site).as_posix()
        return self._ledger.has_ended(name, sha256_of(path))

    def _place(self, release: Release) -> bool:
        waiting = self._waiting(release.path)
        if not waiting.is_file() or not has(waiting, release.sha256):
            return False
        target = self._site / release.path
        make_folder(target.parent, mode=SHARED_FOLDER)
        move(waiting, target)
        return True

    def _discard(self) -> int:
        left = list(self._incoming.iterdir())
        for path in left:
            path.unlink()
        return len(left)


def _require_mounted(missing: Collection[str], live: Collection[str]) -> None:
    """A disk that is not connected looks as if somebody had deleted everything."""
    if len(missing) > _BELIEVABLE and len(missing) == len(live):
        raise SiteError(
            f"Not one of the {len(live)} released copies is in {READY}/. Connect the disk or share "
            "that holds it, or restore it from a backup; nothing was changed."
        )


def _raise(error: OSError) -> None:
    raise error


def _not_writable(error: OSError) -> SiteError:
    return SiteError(
        f"A copy cannot be put into {READY}/ ({error.strerror}). Free some space on its disk, or "
        "check that this account may write there; the photo stays in staging meanwhile."
    )
