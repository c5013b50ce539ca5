"""What of the register ends by itself soon: permissions, restrictions, days at school."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from sqlalchemy import Connection

from cli.site import Site, now
from cli.web_register_roll import Roll
from cli.web_register_rows import Rows
from consent_db.ending import leaving, with_ends
from gate.acting import Acting
from gate.english import ENGLISH
from gate.permission import may_have_template, newest_of_each, permission, said_by
from gate.roles import Act, may
from gate.safe_text import isolated
from gate.values import ALL_CHANNELS, RegisterSnapshot, day_of
from gate.web.ports_register import Ending, Endings

PAGE = 50
SOON = 30
"""Days within which something that ends is told of on the first page."""


def endings(
    site: Site, who: Acting, roll: Roll, connection: Connection, asked: tuple[int, int]
) -> Endings:
    """A page of what ends, of people who are here; restrictions only for their lead.

    ``asked``: within how many days, and which page.
    """
    days, page = asked
    today = day_of(now())
    last = today + timedelta(days=days)
    found = list(_found(site, roll.snapshot, connection, today, last))
    if may(who.roles, Act.SEE_RESTRICTIONS):
        found += _restrictions(roll.snapshot, today, last)
    places = {one.person.ref: place for place, one in enumerate(roll.known)}
    ordered = sorted(_together(found).items(), key=lambda one: (one[0][2], places[one[0][0]]))
    pages = max(1, -(-len(ordered) // PAGE))
    page = min(max(1, page), pages)
    shown = ordered[(page - 1) * PAGE : page * PAGE]
    rows = Rows.of(site, who, roll, connection, {roll.by_ref[key[0]] for key, _ in shown})
    items = (
        Ending(what, on, rows.row(roll.by_ref[ref]), tuple(_title(name) for name in channels))
        for (ref, what, on), channels in shown
    )
    return Endings(tuple(items), len(ordered), page, pages)


def how_many(site: Site, connection: Connection, days: int) -> int:
    """How many people have a permission (images, template) that ends within so many days."""
    today = day_of(now())
    snapshot = site.consequences.snapshot(connection)
    found = _found(site, snapshot, connection, today, today + timedelta(days=days))
    return len({ref for ref, what, _, _ in found if what != "leaving"})


def restrictions_ending(site: Site, connection: Connection, days: int) -> int:
    """How many people have a restriction that ends within so many days."""
    today = day_of(now())
    snapshot = site.consequences.snapshot(connection)
    found = _restrictions(snapshot, today, today + timedelta(days=days))
    return len({ref for ref, _, _, _ in found})


_Found = tuple[str, str, date, str]


def _found(
    site: Site, snapshot: RegisterSnapshot, connection: Connection, today: date, last: date
) -> Iterator[_Found]:
    for ref in sorted(with_ends(connection, today, last)):
        if ref in snapshot.people:
            yield from _consents(site, snapshot, ref, today, last)
            yield from _biometric(snapshot, ref, today, last)
    for ref in sorted(leaving(connection, today + timedelta(days=1), last)):
        left = snapshot.people[ref].left_on if ref in snapshot.people else None
        if left is not None:
            yield ref, "leaving", left, ""


def _together(found: Iterable[_Found]) -> dict[tuple[str, str, date], list[str]]:
    """What ends for a person on one day, with its channels."""
    together: dict[tuple[str, str, date], list[str]] = {}
    for ref, what, on, channel in found:
        together.setdefault((ref, what, on), []).append(channel)
    return together


def _consents(
    site: Site, snapshot: RegisterSnapshot, ref: str, today: date, last: date
) -> Iterator[_Found]:
    person, said = snapshot.people[ref], snapshot.consents.get(ref, ())
    keep = site.policy.leavers_may_be_shown
    for channel in site.policy.channels:
        answer = permission(person, said, channel, today, leavers_may_be_shown=keep)
        until = next((one.valid_until for one in said if one.id == answer.record), None)
        if answer.granted and until is not None and until <= last:
            yield ref, "consent", until, channel.name


def _biometric(snapshot: RegisterSnapshot, ref: str, today: date, last: date) -> Iterator[_Found]:
    said = snapshot.biometrics.get(ref, ())
    newest = newest_of_each([one for one in said if said_by(one, today)])
    if may_have_template(said, today):
        until = newest[-1].valid_until
        if until is not None and until <= last:
            yield ref, "biometric", until, ""


def _restrictions(snapshot: RegisterSnapshot, today: date, last: date) -> Iterator[_Found]:
    for ref, times in snapshot.restrictions.items():
        for one in times:
            ends = one.valid_until
            if ref in snapshot.people and ends is not None and today <= ends <= last:
                for channel in sorted(one.channels):
                    yield ref, "restriction", ends, channel


def _title(channel: str) -> str:
    if channel in ("", ALL_CHANNELS):
        return ""
    return ENGLISH.channel_title(isolated(channel))
