"""The first page's figures, as the web console asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TypeAlias

from sqlalchemy import Connection

from cli import second_person
from cli.deciding import channels_of
from cli.site import Site, now
from cli.takedowns import concerns_account
from cli.web_register_ending import SOON, how_many, restrictions_ending
from cli.web_site import WebSite
from consent_db import counting, rejudgings, takedowns, waiting
from consent_db.register import revision
from gate.acting import Acting
from gate.roles import Act, may
from gate.values import day_of
from gate.web.ports import Waiting

_Count: TypeAlias = Callable[[Site, Connection, int], int]


class WebOverview:
    """Implements ``gate.web.ports.Overview``."""

    def __init__(self, site: WebSite) -> None:
        self._site = site
        self._ending, self._restrictions = _Counted(), _Counted()

    def waiting(self, who: Acting) -> Sequence[Waiting]:
        """What waits for this person."""
        site = self._site.site()
        with site.database.reading() as connection:
            found = [*_takedowns(connection, who), *_others(connection, who)]
            found += self._endings(site, connection, who)
        return [one for one in found if one.count]

    def _endings(self, site: Site, connection: Connection, who: Acting) -> Iterator[Waiting]:
        if may(who.roles, Act.CHANGE_CONSENTS):
            many = self._ending.of(site, connection, how_many)
            yield Waiting("ending", many, "register_expiring")
        if may(who.roles, Act.CHANGE_RESTRICTIONS):
            many = self._restrictions.of(site, connection, restrictions_ending)
            yield Waiting("restrictions_ending", many, "register_expiring")


class _Counted:
    """A number that is counted again only when the register, or the day, is another one."""

    def __init__(self) -> None:
        self._last: tuple[int, date, int] | None = None

    def of(self, site: Site, connection: Connection, count: _Count) -> int:
        """The number as it is now."""
        number, today, last = revision(connection), day_of(now()), self._last
        if last is None or last[:2] != (number, today):
            self._last = last = number, today, count(site, connection, SOON)
        return last[2]


def _takedowns(connection: Connection, who: Acting) -> Iterator[Waiting]:
    if not may(who.roles, Act.SEE_TAKEDOWNS):
        return
    pending = [one for one in takedowns.pending(connection) if concerns_account(who, one)]
    moment = now()
    late = sum(one.due < moment for one in pending)
    yield Waiting("overdue", late, "takedowns", urgent=True)
    yield Waiting("takedowns", len(pending) - late, "takedowns", urgent=True)


def _others(connection: Connection, who: Acting) -> Iterator[Waiting]:
    if may(who.roles, Act.SIGN_OFF):
        yield Waiting("held", waiting.count_held(connection, channels_of(who)), "review")
    if may(who.roles, Act.RELEASE_VETOED):
        yield Waiting(
            "second", len(second_person.needing(connection, who)), "review", "?line=vetoed"
        )
    if may(who.roles, Act.PULL):
        yield Waiting("ready", counting.unpublished(connection, who.channels), "ready")
    if may(who.roles, Act.MANAGE_SITE):
        yield Waiting("rejudgings", rejudgings.count(connection))
