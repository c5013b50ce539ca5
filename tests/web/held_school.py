"""A judged site of drawn people on which every photo waits for somebody: once a test process."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.site import Site
from gate.demo.school import School
from tests.drawn_school import drop, registered
from tests.once import once
from tests.web.people import make_accounts

HELD = (
    "open-evening/IMG_2011.jpg",
    "open-evening/IMG_2012.jpg",
    "open-evening/IMG_2013.jpg",
    "science-fair/IMG_2021.jpg",
    "science-fair/IMG_2022.jpg",
    "assembly/IMG_2004.jpg",
)
VETOED = "assembly/IMG_2002.jpg"


def held_site(school: School, factory: pytest.TempPathFactory) -> Path:
    """On both channels a person must look at each photo; one photo is vetoed. Copy it."""

    def make(folder: Path) -> None:
        changed = ("sign_off = false", "sign_off = true")
        run = registered(school, folder / "site", changed)
        run("enrol", str(school.references))
        drop(school, run, (*HELD, VETOED))
        run("watch", "--once", "--workers", "1")
        make_accounts(Site(run.site))

    return once(factory, "held", make) / "site"
