"""Released copies for people who look at them or take them along."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import PurePosixPath

from PIL import Image

from cli.names import register_names
from cli.pulling import entry_of, may_add
from cli.site import Site
from consent_db import copies, takedowns
from consent_db.copies import Copy
from consent_db.pulls import SqlPull
from gate import manifest
from gate.acting import Acting
from gate.errors import RegisterOutdated
from gate.publish import Publisher
from gate.released import Wanted, downloads_of

SMALL = 480
"""The longer side of a small picture, in pixels."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A channel of an account: how many copies may be used on it, and how many must come down."""

    channel: str
    copies: int
    takedowns: int


def shelves_of(site: Site, who: Acting) -> list[Shelf]:
    """The channels that somebody looks after."""
    with site.database.reading() as connection:
        pending = Counter(one.place.release.channel for one in takedowns.pending(connection))
        return [
            Shelf(name, copies.count(connection, name), pending[name])
            for name in site.settings.channels
            if who.serves(name)
        ]


def standing_copy(site: Site, number: int) -> Copy | None:
    """The copy of the release with this number, if it stands."""
    with site.database.reading() as connection:
        found = copies.with_numbers(connection, [number])
    return found[0] if found else None


def picture_of(site: Site, copy: Copy, *, small: bool) -> bytes | None:
    """A copy's bytes, or a small JPEG of it; None when its file is not what was released."""
    data = _bytes_of(site, copy.path, copy.sha256)
    return _reduced(data) if data is not None and small else data


def _bytes_of(site: Site, path: str, sha256: str) -> bytes | None:
    try:
        data = (site.root / path).read_bytes()
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def _reduced(data: bytes) -> bytes | None:
    target = BytesIO()
    try:
        with Image.open(BytesIO(data)) as opened:
            opened.draft("RGB", (SMALL, SMALL))
            picture = opened.convert("RGB")
        picture.thumbnail((SMALL, SMALL))
        picture.save(target, "JPEG", quality=80)
    except (OSError, ValueError):
        return None
    return target.getvalue()


@dataclass(frozen=True)
class Download:
    """Copies for one channel that somebody takes along, which counts as a pull of theirs.

    They are on record as taken before a byte of them is handed out, so that a permission that
    ends later asks for them to be deleted.
    """

    site: Site
    channel: str
    by: str

    def take(self, numbers: Sequence[int]) -> list[Wanted]:
        """Ask the rules again about these copies, and record those that stand as taken.

        Copies whose file is missing or changed are left out; their photos are judged again. Raises
        RegisterOutdated while the register is too old to hand out anything by it.
        """
        if not may_add(self.site):
            raise RegisterOutdated(
                "The register was not confirmed for too long, or this computer's clock is behind "
                "it, so no copies are handed out. Tell the data protection lead."
            )
        wanted = [one for one in self._ledger.chosen(numbers) if self._is_whole(one)]
        stands = self._ledger.take(wanted) if wanted else ()
        return [one for one in wanted if one.release in stands]

    def read(self, one: Wanted) -> bytes | None:
        """The bytes of a copy that was taken; None when its file changed meanwhile."""
        return _bytes_of(self.site, one.path, one.sha256)

    def signed(self, taken: Sequence[Wanted]) -> bytes:
        """The signed list of those that stand at this moment."""
        at, stands = self._ledger.confirm({one.release for one in taken})
        entries = [entry_of(one) for one in taken if one.release in stands]
        listed = manifest.build(entries, self.channel, self.by, at, self.site.id)
        return manifest.to_bytes(listed, self.site.signer)

    @cached_property
    def _ledger(self) -> SqlPull:
        to = self.channel, downloads_of(self.by), f"ready/{self.channel}"
        return SqlPull(self.site.database, self.site.consequences, self.by, to)

    def _is_whole(self, one: Wanted) -> bool:
        if self.read(one) is None:
            # It may be on its way: whoever releases a copy records it before it lies there.
            names = register_names(self.site)
            Publisher(self.site.root, self.site.ledger(self.by), names).finish()
        whole = self.read(one) is not None
        if not whole:
            self._ledger.not_taken(one)
        return whole


def download_one(site: Site, copy: Copy, by: str) -> tuple[str, bytes] | None:
    """Name and bytes of one copy, taken as a download; None when it does not stand any more."""
    download = Download(site, copy.channel, by)
    for one in download.take([copy.id]):
        data = download.read(one)
        if data is not None:
            return PurePosixPath(one.name).name, data
    return None
