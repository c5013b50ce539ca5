"""Files that are not what they should be: recognised by their bytes, and moved out of the way."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from gate.durable import PRIVATE_FOLDER, make_folder, move


def sha256_of(path: Path) -> str:
    """The SHA-256 (hex) of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def has(path: Path, sha256: str) -> bool:
    """Whether a file has these bytes. Raises OSError."""
    return sha256_of(path) == sha256


def set_aside(path: Path, folder: Path) -> Path:
    """Move a file or link into a folder of the owner's, beside what lies there. Raises OSError."""
    make_folder(folder, mode=PRIVATE_FOLDER)
    target = folder / path.name
    number = 1
    while os.path.lexists(target):
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    move(path, target)
    return target
