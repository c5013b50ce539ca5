"""Enrolling for real keeps why a photo was left out, and tells it on the person's page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from cli.enrolment import enrol_all
from cli.setup import make_site
from cli.site import Site
from consent_db import biometrics, people, reference_notes
from gate.demo.camera import jpeg
from gate.demo.draw import portrait
from gate.demo.features import person as drawn_person
from gate.roles import Role
from gate.values import BiometricRecord, ConsentStatus
from tests.registers import person
from tests.web.client import Console
from tests.web.people import make_accounts
from tests.web.register_pages import page_of


def test_a_photo_without_a_face_is_left_out_and_told(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    make_site(site)
    with site.database.transaction("setup") as tx:
        people.add_or_change(tx, person("P1"))
        said = BiometricRecord(0, "P1", ConsentStatus.GRANTED, "parent", "form", date(2026, 1, 5))
        biometrics.record(tx, said)
    folder = tmp_path / "references" / "P1"
    folder.mkdir(parents=True)
    for number in range(2):
        picture = portrait(drawn_person(7), number, size=360)
        (folder / f"{number}.jpg").write_bytes(jpeg(picture))
    (folder / "wall.jpg").write_bytes(jpeg(np.full((360, 360, 3), 200, np.uint8)))
    (enrolment,) = enrol_all(site, folder.parent, "Ada")
    assert enrolment.counting == 2
    with site.database.reading() as connection:
        found = reference_notes.left_out(connection, site.reader_version, "P1")
    assert [one.reason for one in found] == ["no face was found"]
    make_accounts(site)
    text = page_of(Console(site).as_(Role.DPL), "P1")
    assert "1 more photo was given, and left out:" in text
    assert "no face was found" in text
    assert "wall" not in text, "files are named after children"
