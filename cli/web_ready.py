"""Copies that may be used on a channel, and what must come down, as the web console asks for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from sqlalchemy import Connection

from cli.copies import Download, download_one, picture_of, shelves_of, standing_copy
from cli.site import Site, now
from cli.takedowns import concerns, concerns_account
from cli.web_site import WebSite
from cli.zipping import zipped
from consent_db import copies, places, takedowns
from consent_db.copies import Copy
from consent_db.publications import Posted, record_posted
from gate import manifest
from gate.acting import Acting
from gate.errors import RegisterError
from gate.released import Place, PlaceKind, Takedown, Wanted, downloads_of
from gate.safe_text import isolated
from gate.web.ports_ready import Bundle, ChannelState, ReadyCopy, Requests, Shelf, ToTakeDown

PAGE = 48


class WebReady:
    """Implements ``gate.web.ports_ready.Ready``."""

    def __init__(self, site: WebSite) -> None:
        self._site = site

    def channels(self, who: Acting) -> Sequence[ChannelState]:
        """The channels of this account."""
        found = shelves_of(self._site.site(), who)
        return [ChannelState(one.channel, one.copies, one.takedowns) for one in found]

    def shelf(self, who: Acting, channel: str, page: int) -> Shelf | None:
        """One page of a channel, newest first, and what must come down on it."""
        site = self._site.site()
        if channel not in site.settings.channels:
            return None
        with site.database.reading() as connection:
            count = copies.count(connection, channel)
            pages = max(1, -(-count // PAGE))
            offset = (min(page, pages) - 1) * PAGE
            found = copies.page(connection, channel, offset=offset, limit=PAGE)
            shown = tuple(_shown(connection, who, found))
            pending = takedowns.pending(connection)
        waiting = (_to_take_down(one) for one in pending if one.place.release.channel == channel)
        return Shelf(channel, count, pages, shown, tuple(waiting))

    def picture(self, who: Acting, channel: str, number: int, *, small: bool) -> bytes | None:
        """A copy that stands."""
        del who
        site = self._site.site()
        copy = _copy(site, channel, number)
        return None if copy is None else picture_of(site, copy, small=small)

    def bundle(self, who: Acting, channel: str, numbers: Collection[int]) -> Bundle | None:
        """These copies as a ZIP, as far as the rules let them pass at this moment."""
        download = Download(self._site.site(), channel, who.name)
        taken = download.take(sorted(numbers))
        if not taken:
            return None
        parts = zipped(_files(download, taken))
        return Bundle(parts, len(taken), len(set(numbers)) - len(taken))

    def download(self, who: Acting, channel: str, number: int) -> tuple[str, bytes] | None:
        """Name and bytes of one copy."""
        site = self._site.site()
        copy = _copy(site, channel, number)
        return None if copy is None else download_one(site, copy, who.name)

    def posted(self, who: Acting, channel: str, number: int, where: str) -> bool | None:
        """Record where a copy was published."""
        site = self._site.site()
        copy = _copy(site, channel, number)
        if copy is None:
            return None
        with site.database.transaction(who.name) as tx:
            told = Posted(copy.photo, channel, where, copy.sha256)
            return record_posted(tx, site.consequences, told)[1]

    def takedowns(self, who: Acting, page: int) -> Requests:
        """What must come down, most urgent first."""
        with self._site.site().database.reading() as connection:
            pending = [one for one in takedowns.pending(connection) if concerns_account(who, one)]
        pages = max(1, -(-len(pending) // PAGE))
        first = (min(page, pages) - 1) * PAGE
        shown = sorted(pending, key=lambda one: (one.due, one.id))[first : first + PAGE]
        return Requests(len(pending), pages, tuple(_to_take_down(one) for one in shown))

    def taken_down(self, who: Acting, channel: str, number: int, proof: str) -> bool:
        """Record that a copy came down."""
        site = self._site.site()
        with site.database.transaction(who.name) as tx:
            if not _is_of(tx.connection, channel, number):
                return False
            takedowns.done(tx, number, proof)
        return True


def _copy(site: Site, channel: str, number: int) -> Copy | None:
    copy = standing_copy(site, number)
    return copy if copy is not None and copy.channel == channel else None


def _is_of(connection: Connection, channel: str, number: int) -> bool:
    try:
        return takedowns.get(connection, number).place.release.channel == channel
    except RegisterError:
        return False


def _files(download: Download, taken: Sequence[Wanted]) -> Iterator[tuple[str, bytes]]:
    """The copies by their neutral names; their list comes last, and names what stands then."""
    handed = []
    for one in taken:
        data = download.read(one)
        if data is not None:
            handed.append(one)
            yield one.name, data
    yield manifest.FILE_NAME, download.signed(handed)


def _shown(connection: Connection, who: Acting, found: Sequence[Copy]) -> Iterator[ReadyCopy]:
    out = places.of_releases(connection, [copy.id for copy in found])
    own = downloads_of(who.name)
    for copy in found:
        there: Sequence[Place] = out.get(copy.id, ())
        event = PurePosixPath(copy.path).relative_to(f"ready/{copy.channel}").parent.as_posix()
        posted = (isolated(one.where) for one in there if one.kind is PlaceKind.POSTED)
        yield ReadyCopy(
            copy.id,
            "" if event == "." else isolated(event),
            copy.width,
            copy.height,
            copy.approved_at,
            tuple(posted),
            any(one.where == own for one in there),
        )


def _to_take_down(one: Takedown) -> ToTakeDown:
    place = one.place
    folder = place.kind is PlaceKind.PULLED
    where = f"{place.where}: {place.name}" if folder else place.where
    return ToTakeDown(
        one.id,
        place.release.channel,
        isolated(where),
        concerns(one),
        one.since,
        one.due,
        one.due < now(),
        place.is_downloaded,
        folder and not place.is_downloaded,
    )
