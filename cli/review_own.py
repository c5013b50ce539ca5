"""What the reviewer of a channel is shown of a photo: their channels; no people, no scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli.output import print_json, print_table, say
from cli.photos import save_picture
from cli.pictures import drawn
from cli.review_tables import is_held
from cli.site import Site
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.english import ENGLISH
from gate.explain import strictest_outcomes
from gate.values import Decision, Outcome, Verdict
from gate.words import plain_reason_sentence, reason_sentence, status_of


def own_outcomes(photo: StoredPhoto) -> tuple[Outcome | None, ...]:
    """What happens to each face on the channels of this part of a photo that are not blocked.

    A face that blocks one says by that whose it may be.
    """
    told = [one for one in photo.judgement.decisions if one.verdict is not Verdict.BLOCK]
    return strictest_outcomes(len(photo.judgement.faces), told)


def show_own_part(
    site: Site, who: Acting, photo: StoredPhoto, picture: Path | None, *, as_json: bool
) -> None:
    """Print a part of a photo with its faces, and write its picture where one is asked for."""
    if picture is not None:
        save_picture(drawn(site, who, photo.judgement, own_outcomes(photo)), picture)
    print_own_part(photo, as_json=as_json)
    if not as_json:
        print_table(
            ("Face", "Box (x, y, width, height)", "What happens to it"),
            ([face["number"], face["box"], face["outcome"]] for face in _faces(photo)),
        )


def print_own_part(photo: StoredPhoto, *, as_json: bool) -> None:
    """Print what was decided in a part of a photo."""
    rows = [_row(photo, decision) for decision in photo.judgement.decisions]
    if as_json:
        print_json({"photo": photo.photo, "decisions": rows, "faces": _faces(photo)})
        return
    say(f"Photo {photo.photo[:12]}: {len(photo.judgement.faces)} faces", style="bold")
    for row in rows:
        copy = f" {row['rendition']}" if row["rendition"] else ""
        say(f"  {row['channel']}: {row['verdict']}. {row['why']}{copy}")


def _row(photo: StoredPhoto, decision: Decision) -> dict[str, Any]:
    copies = [one.path for one in photo.releases if one.channel == decision.channel]
    status = status_of(decision.verdict, decision.reason, copies=len(copies), withdrawn=0)
    words = plain_reason_sentence(ENGLISH, status, decision.reason)
    if is_held(decision):
        # Why it is held is what they decide about; no hold says whom it is about.
        words = reason_sentence(ENGLISH, decision.verdict, decision.reason)
    copy = copies[0] if copies else None
    return {
        "channel": decision.channel,
        "verdict": status.value,
        "why": words,
        "rendition": copy,
    }


def _faces(photo: StoredPhoto) -> list[dict[str, object]]:
    outcomes = own_outcomes(photo)
    boxes = [face.box for face in photo.judgement.faces]
    return [
        {
            "number": number,
            "box": f"{box.x:.0f}, {box.y:.0f}, {box.w:.0f}, {box.h:.0f}",
            "outcome": outcome.value if outcome else "",
        }
        for number, (box, outcome) in enumerate(zip(boxes, outcomes, strict=True), start=1)
    ]
