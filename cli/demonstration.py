"""photogate demo: an invented school of drawn people goes through all of it."""

from __future__ import annotations

import csv
import os
import shlex
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import numpy as np
import typer
from PIL import Image
from rich.table import Table
from rich.text import Text

from cli import watching
from cli.cases import case_of
from cli.enrolment import enrol_all
from cli.importing import Kind, take
from cli.output import console, errors, say
from cli.setup import make_site
from cli.site import Site, now
from consent_db import stored
from consent_db.stored import StoredPhoto
from gate import settings as settings_file
from gate.annotate import annotate
from gate.arrays import Pixels
from gate.demo import school
from gate.demo.school import School
from gate.errors import SiteError
from gate.explain import face_outcomes
from gate.load import load
from gate.roles import Role
from gate.values import Verdict, day_of

Made = TypeVar("Made")

_FOLDER = "photogate-demo"
_COLOURS = {"approve": "green", "blur": "cyan", "block": "red", "review": "yellow"}


def demo(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="A new folder [photogate-demo].")
    ] = None,
) -> None:
    """Show all of it on an invented school, with drawn people; takes under a minute."""
    start = time.monotonic()
    folder = to or _free_folder()
    if folder.exists():
        raise SiteError(f"{folder} exists already; name a new folder with --to.")
    invented = _step("Drawing an invented school", lambda: _draw(folder))
    site = Site(folder / "site")
    _step("Making a site, importing people and permissions", lambda: _import(site, invented))
    _step("Enrolling reference photos", lambda: enrol_all(site, invented.references, "demo"))
    shutil.copytree(invented.incoming, site.staging, dirs_exist_ok=True)
    _step("Judging the photos in staging", lambda: _judge(site))
    wrong = _print_outcomes(site, invented)
    picture = folder / "look-at-this.png"
    named = _write_picture(site, picture)
    _print_end(site, picture, named, time.monotonic() - start)
    if wrong:
        raise typer.Exit(1)


def _free_folder() -> Path:
    names = (_FOLDER, *(f"{_FOLDER}-{number}" for number in range(2, 1000)))
    return next(Path(name) for name in names if not Path(name).exists())


def _step(what: str, work: Callable[[], Made]) -> Made:
    """Do one thing under a heading, with a turning sign where a person is watching."""
    start = time.monotonic()
    with errors.status(f"{what} ..."):
        made = work()
    say(f"{what}: {time.monotonic() - start:.1f} s", style="dim")
    return made


def _draw(folder: Path) -> School:
    return school.build(folder / "school", today=day_of(now()))


def _import(site: Site, invented: School) -> None:
    # The photos lie there complete, so there is nothing to wait for.
    text = settings_file.default_text()
    # Beside the demo's site, so that deleting the demo leaves nothing behind.
    text = text.replace('folder = ""  ', 'folder = "../keys"  ', 1)
    text = text.replace("settle_seconds = 2.0", "settle_seconds = 0.1")
    make_site(site, text.replace("patience_seconds = 30.0", "patience_seconds = 1.0"))
    for kind, file in (
        (Kind.PEOPLE, invented.people),
        (Kind.CONSENTS, invented.consents),
        (Kind.BIOMETRIC, invented.biometric_permissions),
        (Kind.RESTRICTIONS, invented.restrictions),
    ):
        take(site, kind, file, "demo")


def _judge(site: Site) -> None:
    watching.run(site, once=True, quiet=True)


def _print_outcomes(site: Site, invented: School) -> int:
    """Print a row for each photo; how many are not as the invented school's truth says."""
    expected = _expected(invented)
    channels = list(site.settings.channels)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Photo", no_wrap=True)
    for header in ("Faces", *channels, ""):
        table.add_column(header, overflow="fold")
    wrong = 0
    with site.database.reading() as connection:
        photos = list(stored.decisions(connection))
    for photo in sorted(photos, key=lambda p: p.drops[0].arrival.original):
        name = photo.drops[0].arrival.original
        verdicts = {d.channel: d.verdict.value for d in photo.judgement.decisions}
        cells = [Text(verdicts[c], style=_COLOURS[verdicts[c]]) for c in channels]
        missed = [c for c in channels if verdicts[c] != expected[name, c]]
        if missed:
            wrong += 1
            cells.append(Text(f"expected: {expected[name, missed[0]]}", style="bold red"))
        faces = str(len(photo.judgement.faces)) if photo.judgement.width else "-"
        table.add_row(Text(name), faces, *cells)
        for again in photo.drops[1:]:
            table.add_row(Text(again.arrival.original), "", Text("the same photo again"))
    console.print()
    console.print(table)
    console.print()
    if wrong:
        say(f"{wrong} photos did not come out as they must: this is a defect.", style="bold red")
    else:
        say(f"All {len(photos)} photos came out as they must.", style="bold green")
    return wrong


def _expected(invented: School) -> dict[tuple[str, str], str]:
    with invented.verdicts.open(encoding="utf-8", newline="") as file:
        return {
            (row["photo"], channel): verdict
            for row in csv.DictReader(file)
            for channel, verdict in row.items()
            if channel != "photo"
        }


def _write_picture(site: Site, out: Path) -> str:
    """Dropped and released side by side, for the photo with most to see; its name."""
    with site.database.reading() as connection:
        photos = [p for p in stored.decisions(connection) if _is_telling(p)]
    photo = max(photos, key=lambda p: len(p.judgement.faces))
    case = case_of(site, photo)
    data = site.originals.read(photo.photo)
    before = load(data, site.policy.limits, long_edge=site.policy.inspect_edge)
    boxes = [face.box.scaled(before.scale) for face in case.judgement.faces]
    marked = annotate(before.pixels, boxes, face_outcomes(case, Role.ADMIN, "website"))
    release = next(r for r in photo.releases if r.channel == "website")
    after = load(
        (site.root / release.path).read_bytes(),
        site.policy.limits,
        long_edge=site.policy.inspect_edge,
    )
    Image.fromarray(_beside(marked, after.pixels)).save(out)
    return photo.drops[0].arrival.original


def _is_telling(photo: StoredPhoto) -> bool:
    return any(
        d.channel == "website" and d.verdict is Verdict.BLUR for d in photo.judgement.decisions
    )


def _beside(left: Pixels, right: Pixels) -> Pixels:
    """Two pictures side by side at the height of the smaller, with a white gap."""
    height = min(left.shape[0], right.shape[0])
    parts = [
        np.asarray(Image.fromarray(p).resize((round(p.shape[1] * height / p.shape[0]), height)))
        for p in (left, right)
    ]
    gap = np.full((height, 24, 3), 255, np.uint8)
    return np.hstack([parts[0], gap, parts[1]])


def _print_end(site: Site, picture: Path, named: str, seconds: float) -> None:
    say(
        "Names, faces and originals in the site are encrypted. The demo's keys lie beside it, in "
        f"{site.keys_folder}; those of a real site are kept elsewhere.",
        style="dim",
    )
    say(
        f"Done in {seconds:.0f} seconds. Look at {picture}: {named} as it was dropped, with what "
        "was decided about each face, and beside it the copy for the website."
    )
    console.print()
    say("Type next:", style="bold")
    site_option = f"photogate --site {shlex.quote(str(site.root))}"
    for words in (f"why {shlex.quote(named)}", "people list", "audit verify"):
        console.print(Text(f"  {_runner()}{site_option} {words}"), soft_wrap=True)


def _runner() -> str:
    """How this command was started, where a bare ``photogate`` would not be found."""
    if shutil.which("photogate") and "VIRTUAL_ENV" not in os.environ:
        return ""
    uv = os.environ.get("UV", "")
    if not uv:
        return ""
    try:
        return f"{Path(uv).relative_to(Path.cwd())} run "
    except ValueError:
        return "uv run "
