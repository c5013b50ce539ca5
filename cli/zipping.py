"""A ZIP file that is sent while it is made, so that no copy is written to a disk for it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator

_NO_DATE = (1980, 1, 1, 0, 0, 0)


class _Line:
    """What was written and not yet sent on."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes, /) -> int:
        """Keep these bytes."""
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Keep them still."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """What was kept; it is kept no longer."""
        data = bytes(self._held)
        self._held.clear()
        return data


def zipped(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The parts of a ZIP file with these files, by name; pictures do not get any smaller in it."""
    line = _Line()
    with zipfile.ZipFile(line, "w", zipfile.ZIP_STORED) as target:
        for name, data in files:
            target.writestr(zipfile.ZipInfo(name, _NO_DATE), data)
            yield line.taken()
    yield line.taken()
