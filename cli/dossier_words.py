"""What is handed to a person about one photo of theirs, and words that say what it all is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from consent_db.dossier_photos import Judged, PhotoOf
from consent_db.statements import PastStatement
from gate.english import ENGLISH
from gate.export_folder import Made
from gate.person_names import PersonNames
from gate.subject import decisions_about, resemblances

ABOUT = (
    "Everything that this school's photogate holds of one person. Pictures lie beside this file; "
    "in each of them all other people are covered. Numbers called a score say how alike two faces "
    "are; no score is a certainty. Photos under compared_only show somebody else, whose face was "
    "compared with this person's. Days are YYYY-MM-DD, instants in UTC."
)
_NAMES_OTHERS = "Not given here: it names somebody else."


def photo_record(
    photo: PhotoOf,
    ref: str,
    made: Made,
    places: Sequence[dict[str, object]],
    others: PersonNames,
) -> dict[str, object]:
    """One photo in which the person was recognised, named, or thought to be."""
    return {
        "photo": photo.photo,
        "picture": made.file or None,
        "no_picture_because": made.why_not,
        "dropped": [
            {
                "at": drop.at,
                "file": _unless_naming(drop.arrival.original, others),
                "event": _unless_naming(drop.arrival.event, others),
            }
            for drop in photo.stored.drops
        ],
        "judged": [_judged(one, ref) for one in photo.judged],
        "said": [_said(one, ref) for one in photo.said],
        "copies_went_to": list(places),
    }


def _unless_naming(text: str, others: PersonNames) -> str:
    return _NAMES_OTHERS if others.found_in(text) else text


def _judged(one: Judged, ref: str) -> dict[str, object]:
    judgement = one.judgement
    scores = resemblances(judgement, ref)
    about = sorted(one.own | one.doubtful | scores.keys())
    return {
        "judgement": one.number,
        "at": one.at,
        "with_permissions_of": judgement.on,
        "width": judgement.width,
        "height": judgement.height,
        "needed_to_show": judgement.thresholds.show,
        "needed_to_hold": judgement.thresholds.veto,
        "faces": [
            {
                "box": judgement.faces[number].box,
                "theirs": "yes" if number in one.own else "perhaps",
                "score": scores.get(number),
                "decisions": list(_decisions(one, number, ref)),
            }
            for number in about
            if number < len(judgement.faces)
        ],
    }


def _decisions(one: Judged, number: int, ref: str) -> Iterator[dict[str, Any]]:
    for channel, face in decisions_about(one.judgement, number):
        if face.person != ref:
            continue
        yield {
            "channel": channel,
            "outcome": face.outcome.value,
            "reason": face.reason.value,
            "in_words": ENGLISH.face_reasons[face.reason],
            "consent": face.consent,
            "restriction": face.restriction,
            "statement": face.statement,
            "a_copy_was_released": channel in one.copies,
            "copy_withdrawn_at": one.copies.get(channel),
        }


def _said(past: PastStatement, ref: str) -> dict[str, object]:
    statement = past.statement
    return {
        "statement": statement.id,
        "what": statement.kind.value,
        "names_them": statement.person == ref,
        "box": statement.box,
        "reason": past.reason,
        "at": past.at,
        "by": past.by,
        "taken_back_at": past.taken_back_at,
        "taken_back_by": past.taken_back_by,
    }
