"""What photogate review prints: held photos, one photo's faces, what was said about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cli.cases import case_of
from cli.output import print_table, say
from cli.photos import decision_row
from cli.site import Site
from consent_db.statements import PastStatement
from consent_db.stored import StoredPhoto
from gate.english import ENGLISH
from gate.explain_faces import full_face
from gate.statements import Change, Statement, StatementKind, place
from gate.values import Decision, Outcome, Verdict
from gate.words import reason_sentence


def decision_rows(photo: StoredPhoto) -> list[dict[str, object]]:
    """The photo on every channel, as programs read it."""
    copies = {release.channel: release.path for release in photo.releases}
    original = photo.drops[0].arrival.original
    return [
        decision_row(original, photo.judgement, d, copies.get(d.channel))
        for d in photo.judgement.decisions
    ]


def is_held(decision: Decision) -> bool:
    """Whether it waits for a person."""
    return decision.verdict is Verdict.REVIEW


def held_row(photo: StoredPhoto, waits: Callable[[Decision], bool]) -> dict[str, Any]:
    """A line of the list of photos that wait so; nothing in it names anybody."""
    waiting = [decision for decision in photo.judgement.decisions if waits(decision)]
    sentences = dict.fromkeys(reason_sentence(ENGLISH, d.verdict, d.reason) for d in waiting)
    return {
        "photo": photo.photo[:12],
        "event": photo.drops[0].arrival.event,
        "faces": len(photo.judgement.faces),
        "held": [d.channel for d in waiting],
        "why": " ".join(sentences),
    }


def print_verdicts(photo: StoredPhoto) -> None:
    """Print what was decided for each channel."""
    copies = {release.channel: release.path for release in photo.releases}
    say(f"Photo {photo.photo[:12]}: {len(photo.judgement.faces)} faces", style="bold")
    for one in photo.judgement.decisions:
        shown = sum(face.outcome is Outcome.SHOWN for face in one.faces)
        words = reason_sentence(ENGLISH, one.verdict, one.reason)
        many = f" ({shown} of {len(one.faces)} may be shown)" if one.faces else ""
        copy = f" {copies[one.channel]}" if one.channel in copies else ""
        say(f"  {one.channel}: {one.verdict.value}. {words}{many}{copy}")


def print_faces(site: Site, photo: StoredPhoto, change: Change) -> None:
    """What became of the faces that were just spoken about, and of what changed nothing."""
    case = case_of(site, photo)
    new = {one.id for one in change.said}
    counted = set()
    for decision in photo.judgement.decisions:
        for face in decision.faces:
            if face.statement in new:
                counted.add(face.statement)
                say(f"  {decision.channel}: {full_face(ENGLISH, case, decision, face)}")
    said = [one for one in change.said if isinstance(one, Statement)]
    if any(o.kind is StatementKind.NOT_A_FACE and o.id not in counted for o in said):
        say("Somebody was recognised there, so it still counts as a face.", style="yellow")


def channel_names(photo: StoredPhoto) -> list[str]:
    """The channels of the newest judgement."""
    return [decision.channel for decision in photo.judgement.decisions]


def face_rows(photo: StoredPhoto) -> list[list[object]]:
    """A row for each face: number, box, and why on each channel."""
    rows: list[list[object]] = []
    for number, face in enumerate(photo.judgement.faces):
        box = ", ".join(
            f"{value:.0f}" for value in (face.box.x, face.box.y, face.box.w, face.box.h)
        )
        cells = [
            ENGLISH.face_reasons[one.reason]
            for decision in photo.judgement.decisions
            for one in decision.faces
            if one.face == number
        ]
        rows.append([number + 1, box, *cells])
    return rows


def print_history(photo: StoredPhoto, history: Sequence[PastStatement]) -> None:
    """Print all that was ever said about a photo, with reasons."""
    if not history:
        return
    about = faces_by_statement(photo, history)
    say("What was said:", style="bold")
    print_table(
        ("Id", "About", "What", "By", "Why", ""),
        (
            (
                past.statement.id,
                subject_of(past.statement, about),
                words_of(past.statement),
                f"{past.by}, {past.at.astimezone():%Y-%m-%d %H:%M}",
                past.reason,
                f"taken back by {past.taken_back_by}" if past.taken_back_at else "",
            )
            for past in history
        ),
    )


def faces_by_statement(photo: StoredPhoto, history: Sequence[PastStatement]) -> dict[int, int]:
    """The number of the face that each statement is about which was not taken back."""
    standing = [past.statement for past in history if past.taken_back_at is None]
    placed = place(photo.judgement.faces, standing)
    about = (*placed.said.covered.items(), *placed.said.faces.items())
    return {one.id: n + 1 for n, one in about}


def subject_of(one: Statement, about: Mapping[int, int]) -> str:
    """What a statement is about; ``about`` gives numbers of faces by ids of statements."""
    if one.channel is not None:
        return "the photo"
    return f"face {about[one.id]}" if one.id in about else "an earlier box"


def words_of(one: Statement) -> str:
    """What a statement says."""
    named = f"it is {one.person}"
    return {
        StatementKind.NAMED: named,
        StatementKind.NOT_A_FACE: "it is no face",
        StatementKind.COVERED: "cover it",
        StatementKind.DRAWN: f"a face was missed; {named}" if one.person else "a face was missed",
        StatementKind.REFUSED: f"refused for {one.channel}",
    }[one.kind]
