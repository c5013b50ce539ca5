"""A folder to hand over: it appears whole or not at all, and is gone on with where it stopped.

Everything is written into ``DIR.partial``, which is renamed at the end. A list beside the pictures
says what each one was made of, so that the next run makes only what is missing or has changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gate.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, move, write
from gate.errors import SiteError

_LIST = ".made"


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one picture: its file's name in the folder, or why there is none."""

    file: str = ""
    why_not: str = ""


class ExportFolder:
    """The folder ``target`` on its way; ``subject`` names what it is about. Raises SiteError."""

    def __init__(self, target: Path, subject: str) -> None:
        self._target = target
        self._partial = target.with_name(f"{target.name}.partial")
        self._subject = subject
        self._made: dict[str, tuple[str, Made]] = {}
        self._used: set[str] = set()

    def begin(self) -> bool:
        """Make the folder, or go on with what an earlier run left; whether it was the latter.

        Raises SiteError when ``target`` is there already, or what was left is about another.
        """
        self._require_free()
        try:
            make_folder(self._partial, mode=PRIVATE_FOLDER)
            if self._go_on():
                return True
            self._note({"subject": self._subject})
        except OSError as error:
            raise self._failed(error) from error
        return False

    def picture(self, file: str, basis: str, make: Callable[[], bytes | str]) -> Made:
        """Have a picture in the folder: made now, unless it was made from this ``basis`` before.

        ``make`` gives its bytes, or a sentence that says why there is none.
        """
        before = self._made.get(file)
        if before is not None and before[0] == basis and before[1].file:
            self._used.add(before[1].file)
            return before[1]
        found = make()
        made = Made(why_not=found) if isinstance(found, str) else Made(file)
        try:
            if not isinstance(found, str):
                make_folder((self._partial / file).parent, mode=PRIVATE_FOLDER)
                self._write(file, found)
            self._note({"file": file, "basis": basis, "made": asdict(made)})
        except OSError as error:
            raise self._failed(error) from error
        # Without a picture now, one that was made earlier of something else does not stay.
        self._used.add(made.file)
        return made

    def finish(self, file: str, data: bytes) -> None:
        """Add the last file, drop what is no part of it any more, and let the folder appear."""
        try:
            self._write(file, data)
            self._used |= {file, _LIST}
            for path in [one for one in self._partial.rglob("*") if one.is_file()]:
                if path.relative_to(self._partial).as_posix() not in self._used:
                    path.unlink()
            self._require_free()
            move(self._partial, self._target)
            (self._target / _LIST).unlink()
        except OSError as error:
            raise self._failed(error) from error

    def _require_free(self) -> None:
        if self._target.exists() or self._target.is_symlink():
            raise SiteError(f"{self._target} is there already. Name a new folder with --to.")

    def _go_on(self) -> bool:
        """Read what an earlier run left; whether there was anything."""
        lines = list(self._lines())
        if not lines and not any(path.is_file() for path in self._partial.iterdir()):
            return False
        if not lines or lines[0].get("subject") != self._subject:
            raise SiteError(
                f"{self._partial} holds something else than an unfinished export of this. Delete "
                "it, or name another folder with --to."
            )
        for line in lines[1:]:
            made = Made(**line["made"])
            if not made.file or (self._partial / made.file).is_file():
                self._made[line["file"]] = line["basis"], made
        return True

    def _lines(self) -> Iterator[dict[str, Any]]:
        path = self._partial / _LIST
        for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
            try:
                found = json.loads(line)
            except ValueError:
                # Empty, or a stop came while it was written.
                continue
            yield found

    def _note(self, line: dict[str, object]) -> None:
        with (self._partial / _LIST).open("a", encoding="utf-8") as file:
            file.write(f"\n{json.dumps(line)}\n")

    def _write(self, file: str, data: bytes) -> None:
        temporary = self._partial / ".new"
        write(temporary, data, mode=PRIVATE_FILE)
        move(temporary, self._partial / file)

    def _failed(self, error: OSError) -> SiteError:
        return SiteError(
            f"The export cannot be written to {self._partial} ({error.strerror}). Free some space "
            "there, or check that this account may write there; the same command then goes on."
        )
