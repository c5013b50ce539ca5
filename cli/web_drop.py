"""Dropping files and what became of them, as the web console asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from cli.copies import download_one, picture_of, standing_copy
from cli.results import channel_results
from cli.settling import is_watched
from cli.site import Site
from cli.upload_names import event_folder_of
from cli.uploading import Upload, clear_parts
from cli.web_site import WebSite
from consent_db import copies, dropped, events, stored, uploads
from consent_db.events import Decided
from gate.acting import Acting
from gate.errors import UploadRefused
from gate.ports import Drop
from gate.results import told
from gate.safe_text import isolated
from gate.values import Reason, Verdict
from gate.web.ports_drop import Answer, ChannelAnswer, Dropped, Receipt, Taken
from gate.words import Status, status_of
from watch.claim import as_text
from watch.scan import StagingMissing, scan

PAGE = 40
_NEWEST = 30
_AT_ONCE = 20


def _read_as(status: Status) -> frozenset[tuple[Verdict, Reason]]:
    """What those read so who may not know more."""
    pairs = ((verdict, reason) for verdict in Verdict for reason in Reason)
    return frozenset(p for p in pairs if status_of(*p, copies=1, withdrawn=0) is status)


_OF = {
    Status.HELD: Decided(_read_as(Status.HELD), but_not=_read_as(Status.UNCHECKED)),
    Status.UNCHECKED: Decided(_read_as(Status.UNCHECKED)),
}


class WebDrop:
    """Implements ``gate.web.ports_drop.Drop``."""

    def __init__(self, site: WebSite) -> None:
        self._site = site
        # Nobody sends anything yet: whatever lies there was cut short.
        clear_parts(site.unsettled.staging, silent=0.0)

    def most_bytes(self) -> int:
        """How large a file may be."""
        return self._site.unsettled.policy.limits.max_bytes

    def is_watched(self) -> bool:
        """Whether the watcher is running."""
        return is_watched(self._site.unsettled)

    def events(self, who: Acting) -> Sequence[Dropped]:
        """The newest events, those with waiting files first."""
        del who
        site = self._site.site()
        waiting = _waiting(site)
        with site.database.reading() as connection:
            known = {one.name: one for one in events.newest(connection, _NEWEST)}
            only_waiting = [name for name in waiting if name not in known]
            fresh = [
                Dropped(_index(connection, name), isolated(name), 0, tuple(waiting[name]))
                for name in only_waiting
            ]
        found = [
            Dropped(one.index, isolated(name), one.files, tuple(waiting.get(name, ())))
            for name, one in known.items()
        ]
        return fresh + sorted(found, key=lambda one: not one.waiting)

    def event(self, who: Acting, index: str) -> Dropped | None:
        """The event with this index, of which something was dropped or waits."""
        del who
        site = self._site.site()
        waiting = _waiting(site)
        with site.database.reading() as connection:
            known = events.with_index(connection, index)
            if known is not None:
                names = tuple(waiting.get(known.name, ()))
                held, failed = (
                    events.count(connection, index, _OF[one])
                    for one in (Status.HELD, Status.UNCHECKED)
                )
                name, more = isolated(known.name), _takes(known.name)
                return Dropped(index, name, known.files, names, more, held, failed)
            for name, files in waiting.items():
                if _index(connection, name) == index:
                    return Dropped(index, isolated(name), 0, tuple(files), _takes(name))
        return None

    def answers(
        self, who: Acting, index: str, page: int, only: Status | None = None
    ) -> tuple[Sequence[Answer], int]:
        """One page of an event's files, newest first, and how many pages there are."""
        del who
        with self._site.site().database.reading() as connection:
            event = events.with_index(connection, index)
            if event is None:
                return [], 1
            offset = (page - 1) * PAGE
            wanted = None if only is None else _OF[only]
            found = events.drops_in(connection, index, wanted, offset=offset, limit=PAGE)
            files = event.files if wanted is None else events.count(connection, index, wanted)
            return _answers(connection, found), max(1, -(-files // PAGE))

    def news(self, who: Acting, index: str, after: int) -> Sequence[Answer]:
        """What was judged after this drop, oldest first."""
        del who
        with self._site.site().database.reading() as connection:
            found = events.drops_after(connection, index, after, _AT_ONCE)
            return _answers(connection, found) if found else []

    def known(self, who: Acting, event: str, photo: str) -> Receipt | None:
        """What became of these bytes, if they were dropped into this event before."""
        del who
        return _known(self._site.site(), event_folder_of(event), photo)

    def receive(self, who: Acting, event: str, name: str) -> _Receiving:
        """Begin to take a file."""
        site = self._site.site()
        clear_parts(site.staging)
        return _Receiving(site, Upload(site, who.name, event, name))

    def picture(self, who: Acting, number: int, *, small: bool) -> bytes | None:
        """A released copy that stands."""
        del who
        site = self._site.site()
        copy = standing_copy(site, number)
        return None if copy is None else picture_of(site, copy, small=small)

    def download(self, who: Acting, number: int) -> tuple[str, bytes] | None:
        """Name and bytes of a copy that stands; it counts as pulled by this account."""
        site = self._site.site()
        copy = standing_copy(site, number)
        return None if copy is None else download_one(site, copy, who.name)


class _Receiving:
    """Implements ``gate.web.ports_drop.Receiving``."""

    def __init__(self, site: Site, upload: Upload) -> None:
        self._site, self._upload = site, upload

    def write(self, data: bytes) -> None:
        """Add the next bytes."""
        self._upload.write(data)

    def finish(self) -> Receipt:
        """Give it its name, unless the same bytes were dropped into the same event before."""
        event, photo = self._upload.event, self._upload.photo
        before = _known(self._site, event, photo)
        if before is not None:
            self._upload.abandon()
            return before
        self._upload.finish()
        with self._site.database.reading() as connection:
            index = _index(connection, event)
            return Receipt(Taken.STAGED, photo, index, events.last_number(connection, index))

    def abandon(self) -> None:
        """Delete what came of it."""
        self._upload.abandon()


def _known(site: Site, event: str, photo: str) -> Receipt | None:
    paths = [f"{event}/{name}" for name in _waiting(site).get(event, ())]
    with site.database.reading() as connection:
        index = _index(connection, event)
        last = events.last_number(connection, index)
        if uploads.is_staged(connection, photo, event, paths):
            return Receipt(Taken.WAITING, photo, index, last)
        answers = _answers(connection, events.drop_of(connection, index, photo))
    return Receipt(Taken.JUDGED, photo, index, last, answers[0]) if answers else None


def _waiting(site: Site) -> dict[str, list[str]]:
    """The names of the files that lie in staging, by event."""
    found: dict[str, list[str]] = {}
    try:
        files = scan(site.staging).files.values()
    except StagingMissing:
        return found
    for file in files:
        event, name = as_text(file.event), as_text(file.path).rpartition("/")[2]
        found.setdefault(event, []).append(name)
    return found


def _takes(event: str) -> bool:
    """Whether the console can put files into this very folder."""
    try:
        return event_folder_of(event) == event == isolated(event)
    except UploadRefused:
        return False


def _index(connection: Connection, event: str) -> str:
    return dropped.indexes(connection, "", event)["event_index"]


def _answers(connection: Connection, found: Iterable[tuple[int, Drop]]) -> list[Answer]:
    rows = list(found)
    photos = stored.stored(connection, {drop.arrival.photo for _, drop in rows})
    paths = [release.path for photo in photos.values() for release in photo.releases]
    numbers = copies.numbers_of(connection, paths)
    return [_answer(number, drop, photos[drop.arrival.photo], numbers) for number, drop in rows]


def _answer(number: int, drop: Drop, photo: stored.StoredPhoto, numbers: dict[str, int]) -> Answer:
    channels = []
    for result in channel_results(photo):
        status, path = told(result)
        channel = isolated(result.channel)
        channels.append(ChannelAnswer(channel, status, result.reason, numbers.get(path)))
    name = drop.arrival.original.rpartition("/")[2]
    same_as = isolated(drop.duplicate_of) if drop.duplicate_of is not None else ""
    return Answer(number, photo.photo, isolated(name), drop.at, same_as, tuple(channels))
