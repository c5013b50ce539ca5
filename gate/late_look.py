"""A last look before a photo is recorded: two versions of it may have been judged at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from gate.alike import question
from gate.alike_index import AlikeIndex
from gate.kindred import MOST_CHECKED, link, seen_heads
from gate.ports import Seen, StoredFingerprint
from gate.values import Judgement, Sketch

_KEPT = 32


class RecentSketches:
    """Holds the sketches of the photos that were recorded last: the gate's ``LateLook``."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Sketch, Seen]] = OrderedDict()

    def keep(self, judgement: Judgement) -> None:
        """Remember the sketch of a photo that is now on record."""
        if judgement.kinship is None or judgement.kinship.sketch is None:
            return
        seen = Seen(judgement.faces, judgement.width)
        self._kept[judgement.photo] = judgement.kinship.sketch, seen
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def misses(self, judgement: Judgement, newer: Sequence[StoredFingerprint]) -> bool:
        """Whether the photo is, or may be, a version of one of these and does not know of it."""
        if judgement.kinship is None or judgement.kinship.sketch is None:
            return False
        index = AlikeIndex()
        index.add([(one.photo, one.fingerprint) for one in newer])
        asked = question(judgement.kinship.sketch)
        candidates = index.candidates(asked, MOST_CHECKED, but=judgement.photo)
        return any(self._may_be(judgement, judgement.kinship.sketch, c.photo) for c in candidates)

    def _may_be(self, judgement: Judgement, sketch: Sketch, other: str) -> bool:
        if other not in self._kept:
            return True
        kept, seen = self._kept[other]
        here = Seen(judgement.faces, judgement.width)
        heads = seen_heads(sketch, here), seen_heads(kept, seen)
        return link(other, (sketch, kept), heads) is not None
