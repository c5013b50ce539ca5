"""What the word of a second reader counts for. Pure; standard library only.

It can only make the gate stricter: it takes a face away from those that are shown, or adds a
veto. Its scores are its own, so they are held against its own thresholds and never mixed with
those of the first reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gate.values import Candidate, Match, Second, SecondMode, Thresholds

DLIB_THRESHOLDS = Thresholds(show=0.53, veto=0.20, margin=0.30)
"""For dlib alone, with its shipped population statistics, in its own scores."""

SECOND_THRESHOLDS = {
    SecondMode.MUST_AGREE: Thresholds(show=0.25, veto=0.35, margin=0.30),
    SecondMode.MAY_VETO: Thresholds(show=0.25, veto=0.35, margin=0.30),
}
"""For dlib beside SFace."""


def may_veto(match: Match, second: Second | None) -> Iterator[Candidate]:
    """Everybody whom the second reader takes the face for at its veto threshold, best first."""
    if second is not None:
        yield from (c for c in match.second if c.score >= second.thresholds.veto)


def disagrees(
    match: Match, person: str, second: Second | None, is_permitted: Callable[[str], bool]
) -> bool:
    """Whether a second reader that must agree does not take this face for this person.

    It agrees when the person is first, and alone there, at its own showing threshold, and
    everybody within its own margin may be shown. A face that it was not asked about, or a person
    of whom it has no template, is not agreed on.
    """
    if second is None or second.mode is not SecondMode.MUST_AGREE:
        return False
    best = max(match.second, key=lambda c: c.score, default=None)
    if best is None or best.person != person or not best.score >= second.thresholds.show:
        return True
    near = [c for c in match.second if not c.score < best.score - second.thresholds.margin]
    return any(not is_permitted(c.person) for c in near)
