"""Looking through all stored fingerprints for those with details in common; held in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gate.alike import Codes, Question, codes_of

Owners = NDArray[np.int32]

_NEAR = 9
"""Bits of 64 in which two codes of one detail may differ."""
_WORDS = 2
"""Parts of 16 bits of which one must be the same; that is what makes looking through fast."""
_VALUES = 1 << 16
LEAST_SHARED = 5.0
"""Details that must be shared for a photo to be worth a check."""
_RARE = 20.0
"""A detail that is seen in this many other photos counts for half."""
_FEW = 0.3
"""Of the details that the best one shares; with fewer, others are not worth a check."""


@dataclass(frozen=True)
class Candidate:
    """A photo (its SHA-256) that shares details, and how many: common ones count for less."""

    photo: str
    shared: float


class AlikeIndex:
    """Fingerprints by photo. Adding is cheap: parts of similar size are put together as they come.

    50,000 photos take about 100 MB.
    """

    def __init__(self) -> None:
        self._photos: list[str] = []
        self._parts: list[_Part] = []

    def __len__(self) -> int:
        return len(self._photos)

    def add(self, fingerprints: Sequence[tuple[str, bytes]]) -> None:
        """Take in photos (SHA-256) with their fingerprints."""
        if not fingerprints:
            return
        first = len(self._photos)
        self._photos += [photo for photo, _ in fingerprints]
        codes = [codes_of(stored) for _, stored in fingerprints]
        lengths = [len(one) for one in codes]
        owners = np.repeat(np.arange(first, len(self._photos), dtype=np.int32), lengths)
        part = _Part.of(np.concatenate(codes), owners)
        while self._parts and len(self._parts[-1].codes) < 2 * len(part.codes):
            last = self._parts.pop()
            part = _Part.of(
                np.concatenate((last.codes, part.codes)), np.concatenate((last.owners, part.owners))
            )
        self._parts.append(part)

    def candidates(self, asked: Question, most: int, *, but: str = "") -> list[Candidate]:
        """At most so many photos that may be versions of the one asked about, likeliest first.

        ``but``: the photo itself.
        """
        shared = np.maximum(self._shared(asked.plain), self._shared(asked.mirrored))
        shared[[number for number, photo in enumerate(self._photos) if photo == but]] = 0
        enough = max(LEAST_SHARED, _FEW * shared.max(initial=0))
        found = np.flatnonzero(shared >= enough)
        best = found[np.argsort(-shared[found], kind="stable")][:most]
        return [Candidate(self._photos[number], float(shared[number])) for number in best]

    def _shared(self, codes: Codes) -> NDArray[np.float64]:
        """How many of the codes each photo has one near to."""
        hits = [part.near(codes) for part in self._parts]
        if not hits or not len(codes):
            return np.zeros(len(self._photos))
        asked, owners = (np.concatenate(each) for each in zip(*hits, strict=True))
        # Each code counts once for a photo, however often it occurs there.
        pairs = np.unique(owners.astype(np.int64) * len(codes) + asked)
        owner, code = np.divmod(pairs, len(codes))
        worth = _RARE / (_RARE + np.bincount(code, minlength=len(codes)) - 1.0)
        shared = np.bincount(owner, weights=worth[code], minlength=len(self._photos))
        return np.asarray(shared, np.float64)


@dataclass(frozen=True)
class _Part:
    """Codes with their owners, and for each word the codes in its order."""

    codes: Codes
    owners: Owners
    orders: tuple[NDArray[np.int32], ...]
    starts: tuple[NDArray[np.int64], ...]

    @classmethod
    def of(cls, codes: Codes, owners: Owners) -> _Part:
        words = [_word(codes, number) for number in range(_WORDS)]
        orders = tuple(np.argsort(word, kind="stable").astype(np.int32) for word in words)
        counts = (np.bincount(word, minlength=_VALUES) for word in words)
        starts = tuple(np.concatenate(([0], np.cumsum(count))) for count in counts)
        return cls(codes, owners, orders, starts)

    def near(self, asked: Codes) -> tuple[NDArray[np.intp], Owners]:
        """Pairs: the place of a code in ``asked``, and the owner of a code near to it."""
        places, owners = [], []
        for number, (order, start) in enumerate(zip(self.orders, self.starts, strict=True)):
            word = _word(asked, number).astype(np.intp)
            first, count = start[word], start[word + 1] - start[word]
            place = np.repeat(np.arange(len(asked)), count)
            within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
            here = order[np.repeat(first, count) + within]
            is_near = np.bitwise_count(self.codes[here] ^ asked[place]) <= _NEAR
            places.append(place[is_near])
            owners.append(self.owners[here[is_near]])
        return np.concatenate(places), np.concatenate(owners)


def _word(codes: Codes, number: int) -> NDArray[np.uint16]:
    return ((codes >> np.uint64(16 * number)) & np.uint64(_VALUES - 1)).astype(np.uint16)
