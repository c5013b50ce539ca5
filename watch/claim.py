"""Taking a file: from staging into the vault, and out of staging once it is on record."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gate.formats import HEAD_BYTES, TAIL_BYTES, looks_complete
from gate.values import Arrival
from gate.vault import SourceChanged, SourceUnreadable, Stamp, Vault
from watch.scan import StagedFile


@dataclass(frozen=True, slots=True)
class Claim:
    """A file whose bytes are in the vault. ``resting_since`` is monotonic, in seconds;
    ``attempts`` how often it was judged in vain.
    """

    file: StagedFile
    arrival: Arrival
    resting_since: float
    attempts: int = 0


@dataclass(frozen=True)
class Desk:
    """Takes files of the folder ``staging``."""

    staging: Path
    vault: Vault

    def looks_complete(self, file: StagedFile) -> bool | None:
        """What the first and last bytes say; None when they say nothing.

        Raises SourceChanged when the file is gone, SourceUnreadable when it cannot be read.
        """
        try:
            with (self.staging / file.path).open("rb") as opened:
                head = opened.read(HEAD_BYTES)
                opened.seek(max(file.stamp.size - TAIL_BYTES, 0))
                tail = opened.read(TAIL_BYTES)
        except FileNotFoundError as error:
            raise SourceChanged from error
        except OSError as error:
            raise SourceUnreadable(error.strerror) from error
        return looks_complete(head, tail, file.stamp.size)

    def take(self, file: StagedFile, resting_since: float) -> Claim:
        """Copy a file into the vault; raises like ``Vault.store``."""
        photo = self.vault.store(self.staging / file.path, file.stamp)
        size, modified_ns = file.stamp.size, file.stamp.modified_ns
        arrival = Arrival(photo, as_text(file.path), as_text(file.event), size, modified_ns)
        return Claim(file, arrival, resting_since)

    def remove(self, file: StagedFile) -> None:
        """Take a recorded file out of staging, unless another one is in its place by now.

        Raises SourceUnreadable when the system does not let go of it.
        """
        path = self.staging / file.path
        try:
            if Stamp.of(path.lstat()) == file.stamp:
                path.unlink()
        except FileNotFoundError:
            return
        except OSError as error:
            raise SourceUnreadable(error.strerror) from error


def as_text(path: str) -> str:
    """A path as text that every database takes: bytes that are no text become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
