"""photogate enrol: templates from reference photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from cli.options import AsJson, By, actor, site_of
from cli.output import print_json, say
from cli.progress import steps
from cli.site import Site, now
from consent_db import templates
from gate.enrol import RECOMMENDED, Enrolment, Reading, enrol, read_references
from gate.errors import EnrolmentRefused, SettingsError, SiteError
from gate.permission import may_have_template
from gate.pipeline import permitted_gallery
from gate.values import Gallery, RegisterSnapshot, day_of

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp"}


def enrol_folder(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder with a subfolder for each reference.")
    ],
    as_json: AsJson = False,
    by: By = "",
) -> None:
    """Make face templates from reference photos in DIR/REF/*.jpg.

    Three or more photos of each person are best. Without live biometric permission a person is
    not enrolled, and their photos are not looked at.
    """
    site = site_of(context)
    if not folder.is_dir():
        raise SiteError(f"{folder} is not a folder; name the one that holds DIR/REF/*.jpg.")
    snapshot = site.register().snapshot()
    enrolments = enrol_all(site, folder, actor(by))
    missing = _missing(snapshot, {e.person for e in enrolments if e.vector is not None})
    if as_json:
        print_json({"enrolments": [_as_dict(e) for e in enrolments], "without_template": missing})
    else:
        _print(enrolments, missing)
    if any(enrolment.vector is None for enrolment in enrolments):
        raise typer.Exit(1)


def enrol_all(site: Site, folder: Path, by: str) -> list[Enrolment]:
    """Enrol everybody who has a subfolder; what came of each, in the order of references.

    Raises SettingsError where people name the faces; then no photo is looked at.
    """
    reader = site.engines.reader
    if reader is None:
        raise SettingsError(
            'Here people say who is in a photo (mode = "people" under [matching]), so nobody is '
            "enrolled. No reference photo was looked at."
        )
    snapshot = site.register().snapshot()
    refused: list[Enrolment] = []
    readings: list[Reading] = []
    folders = sorted(path for path in folder.iterdir() if path.is_dir())
    for path in steps(folders, "Reading reference photos"):
        problem = _may_not_be_enrolled(snapshot, path.name)
        if problem:
            refused.append(Enrolment(path.name, (), None, problem))
            continue
        files = {
            file.name: file.read_bytes()
            for file in sorted(path.iterdir())
            if file.is_file() and file.suffix.lower() in _SUFFIXES
        }
        finder, limits = site.engines.finder, site.policy.limits
        readings.append(read_references(path.name, files, finder, reader, limits))
    enrolled = [enrol(reading, _others(snapshot, readings, reading.person)) for reading in readings]
    saved = [_saved(site, enrolment, reader.version, by) for enrolment in enrolled]
    return sorted([*refused, *saved], key=lambda e: e.person)


def _may_not_be_enrolled(snapshot: RegisterSnapshot, ref: str) -> str:
    if ref not in snapshot.people:
        return "nobody in the register has this reference"
    if not may_have_template(snapshot.biometrics.get(ref, ()), day_of(now())):
        return "there is no live biometric permission; the photos were not looked at"
    return ""


def _others(snapshot: RegisterSnapshot, readings: Sequence[Reading], person: str) -> Gallery:
    """Everybody else: the templates in the register, and for this run's people their new ones."""
    known = permitted_gallery(snapshot, day_of(now()))
    fresh = {r.person: r.vectors for r in readings if len(r.vectors) and r.person != person}
    kept = [i for i, ref in enumerate(known.people) if ref != person and ref not in fresh]
    means = [vectors.mean(axis=0) for vectors in fresh.values()]
    new = [mean / np.linalg.norm(mean) for mean in means]
    vectors = np.array([*known.vectors[kept], *new], np.float32)
    return Gallery(
        (*(known.people[i] for i in kept), *fresh),
        vectors.reshape(len(kept) + len(new), -1),
        (*(known.references[i] for i in kept), *(len(v) for v in fresh.values())),
        known.reader,
    )


def _saved(site: Site, enrolment: Enrolment, version: str, by: str) -> Enrolment:
    """Store the template, if there is one; refused where permission ended in the meantime."""
    if enrolment.vector is None:
        return enrolment
    references = [
        (r.sha256, f"face {r.face_height:.0f} px, sharpness {r.sharpness:.0f}", None)
        for r in enrolment.references
        if r.counts
    ]
    try:
        with site.database.transaction(by) as transaction:
            templates.save(transaction, enrolment.person, version, enrolment.vector, references)
    except EnrolmentRefused as error:
        return replace(enrolment, vector=None, refused=str(error))
    return enrolment


def _missing(snapshot: RegisterSnapshot, enrolled: set[str]) -> list[str]:
    """People who may have a template but have none."""
    today = day_of(now())
    have = set(snapshot.gallery.people) | enrolled
    return [
        ref
        for ref in snapshot.people
        if ref not in have and may_have_template(snapshot.biometrics.get(ref, ()), today)
    ]


def _as_dict(enrolment: Enrolment) -> dict[str, object]:
    return {
        "ref": enrolment.person,
        "enrolled": enrolment.vector is not None,
        "references": enrolment.counting,
        "refused": enrolment.refused,
        "photos": [
            {"file": r.name, "counts": r.counts, "refused": r.refused} for r in enrolment.references
        ],
    }


def _print(enrolments: Sequence[Enrolment], missing: Sequence[str]) -> None:
    for enrolment in enrolments:
        counting = enrolment.counting
        if enrolment.vector is None:
            say(f"{enrolment.person}: not enrolled, {enrolment.refused}.", style="red")
        elif counting < RECOMMENDED:
            say(f"{enrolment.person}: {counting} of {RECOMMENDED} references.", style="yellow")
        for reference in enrolment.references:
            if reference.refused:
                say(f"  {enrolment.person}/{reference.name} does not count: {reference.refused}.")
    done = [e for e in enrolments if e.vector is not None]
    say(
        f"{len(done)} people enrolled with {sum(e.counting for e in done)} references.",
        style="bold",
    )
    refused = len(enrolments) - len(done)
    if refused:
        say(f"{refused} not enrolled; the reasons are above.")
    if missing:
        say(f"{len(missing)} people who may have a template have none: {', '.join(missing)}.")
