"""photogate person export: all that is held of one person, to be handed to that person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.acting import acting_as
from cli.dossier_words import ABOUT, photo_record
from cli.names import register_names
from cli.options import By, Ref, site_of
from cli.output import json_text, say
from cli.progress import steps
from cli.site import Site, now, software
from cli.viewing import note_people
from consent_db import dossier, people
from consent_db.dossier_photos import PhotoOf, photos_of
from consent_db.keeping import hidden
from gate.acting import Acting
from gate.errors import Erased, SiteError
from gate.export_folder import ExportFolder, Made
from gate.match import Matcher
from gate.person_names import PersonNames
from gate.pipeline import permitted_gallery, thresholds_in_force
from gate.population import shipped_population
from gate.roles import Act, may
from gate.subject_pictures import NoPicture, SubjectPictures
from gate.values import day_of

FILE = "person.json"
_NOT_CERTAIN = "It is not certain which face in it is theirs, and nobody else's may be shown."
_ORIGINAL_GONE = "The photo is not kept any more."


def export_person(
    context: typer.Context,
    ref: Ref,
    to: Annotated[
        Path, typer.Option("--to", metavar="DIR", help="A new folder, outside of the site.")
    ],
    by: By = "",
) -> None:
    """Write everything that is held of a person into a new folder, for that person.

    One file (person.json), their reference photos, and the photos that show them, with everybody
    else covered. What was cut short goes on when the same command is given again.
    """
    site = site_of(context)
    who = acting_as(site, Act.EXPORT_PERSON, by)
    target = to.resolve()
    if target.is_relative_to(site.root.resolve()):
        raise SiteError(f"{to} is inside the site, where others look. Name another folder.")
    with site.database.reading() as connection:
        people.get(connection, ref)
    folder = ExportFolder(target, f"{site.id}/{ref}")
    if folder.begin():
        say("An earlier export was cut short; it goes on.")
    note_people(site, who, [ref], "export")
    found = _Export(site, who, ref, folder).write()
    _print(target, found)


@dataclass(frozen=True, slots=True)
class _Found:
    """How many photos there are, of how many no picture could be made, and reference photos."""

    photos: int
    without: int
    references: int


class _Export:
    """One export on its way."""

    def __init__(self, site: Site, who: Acting, ref: str, folder: ExportFolder) -> None:
        self._site, self._who, self._ref, self._folder = site, who, ref, folder
        snapshot = site.register().snapshot()
        gallery = permitted_gallery(snapshot, day_of(now()))
        thresholds = thresholds_in_force(site.policy, snapshot)
        matcher = Matcher(gallery, thresholds, shipped_population(gallery.reader))
        policy = site.policy
        self._pictures = SubjectPictures(site.engines, matcher, policy.limits, policy.inspect_edge)
        person = snapshot.people[ref]
        own = {person.ref, person.given_name, person.family_name}
        self._others = PersonNames(register_names(site)() - own)

    def write(self) -> _Found:
        """Everything, picture by picture; the folder appears at the end."""
        with self._site.database.reading() as connection:
            kept_back = hidden(connection)
            found = [one for one in photos_of(connection, self._ref) if one.photo not in kept_back]
            places = dossier.places_by_photo(connection, self._ref)
        theirs = [one for one in found if one.is_theirs]
        pictures = [self._photo(one) for one in steps(theirs, "Covering everybody else")]
        references = [self._reference(one) for one in self._site.references.held(self._ref)]
        whole = {
            **self._register(),
            "reference_photos": references,
            "photos": [
                photo_record(one, self._ref, made, places.get(one.photo, []), self._others)
                for one, made in zip(theirs, pictures, strict=True)
            ],
            "compared_only": [one.photo for one in found if not one.is_theirs],
        }
        without = sum(not made.file for made in pictures)
        counts = _Found(len(theirs), without, len(references))
        self._note(counts)
        self._folder.finish(FILE, json_text(whole).encode())
        return counts

    def _register(self) -> dict[str, object]:
        """What the register and its audit log hold."""
        reasons = may(self._who.roles, Act.SEE_RESTRICTIONS)
        ref = self._ref
        with self._site.database.reading() as connection:
            return {
                "about": ABOUT,
                "format": 1,
                "made_at": now(),
                "made_by": self._who.name,
                "software": software(),
                "site": self._site.id,
                "person": dossier.person(connection, ref),
                "consents": dossier.consent_records(connection, ref),
                "biometric_permissions": dossier.biometric_records(connection, ref),
                "restrictions": dossier.restriction_records(connection, ref, with_reasons=reasons),
                "templates": dossier.template_records(connection, ref),
                "takedowns": dossier.takedown_records(connection, ref),
                "audit": list(dossier.audit_entries(connection, ref)),
            }

    def _note(self, found: _Found) -> None:
        with self._site.database.transaction(self._who.name) as tx:
            reasons = may(self._who.roles, Act.SEE_RESTRICTIONS)
            details = {"photos": found.photos, "references": found.references}
            tx.audit("person.exported", self._ref, {**details, "restriction_reasons": reasons})

    def _photo(self, one: PhotoOf) -> Made:
        boxes = one.own_boxes
        if not boxes:
            return Made(why_not=_NOT_CERTAIN)
        known = [
            face
            for judged in (*(j.judgement for j in one.judged), one.stored.judgement)
            for face in judged.faces
            if all(face.box.iou(box) < 0.5 for box in boxes)
        ]

        def make() -> bytes:
            data = self._site.originals.read(one.photo)
            return self._pictures.of_photo(data, boxes, known)

        basis = _basis(boxes, known, self._site.policy.version, self._site.engines.version)
        return self._made(f"photos/{one.photo[:16]}.jpg", basis, make)

    def _reference(self, sha256: str) -> dict[str, object]:
        def make() -> bytes:
            return self._pictures.of_reference(self._site.references.read(self._ref, sha256))

        basis = _basis(self._site.policy.version, self._site.engines.version)
        made = self._made(f"references/{sha256[:16]}.jpg", basis, make)
        return {"photo": sha256, "picture": made.file or None, "no_picture_because": made.why_not}

    def _made(self, file: str, basis: str, make: Callable[[], bytes]) -> Made:
        def attempt() -> bytes | str:
            try:
                return make()
            except NoPicture as error:
                return str(error)
            except Erased:
                return _ORIGINAL_GONE
            except SiteError as error:
                return f"The photo could not be read. {error}"

        return self._folder.picture(file, basis, attempt)


def _basis(*parts: Any) -> str:  # noqa: ANN401 - whatever a picture is made of
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _print(target: Path, found: _Found) -> None:
    photos = "1 photo shows" if found.photos == 1 else f"{found.photos} photos show"
    say(f"Everything that is held is in {target}: {FILE}, and pictures.", style="bold")
    say(f"{photos} them, and {found.references} reference photos are kept.")
    if found.without:
        say(f"Of {found.without} photos no picture could be made; {FILE} says why.", style="yellow")
    say("Read it through before you hand it over: reasons that people wrote may name others.")
