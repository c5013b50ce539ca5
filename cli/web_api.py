"""What programs ask about their channels: copies, changes, and what they report back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from cli.copies import Download, shelves_of
from cli.pulling import may_add
from cli.site import Site
from cli.web_api_reports import record, requests, take_down
from cli.web_site import WebSite
from consent_db import feed
from consent_db.feed import Event, Kind, Told
from gate.acting import Acting
from gate.english import ENGLISH
from gate.errors import CopyRevoked, RegisterOutdated
from gate.web.ports_api import (
    Batch,
    Change,
    Changes,
    ChannelState,
    Copy,
    Feed,
    Item,
    Newest,
    Recorded,
    Requests,
)

_KINDS = {".jpg": "image/jpeg", ".png": "image/png"}
_ASKED = "copy.pulled"
"""Why photos are judged again that turn out not to stand when somebody asks for their copies."""
_TRIES = 2


class WebApi:
    """Implements ``gate.web.ports_api.Api``."""

    def __init__(self, site: WebSite) -> None:
        self._site = site

    def channels(self, who: Acting) -> Sequence[ChannelState]:
        """The channels of this token."""
        title = ENGLISH.channel_title
        return [
            ChannelState(one.channel, title(one.channel), one.copies, one.takedowns)
            for one in shelves_of(self._site.site(), who)
        ]

    def newest(self, channel: str) -> Newest:
        """Where a channel is by now, once copies have ended whose time was up."""
        site = self._site.site()
        with site.database.reading() as connection:
            found = feed.newest(connection, channel)
        return Newest(found.event, found.copy)

    def items(self, who: Acting, channel: str, after: int, limit: int) -> Batch | None:
        """The next copies that may be used at this moment."""
        site = self._site_with(channel)
        if site is None:
            return None
        _require_current(site)
        with site.database.reading() as connection:
            found = feed.standing(connection, channel, after, limit + 1)
        shown = found[:limit]
        stands = _standing(site, who, channel, shown)
        last = shown[-1].id if shown else after
        return Batch(_items(one for one in shown if one.id in stands), last, len(found) > limit)

    def changes(self, who: Acting, channel: str, after: int, limit: int) -> Changes | None:
        """The next changes; whether what was released still stands is asked at this moment."""
        site = self._site_with(channel)
        if site is None:
            return None
        with site.database.reading() as connection:
            found = feed.events(connection, channel, after, limit + 1)
        shown = found[:limit]
        released = [one.copy for one in shown if one.kind is Kind.RELEASED]
        stands = _standing(site, who, channel, released)
        told = [_change(o) for o in shown if o.kind is Kind.REVOKED or o.copy.id in stands]
        last = shown[-1].number if shown else after
        return Changes(told, last, len(found) > limit, may_add(site))

    def item(self, who: Acting, channel: str, number: int) -> Item | None:
        """One copy that may be used at this moment."""
        site = self._site_with(channel)
        copy = None if site is None else _copy(site, channel, number)
        if site is None or copy is None:
            return None
        _require_current(site)
        if not _standing(site, who, channel, [copy]):
            raise CopyRevoked
        return _item(copy)

    def download(self, who: Acting, channel: str, number: int) -> Copy | None:
        """One copy with its bytes, as a download in the account's name."""
        site = self._site_with(channel)
        copy = None if site is None else _copy(site, channel, number)
        if site is None or copy is None:
            return None
        download = Download(site, channel, who.name)
        for _ in range(_TRIES):
            for taken in download.take([number]):
                data = download.read(taken)
                if data is not None:
                    return Copy(_item(copy), data)
        raise CopyRevoked

    def posted(self, who: Acting, channel: str, number: int, where: str) -> Recorded | None:
        """Record where a copy was published."""
        site = self._site_with(channel)
        copy = None if site is None else _copy(site, channel, number)
        if site is None or copy is None:
            return None
        with site.database.transaction(who.name) as tx:
            return record(tx, site.consequences, copy, where)

    def takedowns(self, who: Acting, channel: str, after: int, limit: int) -> Requests | None:
        """The next copies that must come down on a channel."""
        site = self._site_with(channel)
        if site is None:
            return None
        with site.database.reading() as connection:
            return requests(connection, who, channel, after, limit)

    def taken_down(self, who: Acting, number: int, proof: str) -> datetime | None:
        """Record that a copy came down."""
        site = self._site.site()
        with site.database.transaction(who.name) as tx:
            return take_down(tx, who, number, proof)

    def feed(self, who: Acting, channel: str, limit: int) -> Feed | None:
        """What a feed of the channel shows."""
        site = self._site_with(channel)
        if site is None:
            return None
        _require_current(site)
        with site.database.reading() as connection:
            found = feed.newest_standing(connection, channel, limit)
        stands = _standing(site, who, channel, found)
        with site.database.reading() as connection:
            revoked = feed.revoked(connection, channel, limit)
            last = feed.last_change(connection, channel)
        shown = _items(one for one in found if one.id in stands)
        gone = [_change(one) for one in revoked]
        return Feed(site.id, channel, ENGLISH.channel_title(channel), shown, gone, last)

    def _site_with(self, channel: str) -> Site | None:
        """The site, if it has such a channel."""
        site = self._site.site()
        return site if channel in site.settings.channels else None


def _require_current(site: Site) -> None:
    if not may_add(site):
        raise RegisterOutdated(
            "The register was not confirmed for too long, or the server's clock is behind it, so "
            "no copies are handed out. The data protection lead knows what to do."
        )


def _standing(site: Site, who: Acting, channel: str, copies: Sequence[Told]) -> set[int]:
    """Ask the rules again about these copies, as a pull does; what falls ends here and now."""
    if not copies:
        return set()
    with site.database.transaction(who.name) as tx:
        tx.why = _ASKED
        return site.consequences.check(tx, channel, {one.id for one in copies})


def _copy(site: Site, channel: str, number: int) -> Told | None:
    with site.database.reading() as connection:
        return feed.copy(connection, channel, number)


def _items(found: Iterable[Told]) -> list[Item]:
    return [_item(one) for one in found]


def _item(copy: Told) -> Item:
    path = PurePosixPath(copy.path).relative_to(f"ready/{copy.channel}")
    event = path.parent.as_posix()
    return Item(
        copy.id,
        copy.channel,
        "" if event == "." else event,
        path.name,
        _KINDS.get(path.suffix, "application/octet-stream"),
        copy.size,
        copy.width,
        copy.height,
        copy.sha256,
        copy.released_at,
    )


def _change(event: Event) -> Change:
    return Change(event.number, event.kind is Kind.REVOKED, event.at, _item(event.copy))
