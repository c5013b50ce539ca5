"""photogate biometric: what somebody entitled said about a face template."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from cli.acting import acting
from cli.options import By, Ref, site_of
from cli.output import say
from cli.people import DAYS, GivenBy, Method
from cli.settling import follow_up
from cli.site import Site, now
from consent_db import biometrics, disposals, templates
from gate.roles import Act
from gate.values import BiometricRecord, ConsentStatus, day_of

biometric_app = typer.Typer(
    no_args_is_help=True,
    help="Record whether a face template of a person may be made. This is not permission for "
    "images.",
)


@biometric_app.command()
def grant(
    context: typer.Context,
    ref: Ref,
    valid_until: Annotated[
        datetime | None,
        typer.Option(formats=DAYS, metavar="DAY", help="The last day on which it counts."),
    ] = None,
    given_by: GivenBy = "parent",
    method: Method = "written",
    by: By = "",
) -> None:
    """Record written permission to make a face template; 'photogate enrol' then makes it."""
    until = valid_until.date() if valid_until else None
    _record(site_of(context), ref, ConsentStatus.GRANTED, (given_by, method, until), by)


@biometric_app.command()
def refuse(
    context: typer.Context,
    ref: Ref,
    given_by: GivenBy = "parent",
    method: Method = "written",
    by: By = "",
) -> None:
    """Record that somebody objects to a face template. It is destroyed at once."""
    _record(site_of(context), ref, ConsentStatus.REFUSED, (given_by, method, None), by)


@biometric_app.command()
def withdraw(
    context: typer.Context,
    ref: Ref,
    given_by: GivenBy = "parent",
    method: Method = "written",
    by: By = "",
) -> None:
    """Record that permission was withdrawn. The face template is destroyed at once."""
    _record(site_of(context), ref, ConsentStatus.WITHDRAWN, (given_by, method, None), by)


def _record(
    site: Site, ref: str, status: ConsentStatus, said: tuple[str, str, date | None], by: str
) -> None:
    name = acting(site, Act.CHANGE_BIOMETRICS, by)
    given_by, method, until = said
    today = day_of(now())
    with site.database.transaction(name) as tx:
        before = templates.count(tx.connection, ref)
        biometrics.record(tx, BiometricRecord(0, ref, status, given_by, method, today, until))
        after = templates.count(tx.connection, ref)
    say(f"Recorded for {ref}: {status.value}.")
    follow_up(site)
    if before and not after:
        with site.database.reading() as connection:
            left = disposals.is_pending(connection, ref)
        say(
            "The face template and the reference photos are destroyed; the audit log has it as "
            "template.destroyed and references.deleted."
        )
        if left:
            say("Files of reference photos could not be deleted yet: unreadable, and tried again.")
