"""photogate incident: keeping a possible data breach together, for the data protection officer."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.acting import acting, acting_as
from cli.british_time import british_zone
from cli.cases import the_photo
from cli.incident_document import document_of
from cli.incident_text import print_document, summary_row
from cli.options import AsJson, By, site_of
from cli.output import print_json, print_table, say
from cli.site import Site, now
from cli.viewing import note_people
from consent_db import incidents
from consent_db.incidents import NoteKind
from gate import durable, incident_page
from gate.acting import Acting
from gate.errors import SiteError
from gate.incident import Incident
from gate.roles import Act, may

incident_app = typer.Typer(
    no_args_is_help=True,
    help="A possible data breach, kept together: what was out, the takedowns, the 72 hours.",
)

Number = Annotated[int, typer.Argument(metavar="ID", help="Its number in the list.")]
Photos = Annotated[
    list[str],
    typer.Argument(metavar="PHOTO...", help="The names they were dropped with, or their ids."),
]
_FORMATS = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
_WHEN = '"YYYY-MM-DD HH:MM"'


class About(StrEnum):
    """Which question of the Commissioner a note answers."""

    NOTE = "note"
    HAPPENED = "happened"
    CAUSE = "cause"
    CONSEQUENCES = "consequences"
    MEASURES = "measures"
    CONTACT = "contact"


class Whom(StrEnum):
    """Who was told."""

    COMMISSIONER = "commissioner"
    PEOPLE = "people"


_TOLD = {Whom.COMMISSIONER: NoteKind.COMMISSIONER_TOLD, Whom.PEOPLE: NoteKind.PEOPLE_TOLD}


@incident_app.command("open")
def open_(
    context: typer.Context,
    photos: Photos,
    note: Annotated[str, typer.Option("--note", help="What happened, in two or three sentences.")],
    aware_since: Annotated[
        datetime | None,
        typer.Option(
            "--aware-since",
            formats=_FORMATS,
            metavar=_WHEN,
            help="When the school became aware, British time; the 72 hours begin there [now].",
        ),
    ] = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Open an incident about photos. They are never deleted while it is open."""
    site = site_of(context)
    who = acting_as(site, Act.OPEN_INCIDENT, by)
    of = _photos(site, photos, who)
    with site.database.transaction(who.name) as tx:
        number = incidents.open_(tx, of, note, _moment(aware_since) or tx.now)
    _tell(site, who, number, f"Incident {number} is open.", as_json=as_json)


@incident_app.command()
def add(
    context: typer.Context, number: Number, photos: Photos, by: By = "", as_json: AsJson = False
) -> None:
    """Add photos to an open incident."""
    site = site_of(context)
    who = acting_as(site, Act.OPEN_INCIDENT, by)
    of = _photos(site, photos, who)
    with site.database.transaction(who.name) as tx:
        incidents.add_photos(tx, number, of)
    _tell(site, who, number, f"Added to incident {number}.", as_json=as_json)


@incident_app.command("note")
def write_note(
    context: typer.Context,
    number: Number,
    note: Annotated[str, typer.Option("--note", help="What to write down, word for word.")],
    about: Annotated[
        About,
        typer.Option(help="Which of the Commissioner's questions it answers; the newest counts."),
    ] = About.NOTE,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Write something down about an incident. Nothing that was written is ever changed."""
    site = site_of(context)
    name = acting(site, Act.OPEN_INCIDENT, by)
    with site.database.transaction(name) as tx:
        made = incidents.note(tx, number, NoteKind(about.value), note)
    if as_json:
        print_json({"incident": number, "note": made.id})
    else:
        say(f"Written down in incident {number}.")


@incident_app.command()
def told(
    context: typer.Context,
    number: Number,
    whom: Annotated[
        Whom,
        typer.Argument(help="The Commissioner, or the people affected or their parents."),
    ],
    at: Annotated[
        datetime | None,
        typer.Option("--at", formats=_FORMATS, metavar=_WHEN, help="When, British time [now]."),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="How, and the reference you got.")] = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Record that somebody was told; telling the Commissioner stops the 72 hours."""
    site = site_of(context)
    who = acting_as(site, Act.OPEN_INCIDENT, by)
    with site.database.transaction(who.name) as tx:
        incidents.note(tx, number, _TOLD[whom], note, _moment(at) or tx.now)
    _tell(site, who, number, f"Recorded in incident {number}.", as_json=as_json)


@incident_app.command()
def close(
    context: typer.Context,
    number: Number,
    note: Annotated[str, typer.Option("--note", help="How it ended, and what was learnt.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Close an incident. Its photos may be deleted again when their time has come."""
    site = site_of(context)
    who = acting_as(site, Act.OPEN_INCIDENT, by)
    with site.database.transaction(who.name) as tx:
        incidents.close(tx, number, note)
    _tell(site, who, number, f"Incident {number} is closed.", as_json=as_json)


@incident_app.command("list")
def list_incidents(context: typer.Context, by: By = "", as_json: AsJson = False) -> None:
    """List the incidents, the newest first."""
    site = site_of(context)
    who = acting_as(site, Act.OPEN_INCIDENT, by)
    with site.database.reading() as connection:
        found = incidents.everything(connection, locked=_sees_locked(who))
    rows = [summary_row(document_of(site, one), now(), british_zone()) for one in found]
    if as_json:
        print_json(rows)
        return
    headers = ("incident", "opened", "by", "photos", "takedowns_open", "clock", "state")
    print_table(
        ("ID", "Opened", "By", "Photos", "Takedowns open", "72 hours", "State"),
        ([row[header] for header in headers] for row in rows),
    )
    still = sum(row["state"] == "open" for row in rows)
    say(f"{still} open." if rows else "There has been no incident.")


@incident_app.command()
def show(context: typer.Context, number: Number, by: By = "", as_json: AsJson = False) -> None:
    """Show an incident: the 72 hours, what was out, the takedowns, the notes."""
    site = site_of(context)
    who = acting_as(site, Act.OPEN_INCIDENT, by)
    found = _document(site, who, number)
    if as_json:
        typer.echo(incident_page.to_json(found, now(), british_zone()), nl=False)
    else:
        print_document(found, now(), british_zone())


@incident_app.command()
def export(
    context: typer.Context,
    number: Number,
    to: Annotated[
        Path, typer.Option("--to", metavar="FILE", help="A new file: .html to print, or .json.")
    ],
    names: Annotated[
        bool, typer.Option("--names", help="With people's names, not only their references.")
    ] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Write the incident down as a document for the data protection officer."""
    site = site_of(context)
    who = acting_as(site, Act.OPEN_INCIDENT, by)
    makers = {".html": incident_page.render, ".json": incident_page.to_json}
    make = makers.get(to.suffix.lower())
    if make is None:
        raise SiteError("Name a file that ends in .html or .json with --to. Nothing was written.")
    if to.exists():
        raise SiteError(f"{to} is there already; name a new file. Nothing was written.")
    found = _document(site, who, number)
    text = make(found, now(), british_zone(), names=names)
    with site.database.transaction(who.name) as tx:
        details = {"format": to.suffix.lower()[1:], "names": names}
        tx.audit("incident.exported", f"incident {number}", details)
    _write(to, text)
    if as_json:
        print_json({"file": str(to), "names": names})
        return
    say(f"Written to {to}. It is confidential: send it by a way that nobody else can read.")


def _photos(site: Site, texts: list[str], who: Acting) -> list[str]:
    return [
        the_photo(site, text, who.role, locked=_sees_locked(who)).photo
        for text in dict.fromkeys(texts)
    ]


def _sees_locked(who: Acting) -> bool:
    return may(who.roles, Act.SEE_LOCKED)


def _document(site: Site, who: Acting, number: int) -> Incident:
    """The incident as far as ``who`` may know it; that they looked at it is on record before."""
    with site.database.reading() as connection:
        record = incidents.get(connection, number, locked=_sees_locked(who))
    found = document_of(site, record)
    note_people(site, who, (one.ref for one in found.affected or ()), "incident")
    return found


def _moment(said: datetime | None) -> datetime | None:
    return None if said is None else said.replace(tzinfo=british_zone())


def _tell(site: Site, who: Acting, number: int, sentence: str, *, as_json: bool) -> None:
    with site.database.reading() as connection:
        record = incidents.get(connection, number, locked=_sees_locked(who))
    row = summary_row(document_of(site, record), now(), british_zone())
    if as_json:
        print_json(row)
        return
    say(sentence)
    say(f"The 72 hours: {row['clock']}. They end on {row['deadline']}.")


def _write(to: Path, text: str) -> None:
    try:
        durable.write(to, text.encode("utf-8"), mode=durable.PRIVATE_FILE)
    except OSError as error:
        raise SiteError(f"{to} cannot be written ({error.strerror}).") from error
