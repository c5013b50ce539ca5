"""The vault: every original that was taken, once, sealed, under the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from gate.durable import PRIVATE_FILE, PRIVATE_FOLDER, create, make_folder, move, sync_folder
from gate.errors import PhotoLocked, SiteError
from gate.ports import KeyKind, Sealer
from gate.sealed_files import MARK, Damaged, is_sealed, read_sealed, write_sealed

_CONTEXT = "vault"
_SHARDS = "[0-9a-f]" * 2
_CHUNK = 1 << 20
# Never through a link that was put in a file's place, and never waiting at a pipe.
_READ = (
    os.O_RDONLY
    | int(getattr(os, "O_BINARY", 0))
    | int(getattr(os, "O_NOFOLLOW", 0))
    | int(getattr(os, "O_NONBLOCK", 0))
)


class SourceChanged(Exception):
    """The file is gone, or another one than was seen: look again later."""


class SourceUnreadable(Exception):
    """The file is locked, or may not be read; the text is the system's cause, without names."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells a file from a later one in the same place: bytes, time of change, identity."""

    size: int
    modified_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """The stamp in an answer of ``os.stat``."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


def _never(_photo: str) -> bool:
    return False


class Vault:
    """The originals below ``folder``, readable by the owner alone and sealed by ``sealer``.

    ``is_locked`` says of which photos (SHA-256) nobody may have the bytes.
    """

    def __init__(
        self, folder: Path, sealer: Sealer, is_locked: Callable[[str], bool] = _never
    ) -> None:
        self._folder = folder
        self._sealer = sealer
        self._is_locked = is_locked
        self._unfinished = folder / "tmp"

    def path(self, photo: str) -> Path:
        """Where the original with this SHA-256 (64 hexadecimal digits) lies."""
        return self._folder / photo[:2] / photo

    def store(self, source: Path, expected: Stamp) -> str:
        """Seal a file into the vault and return the SHA-256 of its bytes, once they are durable.

        Raises SourceChanged when the file is not the one of ``expected`` before and after,
        SourceUnreadable when it cannot be read, SiteError when the vault cannot be written,
        KeysUnusable.
        """
        descriptor = _opened(source)
        try:
            _check(descriptor, expected)
            return self._take(descriptor, expected)
        finally:
            os.close(descriptor)

    def read(self, photo: str) -> bytes:
        """The bytes of an original, by its SHA-256.

        Raises PhotoLocked when nobody may have them, SiteError when they cannot be read or are
        other bytes than were taken, Erased when its key was destroyed, KeysUnusable.
        """
        if self._is_locked(photo):
            raise PhotoLocked
        return self._read(photo)

    def _read(self, photo: str) -> bytes:
        try:
            with self.path(photo).open("rb") as file:
                data = b"".join(self._plain(file, photo))
        except OSError as error:
            raise SiteError(
                f"The original cannot be read from the vault ({error.strerror})."
            ) from error
        except Damaged as error:
            raise _not_as_taken() from error
        if hashlib.sha256(data).hexdigest() != photo:
            raise _not_as_taken()
        return data

    def unprotected(self) -> list[str]:
        """The originals (SHA-256) that lie there as they were dropped. Raises SiteError."""
        try:
            paths = sorted(self._folder.glob(f"{_SHARDS}/*"))
            return [path.name for path in paths if not _is_sealed(path)]
        except OSError as error:
            raise _not_writable(error) from error

    def protect(self, photo: str) -> None:
        """Seal an original that lies there as it was dropped, also a locked one.

        Raises like ``read``.
        """
        data = self._read(photo)
        temporary = self._unfinished / uuid.uuid4().hex
        try:
            make_folder(self._unfinished, mode=PRIVATE_FOLDER)
            self._copy(iter([data]), temporary)
            move(temporary, self.path(photo))
        except OSError as error:
            raise _not_writable(error) from error
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def discard(self, photo: str) -> bool:
        """Delete an original: one that turned out to be unfinished, or that is not kept any more.

        Whether it was there. Raises SiteError.
        """
        try:
            self.path(photo).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _not_writable(error) from error
        return True

    def clear_unfinished(self) -> int:
        """Delete copies that were cut short; says how many. Only when nobody else is storing."""
        try:
            left = list(self._unfinished.iterdir()) if self._unfinished.is_dir() else []
            for path in left:
                path.unlink()
        except OSError as error:
            raise _not_writable(error) from error
        return len(left)

    def _take(self, descriptor: int, expected: Stamp) -> str:
        temporary = self._unfinished / uuid.uuid4().hex
        try:
            make_folder(self._unfinished, mode=PRIVATE_FOLDER)
            photo = self._copy(_chunks(descriptor), temporary)
            _check(descriptor, expected)
            target = self.path(photo)
            make_folder(target.parent, mode=PRIVATE_FOLDER)
            # Replaces an equal file: the bytes just read are known to be right.
            move(temporary, target)
            sync_folder(self._unfinished)
        except OSError as error:
            raise _not_writable(error) from error
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        return photo

    def _copy(self, chunks: Iterator[bytes], target: Path) -> str:
        """Seal bytes into a file, durably, and return their SHA-256; they never lie there open."""
        digest = hashlib.sha256()

        def read() -> Iterator[bytes]:
            for chunk in chunks:
                digest.update(chunk)
                yield chunk

        def seal(key: bytes) -> bytes:
            photo = digest.hexdigest()
            return self._sealer.seal(KeyKind.PHOTO, photo, key, context=_CONTEXT)

        self._sealer.refresh()
        with os.fdopen(create(target, mode=PRIVATE_FILE), "wb") as file:
            write_sealed(file, read(), seal)
            file.flush()
            os.fsync(file.fileno())
        return digest.hexdigest()

    def _plain(self, file: BinaryIO, photo: str) -> Iterator[bytes]:
        """The bytes of an original; of one from before originals were sealed, as they are."""
        sealed = is_sealed(file.read(len(MARK)))
        file.seek(0)
        if not sealed:
            return iter([file.read()])
        opened = partial(self._sealer.open, KeyKind.PHOTO, photo, context=_CONTEXT)
        return read_sealed(file, opened)


def _opened(source: Path) -> int:
    try:
        return os.open(source, _READ)
    except FileNotFoundError as error:
        raise SourceChanged from error
    except OSError as error:
        raise SourceUnreadable(error.strerror) from error


def _check(descriptor: int, expected: Stamp) -> None:
    try:
        found = Stamp.of(os.fstat(descriptor))
    except OSError as error:
        raise SourceUnreadable(error.strerror) from error
    if found != expected:
        raise SourceChanged


def _chunks(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            chunk = os.read(descriptor, _CHUNK)
        except OSError as error:
            raise SourceUnreadable(error.strerror) from error
        if not chunk:
            return
        yield chunk


def _is_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        return is_sealed(file.read(len(MARK)))


def _not_as_taken() -> SiteError:
    return SiteError(
        "The original in the vault is not the file that was taken: its disk may be failing. "
        "Drop the photo again."
    )


def _not_writable(error: OSError) -> SiteError:
    return SiteError(
        f"The vault cannot be written ({error.strerror}). Free some space on its disk, or check "
        "that this account may write there; the photo stays in staging meanwhile."
    )
