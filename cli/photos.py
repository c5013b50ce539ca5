"""photogate check, decisions, why: what would happen, what happened, and for which reason."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image

from cli.acting import acting_as, deny
from cli.cases import case_of, lock_of, people_in, the_photo
from cli.options import AsJson, require_channels, site_of
from cli.output import british_time, complain, print_json, print_table, say
from cli.pictures import boxed
from cli.plain_check import plain_row, print_plain
from cli.site import Site
from cli.viewing import note_list, note_people
from consent_db import stored
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.arrays import Pixels
from gate.case import Case
from gate.english import ENGLISH
from gate.errors import SiteError
from gate.explain import as_dict, as_text, explain
from gate.roles import Act, Role, may, sight_of
from gate.safe_text import clean
from gate.values import Decision, Face, Judgement, Outcome, Reason
from gate.words import reason_sentence


def check(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Photos to look at.")],
    channel: Annotated[
        list[str], typer.Option("--channel", "-c", help="Only this channel; may be repeated.")
    ] = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """Say what would happen to these photos. Nothing is written or kept."""
    site = site_of(context)
    who = acting_as(site, Act.CHECK)
    sees_locked = may(who.roles, Act.SEE_LOCKED)
    require_channels(site, channel)
    gate = site.gate()
    rows: list[dict[str, object]] = []
    unread = []
    for file in files:
        try:
            data = file.read_bytes()
        except OSError as error:
            unread.append(f"{file} cannot be read: {error.strerror}.")
            continue
        judgement = gate.judge(hashlib.sha256(data).hexdigest(), data)
        chosen = [d for d in judgement.decisions if not channel or d.channel in channel]
        is_locked = any(decision.reason is Reason.LOCKED for decision in judgement.decisions)
        tells_all = who.sight.evidence and (sees_locked or not is_locked)
        if tells_all:
            rows += [decision_row(str(file), judgement, decision, None) for decision in chosen]
        else:
            rows += [plain_row(str(file), judgement, decision) for decision in chosen]
        if not as_json:
            (_print_check if tells_all else print_plain)(file, judgement, chosen)
    if as_json:
        print_json(rows)
    for problem in unread:
        complain(problem)
    if unread:
        raise typer.Exit(1)


def _print_check(file: Path, judgement: Judgement, chosen: list[Decision]) -> None:
    say(f"{file}: {_faces(len(judgement.faces))}", style="bold")
    for decision in chosen:
        hidden = (Outcome.COVERED, Outcome.VETO)
        covered = sum(face.outcome in hidden for face in decision.faces)
        words = reason_sentence(ENGLISH, decision.verdict, decision.reason)
        many = f" ({covered} of {len(decision.faces)} covered)" if decision.faces else ""
        say(f"  {decision.channel}: {decision.verdict.value}. {words}{many}")


def _faces(count: int) -> str:
    return {0: "no face found", 1: "1 face"}.get(count, f"{count} faces")


def decisions(context: typer.Context, as_json: AsJson = False) -> None:
    """List every photo with what was decided for each channel."""
    site = site_of(context)
    note_list(site, acting_as(site, Act.SEE_EVIDENCE), "decisions")
    with site.database.reading() as connection:
        rows = (row for photo in stored.decisions(connection) for row in _rows(photo))
        if as_json:
            _stream(rows)
            return
        wanted = ("original", "channel", "verdict", "reason", "rendition")
        print_table(
            ("Photo", "Channel", "Verdict", "Reason", "Copy"),
            ([row[name] for name in wanted] for row in rows),
        )


def _stream(rows: Iterator[dict[str, object]]) -> None:
    """Write a JSON list without holding it."""
    separator = "["
    for row in rows:
        sys.stdout.write(f"{separator}\n{json.dumps(row, ensure_ascii=False)}")
        separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


def _rows(photo: StoredPhoto) -> Iterator[dict[str, object]]:
    copies = {release.channel: release.path for release in photo.releases}
    original = photo.drops[0].arrival.original
    for decision in photo.judgement.decisions:
        yield decision_row(original, photo.judgement, decision, copies.get(decision.channel))


def decision_row(
    original: str, judgement: Judgement, decision: Decision, rendition: str | None
) -> dict[str, object]:
    """One photo on one channel, as programs read it; boxes in upright original pixels."""
    return {
        "photo": judgement.photo,
        "original": original,
        "width": judgement.width,
        "height": judgement.height,
        "channel": decision.channel,
        "verdict": decision.verdict.value,
        "reason": decision.reason.value,
        "rendition": rendition,
        "faces": [
            {
                "box": _box(judgement.faces[face.face]),
                "outcome": face.outcome.value,
                "person": face.person,
                "score": None if face.score is None else round(face.score, 4),
                "reason": face.reason.value,
            }
            for face in decision.faces
        ],
    }


def _box(face: Face) -> list[int]:
    return [round(value) for value in (face.box.x, face.box.y, face.box.w, face.box.h)]


def why(
    context: typer.Context,
    photo: Annotated[
        str,
        typer.Argument(
            metavar="PHOTO",
            help="The name it was dropped with, the beginning of its id, or the path of a copy.",
        ),
    ],
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="OUT", help="Write the photo with numbered boxes here."),
    ] = None,
    role: Annotated[
        Role | None,
        typer.Option("--as", help="Answer as far as this role may know [the one you have]."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say why a photo was approved, blurred, held or blocked, on what evidence."""
    site = site_of(context)
    seen_by = _onlooker(site, role)
    chosen = the_photo(site, photo, seen_by.role, locked=seen_by.sees_locked)
    if sight_of(seen_by.role).evidence:
        note_people(site, seen_by.who, people_in(chosen), "photo")
    case = case_of(site, chosen)
    if picture is not None:
        write_picture(site, case, seen_by, picture)
    explanation = explain(case, seen_by.role)
    lock = lock_of(site, chosen.photo)
    if as_json:
        print_json(as_dict(explanation) | ({"locked": lock} if lock else {}))
    else:
        if lock is not None:
            since = british_time(lock.at)
            say(f"This photo was locked by {clean(lock.by)} on {since}: {clean(lock.reason)}")
            say("What is said below is how it was judged before.")
        sys.stdout.write(as_text(explanation, min(shutil.get_terminal_size().columns, 100)))


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Who looks, and in which of their roles."""

    who: Acting
    role: Role
    sees_locked: bool = False


def _onlooker(site: Site, wanted: Role | None) -> Onlooker:
    """Whoever asks, in the role that they name, or that sees most of those they have."""
    who = acting_as(site, Act.SEE_DECISIONS)
    sees_locked = may(who.roles if wanted is None else {wanted}, Act.SEE_LOCKED)
    if who.account is None:
        return Onlooker(who, wanted or Role.ADMIN, sees_locked)
    if wanted is not None and wanted not in who.roles:
        deny(site, who, Act.SEE_DECISIONS, f"Your account does not have the role {wanted.value}.")
    return Onlooker(who, wanted or who.role, sees_locked)


def write_picture(site: Site, case: Case, seen_by: Onlooker, out: Path) -> None:
    """Write the dropped photo with numbered boxes. Raises SiteError where that may not be."""
    save_picture(boxed(site, case, seen_by.who, seen_by.role), out)


def save_picture(pixels: Pixels, out: Path) -> None:
    """Write a picture to a file. Raises SiteError where that cannot be."""
    try:
        Image.fromarray(pixels).save(out)
    except (OSError, ValueError) as error:
        raise SiteError(f"{out} cannot be written: {error}. Use a name like out.png.") from error
