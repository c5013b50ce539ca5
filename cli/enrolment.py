"""photogate enrol: templates from reference photos."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from cli.acting import acting
from cli.options import AsJson, By, site_of
from cli.output import print_json, say, some
from cli.progress import steps
from cli.recognition import WORDS
from cli.settling import follow_up
from cli.site import Site, now
from consent_db import reference_notes, templates
from gate.arrays import Vectors
from gate.engines.both import BothReaders
from gate.enrol import (
    RECOMMENDED,
    Enrolment,
    Reading,
    Reference,
    enrol,
    read_references,
    with_second,
)
from gate.errors import EnrolmentRefused, SettingsError, SiteError
from gate.load import Limits
from gate.permission import may_have_template
from gate.pipeline import permitted_gallery
from gate.ports import FaceFinder, FaceReader
from gate.roles import Act
from gate.template_age import TemplateAge, to_renew
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
    who = acting(site, Act.ENROL, by)
    if not folder.is_dir():
        raise SiteError(f"{folder} is not a folder; name the one that holds DIR/REF/*.jpg.")
    snapshot = site.register().snapshot()
    enrolments = enrol_all(site, folder, who)
    missing = _missing(snapshot, {e.person for e in enrolments if e.vector is not None})
    again = without_second(site.register().snapshot())
    if as_json:
        lists = {"without_template": missing, "without_second_template": again}
        print_json({"enrolments": [_as_dict(snapshot, e) for e in enrolments], **lists})
    else:
        _print(snapshot, enrolments, missing)
        if again:
            say(again_sentence(again), style="yellow")
    follow_up(site, quiet=as_json)
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
    both = _References(site.engines.finder, reader, site.engines.second)
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
        readings.append(both.read_references(path.name, files, site.policy.limits))
    enrolled = [
        both.with_second(enrol(reading, _others(snapshot, readings, reading.person)))
        for reading in readings
    ]
    saved = [_saved(site, enrolment, reader.version, by) for enrolment in enrolled]
    for enrolment in saved:
        _keep_references(site, folder, enrolment)
    site.tidy_references()
    return sorted([*refused, *saved], key=lambda e: e.person)


class _References:
    """Reads references with every reader in use; a photo is decoded and searched once."""

    def __init__(self, finder: FaceFinder, first: FaceReader, second: FaceReader | None) -> None:
        self._finder, self._first, self._second = finder, first, second
        self._seconds: dict[str, Vectors] = {}

    def read_references(self, person: str, files: Mapping[str, bytes], limits: Limits) -> Reading:
        """What the first reader gives; what the second gives is kept for ``with_second``."""
        if self._second is None:
            return read_references(person, files, self._finder, self._first, limits)
        both = BothReaders(self._first, self._second)
        reading = read_references(person, files, self._finder, both, limits)
        vectors, self._seconds[person] = both.apart(reading.vectors)
        return replace(reading, vectors=vectors)

    def with_second(self, enrolment: Enrolment) -> Enrolment:
        """The enrolment with the second reader's template, where there is a second reader."""
        vectors = self._seconds.get(enrolment.person)
        return enrolment if vectors is None else with_second(enrolment, vectors)


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
    if not kept and not new:
        return Gallery((), known.vectors[:0], (), known.reader)
    vectors = np.array([*known.vectors[kept], *new], np.float32)
    return Gallery(
        (*(known.people[i] for i in kept), *fresh),
        vectors.reshape(len(kept) + len(new), -1),
        (*(known.references[i] for i in kept), *(len(v) for v in fresh.values())),
        known.reader,
    )


def _saved(site: Site, enrolment: Enrolment, first: str, by: str) -> Enrolment:
    """Store the template, if there is one; refused where permission ended in the meantime."""
    if enrolment.vector is None:
        return enrolment
    counting = [reference for reference in enrolment.references if reference.counts]
    vectors = enrolment.vectors if enrolment.vectors is not None else [None] * len(counting)
    references = [
        templates.Reference(r.sha256, _quality(r), _day(r), vector)
        for r, vector in zip(counting, vectors, strict=True)
    ]
    made = [(first, enrolment.vector, references)]
    if site.engines.second is not None and enrolment.second is not None:
        # What the first reader saw in a reference is nothing that the second one could be held to.
        bare = [reference._replace(vector=None) for reference in references]
        made.append((site.engines.second.version, enrolment.second, bare))
    try:
        with site.database.transaction(by) as transaction:
            for version, vector, those in made:
                templates.save(transaction, enrolment.person, version, vector, those)
            without = (
                reference_notes.LeftOut(one.sha256, one.refused)
                for one in enrolment.references
                if not one.counts
            )
            reference_notes.leave_out(transaction, enrolment.person, first, without)
    except EnrolmentRefused as error:
        return replace(enrolment, vector=None, refused=str(error))
    return enrolment


def _keep_references(site: Site, folder: Path, enrolment: Enrolment) -> None:
    """Keep the photos that a template was made of, sealed, for those who look at its matches."""
    if enrolment.vector is None:
        return
    for reference in enrolment.references:
        # A file that was taken away or replaced meanwhile is not what the template rests on.
        with suppress(OSError):
            data = (folder / enrolment.person / reference.name).read_bytes()
            if reference.counts and hashlib.sha256(data).hexdigest() == reference.sha256:
                site.references.keep(enrolment.person, data)


def _quality(reference: Reference) -> str:
    return f"face {reference.face_height:.0f} px, sharpness {reference.sharpness:.0f}"


def _day(reference: Reference) -> date | None:
    """When it was taken; a day in the future is a camera's wrong clock, and none."""
    day = reference.taken_on
    return day if day is not None and day <= day_of(now()) else None


def _missing(snapshot: RegisterSnapshot, enrolled: set[str]) -> list[str]:
    """People who may have a template but have none."""
    today = day_of(now())
    have = set(snapshot.gallery.people) | enrolled
    return [
        ref
        for ref in snapshot.people
        if ref not in have and may_have_template(snapshot.biometrics.get(ref, ()), today)
    ]


def without_second(snapshot: RegisterSnapshot) -> list[str]:
    """People with a template of the reader and none of the second reader that is in use."""
    if snapshot.second is None:
        return []
    have = set(snapshot.second.people)
    return [ref for ref in snapshot.gallery.people if ref not in have]


def again_sentence(refs: Sequence[str]) -> str:
    """Who must be enrolled again for the second reader, as a sentence."""
    return (
        f"{len(refs)} people have no template for the second reader, which therefore cannot "
        f"recognise them; enrol them again: {', '.join(refs)}."
    )


def _as_dict(snapshot: RegisterSnapshot, enrolment: Enrolment) -> dict[str, object]:
    return {
        "ref": enrolment.person,
        "enrolled": enrolment.vector is not None,
        "references": enrolment.counting,
        "refused": enrolment.refused,
        "renew": "" if enrolment.vector is None else _renew(snapshot, enrolment),
        "photos": [
            {"file": r.name, "counts": r.counts, "refused": r.refused} for r in enrolment.references
        ],
    }


def _print_ages(snapshot: RegisterSnapshot, done: Sequence[Enrolment]) -> None:
    """Whose references are too old, or of an age that is not known."""
    for kind, words in WORDS.items():
        those = [e.person for e in done if _renew(snapshot, e) == kind]
        if those:
            say(f"Of {len(those)} pupils {words}: {some(those)}.", style="yellow")


def _renew(snapshot: RegisterSnapshot, enrolment: Enrolment) -> str:
    days = [day for r in enrolment.references if r.counts and (day := _day(r)) is not None]
    age = TemplateAge(max(days, default=None), min(days, default=None))
    return to_renew(snapshot.people[enrolment.person], age, day_of(now()))


def _print(
    snapshot: RegisterSnapshot, enrolments: Sequence[Enrolment], missing: Sequence[str]
) -> None:
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
    _print_ages(snapshot, done)
    if missing:
        say(f"{len(missing)} people who may have a template have none: {', '.join(missing)}.")
