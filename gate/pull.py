"""Keeping a folder of a website administrator in step with what may be used now.

The order makes it safe to stop at any moment: what must go, goes first; new copies are written
beside their places, recorded in one transaction that asks the rules again, and only then renamed.
The manifest comes last. What the folder holds besides is never touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from gate import durable
from gate.errors import SiteError
from gate.released import Held, Wanted
from gate.set_aside import has

PARTIAL = ".photogate-partial"
_BATCH = 100


class PullLedger(Protocol):
    """The ledger as a pull for one channel into one folder asks it."""

    def standing(self) -> Sequence[Wanted]:
        """What may be used at this moment, after the rules were asked again about each copy."""
        ...

    def held(self) -> Sequence[Held]:
        """What earlier pulls recorded to be in the folder."""
        ...

    def take(self, wanted: Sequence[Wanted]) -> Collection[int]:
        """Ask the rules again and record as pulled what stands: the numbers of these releases."""
        ...

    def give_back(self, held: Sequence[Held]) -> None:
        """Record that these copies are no longer in the folder."""
        ...

    def report_changed(self, wanted: Wanted) -> None:
        """Record that a copy in ``ready/`` is missing, or is not what was released.

        It ends, and its photo is judged again, so that a right one takes its place.
        """
        ...


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did: names within the folder, in order.

    ``changed``: files of earlier pulls that somebody changed since, ``in_the_way``: files that
    nobody pulled and that have the name of a copy; both were left alone.
    ``spoilt``: paths in the site of copies that were not what was released; nobody gets them.
    ``here`` is everything that lies in the folder now.
    """

    taken: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: int = 0
    changed: tuple[str, ...] = ()
    in_the_way: tuple[str, ...] = ()
    spoilt: tuple[str, ...] = ()
    here: tuple[Wanted, ...] = ()


def pull(site: Path, folder: Path, ledger: PullLedger) -> Pulled:
    """Bring ``folder`` in step; it exists. One at a time for each folder.

    Raises SiteError when a file cannot be read or written, RegisterUnreachable.
    """
    try:
        return _Pull(site, folder, ledger).run()
    except OSError as error:
        raise SiteError(
            f"The folder {folder} could not be brought up to date: {error.strerror}. Free some "
            "space or check that you may write there, then pull again; it goes on where it ended."
        ) from error


class _Pull:
    def __init__(self, site: Path, folder: Path, ledger: PullLedger) -> None:
        self._site = site
        self._folder = folder
        self._ledger = ledger
        self._partial = folder / PARTIAL
        self._spoilt: list[str] = []

    def run(self) -> Pulled:
        self._clear()
        wanted = {one.release: one for one in self._ledger.standing()}
        held = self._ledger.held()
        changed = [one.name for one in held if self._is_changed(one, wanted)]
        removed = self._remove_what_ended(held, wanted, changed)
        pulled = {one.release for one in held}
        kept = [
            one
            for one in wanted.values()
            if one.release in pulled and one.name not in changed and self._place(one.name).is_file()
        ]
        left = wanted.keys() - {one.release for one in kept}
        missing = [
            one for one in wanted.values() if one.release in left and one.name not in changed
        ]
        in_the_way = {one.name for one in missing if self._is_in_the_way(one)}
        missing = [one for one in missing if one.name not in in_the_way]
        taken = [one for part in _parts(missing) for one in self._take(part)]
        self._clear()
        return Pulled(
            tuple(sorted(one.name for one in taken)),
            tuple(sorted(removed)),
            len(kept),
            tuple(sorted(changed)),
            tuple(sorted(in_the_way)),
            tuple(self._spoilt),
            tuple(sorted([*kept, *taken], key=lambda one: one.name)),
        )

    def _is_changed(self, held: Held, wanted: Mapping[int, Wanted]) -> bool:
        """Whether somebody changed a pulled file; of one that stays, only its size is looked at."""
        target = self._place(held.name)
        if not os.path.lexists(target):
            return False
        if target.is_symlink() or not target.is_file():
            return True
        if (stays := wanted.get(held.release)) is not None:
            return target.stat().st_size != stays.size
        return not has(target, held.sha256)

    def _remove_what_ended(
        self, held: Sequence[Held], wanted: Mapping[int, Wanted], changed: Collection[str]
    ) -> list[str]:
        """Delete pulled copies that may no longer be used; their names."""
        same = {(one.name, one.sha256) for one in wanted.values()}
        removed, gone = [], []
        for one in held:
            if one.release in wanted or one.name in changed:
                continue
            gone.append(one)
            target = self._place(one.name)
            # The same bytes may have been released anew.
            if (one.name, one.sha256) not in same and os.path.lexists(target):
                self._delete(target)
                removed.append(one.name)
        if gone:
            self._ledger.give_back(gone)
        return removed

    def _take(self, wanted: Sequence[Wanted]) -> list[Wanted]:
        """Copy, have it recorded as far as it still stands, and only then put it into place."""
        there = {one.release for one in wanted if self._is_there(one)}
        ready = [one for one in wanted if one.release in there or self._copy(one)]
        stands = self._ledger.take(ready) if ready else ()
        taken = [one for one in ready if one.release in stands]
        for one in ready:
            target = self._place(one.name)
            if one.release not in stands and one.release in there:
                self._delete(target)
            elif one.release in stands and one.release not in there:
                durable.make_folder(target.parent, mode=durable.SHARED_FOLDER)
                durable.move(self._waiting(one), target)
        return taken

    def _is_in_the_way(self, one: Wanted) -> bool:
        return os.path.lexists(self._place(one.name)) and not self._is_there(one)

    def _is_there(self, one: Wanted) -> bool:
        target = self._place(one.name)
        return target.is_file() and not target.is_symlink() and has(target, one.sha256)

    def _copy(self, one: Wanted) -> bool:
        source, waiting = self._site / one.path, self._waiting(one)
        if source.is_symlink() or not source.is_file():
            return self._is_spoilt(one)
        durable.make_folder(self._partial, mode=durable.SHARED_FOLDER)
        durable.write(waiting, source.read_bytes(), mode=durable.SHARED_FILE)
        return has(waiting, one.sha256) or self._is_spoilt(one)

    def _is_spoilt(self, one: Wanted) -> bool:
        self._spoilt.append(one.path)
        self._ledger.report_changed(one)
        return False

    def _waiting(self, one: Wanted) -> Path:
        return self._partial / one.sha256

    def _place(self, name: str) -> Path:
        """Where a copy of this name belongs; never through a link that leads out of the folder."""
        target = self._folder.joinpath(*PurePosixPath(name).parts)
        if not target.parent.resolve().is_relative_to(self._folder.resolve()):
            raise SiteError(
                f"{target.parent} leads out of the folder. Remove that link, then pull again."
            )
        return target

    def _delete(self, target: Path) -> None:
        target.unlink()
        durable.sync_folder(target.parent)
        if target.parent != self._folder and not any(target.parent.iterdir()):
            target.parent.rmdir()

    def _clear(self) -> None:
        if self._partial.is_dir() and not self._partial.is_symlink():
            shutil.rmtree(self._partial)


def _parts(wanted: Sequence[Wanted]) -> Iterable[Sequence[Wanted]]:
    return (wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH))
