"""Writing files so that they are whole and still there after a power cut."""

from __future__ import annotations

import os
from pathlib import Path

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
SHARED_FOLDER = 0o777
SHARED_FILE = 0o666

_BINARY: int = getattr(os, "O_BINARY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; Windows does this by itself and offers no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path, *, mode: int) -> None:
    """Make a folder and the missing ones above it; the umask applies to ``mode``."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode=mode)
    folder.mkdir(mode=mode, exist_ok=True)
    sync_folder(folder.parent)


def create(path: Path, *, mode: int) -> int:
    """A descriptor for writing a new file, or one from before emptied; the caller closes it."""
    return os.open(path, _CREATE, mode)


def write(path: Path, data: bytes, *, mode: int) -> None:
    """Write a whole file and wait until its content is durable; its name is not yet."""
    with os.fdopen(create(path, mode=mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def move(source: Path, target: Path, *, sync: bool = True) -> None:
    """Rename within one file system, replacing ``target``, and make the new name durable.

    The old name may come back after a power cut; the new one cannot be lost. Without ``sync`` it
    can, until ``sync_folder`` is called.
    """
    source.replace(target)
    if sync:
        sync_folder(target.parent)
