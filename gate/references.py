"""Reference photos: kept sealed as long as the template that was made of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path

from gate.durable import PRIVATE_FILE, PRIVATE_FOLDER, create, make_folder, move
from gate.errors import SiteError
from gate.ports import KeyKind, Sealer
from gate.sealed_files import Damaged, read_sealed, write_sealed


class ReferencePhotos:
    """The reference photos below ``folder``: a folder for each person, which does not name them.

    They are sealed with the person's key for templates, which is destroyed with the templates.
    Every method raises SiteError, and KeysUnusable where something is sealed or opened.
    """

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._sealer = sealer

    def path(self, person: str, sha256: str) -> Path:
        """Where a reference photo of the person with this reference lies."""
        return self._folder / _folder_name(person) / sha256

    def keep(self, person: str, data: bytes) -> str:
        """Keep a photo as it was given, durably; returns its SHA-256 (hex)."""
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.path(person, sha256)
        temporary = target.with_name(f"{sha256}.new")
        seal = partial(self._sealer.seal, KeyKind.TEMPLATE, person, context=_context(sha256))
        try:
            make_folder(target.parent, mode=PRIVATE_FOLDER)
            with os.fdopen(create(temporary, mode=PRIVATE_FILE), "wb") as file:
                write_sealed(file, [data], seal)
                file.flush()
                os.fsync(file.fileno())
            move(temporary, target)
        except OSError as error:
            raise _failed(error) from error
        return sha256

    def held(self, person: str) -> tuple[str, ...]:
        """The SHA-256 of the photos that are kept of this person, sorted."""
        names = [path.name for path in self._files(_folder_name(person))]
        return tuple(name for name in names if not name.endswith(".new"))

    def read(self, person: str, sha256: str) -> bytes:
        """A photo as it was given. Raises Erased when the person's templates were destroyed."""
        opened = partial(self._sealer.open, KeyKind.TEMPLATE, person, context=_context(sha256))
        try:
            with self.path(person, sha256).open("rb") as file:
                data = b"".join(read_sealed(file, opened))
        except OSError as error:
            raise _failed(error) from error
        except Damaged as error:
            raise SiteError(
                f"A reference photo of {person} is damaged. Enrol them again."
            ) from error
        return data

    def destroy(self, person: str, keep: Collection[str] = ()) -> int:
        """Delete the photos of this person but for those with these SHA-256; how many they were."""
        there = self._files(_folder_name(person))
        return self._delete([path for path in there if path.name not in keep])

    def tidy(self, standing: Callable[[], Mapping[str, Collection[str]]]) -> int:
        """Delete all but the photos behind the templates that there are; how many it were.

        ``standing`` gives the SHA-256 of these photos by person. It is asked after a look at what
        is there, so that a photo that is being kept meanwhile, after its template, stays.
        """
        there = self._files("*")
        if not there:
            return 0
        kept = {self.path(person, one) for person, those in standing().items() for one in those}
        return self._delete([path for path in there if path not in kept])

    def _files(self, folder: str) -> list[Path]:
        try:
            return sorted(self._folder.glob(f"{folder}/*"))
        except OSError as error:
            raise _failed(error) from error

    def _delete(self, paths: Collection[Path]) -> int:
        try:
            for path in paths:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise _failed(error) from error
        return len(paths)


def _folder_name(person: str) -> str:
    # A reference may hold letters that are none in a file's name.
    return hashlib.sha256(person.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _context(sha256: str) -> str:
    return f"references/{sha256}"


def _failed(error: OSError) -> SiteError:
    return SiteError(
        f"The reference photos in the vault cannot be reached ({error.strerror}). Free some space "
        "on its disk, or check that this account may read and write there."
    )
