"""Why somebody is on the restricted list, for the safeguarding lead."""

from __future__ import annotations

import typer

from cli.acting import acting_as
from cli.options import AsJson, Ref, site_of
from cli.output import british, print_json, say
from cli.viewing import note_people
from consent_db import restrictions
from gate.roles import Act
from gate.safe_text import clean
from gate.values import day_of


def show_restrictions(context: typer.Context, ref: Ref, as_json: AsJson = False) -> None:
    """Show a person's restrictions, past ones too, with the reasons. For the safeguarding lead."""
    site = site_of(context)
    who = acting_as(site, Act.SEE_RESTRICTIONS)
    with site.database.reading() as connection:
        past = restrictions.history(connection, ref)
    note_people(site, who, [ref], "restrictions")
    if as_json:
        print_json(past)
        return
    for one in past:
        say(f"{one}; added by {one.added_by} on {british(day_of(one.added_at))}.")
        say(f"  Reason: {clean(one.reason) or 'none was written down'}")
    if not past:
        say(f"{ref} was never on the restricted list.")
