"""The invented school with every photo judged: slow to make, once for each test process."""

from __future__ import annotations

import shutil
from pathlib import Path

from cli.site import Site
from gate.demo.school import School
from tests.e2e.conftest import LISTS, CommandLine, quick
from tests.web.people import make_accounts


def judged_site(school: School, root: Path) -> Path:
    """Make it, with an account for each role."""
    run = CommandLine(root)
    run("init")
    quick(root)
    files = (school.people, school.consents, school.biometric_permissions, school.restrictions)
    for kind, file in zip(LISTS, files, strict=True):
        run("import", kind, str(file))
    run("enrol", str(school.references))
    shutil.copytree(school.incoming, root / "staging", dirs_exist_ok=True)
    run("watch", "--once", "--workers", "2")
    make_accounts(Site(root))
    return root
