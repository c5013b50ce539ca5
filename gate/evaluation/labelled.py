"""Labelled photos: which photo shows whom, read from a folder of people or from a truth file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gate.errors import LabelsRefused
from gate.evaluation import tables
from gate.values import Box

PICTURES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp"}
)
"""Endings of files that are taken for photos."""

TRUTH_FILE = "truth.csv"
PEOPLE_FILE = "people.csv"
REFERENCES_FOLDER = "references"

_NOBODY = frozenset({"", "stranger", "unknown", "nobody", "bystander", "?"})
"""Words in the column of the person for a face whose person has no name."""


@dataclass(frozen=True, slots=True)
class LabelledFace:
    """A face that is known to be in a photo.

    ``box`` is in pixels of the upright original; None: the photo's main face. ``person`` is a
    label of this data set, a different one for every face that nobody has a name for. ``named``
    says whether it has one. ``allowed`` says yes, no, restricted or unknown for some channels.
    """

    person: str
    box: Box | None = None
    named: bool = True
    allowed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """A file and the faces that are known to be in it."""

    path: Path
    faces: tuple[LabelledFace, ...]


@dataclass(frozen=True)
class Labels:
    """All that is known about a folder of photos.

    ``kind``: ``folders`` (one folder for each person) or ``truth`` (a truth file).
    ``references``: photos to enrol by person; empty where they are to be taken from the photos
    themselves. ``groups``: the age or year group by person. ``channels``: those for which the
    truth file says who may be shown. ``notes``: what is missing, as sentences.
    """

    kind: str
    photos: tuple[LabelledPhoto, ...]
    references: Mapping[str, tuple[Path, ...]]
    groups: Mapping[str, str]
    channels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody with a face in a photo, in the order of their labels."""
        return tuple(sorted({face.person for photo in self.photos for face in photo.faces}))


def read(folder: Path) -> Labels:
    """The labels of a folder. Raises LabelsRefused, naming file and row, where they are wrong."""
    if not folder.is_dir():
        raise LabelsRefused(f"{folder} is not a folder.")
    groups, notes = _groups(folder)
    if (folder / TRUTH_FILE).is_file():
        return _from_truth(folder, groups, notes)
    return _from_folders(folder, groups, notes)


def _groups(folder: Path) -> tuple[dict[str, str], list[str]]:
    path = folder / PEOPLE_FILE
    if not path.is_file():
        text = "There is no people.csv with ages or year groups, so figures are not split by age."
        return {}, [text]
    groups = tables.groups(path)
    if not groups:
        text = "people.csv has no column age, age_group or year_group, so figures are not split."
        return {}, [text]
    return groups, []


def _from_folders(folder: Path, groups: Mapping[str, str], notes: list[str]) -> Labels:
    photos = tuple(
        LabelledPhoto(path, (LabelledFace(person.name),))
        for person in _folders(folder)
        for path in pictures(person)
    )
    if not photos:
        raise LabelsRefused(
            f"{folder} holds no labelled photos: neither a {TRUTH_FILE} nor a folder for each "
            "person with their photos in it (DIR/REF/1.jpg)."
        )
    loose = len(pictures(folder))
    if loose:
        notes = [*notes, f"{loose} photos lie outside the people's folders and were left out."]
    return Labels("folders", photos, {}, groups, (), tuple(notes))


def _from_truth(folder: Path, groups: Mapping[str, str], notes: list[str]) -> Labels:
    truth = tables.truth(folder / TRUTH_FILE)
    faces: dict[Path, list[LabelledFace]] = {}
    for row in truth.rows:
        path = _photo(folder, row.photo, row.number)
        named = row.person.casefold() not in _NOBODY
        # A space cannot begin a label, so that no person is called like a face without a name.
        person = row.person if named else f" {row.number}"
        faces.setdefault(path, []).append(LabelledFace(person, row.box, named, row.allowed))
    if not truth.channels:
        notes = [*notes, "The truth file does not say who may be shown, so that is drawn by lot."]
    references = {
        path.name: pictures(path) for path in _folders(folder / REFERENCES_FOLDER) if pictures(path)
    }
    if not references:
        notes = [*notes, "There is no folder of references: they are taken from the photos."]
    photos = tuple(LabelledPhoto(path, tuple(found)) for path, found in sorted(faces.items()))
    return Labels("truth", photos, references, groups, truth.channels, tuple(notes))


def _photo(folder: Path, name: str, row: int) -> Path:
    """The photo that a row is about: below the folder itself, or its incoming/ or photos/."""
    where = f"{TRUTH_FILE}, row {row}"
    written = Path(name.replace("\\", "/"))
    if written.is_absolute() or ".." in written.parts or not name:
        raise LabelsRefused(f"{where}: the photo {name!r} must be a path below the folder.")
    for place in (folder, folder / "incoming", folder / "photos"):
        if (place / written).is_file():
            return place / written
    raise LabelsRefused(f"{where}: there is no photo {name!r} in {folder} or its incoming/.")


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "@")))


def pictures(folder: Path) -> tuple[Path, ...]:
    """The photos directly in a folder, by name; hidden files are left out."""
    return tuple(
        sorted(
            path
            for path in folder.iterdir()
            if path.is_file() and path.suffix.lower() in PICTURES and not path.name.startswith(".")
        )
    )
