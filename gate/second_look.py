"""Asking the second reader: about as few faces as its word can matter for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from gate.arrays import Pixels, Vectors
from gate.errors import EngineError
from gate.match import Matcher
from gate.permission import restriction_on
from gate.permitted import permitted
from gate.population import shipped_population
from gate.ports import FaceReader
from gate.values import (
    Channel,
    Decision,
    Face,
    Match,
    Outcome,
    RegisterSnapshot,
    Restriction,
    Second,
    SecondMode,
    Thresholds,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class SecondPolicy:
    """What the settings say about the second reader: what it is for, its own thresholds."""

    mode: SecondMode
    thresholds: Thresholds


@dataclass(frozen=True)
class SecondLook:
    """The second reader with the register as it knows it on one day.

    ``vetoes``: somebody it has a template of is restricted on one of the channels.
    """

    reader: FaceReader
    matcher: Matcher
    rule: Second
    vetoes: bool

    def matches(
        self,
        pixels: Pixels,
        faces: Sequence[Face],
        matches: Sequence[Match],
        decisions: Sequence[Decision],
    ) -> tuple[Match, ...]:
        """The matches with what the second reader saw; ``decisions`` were made without it.

        Asked where it must agree: faces that would be shown. Where it may veto: every face that
        the first reader could read, unless nobody is restricted or every channel blocks already.
        """
        asked = self._asked(matches, decisions)
        if not asked:
            return tuple(matches)
        rows = self.reader.read(pixels, [faces[number] for number in asked])
        found = list(matches)
        for number, match in zip(asked, self._seen(rows), strict=True):
            found[number] = replace(matches[number], second=match.candidates)
        return tuple(found)

    def _asked(self, matches: Sequence[Match], decisions: Sequence[Decision]) -> list[int]:
        if self.rule.mode is SecondMode.MUST_AGREE:
            return sorted(
                {f.face for d in decisions for f in d.faces if f.outcome is Outcome.SHOWN}
            )
        if not self.vetoes or all(d.verdict is Verdict.BLOCK for d in decisions):
            return []
        return [number for number, match in enumerate(matches) if match.readable]

    def _seen(self, rows: Vectors) -> tuple[Match, ...]:
        if not np.all(np.isfinite(rows)) or not np.all(np.any(rows != 0, axis=1)):
            raise EngineError("The second face reader gave no usable numbers for a face.")
        return self.matcher.match(rows, [True] * len(rows))


def second_look(
    policy: SecondPolicy | None,
    reader: FaceReader | None,
    snapshot: RegisterSnapshot,
    channels: Sequence[Channel],
    on: date,
) -> SecondLook | None:
    """The second reader on this day; None where the settings ask for none.

    Raises EngineError when the settings ask for one and it, or its templates, are not there.
    """
    if policy is None:
        return None
    if reader is None or snapshot.second is None or snapshot.second.reader != reader.version:
        raise EngineError(
            "The settings ask for a second reader, and it is not there. Install photogate with "
            "the extra 'face-recognition', or set second_reader to \"off\"."
        )
    gallery = permitted(snapshot.second, snapshot, on)
    matcher = Matcher(gallery, policy.thresholds, shipped_population(gallery.reader))
    rule = Second(policy.mode, reader.version, policy.thresholds)
    restricted = _restricted(snapshot.restrictions, channels, on)
    return SecondLook(reader, matcher, rule, not restricted.isdisjoint(gallery.people))


def _restricted(
    restrictions: Mapping[str, tuple[Restriction, ...]], channels: Sequence[Channel], on: date
) -> set[str]:
    return {
        person
        for person, those in restrictions.items()
        if any(restriction_on(those, channel.name, on) is not None for channel in channels)
    }
