"""An invented school on disk: register, reference photos, dropped photos, and the truth."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from gate.demo.camera import jpeg
from gate.demo.cast import CAST, CHANNELS, ENROLLED, Record, Role, may_be_shown
from gate.demo.draw import portrait
from gate.demo.features import person
from gate.demo.photos import Photo, photos

REFERENCES = 3
"""Reference photos of each person."""

REFERENCE_SIZE = 360
"""Width and height of reference photos, in pixels."""

_PEOPLE = ("ref", "kind", "given_name", "family_name", "year_group", "left_on")
_CONSENTS = (
    "ref",
    "channel",
    "status",
    "given_by",
    "method",
    "obtained_on",
    "valid_from",
    "valid_until",
    "names_online_use",
)
_BIOMETRIC = ("ref", "status", "given_by", "method", "obtained_on")
_RESTRICTIONS = ("ref", "channels", "valid_from", "valid_until")
_TRUTH = (
    "photo",
    "face",
    "x",
    "y",
    "w",
    "h",
    "upright_width",
    "upright_height",
    "orientation",
    "person",
    "record",
    *CHANNELS,
)

Rows = Iterable[Sequence[object]]


@dataclass(frozen=True, slots=True)
class School:
    """Where the parts of the invented school lie.

    ``truth`` has a row for each face that can be seen, with what may be done with it per channel;
    ``verdicts`` has a row for each photo, with what must become of it per channel.
    """

    people: Path
    consents: Path
    biometric_permissions: Path
    restrictions: Path
    references: Path
    incoming: Path
    truth: Path
    verdicts: Path

    @classmethod
    def within(cls, folder: Path) -> School:
        """The school that ``build`` writes into this folder."""
        return cls(
            people=folder / "people.csv",
            consents=folder / "consents.csv",
            biometric_permissions=folder / "biometric_permissions.csv",
            restrictions=folder / "restrictions.csv",
            references=folder / "references",
            incoming=folder / "incoming",
            truth=folder / "truth.csv",
            verdicts=folder / "verdicts.csv",
        )


def build(folder: Path, *, today: date) -> School:
    """Write the invented school into ``folder``, with permissions as they stand on ``today``.

    The same bytes for the same day. Raises OSError where the folder cannot be written.
    """
    school = School.within(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _write_register(school, today)
    _write_references(school.references)
    _write_photos(school)
    return school


def _write_register(school: School, today: date) -> None:
    roles = [role for role in CAST if role.ref]
    _write(school.people, _PEOPLE, (_person(role, today) for role in roles))
    _write(school.consents, _CONSENTS, (row for role in roles for row in _consents(role, today)))
    _write(school.biometric_permissions, _BIOMETRIC, (_biometric(role, today) for role in roles))
    restricted = (
        r for r in roles if r.record in (Record.RESTRICTED, Record.RESTRICTED_NOT_ENROLLED)
    )
    start = _year_begins(today)
    _write(school.restrictions, _RESTRICTIONS, ((r.ref, "all", start, "") for r in restricted))


def _year_begins(today: date) -> date:
    return today - timedelta(days=80)


def _person(role: Role, today: date) -> Sequence[object]:
    left = today - timedelta(days=14) if role.record is Record.LEFT else ""
    return role.ref, role.kind, role.given_name, role.family_name, role.year_group, left


def _consents(role: Role, today: date) -> Rows:
    start, until = _year_begins(today), today + timedelta(days=650)
    speaker = "parent" if role.year_group else "self"
    if role.record is Record.EXPIRED:
        until = today - timedelta(days=20)
    wording = "no" if role.record is Record.NO_ONLINE_WORDING else "yes"
    for channel in CHANNELS:
        refused = role.record is Record.NOT_SOCIAL and channel == "social"
        status = "refused" if refused else "granted"
        yield role.ref, channel, status, speaker, "form", start, start, until, wording
    if role.record is Record.WITHDRAWN:
        said = today - timedelta(days=9)
        for channel in CHANNELS:
            yield role.ref, channel, "withdrawn", speaker, "email", said, said, "", wording


def _biometric(role: Role, today: date) -> Sequence[object]:
    status = "granted" if role.record in ENROLLED else "refused"
    speaker = "parent" if role.year_group else "self"
    return role.ref, status, speaker, "written", _year_begins(today)


def _write_references(folder: Path) -> None:
    for role in CAST:
        if role.record in ENROLLED:
            (folder / role.ref).mkdir(parents=True, exist_ok=True)
            for number in range(1, REFERENCES + 1):
                pixels = portrait(person(role.seed), number, size=REFERENCE_SIZE)
                (folder / role.ref / f"{number}.jpg").write_bytes(jpeg(pixels))


def _write_photos(school: School) -> None:
    truth: list[Sequence[object]] = []
    verdicts: list[Sequence[object]] = []
    for photo in photos():
        path = school.incoming / photo.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo.data)
        truth += _truth(photo)
        verdicts.append([photo.name, *(photo.verdict(channel).value for channel in CHANNELS)])
    _write(school.truth, _TRUTH, truth)
    _write(school.verdicts, ("photo", *CHANNELS), verdicts)


def _truth(photo: Photo) -> Rows:
    for face, (role, box) in enumerate(zip(photo.people, photo.boxes, strict=True)):
        place = [round(number) for number in (box.x, box.y, box.w, box.h)]
        shown = [may_be_shown(role.record, channel) for channel in CHANNELS]
        yield [
            photo.name,
            face,
            *place,
            *photo.size,
            photo.orientation,
            role.ref or "stranger",
            role.record.value,
            *shown,
        ]


def _write(path: Path, header: Sequence[str], rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
