"""A judged site of drawn people on which every photo waits for somebody: once a test process."""

from __future__ import annotations

import shutil
from pathlib import Path

from cli.site import Site
from gate.demo.school import School
from tests.e2e.conftest import LISTS, CommandLine, quick
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


def held_site(school: School, root: Path) -> Path:
    """Make it: on both channels a person must look at each photo; one photo is vetoed."""
    run = CommandLine(root)
    run("init")
    quick(root)
    settings = root / "photogate.toml"
    text = settings.read_text("utf-8").replace("sign_off = false", "sign_off = true")
    settings.write_text(text, "utf-8")
    files = (school.people, school.consents, school.biometric_permissions, school.restrictions)
    for kind, file in zip(LISTS, files, strict=True):
        run("import", kind, str(file))
    run("enrol", str(school.references))
    for name in (*HELD, VETOED):
        target = root / "staging" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(school.incoming / name, target)
    run("watch", "--once", "--workers", "1")
    make_accounts(Site(root))
    return root
