"""What the word of a second reader counts for. Pure; standard library only.

It can only make the gate stricter: it takes a face away from those that are shown, or adds a
veto. Its scores are its own, so they are held against its own thresholds and never mixed with
those of the first reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gate.values import Candidate, Match, Second, SecondMode, Thresholds

DLIB_THRESHOLDS = Thresholds(show=0.53, veto=0.00, margin=0.45)
"""For dlib alone, with its shipped population statistics, in its own scores.

Chosen by the rules that SFace's follow, on the derive half of tests/bench: docs/matching.md.
"""

SECOND_THRESHOLDS = Thresholds(show=0.25, veto=0.30, margin=0.20)
"""For dlib beside SFace, in dlib's scores.

A stranger has to pass both readers, so that less is needed here than of dlib alone; and its veto
is added to SFace's, so that it needs to be surer.
"""


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
