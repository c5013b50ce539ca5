"""The first page's figures, as the web console asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from cli.site import Site, now
from cli.web_register_ending import SOON, how_many, restrictions_ending
from cli.web_site import WebSite
from consent_db import counting, rejudgings, takedowns
from gate.acting import Acting
from gate.released import Takedown
from gate.roles import Act, may, only_on_own_channels
from gate.web.ports import Waiting


class WebOverview:
    """Implements ``gate.web.ports.Overview``."""

    def __init__(self, site: WebSite) -> None:
        self._site = site

    def waiting(self, who: Acting) -> Sequence[Waiting]:
        """What waits for this person."""
        site = self._site.site()
        with site.database.reading() as connection:
            found = [*_takedowns(connection, who), *_others(connection, who)]
            found += _endings(site, connection, who)
        return [one for one in found if one.count]


def _takedowns(connection: Connection, who: Acting) -> Iterator[Waiting]:
    if not may(who.roles, Act.SEE_TAKEDOWNS):
        return
    pending = [one for one in takedowns.pending(connection) if _concerns(who, one)]
    moment = now()
    late = sum(one.due < moment for one in pending)
    yield Waiting("overdue", late, "takedowns", urgent=True)
    yield Waiting("takedowns", len(pending) - late, "takedowns", urgent=True)


def _concerns(who: Acting, one: Takedown) -> bool:
    bound = only_on_own_channels(who.roles, Act.SEE_TAKEDOWNS)
    return not bound or who.serves(one.place.release.channel)


def _endings(site: Site, connection: Connection, who: Acting) -> Iterator[Waiting]:
    if may(who.roles, Act.CHANGE_CONSENTS):
        yield Waiting("ending", how_many(site, connection, SOON), "register_expiring")
    if may(who.roles, Act.CHANGE_RESTRICTIONS):
        many = restrictions_ending(site, connection, SOON)
        yield Waiting("restrictions_ending", many, "register_expiring")


def _others(connection: Connection, who: Acting) -> Iterator[Waiting]:
    if may(who.roles, Act.REVIEW):
        yield Waiting("held", counting.held(connection), "review")
    if may(who.roles, Act.PULL):
        yield Waiting("ready", counting.unpublished(connection, who.channels), "ready")
    if may(who.roles, Act.MANAGE_SITE):
        yield Waiting("rejudgings", rejudgings.count(connection))
