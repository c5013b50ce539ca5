"""The verbs of the command photogate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.accounts import account_app
from cli.auditing import audit_app
from cli.biometric import biometric_app
from cli.calibrating import calibrate_register
from cli.demonstration import demo
from cli.doctor import doctor
from cli.enrolment import enrol_folder
from cli.evaluating import evaluate
from cli.importing import import_file
from cli.incidents import incident_app
from cli.keys import keys_app
from cli.locking import lock, locked, unlock
from cli.logging_in import login, logout
from cli.output import say
from cli.people import consent_app, people_app, restrict_app
from cli.person import person_app
from cli.photos import check, decisions, why
from cli.publishing import posted, where
from cli.pulling import pull_copies
from cli.retaining import retain
from cli.reviewing import review_app
from cli.serving import serve
from cli.setup import init
from cli.site import Site, software
from cli.takedowns import list_takedowns, takedown_app
from cli.verifying import verify
from cli.watching import watch

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=(
        "Publishes no photo of your school unless everybody whose face can be seen in it may be "
        "shown there."
    ),
)


def _version(wanted: bool) -> None:
    if wanted:
        say(software())
        raise typer.Exit


@app.callback()
def choose_site(
    context: typer.Context,
    site: Annotated[
        Path,
        typer.Option(
            "--site", metavar="DIR", envvar="PHOTOGATE_SITE", help="The site's folder [this one]."
        ),
    ] = Path(),
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Choose the site that everything else is about."""
    context.obj = Site(site)


app.command("init")(init)
app.command("login")(login)
app.command("logout")(logout)
app.add_typer(account_app, name="account")
app.command("import")(import_file)
app.add_typer(people_app, name="people")
app.add_typer(person_app, name="person")
app.add_typer(consent_app, name="consent")
app.add_typer(biometric_app, name="biometric")
app.add_typer(restrict_app, name="restrict")
app.command("enrol")(enrol_folder)
app.command("calibrate")(calibrate_register)
app.command("watch")(watch)
app.command("check")(check)
app.command("decisions")(decisions)
app.command("why")(why)
app.add_typer(review_app, name="review")
app.command("verify")(verify)
app.command("retention")(retain)
app.command("pull")(pull_copies)
app.command("posted")(posted)
app.command("where")(where)
app.command("takedowns")(list_takedowns)
app.add_typer(takedown_app, name="takedown")
app.command("lock")(lock)
app.command("unlock")(unlock)
app.command("locked")(locked)
app.add_typer(incident_app, name="incident")
app.add_typer(audit_app, name="audit")
app.add_typer(keys_app, name="keys")
app.command("serve")(serve)
app.command("evaluate")(evaluate)
app.command("doctor")(doctor)
app.command("demo")(demo)
