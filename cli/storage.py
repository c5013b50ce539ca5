"""How much room the parts of a site take."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.site import Site


@dataclass(frozen=True, slots=True)
class Taken:
    """What one part takes: files, and their bytes together."""

    part: str
    files: int
    bytes: int


def taken_by(site: Site) -> list[Taken]:
    """What is taken by originals, references, released copies, the register, and what waits.

    Files that come and go meanwhile may be missing. Reads the names of all files.
    """
    parts = {
        "originals": [site.vault],
        "references": [site.vault / "references"],
        "ready": [site.ready],
        "register": [site.root / "register"],
        "staging": [site.staging],
        "other": [site.results, site.root / "quarantine"],
    }
    return [_taken(part, folders) for part, folders in parts.items()]


def _taken(part: str, folders: list[Path]) -> Taken:
    inner = {Path("references")} if part == "originals" else set()
    sizes = [size for folder in folders for size in _sizes(folder, inner)]
    return Taken(part, len(sizes), sum(sizes))


def _sizes(root: Path, without: set[Path]) -> Iterator[int]:
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = [name for name in folders if here.relative_to(root) / name not in without]
        for name in files:
            try:
                yield (here / name).lstat().st_size
            except FileNotFoundError:
                continue
