"""photogate people, consent, restrict: single looks and single changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import typer

from cli.acting import acting, acting_as
from cli.looking_through import look_through, mention_unrecognisable
from cli.options import AsJson, By, Ref, require_channels, site_of
from cli.output import british, print_json, print_table, say
from cli.people_tables import print_consents
from cli.recognition import WORDS, references_to_renew
from cli.restricting import show_restrictions
from cli.settling import follow_up
from cli.site import Site, now
from cli.viewing import note_list, note_people
from consent_db import biometrics, consents, people, restrictions
from gate.errors import RegisterError, UnknownPerson
from gate.permission import may_have_template, permission, restriction_on
from gate.roles import Act
from gate.values import (
    ALL_CHANNELS,
    ConsentRecord,
    ConsentStatus,
    Person,
    RegisterSnapshot,
    day_of,
)

ChannelNames = Annotated[
    list[str],
    typer.Option("--channel", "-c", help="The channel; repeat it for several."),
]
GivenBy = Annotated[str, typer.Option(help="Who said so: parent, mother, father, carer, self ...")]
Method = Annotated[str, typer.Option(help="How it was said: form, letter, email, phone ...")]
DAYS = ["%Y-%m-%d", "%d/%m/%Y"]

_RENEW = {"": "", "old": "(old)", "unknown": "(age not known)"}

people_app = typer.Typer(no_args_is_help=True, help="Look up people of the register.")
consent_app = typer.Typer(no_args_is_help=True, help="Record what somebody entitled said.")
restrict_app = typer.Typer(no_args_is_help=True, help="The list of people never to be shown.")


@people_app.command("list")
def list_people(context: typer.Context, as_json: AsJson = False) -> None:
    """List everybody, with the channels on which they may be shown today."""
    site = site_of(context)
    who = acting_as(site, Act.SEE_PEOPLE)
    snapshot = site.register().snapshot()
    note_list(site, who, "people list", len(snapshot.people))
    renew = references_to_renew(site, snapshot)
    rows = [_row(site, snapshot, person, renew) for person in snapshot.people.values()]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("Ref", "Name", "Kind", "Year", "May be shown on", "References"),
        (
            (
                row["ref"],
                row["name"],
                row["kind"],
                row["year_group"],
                ", ".join(row["may_be_shown_on"]) or "nowhere",
                " ".join(filter(None, (str(row["references"]), _RENEW[row["renew"]]))),
            )
            for row in rows
        ),
    )
    say(f"{len(rows)} people.")


@people_app.command("show")
def show_person(context: typer.Context, ref: Ref, as_json: AsJson = False) -> None:
    """Show everything about one person: permissions with their history, restrictions, template."""
    site = site_of(context)
    who = acting_as(site, Act.SEE_PEOPLE)
    snapshot = site.register().snapshot()
    with site.database.reading() as connection:
        person = people.get(connection, ref)
    note_people(site, who, [ref], "record")
    with site.database.reading() as connection:
        record = {
            **_row(site, snapshot, person, references_to_renew(site, snapshot)),
            "consents": consents.history(connection, ref),
            "biometric": biometrics.history(connection, ref),
            # In words that leave out why: that is for the safeguarding lead alone.
            "restrictions": [str(past) for past in restrictions.history(connection, ref)],
        }
    if as_json:
        print_json(record)
        return
    say(f"{record['name']} ({ref}), {person.kind}", style="bold")
    if person.year_group:
        say(f"Year group {person.year_group}")
    if person.left_on:
        say(f"Left on {british(person.left_on)}")
    say(f"May be shown on: {', '.join(record['may_be_shown_on']) or 'no channel'}")
    say(f"References behind the face template: {record['references']}")
    if record["renew"]:
        words = WORDS[record["renew"]]
        say(f"{words[0].upper()}{words[1:]}.", style="yellow")
    print_consents(snapshot.consents.get(ref, ()))
    for restriction in record["restrictions"]:
        say(f"Restriction: {restriction}")


def known(snapshot: RegisterSnapshot, ref: str) -> Person:
    """The person with this reference. Raises UnknownPerson."""
    try:
        return snapshot.people[ref]
    except KeyError:
        raise UnknownPerson(
            f"Nobody in the register has the reference {ref}. 'photogate people list' shows all."
        ) from None


def _row(
    site: Site, snapshot: RegisterSnapshot, person: Person, renew: Mapping[str, str]
) -> dict[str, Any]:
    gallery = snapshot.gallery
    references = dict(zip(gallery.people, gallery.references, strict=True))
    return {
        "ref": person.ref,
        "name": f"{person.given_name} {person.family_name}".strip(),
        "kind": person.kind,
        "year_group": person.year_group,
        "left_on": person.left_on,
        "may_be_shown_on": _channels(site, snapshot, person),
        "may_have_template": may_have_template(
            snapshot.biometrics.get(person.ref, ()), day_of(now())
        ),
        "references": references.get(person.ref, 0),
        "renew": renew.get(person.ref, ""),
    }


def _channels(site: Site, snapshot: RegisterSnapshot, person: Person) -> list[str]:
    """The channels on which the person may be shown today."""
    today = day_of(now())
    records = snapshot.consents.get(person.ref, ())
    restricted = snapshot.restrictions.get(person.ref, ())
    keep = site.settings.policy.leavers_may_be_shown
    return [
        channel.name
        for channel in site.settings.channel_values()
        if permission(person, records, channel, today, leavers_may_be_shown=keep).granted
        and restriction_on(restricted, channel.name, today) is None
    ]


@consent_app.command()
def grant(
    context: typer.Context,
    ref: Ref,
    channel: ChannelNames,
    valid_until: Annotated[
        datetime | None,
        typer.Option(formats=DAYS, metavar="DAY", help="The last day on which it counts."),
    ] = None,
    names_online_use: Annotated[
        bool, typer.Option("--names-online-use", help="The wording named online use clearly.")
    ] = False,
    given_by: GivenBy = "parent",
    method: Method = "form",
    by: By = "",
) -> None:
    """Record that a person may be shown on these channels."""
    until = valid_until.date() if valid_until else None
    said = _Said(ConsentStatus.GRANTED, given_by, method, until, names_online_use)
    site = site_of(context)
    _record(site, ref, channel, said, acting(site, Act.CHANGE_CONSENTS, by))


@consent_app.command()
def refuse(
    context: typer.Context,
    ref: Ref,
    channel: ChannelNames,
    given_by: GivenBy = "parent",
    method: Method = "form",
    by: By = "",
) -> None:
    """Record that a person must not be shown on these channels."""
    said = _Said(ConsentStatus.REFUSED, given_by, method)
    site = site_of(context)
    _record(site, ref, channel, said, acting(site, Act.CHANGE_CONSENTS, by))


@consent_app.command()
def withdraw(
    context: typer.Context,
    ref: Ref,
    channel: ChannelNames,
    given_by: GivenBy = "parent",
    method: Method = "form",
    by: By = "",
) -> None:
    """Record that permission for these channels was withdrawn."""
    said = _Said(ConsentStatus.WITHDRAWN, given_by, method)
    site = site_of(context)
    _record(site, ref, channel, said, acting(site, Act.CHANGE_CONSENTS, by))


@dataclass(frozen=True)
class _Said:
    """What somebody entitled said, for all the channels of one command."""

    status: ConsentStatus
    given_by: str
    method: str
    valid_until: date | None = None
    names_online_use: bool = False


def _record(site: Site, ref: str, channels: list[str], said: _Said, by: str) -> None:
    require_channels(site, channels)
    today = day_of(now())
    with site.database.transaction(by) as transaction:
        for channel in channels:
            consents.record(
                transaction,
                ConsentRecord(
                    0,
                    ref,
                    channel,
                    said.status,
                    said.given_by,
                    said.method,
                    today,
                    today,
                    said.valid_until,
                    said.names_online_use,
                ),
            )
    say(f"Recorded for {ref}: {said.status.value} on {', '.join(channels)}.")
    follow_up(site)
    online = [c.name for c in site.settings.channel_values() if c.online and c.name in channels]
    if said.status is ConsentStatus.GRANTED and online and not said.names_online_use:
        say(
            f"Without --names-online-use this releases nothing on {', '.join(online)}: "
            "permission for an online channel counts only when its wording named online use.",
            style="yellow",
        )


@restrict_app.command("add")
def add_restriction(
    context: typer.Context,
    ref: Ref,
    channel: Annotated[
        list[str], typer.Option("--channel", "-c", help="Only this channel [all]; may be repeated.")
    ] = [ALL_CHANNELS],  # noqa: B006
    valid_from: Annotated[
        datetime | None, typer.Option(formats=DAYS, metavar="DAY", help="First day [today].")
    ] = None,
    valid_until: Annotated[
        datetime | None, typer.Option(formats=DAYS, metavar="DAY", help="Last day [until lifted].")
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="Why; only the safeguarding lead can read it again.")
    ] = "",
    by: By = "",
) -> None:
    """Put a person on the restricted list: photos that may show them are blocked."""
    site = site_of(context)
    who = acting(site, Act.CHANGE_RESTRICTIONS, by)
    require_channels(site, [name for name in channel if name != ALL_CHANNELS])
    begin = valid_from.date() if valid_from else day_of(now())
    end = valid_until.date() if valid_until else None
    with site.database.transaction(who) as transaction:
        restrictions.add(transaction, ref, frozenset(channel), begin, end, reason=reason)
    say(f"{ref} is on the restricted list from {british(begin)}.")
    follow_up(site)
    if site.names_by_people:
        say(f"Photos are blocked in which somebody names {ref}; unnamed, they are covered.")
    elif ref not in site.register().snapshot().gallery.people:
        mention_unrecognisable(site, ref)


restrict_app.command("show")(show_restrictions)
restrict_app.command("look-through")(look_through)


@restrict_app.command("lift")
def lift_restriction(context: typer.Context, ref: Ref, by: By = "") -> None:
    """Take a person off the restricted list; permission is then asked for as for everybody."""
    site = site_of(context)
    who = acting(site, Act.CHANGE_RESTRICTIONS, by)
    with site.database.transaction(who) as transaction:
        lifted = restrictions.lift(transaction, ref)
    if not lifted:
        raise RegisterError(f"{ref} is not on the restricted list; nothing was changed.")
    say(f"{ref} is no longer on the restricted list.")
    follow_up(site)
