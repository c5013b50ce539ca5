"""The segments of a JPEG file, read without decoding it, and whether its scans are all there.

libjpeg paints what it cannot read in grey and says nothing: a file that was cut and closed
again, or whose end is zeros, decodes without an error. So the structure is checked here first.
Source of the layout: ITU-T T.81, annex B.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil

from gate.errors import LoadRefused
from gate.values import Reason

SOI, EOI, SOS, DRI, DNL, COM = 0xD8, 0xD9, 0xDA, 0xDD, 0xDC, 0xFE
APP0 = 0xE0
DHT, DQT = 0xC4, 0xDB
BASELINE, EXTENDED, PROGRESSIVE = 0xC0, 0xC1, 0xC2
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BETWEEN_SCANS = frozenset({DHT, DQT, DRI, COM, SOS, EOI, *range(0xE0, 0xF0)})
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7\x01])", re.DOTALL)
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_COEFFICIENTS = 64


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker segment: ``data[start:end]``; its parameters are ``data[body:tail]``.

    For a scan, the entropy-coded data is ``data[tail:end]``; otherwise ``tail`` is ``end``.
    """

    marker: int
    start: int
    body: int
    tail: int
    end: int


@dataclass(frozen=True, slots=True)
class Primary:
    """The first picture of a file: its size in pixels, and where its last data ends.

    ``sequential`` is True when a single scan holds everything; ``end`` is then where its
    entropy-coded data ends, otherwise the byte after the closing marker.
    """

    width: int
    height: int
    sequential: bool
    end: int


@dataclass
class _Walk:
    frame: Segment | None = None
    width: int = 0
    height: int = 0
    sampling: dict[int, tuple[int, int]] = field(default_factory=dict)
    interval: int = 0
    depth: dict[int, list[int]] = field(default_factory=dict)


def segments(data: bytes) -> Iterator[Segment]:
    """The marker segments from the start to the first end of image, that one included.

    Raises LoadRefused (INCOMPLETE) where the data ends before.
    """
    at = 0
    while True:
        found = _MARKER.search(data, at)
        if found is None:
            raise LoadRefused(Reason.INCOMPLETE, "The JPEG file stops before its end.")
        start, marker = found.start(), found[1][0]
        if marker in {SOI, EOI}:
            yield Segment(marker, start, start + 2, start + 2, start + 2)
            if marker == EOI:
                return
            at = start + 2
            continue
        at = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        if at > len(data) or at < start + 4:
            raise LoadRefused(Reason.INCOMPLETE, "The JPEG file stops before its end.")
        tail = at
        if marker == SOS:
            following = _MARKER.search(data, at)
            if following is None:
                raise LoadRefused(Reason.INCOMPLETE, "The JPEG file stops before its end.")
            at = following.start()
        yield Segment(marker, start, start + 4, tail, at)


def primary(data: bytes) -> Primary:
    """Size and extent of the first picture of the file, whose scans are all there.

    Raises LoadRefused: INCOMPLETE when scans or the end are missing, DAMAGED when the structure
    is wrong, UNSUPPORTED_FORMAT for lossless, arithmetic-coded and hierarchical files.
    """
    walk = _Walk()
    for segment in segments(data):
        if segment.marker in _FRAMES:
            _read_frame(walk, data, segment)
        elif segment.marker == DRI:
            walk.interval = int.from_bytes(data[segment.body : segment.body + 2], "big")
        elif segment.marker == SOS:
            everything = _read_scan(walk, data, segment)
            if everything and walk.frame and walk.frame.marker != PROGRESSIVE:
                return Primary(walk.width, walk.height, True, segment.end)
        elif segment.marker == EOI:
            _require_all_scans(walk)
            return Primary(walk.width, walk.height, False, segment.end)
        elif walk.depth and segment.marker not in _BETWEEN_SCANS:
            raise _damaged()
    raise _damaged()


def _read_frame(walk: _Walk, data: bytes, segment: Segment) -> None:
    if walk.frame:
        raise _damaged()
    if segment.marker not in {BASELINE, EXTENDED, PROGRESSIVE}:
        raise LoadRefused(
            Reason.UNSUPPORTED_FORMAT,
            "This is a rare kind of JPEG file. Save it as an ordinary JPEG and drop it again.",
        )
    body = data[segment.body : segment.end]
    if len(body) < 6 or len(body) < 6 + 3 * body[5]:
        raise _damaged()
    _, walk.height, walk.width, count = struct.unpack_from(">BHHB", body)
    for at in range(6, 6 + 3 * count, 3):
        walk.sampling[body[at]] = (body[at + 1] >> 4, body[at + 1] & 15)
    factors = [factor for pair in walk.sampling.values() for factor in pair]
    if not factors or not walk.width or not walk.height or not all(1 <= f <= 4 for f in factors):
        raise _damaged()
    walk.frame = segment


def _read_scan(walk: _Walk, data: bytes, segment: Segment) -> bool:
    """Note what the scan brings; True when it holds every component."""
    body = data[segment.body : segment.tail]
    count = body[0] if body else 0
    if not walk.frame or not count or len(body) < 4 + 2 * count:
        raise _damaged()
    components = list(body[1 : 1 + 2 * count : 2])
    if not set(components) <= walk.sampling.keys():
        raise _damaged()
    first, last, low = body[1 + 2 * count], body[2 + 2 * count], body[3 + 2 * count] & 15
    if walk.frame.marker != PROGRESSIVE:
        first, last, low = 0, _COEFFICIENTS - 1, 0
    for component in components:
        missing = walk.depth.setdefault(component, [-1] * _COEFFICIENTS)
        missing[first : last + 1] = [low] * len(missing[first : last + 1])
    _require_restarts(walk, components, data[segment.tail : segment.end] if walk.interval else b"")
    return set(components) == walk.sampling.keys()


def _require_restarts(walk: _Walk, components: list[int], entropy: bytes) -> None:
    """A restart marker too few or out of turn: a piece of the picture is missing."""
    if not walk.interval:
        return
    expected = ceil(_units(walk, components) / walk.interval) - 1
    found = [match[1] - 0xD0 for match in _RESTART.findall(entropy)]
    if len(found) < expected or any(turn != at % 8 for at, turn in enumerate(found)):
        raise LoadRefused(Reason.INCOMPLETE, "Pieces of the JPEG file are missing.")


def _units(walk: _Walk, components: list[int]) -> int:
    """How many minimum coded units the scan has (T.81, A.2)."""
    widest = max(h for h, _ in walk.sampling.values())
    tallest = max(v for _, v in walk.sampling.values())
    if len(components) > 1:
        return ceil(walk.width / (8 * widest)) * ceil(walk.height / (8 * tallest))
    across, down = walk.sampling[components[0]]
    columns = ceil(ceil(walk.width * across / widest) / 8)
    rows = ceil(ceil(walk.height * down / tallest) / 8)
    return columns * rows


def _require_all_scans(walk: _Walk) -> None:
    if not walk.frame:
        raise _damaged()
    if any(any(walk.depth.get(component, [-1])) for component in walk.sampling):
        raise LoadRefused(Reason.INCOMPLETE, "The JPEG file stops before its end.")


def _damaged() -> LoadRefused:
    return LoadRefused(Reason.DAMAGED, "The JPEG file is damaged.")
