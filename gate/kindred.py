"""Looking for other versions of a photo among all that were judged."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence

from gate.alike import fingerprint, question, sketch
from gate.alike_index import AlikeIndex, Candidate
from gate.ports import KinBook, Seen
from gate.region import regions
from gate.same_photo import Flags, agreement
from gate.values import Face, Kinship, Link, Picture, Sketch

MOST_CHECKED = 8
"""Candidates that are laid over a photo, the likeliest."""
_KEPT = 32
"""Sketches that are kept: photos of one event come one after the other and look alike."""


class Kindred:
    """Finds the versions of photos that ``book`` knows; holds their fingerprints.

    ``picture_of`` gives the picture of a photo by its SHA-256, or None where it cannot be had any
    more: of such a photo no version is recognised.
    """

    def __init__(self, book: KinBook, picture_of: Callable[[str], Picture | None]) -> None:
        self._book = book
        self._picture_of = picture_of
        self._index = AlikeIndex()
        self._known_to = 0
        self._sketches: OrderedDict[str, Sketch | None] = OrderedDict()

    def of(self, photo: str, picture: Picture, faces: Sequence[Face]) -> Kinship:
        """Of which photos this one is a version; ``faces`` in pixels of the picture.

        Raises RegisterUnreachable.
        """
        known = self._book.about(photo)
        if known is not None:
            return Kinship(b"", self._known_to, known, self._book.barred(photo, known))
        self._learn()
        drawn = sketch(picture.pixels)
        heads = heads_in(drawn, faces, picture.pixels.shape[1])
        candidates = self._index.candidates(question(drawn), MOST_CHECKED, but=photo)
        links = [link for one in candidates if (link := self._link(drawn, heads, one)) is not None]
        if (copied := self._copied(photo, links)) is not None:
            links.append(copied)
        barred = self._book.barred(photo, links)
        return Kinship(fingerprint(drawn), self._known_to, tuple(links), barred, drawn)

    def _learn(self) -> None:
        newer = self._book.since(self._known_to)
        self._index.add([(one.photo, one.fingerprint) for one in newer])
        self._known_to = max((one.number for one in newer), default=self._known_to)

    def _link(self, drawn: Sketch, heads: Flags | None, candidate: Candidate) -> Link | None:
        other = self._sketch_of(candidate.photo)
        if other is None:
            return None
        seen = self._book.seen(candidate.photo)
        return link(candidate.photo, (drawn, other), (heads, seen_heads(other, seen)))

    def _copied(self, photo: str, found: Collection[Link]) -> Link | None:
        """The link of a released copy that was dropped as it is, where it is not found anyway."""
        original = self._book.original_of(photo)
        if original is None or original in (photo, *(one.other for one in found)):
            return None
        return Link(original, 1.0, covered=True)

    def _sketch_of(self, photo: str) -> Sketch | None:
        if photo not in self._sketches:
            picture = self._picture_of(photo)
            self._sketches[photo] = None if picture is None else sketch(picture.pixels)
            if len(self._sketches) > _KEPT:
                self._sketches.popitem(last=False)
        self._sketches.move_to_end(photo)
        return self._sketches[photo]


def link(
    other: str, pair: tuple[Sketch, Sketch], heads: tuple[Flags | None, Flags | None]
) -> Link | None:
    """The link from a photo to the other one of this SHA-256, or None where they are two photos.

    ``pair`` and ``heads``: of the photo, and of the other.
    """
    found = agreement(*pair, heads)
    if found is None or not found.holds:
        return None
    return Link(other, round(found.same, 4), found.extent, found.mirrored, found.excused > 0)


def heads_in(drawn: Sketch, faces: Collection[Face], width: int) -> Flags | None:
    """Where the heads of these faces are in a sketch; they are in pixels of a picture so wide."""
    if not faces or not width:
        return None
    scale = drawn.grey.shape[1] / width
    return regions(drawn.grey.shape, [face.scaled(scale) for face in faces], [], grow=1.25)


def seen_heads(drawn: Sketch, seen: Seen | None) -> Flags | None:
    """The same for what was seen when a photo was judged."""
    return None if seen is None else heads_in(drawn, seen.faces, seen.width)
