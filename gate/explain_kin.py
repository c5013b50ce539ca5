"""The other versions of a photo in words, for those who may see evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gate.case import Case
from gate.values import Extent, Link
from gate.words import Catalogue, Text

PHOTO_DIGITS = 12
"""How much of a photo's SHA-256 names it on a screen."""

_EXTENTS = {Extent.WHOLE: Text.KIN, Extent.PART: Text.KIN_PART, Extent.MORE: Text.KIN_MORE}


def kin_sentences(words: Catalogue, kin: Sequence[Link]) -> Iterator[str]:
    """Of which photos it is a version, and how they differ; one text for each."""
    for link in kin:
        said = [words.say(_EXTENTS[link.extent], photo=link.other[:PHOTO_DIGITS])]
        said += [words.say(Text.KIN_MIRRORED)] if link.mirrored else []
        said += [words.say(Text.KIN_COVERED)] if link.covered else []
        yield " ".join(said)


def blocked_kin(words: Catalogue, case: Case, channel: str) -> Iterator[str]:
    """Which version is blocked on this channel; nothing where that is no longer so."""
    if photo := case.barred.get(channel):
        yield words.say(Text.KIN_BLOCKED, photo=photo[:PHOTO_DIGITS])
