"""Which faces of a judged photo are one person's own, and which only may be. Pure.

For whom everything about a person is handed over to: nobody else's face may be shown to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gate.assign import assign, claims
from gate.values import Box, FaceDecision, FaceReason, Judgement

SAME_FACE = 0.5
"""Intersection over union from which two boxes are one face."""

_DOUBTED = frozenset(
    {
        FaceReason.CONFUSABLE,
        FaceReason.CLAIMED_TWICE,
        FaceReason.NAMED_TWICE,
        FaceReason.NAMED_ELSEWHERE,
        FaceReason.READERS_DISAGREE,
    }
)
"""Reasons that speak of a person and say that the face may be somebody else's."""


def own_faces(judgement: Judgement, ref: str) -> frozenset[int]:
    """The faces that are certainly this person's, by number.

    Those that somebody named, and those matched at the showing threshold that nobody else comes
    near to (margin), where no other face of the photo claims the same person. Not those that any
    channel's decision doubts, or about which somebody said otherwise.
    """
    given = assign(judgement.matches, judgement.thresholds)
    alone = {
        number
        for number, match in enumerate(judgement.matches)
        if [one.person for one in claims(match, judgement.thresholds)] == [ref]
        and given[number] is not None
        and not judgement.faces[number].weak
    }
    named = {one.face for one in _about(judgement, ref) if one.statement is not None}
    return frozenset(n for n in alone | named if not _is_doubted(judgement, n, ref))


def doubtful_faces(judgement: Judgement, ref: str) -> frozenset[int]:
    """The faces that were taken for this person, or held a photo because of them, and are not sure.

    They may be somebody else's.
    """
    spoken_of = frozenset(one.face for one in _about(judgement, ref))
    return spoken_of - own_faces(judgement, ref)


def own_boxes(history: Sequence[Judgement], ref: str) -> tuple[Box, ...]:
    """Where the person's face is, by all judgements of a photo that looked at it, oldest first.

    The newest that is certain counts, also when their template has gone since; but not for a face
    that a later one doubts, or takes for somebody else. In pixels of the upright original.
    """
    for place in reversed(range(len(history))):
        one = history[place]
        if own := own_faces(one, ref):
            boxes = [one.faces[number].box for number in sorted(own)]
            later = history[place + 1 :]
            return tuple(b for b in boxes if not any(_contradicts(o, b, ref) for o in later))
    return ()


def _contradicts(later: Judgement, box: Box, ref: str) -> bool:
    doubtful = doubtful_faces(later, ref)
    return any(
        face.box.iou(box) >= SAME_FACE
        and (
            number in doubtful
            or any(d.person not in (None, ref) for _, d in decisions_about(later, number))
        )
        for number, face in enumerate(later.faces)
    )


def resemblances(judgement: Judgement, ref: str) -> dict[int, float]:
    """The scores of faces that were compared with this person and kept as candidates, by number."""
    return {
        number: candidate.score
        for number, match in enumerate(judgement.matches)
        for candidate in match.candidates
        if candidate.person == ref
    }


def decisions_about(judgement: Judgement, face: int) -> Iterator[tuple[str, FaceDecision]]:
    """What each channel's decision says of a face, with the channel's name."""
    for decision in judgement.decisions:
        for one in decision.faces:
            if one.face == face:
                yield decision.channel, one


def _about(judgement: Judgement, ref: str) -> Iterator[FaceDecision]:
    for decision in judgement.decisions:
        yield from (one for one in decision.faces if one.person == ref)


def _is_doubted(judgement: Judgement, face: int, ref: str) -> bool:
    return any(
        one.reason in _DOUBTED or (one.statement is not None and one.person != ref)
        for _, one in decisions_about(judgement, face)
    )
