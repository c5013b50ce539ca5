"""Keeping a folder of a website administrator in step with what may be used now.

The order makes it safe to stop at any moment: what must go, goes first; what is to come is recorded
in one transaction that asks the rules again, and only then copied and renamed into place, so that
no copy ever lies where nobody knows of it. At the end the ledger is asked once more, what ended
meanwhile goes, and the manifest, which comes last, bears the instant of that answer. What the
folder holds besides is never touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Protocol

from gate import durable
from gate.errors import SiteError
from gate.pulled import Pulled, Surroundings
from gate.released import Held, Wanted
from gate.set_aside import has

PARTIAL = ".photogate-partial"
_BATCH = 100
_ONLY_LISTED = 0
"""The place of a copy that only the folder's own manifest tells of."""


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

    def not_taken(self, wanted: Wanted) -> bool:
        """Record that a copy in ``ready/`` is missing or not what was released: it is not pulled.

        If it still stands, it ends, and its photo is judged again, so that a right one takes its
        place. Returns whether it stood.
        """
        ...

    def confirm(self, releases: Collection[int]) -> tuple[datetime, Collection[int]]:
        """An instant (UTC) at which these of the releases stood, and still do."""
        ...


def pull(site: Path, folder: Path, ledger: PullLedger, around: Surroundings) -> Pulled:
    """Bring ``folder`` in step; it exists. One at a time for each folder.

    Raises SiteError when a file cannot be read or written, RegisterUnreachable.
    """
    try:
        return _Pull(site, folder, ledger, around).run()
    except OSError as error:
        raise SiteError(
            f"The folder {folder} could not be brought up to date: {error.strerror}. Free some "
            "space or check that you may write there, then pull again; it goes on where it ended."
        ) from error


class _Pull:
    def __init__(self, site: Path, folder: Path, ledger: PullLedger, around: Surroundings) -> None:
        self._site = site
        self._folder = folder
        self._ledger = ledger
        self._around = around
        self._partial = folder / PARTIAL
        self._spoilt: list[str] = []
        self._within: set[Path] = set()

    def run(self) -> Pulled:
        self._clear()
        wanted = {one.release: one for one in self._ledger.standing()}
        held = self._held()
        changed = [one.name for one in held if self._is_changed(one, wanted)]
        removed, renewed = self._remove_what_ended(held, wanted, changed)
        pulled = {one.release for one in held if one.place != _ONLY_LISTED}
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
        left_out = (
            [] if self._around.adding else [one for one in missing if not self._is_there(one)]
        )
        missing = [one for one in missing if one not in left_out]
        taken = [one for part in _parts(missing) for one in self._take(part)]
        # Only now, so that no copy lies in the folder without a record, whenever this is stopped.
        self._give_back(renewed)
        at, here, fallen = self._confirm([*kept, *taken])
        self._clear()
        return Pulled(
            at,
            tuple(sorted(one.name for one in taken if one.name not in fallen)),
            tuple(sorted({*removed, *fallen})),
            sum(one.name not in fallen for one in kept),
            tuple(sorted(changed)),
            tuple(sorted(in_the_way)),
            tuple(self._spoilt),
            tuple(sorted(here, key=lambda one: one.name)),
            len(left_out),
        )

    def _held(self) -> list[Held]:
        """What is known to lie in the folder: by the ledger, and by the folder's own manifest.

        The folder may have been moved, or somebody closed a takedown for a copy that is still
        there.
        """
        held = list(self._ledger.held())
        known = {(one.name, one.sha256) for one in held}
        listed = [Held(_ONLY_LISTED, 0, *one) for one in self._around.listed if one not in known]
        return held + listed

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
    ) -> tuple[list[str], list[Held]]:
        """Delete pulled copies that may no longer be used.

        Returns their names, and those whose very bytes were released anew, which stay.
        """
        same = {(one.name, one.sha256) for one in wanted.values()}
        removed, gone, renewed = [], [], []
        for one in held:
            if one.release in wanted or one.name in changed:
                continue
            if (one.name, one.sha256) in same:
                renewed.append(one)
                continue
            gone.append(one)
            target = self._place(one.name)
            if os.path.lexists(target):
                self._delete(target)
                removed.append(one.name)
        self._give_back(gone)
        return removed, renewed

    def _give_back(self, held: Sequence[Held]) -> None:
        recorded = [one for one in held if one.place != _ONLY_LISTED]
        if recorded:
            self._ledger.give_back(recorded)

    def _take(self, wanted: Sequence[Wanted]) -> list[Wanted]:
        """Have it recorded as far as it still stands, and only then copy it into place."""
        there = {one.release for one in wanted if self._is_there(one)}
        ready = [one for one in wanted if one.release in there or self._is_ready(one)]
        stands = self._ledger.take(ready) if ready else ()
        taken = []
        for one in ready:
            target = self._place(one.name)
            if one.release not in stands:
                if one.release in there:
                    self._delete(target)
            elif one.release in there or self._copy(one, target):
                taken.append(one)
        for folder in {self._place(one.name).parent for one in taken}:
            durable.sync_folder(folder)
        return taken

    def _is_ready(self, one: Wanted) -> bool:
        if not self._is_whole(one):
            # It may be on its way: whoever releases a copy records it before it lies there.
            self._around.finish()
        return self._is_whole(one) or self._not_taken(one)

    def _is_whole(self, one: Wanted) -> bool:
        source = self._site / one.path
        return not source.is_symlink() and source.is_file() and source.stat().st_size == one.size

    def _copy(self, one: Wanted, target: Path) -> bool:
        waiting = self._partial / one.sha256
        durable.make_folder(self._partial, mode=durable.SHARED_FOLDER)
        try:
            data = (self._site / one.path).read_bytes()
        except FileNotFoundError:
            return self._not_taken(one)
        durable.write(waiting, data, mode=durable.SHARED_FILE)
        if not has(waiting, one.sha256):
            waiting.unlink()
            return self._not_taken(one)
        durable.make_folder(target.parent, mode=durable.SHARED_FOLDER)
        durable.move(waiting, target, sync=False)
        return True

    def _not_taken(self, one: Wanted) -> bool:
        """Leave a copy that is not what it should be; always False."""
        if self._ledger.not_taken(one):
            self._spoilt.append(one.path)
        return False

    def _confirm(self, there: Sequence[Wanted]) -> tuple[datetime, list[Wanted], set[str]]:
        """Delete what ended while this went on; the instant, what is left, and the names gone."""
        at, stands = self._ledger.confirm({one.release for one in there})
        fallen = {one.release: one for one in there if one.release not in stands}
        for one in fallen.values():
            if self._is_there(one):
                self._delete(self._place(one.name))
        if fallen:
            self._give_back([one for one in self._ledger.held() if one.release in fallen])
        here = [one for one in there if one.release in stands]
        return at, here, {one.name for one in fallen.values()}

    def _is_in_the_way(self, one: Wanted) -> bool:
        return os.path.lexists(self._place(one.name)) and not self._is_there(one)

    def _is_there(self, one: Wanted) -> bool:
        target = self._place(one.name)
        return target.is_file() and not target.is_symlink() and has(target, one.sha256)

    def _place(self, name: str) -> Path:
        """Where a copy of this name belongs; never through a link that leads out of the folder."""
        target = self._folder.joinpath(*PurePosixPath(name).parts)
        if target.parent not in self._within:
            if not target.parent.resolve().is_relative_to(self._folder.resolve()):
                raise _leads_out(target.parent)
            self._within.add(target.parent)
        return target

    def _delete(self, target: Path) -> None:
        target.unlink()
        durable.sync_folder(target.parent)
        if target.parent != self._folder and not any(target.parent.iterdir()):
            target.parent.rmdir()

    def _clear(self) -> None:
        if self._partial.is_symlink():
            raise _leads_out(self._partial)
        if self._partial.is_dir():
            shutil.rmtree(self._partial)


def _leads_out(path: Path) -> SiteError:
    return SiteError(f"{path} leads out of the folder. Remove that link, then pull again.")


def _parts(wanted: Sequence[Wanted]) -> Iterable[Sequence[Wanted]]:
    return (wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH))
