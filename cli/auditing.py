"""photogate audit: check the log, take it elsewhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from cli.acting import acting
from cli.options import AsJson, site_of
from cli.output import complain, print_json, say
from cli.site import Site
from consent_db import audit
from gate.errors import AuditBroken, SiteError
from gate.roles import Act

audit_app = typer.Typer(no_args_is_help=True, help="The log of everything that was done.")


@audit_app.command()
def verify(context: typer.Context, as_json: AsJson = False) -> None:
    """Check that no entry of the log was changed, removed or put in."""
    site = site_of(context)
    acting(site, Act.SEE_AUDIT)
    try:
        with site.database.reading() as connection:
            entries = audit.verify(connection)
    except AuditBroken as error:
        if as_json:
            print_json({"intact": False, "first_broken": error.sequence, "problem": str(error)})
        else:
            complain(str(error))
        raise typer.Exit(1) from error
    if as_json:
        print_json({"intact": True, "entries": entries})
    else:
        say(f"The log is intact: {entries} entries, each one checked.")


@audit_app.command()
def export(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write to a new file [the screen].")
    ] = None,
) -> None:
    """Write out the whole log, one entry a line, as JSON."""
    site = site_of(context)
    acting(site, Act.SEE_AUDIT)
    if to is None:
        _write(site, sys.stdout)
        return
    try:
        with to.open("x", encoding="utf-8") as file:
            _write(site, file)
    except OSError as error:
        raise SiteError(f"{to} cannot be written ({error.strerror}); name a new file.") from error
    say(f"Written to {to}.")


def _write(site: Site, file: TextIO) -> None:
    with site.database.reading() as connection:
        for entry in audit.entries(connection):
            file.write(json.dumps(entry.as_dict(), ensure_ascii=False) + "\n")
