"""The invented school of drawn people, and sites on which its photos were judged."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from gate.demo.school import School, build
from tests.command_line import Brisk, CommandLine
from tests.once import once

LISTS = ("people", "consents", "biometric", "restrictions")


def invented(factory: pytest.TempPathFactory) -> School:
    """The school. Only look at it."""

    def make(folder: Path) -> None:
        build(folder, today=date.today())  # noqa: DTZ011

    return School.within(once(factory, "invented", make))


def judged_school(school: School, factory: pytest.TempPathFactory) -> Path:
    """A site on which the whole school was enrolled and every photo judged. Only look at it."""

    def make(folder: Path) -> None:
        run = registered(school, folder / "site")
        run("enrol", str(school.references))
        shutil.copytree(school.incoming, run.site / "staging", dirs_exist_ok=True)
        run("watch", "--once", "--workers", "2")

    return once(factory, "judged", make) / "site"


def registered(school: School, root: Path, *changes: tuple[str, str]) -> CommandLine:
    """A new site with the school's register; ``changes`` of its settings are (old, new)."""
    run = Brisk(root)
    run("init")
    quick(root)
    settings = root / "photogate.toml"
    text = settings.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    settings.write_text(text, encoding="utf-8")
    files = (school.people, school.consents, school.biometric_permissions, school.restrictions)
    for kind, file in zip(LISTS, files, strict=True):
        run("import", kind, str(file))
    return run


def drop(school: School, run: CommandLine, names: Iterable[str]) -> None:
    """Put photos of the school into staging."""
    for name in names:
        target = run.site / "staging" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(school.incoming / name, target)


def quick(site: Path) -> None:
    """Do not wait long for files that lie there complete."""
    settings = site / "photogate.toml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace("settle_seconds = 2.0", "settle_seconds = 0.2")
    settings.write_text(text.replace("patience_seconds = 30.0", "patience_seconds = 1.0"), "utf-8")
