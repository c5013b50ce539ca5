"""What lies in the staging folder now: the truth that everything else is measured by."""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gate.vault import Stamp

_PARTIAL = (
    ".part", ".partial", ".crdownload", ".download", ".opdownload", ".filepart", ".tmp", ".temp",
)  # fmt: skip
_SYSTEM_FILES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})
_SYSTEM_FOLDERS = frozenset(
    {
        "@eadir", "#recycle", "#snapshot", "$recycle.bin", "system volume information",
        "lost+found", "__macosx",
    }
)  # fmt: skip
_SYSTEM_STARTS = (".", "~$")
_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT of Windows

ListFolder = Callable[[str], Iterable[str]]
Stat = Callable[[str], os.stat_result]


class StagingMissing(Exception):
    """The staging folder cannot be listed: a share is gone, or the folder was removed."""


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file that may be taken: ``path`` is within staging, with forward slashes.

    Bytes of a name that are no text are kept in ``path`` as Python keeps them (PEP 383), so that
    the file can be opened.
    """

    path: str
    stamp: Stamp

    @property
    def event(self) -> str:
        """The folder that the file lies in, within staging; "" for staging itself."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class Snapshot:
    """The files that may be taken, by path, and folders that could not be listed."""

    files: Mapping[str, StagedFile]
    unreadable: tuple[str, ...] = ()


def scan(root: Path, *, listdir: ListFolder = os.listdir, stat: Stat = os.lstat) -> Snapshot:
    """Everything in staging that may be a photo, at any depth.

    Left out: parts of downloads, files and folders of operating systems and disk stations, dot
    files, links, and whatever is no regular file. Raises StagingMissing. ``stat`` must not follow
    links.
    """
    # Not the sizes that a listing brings along: Windows updates those only when a file is closed.
    try:
        names = sorted(listdir(str(root)))
    except OSError as error:
        raise StagingMissing(error.strerror) from error
    files: dict[str, StagedFile] = {}
    unreadable: list[str] = []
    waiting = [("", names)]
    while waiting:
        folder, names = waiting.pop()
        for name in names:
            path = f"{folder}/{name}" if folder else name
            status = _status(root, path, stat)
            if status is None:
                continue
            if modes.S_ISREG(status.st_mode) and may_be_photo(name):
                files[path] = StagedFile(path, Stamp.of(status))
            elif _is_folder(status) and may_be_event(name):
                try:
                    waiting.append((path, sorted(listdir(str(root / path)))))
                except FileNotFoundError:
                    continue
                except OSError:
                    unreadable.append(path)
    return Snapshot(files, tuple(unreadable))


def _status(root: Path, path: str, stat: Stat) -> os.stat_result | None:
    try:
        return stat(str(root / path))
    except OSError:
        # Gone since it was listed, or a share is failing: the next scan sees it again.
        return None


def _is_folder(status: os.stat_result) -> bool:
    return modes.S_ISDIR(status.st_mode) and getattr(status, "st_reparse_tag", 0) != _JUNCTION


def may_be_photo(name: str) -> bool:
    """Whether a file of this name is taken: no part of a download, no file of the system."""
    folded = name.casefold()
    return not (
        folded.startswith(_SYSTEM_STARTS) or folded.endswith(_PARTIAL) or folded in _SYSTEM_FILES
    )


def may_be_event(name: str) -> bool:
    """Whether a folder of this name is looked into."""
    folded = name.casefold()
    return not (
        folded.startswith(_SYSTEM_STARTS) or folded.endswith(_PARTIAL) or folded in _SYSTEM_FOLDERS
    )
