"""The rules by which released copies stand or fall, made from a site's settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gate.decide import Rules
from gate.permission import may_have_template
from gate.pipeline import thresholds_in_force
from gate.policy import Policy
from gate.released import Standing
from gate.standing import Now, is_the_same_by, standing, template_gone
from gate.statements import Word
from gate.values import Judgement, Match, RegisterSnapshot, Second, Thresholds


@dataclass(frozen=True)
class StandingRules:
    """Asks the rules of deciding again about stored judgements; can be sent to a worker.

    ``second_version`` is the second reader's, "" for none. ``by_people``: people say who is in a
    photo, and no face is compared.
    """

    policy: Policy
    second_version: str = ""
    by_people: bool = False

    def __call__(
        self,
        judgement: Judgement,
        statements: Sequence[Word],
        snapshot: RegisterSnapshot,
        on: date,
    ) -> Mapping[str, Standing]:
        """For every channel that was decided about, whether its copy still stands."""
        return standing(judgement, statements, self._now(snapshot, on))

    def template_gone(
        self, judgement: Judgement, snapshot: RegisterSnapshot, on: date
    ) -> frozenset[str]:
        """Everybody who is shown because of a template that may no longer exist on this day."""
        return template_gone(judgement.decisions, self._now(snapshot, on).may_compare)

    def is_the_same_by(self, matches: Sequence[Match], before: Thresholds, now: Thresholds) -> bool:
        """Whether other thresholds change nothing about these faces, whoever permits what."""
        return is_the_same_by(matches, before, now)

    def thresholds(self, snapshot: RegisterSnapshot) -> Thresholds:
        """The thresholds now in force."""
        return thresholds_in_force(self.policy, snapshot)

    def _now(self, snapshot: RegisterSnapshot, on: date) -> Now:
        rules = Rules(
            snapshot.people,
            snapshot.consents,
            snapshot.restrictions,
            self.thresholds(snapshot),
            on,
            self.policy.leavers_may_be_shown,
        )

        def may_compare(ref: str) -> bool:
            return may_have_template(snapshot.biometrics.get(ref, ()), on)

        channels = {channel.name: channel for channel in self.policy.channels}
        second = self.policy.second
        asked = (
            None if second is None else Second(second.mode, self.second_version, second.thresholds)
        )
        return Now(rules, channels, may_compare, asked, self.by_people)
