"""Taking files that come through the console: beside their place first, then into staging."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from cli.site import Site
from cli.upload_names import another, event_folder_of, file_name_of
from consent_db import uploads
from gate import durable
from gate.errors import SiteError, UploadRefused

ABANDONED = 600.0
"""Seconds without another byte after which nobody goes on with a file that was being sent."""

_PARTS = f"*/.{'[0-9a-f]' * 16}.part"
_MOST_ALIKE = 10_000
_naming = Lock()


class Upload:
    """One file on its way into ``staging/<event>/``, in the name of ``by``.

    It is written under a name that the watcher ignores. Raises UploadRefused when event or name
    cannot be, SiteError when staging cannot be written to.
    """

    def __init__(self, site: Site, by: str, event: str, name: str) -> None:
        self.event = event_folder_of(event)
        self._name = file_name_of(name)
        self._site, self._by = site, by
        self._most = site.policy.limits.max_bytes
        self._folder = site.staging / self.event
        self._size, self._digest = 0, hashlib.sha256()
        self._waiting = self._folder / f".{secrets.token_hex(8)}.part"
        self._file: BinaryIO | None = self._begun()

    @property
    def photo(self) -> str:
        """The SHA-256 of what came so far."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Add the next bytes. Raises UploadRefused when there are too many, or SiteError."""
        self._size += len(data)
        if self._size > self._most:
            raise too_large(self._most)
        assert self._file is not None, "nothing is added to a finished file"  # noqa: S101
        self._digest.update(data)
        try:
            self._file.write(data)
        except OSError as error:
            raise _not_writable(error) from error

    def finish(self) -> None:
        """Give the file its name in staging, with its sender on record before that.

        Raises UploadRefused when it is empty, RegisterUnreachable, or SiteError.
        """
        if not self._size:
            raise UploadRefused("This file is empty. It was not taken.")
        try:
            self._close()
            with _naming:
                self._name_it()
            durable.sync_folder(self._folder)
        except OSError as error:
            raise _not_writable(error) from error

    def abandon(self) -> None:
        """Delete what came of it; nothing happens after ``finish``."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._waiting.unlink(missing_ok=True)

    def _begun(self) -> BinaryIO:
        try:
            durable.make_folder(self._folder, mode=durable.SHARED_FOLDER)
            if not self._folder.resolve().is_relative_to(self._site.staging.resolve()):
                raise SiteError("The event's folder leads out of staging. Remove that link.")
            return os.fdopen(durable.create(self._waiting, mode=durable.SHARED_FILE), "wb")
        except OSError as error:
            raise _not_writable(error) from error

    def _close(self) -> None:
        assert self._file is not None, "a file is finished once"  # noqa: S101
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None

    def _name_it(self) -> None:
        for number in range(1, _MOST_ALIKE):
            name = self._name if number == 1 else another(self._name, number)
            if os.path.lexists(self._folder / name):
                continue
            note = self._noted(f"{self.event}/{name}")
            if _moved(self._waiting, self._folder / name):
                return
            with self._site.database.transaction(self._by) as tx:
                uploads.take_back(tx, note)
        raise UploadRefused("Too many files of this name wait already. Rename it, and try again.")

    def _noted(self, original: str) -> int:
        with self._site.database.transaction(self._by) as tx:
            return uploads.note(tx, self.photo, original, self.event)


def clear_parts(staging: Path, *, silent: float = ABANDONED) -> None:
    """Delete the parts of files whose sending was cut short, by a stop of the server for example.

    Those to which nothing was added for so many seconds; what cannot be deleted stays until the
    next time.
    """
    for part in staging.glob(_PARTS):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime >= silent:
                part.unlink()


def too_large(most: int) -> UploadRefused:
    """What is said of a file of more bytes than this."""
    return UploadRefused(
        f"This file is larger than {most // 1_000_000:,} megabytes. It was not taken.",
        too_large=True,
    )


def _moved(source: Path, target: Path) -> bool:
    """Whether the file got this name; never in place of another one."""
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    except OSError:
        # Some file systems have no second names; then the look before must do.
        source.replace(target)
        return True
    with suppress(FileNotFoundError):
        source.unlink()
    return True


def _not_writable(error: OSError) -> SiteError:
    return SiteError(f"The staging folder cannot be written to: {error.strerror}.")
