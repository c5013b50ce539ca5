"""What photogate check says to those who may not see evidence: no more than ``why`` would."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cli.output import say
from gate.english import ENGLISH
from gate.values import Decision, Judgement, Outcome
from gate.words import Status, plain_reason_sentence, status_of

_TOLD = (Status.APPROVED, Status.COVERED)


def plain_row(original: str, judgement: Judgement, decision: Decision) -> dict[str, object]:
    """One photo on one channel, as programs read it: without people, scores and reasons."""
    status = _status(decision)
    return {
        "photo": judgement.photo,
        "original": original,
        "channel": decision.channel,
        "verdict": status.value,
        "faces": len(judgement.faces),
        "covered": _covered(decision) if status in _TOLD else None,
    }


def print_plain(file: Path, judgement: Judgement, chosen: Sequence[Decision]) -> None:
    """Print what would happen to one photo."""
    say(f"{file}: {len(judgement.faces)} faces", style="bold")
    for decision in chosen:
        status = _status(decision)
        words = plain_reason_sentence(ENGLISH, status, decision.reason)
        told = decision.faces and status in _TOLD
        many = f" ({_covered(decision)} of {len(decision.faces)} covered)" if told else ""
        say(f"  {decision.channel}: {ENGLISH.statuses[status]}. {words}{many}")


def _status(decision: Decision) -> Status:
    """What it would be with its copy, if it is one that is released."""
    return status_of(decision.verdict, decision.reason, copies=1, withdrawn=0)


def _covered(decision: Decision) -> int:
    return sum(face.outcome is Outcome.COVERED for face in decision.faces)
