"""What the second reader saw and was asked for, in words; for those who may see evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from gate.case import Case
from gate.safe_text import isolated
from gate.values import FaceDecision, Outcome, Second, SecondMode
from gate.words import Catalogue, Text


def second_sentence(words: Catalogue, second: Second) -> str:
    """What the second reader is asked for, and its thresholds."""
    must = second.mode is SecondMode.MUST_AGREE
    limits = {name: f"{value:.2f}" for name, value in asdict(second.thresholds).items()}
    text = Text.SECOND_MUST_AGREE if must else Text.SECOND_MAY_VETO
    return words.say(text, reader=isolated(second.reader), **limits)


def second_face(words: Catalogue, case: Case, face: FaceDecision) -> Iterator[str]:
    """What it saw in one face: whom it vetoes for, or the most similar person, by reference.

    Nothing where it was not asked about this face.
    """
    matches, second = case.judgement.matches, case.judgement.second
    if second is None or not 0 <= face.face < len(matches):
        return
    seen = matches[face.face].second
    vetoed = [c for c in seen if c.person == face.person and c.score >= second.thresholds.veto]
    if face.outcome is Outcome.VETO and vetoed:
        score, needed = f"{vetoed[0].score:.2f}", f"{second.thresholds.veto:.2f}"
        yield words.say(
            Text.SECOND_HOLDS, ref=isolated(vetoed[0].person), score=score, needed=needed
        )
    elif seen:
        ref, score = isolated(seen[0].person), f"{seen[0].score:.2f}"
        yield words.say(Text.SECOND_SAW, ref=ref, score=score)
