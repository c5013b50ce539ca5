"""Whether a released copy still stands on today's register, without looking at its pixels.

The rules of deciding are asked again about what was seen when the photo was judged. Pure.

For one channel, in this order:
0. The photo was locked: the copy falls, and nothing is said of anybody in it.
1. A channel that is no longer set up: the copy falls.
2. A rule now blocks the photo, or no longer lets a face be seen that the copy shows: it falls.
3. Somebody spoke of a place that was not judged, or what was seen does not reach as far as the
   thresholds now in force: nobody can tell without looking again.
4. A face is shown because it was compared with a template that may no longer exist: it must be
   judged again without. Permission for images still stands, so what is published may stay.
5. A rule now asks for a person's look first: nobody can tell.
Otherwise it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gate.assign import claims
from gate.decide import Rules, decide
from gate.released import VISIBLE, Stand, Standing, was_compared
from gate.statements import Word, is_locked, place
from gate.values import (
    Channel,
    Decision,
    FaceDecision,
    FaceReason,
    Judgement,
    Match,
    Reason,
    Second,
    Thresholds,
    Verdict,
)

_LOCKED = Standing(Stand.FALLS, Reason.LOCKED, differs=True)
_NO_CHANNEL = Standing(Stand.FALLS, Reason.CHANNEL_GONE, differs=True)


@dataclass(frozen=True)
class Now:
    """What holds now: the rules with the register's word, and the channels that are set up.

    ``may_compare``: whether a template of this person may exist. ``second``: what a second reader
    is asked for now. ``names_needed``: people say who is in a photo.
    """

    rules: Rules
    channels: Mapping[str, Channel]
    may_compare: Callable[[str], bool]
    second: Second | None = None
    names_needed: bool = False


def standing(judgement: Judgement, statements: Sequence[Word], now: Now) -> dict[str, Standing]:
    """For every channel that was decided about: whether its copy still stands, and why not.

    ``statements`` are those that people made about the photo and that count.
    """
    if is_locked(statements):
        return {before.channel: _LOCKED for before in judgement.decisions}
    return {
        before.channel: _standing(judgement, before, statements, now)
        for before in judgement.decisions
    }


def _standing(
    judgement: Judgement, before: Decision, statements: Sequence[Word], now: Now
) -> Standing:
    channel = now.channels.get(before.channel)
    if channel is None:
        return _NO_CHANNEL
    if len(before.faces) != len(judgement.faces):
        # The file could not be looked at.
        return Standing(Stand.UNSURE, before.reason, differs=True)
    placed = place(judgement.faces, statements, names_needed=now.names_needed)
    rules = replace(now.rules, second=judgement.second)
    after = decide(judgement.faces, judgement.matches, channel, rules, placed.said)
    if (fallen := _fallen(before, after)) is not None:
        return fallen
    if len(placed.faces) != len(judgement.faces) or not _reaches(judgement, now):
        return Standing(Stand.UNSURE, differs=True)
    if whose := template_gone([before], now.may_compare):
        return Standing(Stand.UNSURE, FaceReason.TEMPLATE_GONE, min(whose), differs=True)
    differs = _differs(before, after)
    if after.verdict is Verdict.REVIEW:
        return Standing(Stand.UNSURE, after.reason, differs=differs)
    return Standing(Stand.STANDS, differs=differs)


def _fallen(before: Decision, after: Decision) -> Standing | None:
    for old, new in zip(before.faces, after.faces, strict=True):
        if old.outcome in VISIBLE and new.outcome not in VISIBLE:
            return Standing(Stand.FALLS, _cause(new, after), _whom(old, new, after), differs=True)
    if after.verdict is Verdict.BLOCK:
        vetoed = next((face.person for face in after.faces if _vetoes(face)), None)
        return Standing(Stand.FALLS, after.reason, vetoed, differs=_differs(before, after))
    return None


def _cause(face: FaceDecision, after: Decision) -> FaceReason | Reason:
    return after.reason if after.verdict is Verdict.BLOCK else face.reason


def _whom(old: FaceDecision, new: FaceDecision, after: Decision) -> str | None:
    """The restricted person where one vetoes, else whose permission the face has lost."""
    vetoed = next((face.person for face in after.faces if _vetoes(face)), None)
    return vetoed or new.person or old.person


def _vetoes(face: FaceDecision) -> bool:
    return face.reason is FaceReason.RESTRICTED


def template_gone(
    decisions: Iterable[Decision], may_compare: Callable[[str], bool]
) -> frozenset[str]:
    """Everybody who is shown because of a template that may no longer exist."""
    shown = (face for one in decisions for face in one.faces if was_compared(face))
    refs = {face.person for face in shown if face.person is not None}
    return frozenset(ref for ref in refs if not may_compare(ref))


def _differs(before: Decision, after: Decision) -> bool:
    if before.verdict is not after.verdict:
        return True
    pairs = zip(before.faces, after.faces, strict=True)
    return any(old.outcome is not new.outcome for old, new in pairs)


def is_the_same_by(matches: Sequence[Match], before: Thresholds, now: Thresholds) -> bool:
    """Whether other thresholds change nothing about these faces, whoever permits what.

    Nothing changes where every candidate is on the same side of each threshold, nobody who is not
    stored can matter, and no two faces claim one person: among several, the one who gets them may
    depend on how far they are above the threshold.
    """
    deeper = now.veto < before.veto or now.margin > before.margin
    for match in matches:
        if _sides(match, before) != _sides(match, now):
            return False
        if deeper and not _is_deep_enough(match, before, now):
            return False
    if before.show == now.show:
        return True
    claimed = [one.person for match in matches for one in claims(match, now)]
    return len(claimed) == len(set(claimed))


def _sides(match: Match, by: Thresholds) -> list[tuple[bool, bool, bool]]:
    near = max((one.score for one in match.candidates), default=0.0) - by.margin
    return [
        (one.score < by.show, one.score < by.veto, one.score < near) for one in match.candidates
    ]


def _reaches(judgement: Judgement, now: Now) -> bool:
    """Whether what was stored of every face suffices for the thresholds in force now."""
    if now.second is not None and now.second != judgement.second:
        return False
    old, new = judgement.thresholds, now.rules.thresholds
    if new.veto >= old.veto and new.margin <= old.margin:
        return True
    return all(_is_deep_enough(match, old, new) for match in judgement.matches)


def _is_deep_enough(match: Match, old: Thresholds, new: Thresholds) -> bool:
    """Whether nobody who is not among the stored candidates can matter.

    Whoever is left out scores no more than the least of at least two that were kept.
    """
    if not match.readable:
        return True
    scores = [candidate.score for candidate in match.candidates]
    if len(scores) < 2:
        # The register had no more people than these.
        return True
    # Also where nobody is restricted: whoever is tomorrow must be found by what is stored today.
    needed = [new.veto] if new.veto < old.veto else []
    if new.margin > old.margin and not max(scores) < new.show:
        needed.append(max(scores) - new.margin)
    return all(min(scores) < least for least in needed)
