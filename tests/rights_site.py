"""A small judged site of the invented school, to copy and change."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cli import watching
from cli.enrolment import enrol_all
from cli.importing import Kind, take
from cli.setup import make_site
from cli.site import Site
from consent_db import audit, stored
from consent_db.audit import Entry
from consent_db.stored import StoredPhoto
from gate import settings as settings_file
from gate.demo.school import School, build
from tests.command_line import InProcess

ALONE = "science-fair/IMG_2025.jpg"
"""D03 alone."""
TEACHERS = "open-evening/IMG_2011.jpg"
"""D13 and D14."""
THREE = "science-fair/IMG_2022.jpg"
"""D05, D09 (whose permission has ended) and D02."""
SIDEWAYS = "sports-day/IMG_2034.jpg"
"""D02 and D06."""
VETOED = "assembly/IMG_2002.jpg"
"""D06, D12 (who is restricted), D04, D01 and D03."""
PHOTOS = (ALONE, TEACHERS, THREE, SIDEWAYS, VETOED)


@dataclass(frozen=True)
class Judged:
    """A site with the photos above, and the school that it was made of."""

    root: Path
    school: School

    @property
    def site(self) -> Site:
        """The site, opened anew."""
        return Site(self.root)

    @property
    def run(self) -> InProcess:
        """The command line on it."""
        return InProcess(self.root)

    def photo(self, name: str) -> StoredPhoto:
        """A photo by the name it was dropped with."""
        with self.site.database.reading() as connection:
            (found,) = stored.find(connection, name)
        return found

    def log(self, action: str = "") -> list[Entry]:
        """The audit log, which must be whole."""
        with self.site.database.reading() as connection:
            audit.verify(connection)
            return [one for one in audit.entries(connection) if action in ("", one.action)]

    def set_up(self, old: str, new: str) -> None:
        """Change a line of the settings."""
        path = self.root / settings_file.FILE_NAME
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


def within(folder: Path) -> Judged:
    """What ``make`` put there."""
    return Judged(folder / "site", School.within(folder / "school"))


def make(folder: Path) -> None:
    """Enrol the school and judge the photos."""
    school = build(folder / "school", today=date.today())  # noqa: DTZ011
    site = Site(folder / "site")
    quick = settings_file.default_text().replace("settle_seconds = 2.0", "settle_seconds = 0.1")
    make_site(site, quick.replace("patience_seconds = 30.0", "patience_seconds = 0.5"))
    lists = (school.people, school.consents, school.biometric_permissions, school.restrictions)
    for kind, file in zip(Kind, lists, strict=True):
        take(site, kind, file, "somebody")
    enrol_all(site, school.references, "somebody")
    for path in PHOTOS:
        target = site.staging / path
        target.parent.mkdir(exist_ok=True)
        shutil.copy(school.incoming / path, target)
    watching.run(site, once=True, workers=1, quiet=True)


def copy(judged: Judged, folder: Path) -> Judged:
    """A copy of the site, with a copy of its keys in ``folder/keys``."""
    shutil.copytree(judged.root, folder / "site")
    keys = judged.site.keys_folder
    shutil.copytree(keys, folder / "keys" / keys.name)
    return Judged(folder / "site", judged.school)
