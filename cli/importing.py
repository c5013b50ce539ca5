"""photogate import: people, permissions and restrictions from CSV files."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from cli.acting import acting
from cli.options import AsJson, By, site_of
from cli.output import complain, print_json, say
from cli.settling import follow_up
from cli.site import Site, now
from consent_db import importer
from consent_db.csvfile import Source
from gate.errors import ImportRefused
from gate.roles import Act
from gate.values import day_of

_LISTED = 50
"""Lines shown of each kind of change; --json prints all."""


class Kind(StrEnum):
    """What a file holds."""

    PEOPLE = "people"
    CONSENTS = "consents"
    BIOMETRIC = "biometric"
    RESTRICTIONS = "restrictions"


ACTS: Mapping[Kind, Act] = {
    Kind.PEOPLE: Act.CHANGE_PEOPLE,
    Kind.CONSENTS: Act.CHANGE_CONSENTS,
    Kind.BIOMETRIC: Act.CHANGE_BIOMETRICS,
    Kind.RESTRICTIONS: Act.CHANGE_RESTRICTIONS,
}
"""What somebody must be allowed to do, to import a file."""


def import_file(
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="What the file holds.")],
    file: Annotated[Path, typer.Argument(help="A CSV file, as your school's system writes it.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print what would be added, changed or ended.")
    ] = False,
    as_json: AsJson = False,
    by: By = "",
) -> None:
    """Import people, image permissions, biometric permissions or restrictions.

    The whole file is taken or nothing of it. People and records that are in the register but not
    in the file are listed; nothing ends silently.
    """
    site = site_of(context)
    who = acting(site, ACTS[kind], by)
    try:
        plan = take(site, kind, file, who, dry_run=dry_run)
    except ImportRefused as error:
        complain(str(error))
        for problem in error.problems[:_LISTED]:
            complain(f"  {problem}")
        if len(error.problems) > _LISTED:
            complain(f"  ... and {len(error.problems) - _LISTED} more")
        raise typer.Exit(1) from error
    if as_json:
        print_json({"dry_run": dry_run, **plan.as_dict()})
    else:
        _print(plan, dry_run=dry_run)
    if not dry_run:
        follow_up(site, quiet=as_json)


def take(site: Site, kind: Kind, file: Path, by: str, *, dry_run: bool = False) -> importer.Plan:
    """Import a file, or only plan it. Raises ImportRefused; then nothing of it is stored."""
    with site.database.transaction(by) as transaction:
        plan = planned(site, transaction.connection, kind, file)
        if not dry_run:
            importer.apply(transaction, plan)
    site.tidy_references()
    return plan


def planned(site: Site, connection: Connection, kind: Kind, file: Source) -> importer.Plan:
    """What importing a file would do. Raises ImportRefused."""
    mapping = getattr(site.settings.import_, kind.value)
    channels = frozenset(site.settings.channels)
    return importer.plan(connection, kind.value, file, mapping, day_of(now()), channels=channels)


def _print(plan: importer.Plan, *, dry_run: bool) -> None:
    parts = {
        "to add": plan.additions,
        "to change": plan.changes,
        "to end": plan.endings,
        "in the register but not in the file (left as they are)": plan.missing,
        "to look at": plan.warnings,
    }
    for title, lines in parts.items():
        if not lines:
            continue
        say(f"{len(lines)} {title}:", style="bold")
        for line in lines[:_LISTED]:
            say(f"  {line}")
        if len(lines) > _LISTED:
            say(f"  ... and {len(lines) - _LISTED} more (--json lists all)")
    if plan.ignored:
        say(f"Columns that mean nothing here: {', '.join(plan.ignored)}.", style="yellow")
    say(f"{plan.unchanged} unchanged.")
    say("Nothing was changed (dry run)." if dry_run else "Done.", style="bold")
