"""Rules of standing to test with, instead of those of deciding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from gate.released import Stand, Standing
from gate.statements import Word, is_locked
from gate.values import Judgement, Match, Reason, RegisterSnapshot, Thresholds


class OnlyLocks:
    """Everything stands but what is locked."""

    def __call__(
        self, judged: Judgement, said: Sequence[Word], snapshot: RegisterSnapshot, on: date
    ) -> Mapping[str, Standing]:
        found = Standing(Stand.FALLS, Reason.LOCKED) if is_locked(said) else Standing(Stand.STANDS)
        return {decision.channel: found for decision in judged.decisions}

    def template_gone(
        self, judged: Judgement, snapshot: RegisterSnapshot, on: date
    ) -> frozenset[str]:
        return frozenset()

    def thresholds(self, snapshot: RegisterSnapshot) -> Thresholds:
        return Thresholds(0.5, 0.3, 0.1)

    def is_the_same_by(self, matches: Sequence[Match], before: Thresholds, now: Thresholds) -> bool:
        return False
