"""The queues of held photos, and deciding about them, as the web console asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock

from sqlalchemy import Connection

from cli import second_person
from cli.cases import people_in
from cli.deciding import channels_of, on_own_channels, own_part
from cli.held_releases import is_vetoed
from cli.review_tables import is_held
from cli.saying import refusal
from cli.site import Site
from cli.viewing import note_list, note_original, note_people
from cli.web_review_people import Finder
from cli.web_review_pictures import Pictures, reference
from cli.web_review_seen import Looked, likely, reference_photos
from cli.web_review_words import wish_of
from cli.web_review_work import ReviewWork, Task
from cli.web_site import WebSite
from consent_db import stored, waiting
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.english import ENGLISH
from gate.errors import NotAllowed
from gate.roles import Act, may
from gate.safe_text import isolated
from gate.values import Decision
from gate.web.ports_review import Begun, Found, Job, Line, Queue, Queued, SeenPhoto, Word
from gate.words import reason_sentence

PAGE = 25
_NOTED_AGAIN = 600.0
"""Seconds after which looking at the same thing once more is noted again."""
_ACTS = {Line.HELD: Act.SIGN_OFF, Line.VETOED: Act.RELEASE_VETOED}


class WebReview:
    """Implements ``gate.web.ports_review.Review``."""

    def __init__(self, site: WebSite, work: ReviewWork | None = None) -> None:
        self._site = site
        self.work = work or ReviewWork(site)
        self._pictures = Pictures()
        self._finder = Finder()
        self._noted = _Noted()

    def queue(self, who: Acting, line: Line | None, page: int) -> Queue:
        """A page of a queue."""
        site, lines = self._site.site(), _lines(who)
        line = line if line in lines else lines[0]
        with site.database.reading() as connection:
            names = _in_line(connection, line, who, self.work.busy())
            pages = max(1, -(-len(names) // PAGE))
            page = min(max(1, page), pages)
            found = stored.in_order(connection, names[(page - 1) * PAGE : page * PAGE])
            items = tuple(_queued(connection, photo, line, who) for photo in found)
        return Queue(line, items, len(names), page, pages, lines, names[0] if names else "")

    def photo(self, who: Acting, photo: str, line: Line | None) -> SeenPhoto | None:
        """A photo with its place in the queue."""
        site = self._site.site()
        chosen = _chosen(site, who, photo)
        if chosen is None:
            return None
        if who.sight.evidence:
            note_people(site, who, people_in(chosen), "photo")
        line = line if line in _lines(who) else _lines(who)[0]
        busy = self.work.busy()
        with site.database.reading() as connection:
            names = _in_line(connection, line, who, busy - {photo})
        at = names.index(photo) if photo in names else -1
        drop, judgement = chosen.drops[0], chosen.judgement
        looked = Looked.at(site, who, chosen)
        return SeenPhoto(
            photo=photo,
            original=isolated(drop.arrival.original),
            event=isolated(drop.arrival.event),
            dropped_at=drop.at,
            width=judgement.width,
            height=judgement.height,
            seen=chosen.times_judged,
            faces=tuple(looked.faces()),
            channels=tuple(looked.channels()),
            past=tuple(looked.past()),
            line=line,
            place=at + 1,
            total=len(names),
            before=names[at - 1] if at > 0 else "",
            after="".join(names[at + 1 : at + 2]),
            may_say=may(who.roles, Act.REVIEW),
            may_cover=may(who.roles, Act.SIGN_OFF),
            may_release=may(who.roles, Act.RELEASE_VETOED),
            busy=photo in busy,
        )

    def picture(self, who: Acting, photo: str, edge: int) -> bytes | None:
        """The whole photo."""
        site = self._site.site()
        if _shown(site, who, photo) is None:
            return None
        self._note_original(site, who, photo)
        return self._pictures.whole(site, photo, edge)

    def face(self, who: Acting, photo: str, number: int) -> bytes | None:
        """One face of it."""
        site = self._site.site()
        chosen = _shown(site, who, photo)
        if chosen is None or not 1 <= number <= len(chosen.judgement.faces):
            return None
        self._note_original(site, who, photo)
        return self._pictures.cut(site, photo, chosen.judgement.faces[number - 1].box)

    def likeness(self, who: Acting, photo: str, number: int, place: int) -> bytes | None:
        """A reference photo of somebody whom the face may be."""
        site = self._site.site()
        chosen = _chosen(site, who, photo)
        if chosen is None:
            return None
        refs = [one.ref for one in likely(site, who, chosen, number)]
        photos = reference_photos(site, refs)
        if not 0 <= place < len(photos):
            return None
        ref, sha256 = photos[place]
        self._noted.once(
            (who.session, "reference", ref), lambda: note_people(site, who, [ref], "reference")
        )
        return reference(site, ref, sha256)

    def say(self, who: Acting, photo: str, word: Word) -> Job | None:
        """Take what somebody says, to be carried out soon."""
        site = self._site.site()
        chosen = _chosen(site, who, photo)
        if chosen is None:
            return None
        if (word.names_people or word.taken_back) and not may(who.roles, Act.REVIEW):
            # Before anybody is looked up: whether there is somebody of a name is not for them.
            raise NotAllowed(who.refusal(Act.REVIEW))
        wish = wish_of(site, chosen, who, word, lambda text: self._finder.the_one(site, text))
        refused = refusal(who, wish.said, takes_back=bool(wish.taken_back))
        if refused:
            raise NotAllowed(refused)
        return self.work.add(
            Task(who, photo, isolated(chosen.drops[0].arrival.original), word.do, wish)
        )

    def undo(self, who: Acting, number: int) -> Job | None:
        """Take it back, as long as it waits."""
        return self.work.undo(who, number)

    def jobs(self, who: Acting) -> Sequence[Job]:
        """What this person decided a short while ago."""
        return self.work.of(who)

    def people(self, who: Acting, text: str) -> Sequence[Found]:
        """People of the register, for those who may see them."""
        if not may(who.roles, Act.SEE_PEOPLE):
            return ()
        site = self._site.site()
        self._noted.once((who.session, "list", "people"), lambda: note_list(site, who, "people"))
        return self._finder.search(site, text)

    def _note_original(self, site: Site, who: Acting, photo: str) -> None:
        self._noted.once((who.session, "original", photo), lambda: note_original(site, who, photo))


class _Noted:
    """What was noted a short while ago: a picture and its faces are one look, not fifty."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._at: dict[tuple[int | None, str, str], float] = {}

    def once(self, what: tuple[int | None, str, str], note: Callable[[], None]) -> None:
        """Note it, unless that was done a short while ago."""
        with self._lock:
            moment = time.monotonic()
            self._at = {k: at for k, at in self._at.items() if moment - at < _NOTED_AGAIN}
            if what in self._at:
                return
        note()
        with self._lock:
            self._at[what] = moment


def _lines(who: Acting) -> tuple[Line, ...]:
    found = tuple(line for line, act in _ACTS.items() if may(who.roles, act))
    if not found:
        raise NotAllowed("Your account may not decide about photos.")
    return found


def _chosen(site: Site, who: Acting, photo: str) -> StoredPhoto | None:
    """What this person decides about of the photo; None where that is nothing."""
    with site.database.reading() as connection:
        found = stored.stored(connection, [photo]).get(photo)
        if found is None or not found.drops:
            return None
        return own_part(connection, found, who)


def _shown(site: Site, who: Acting, photo: str) -> StoredPhoto | None:
    """The same, where there is a picture in it: whoever decides about a photo must see it."""
    chosen = _chosen(site, who, photo)
    return chosen if chosen is not None and chosen.judgement.width else None


def _in_line(connection: Connection, line: Line, who: Acting, without: frozenset[str]) -> list[str]:
    if line is Line.HELD:
        found = waiting.held(connection, channels_of(who))
    else:
        found = waiting.vetoed(connection)
    return [photo for photo in found if photo not in without]


def _queued(connection: Connection, photo: StoredPhoto, line: Line, who: Acting) -> Queued:
    shown = on_own_channels(photo, who) if line is Line.HELD else photo
    drop, waits = photo.drops[0], _waits(shown, line)
    sentences = dict.fromkeys(reason_sentence(ENGLISH, d.verdict, d.reason) for d in waits)
    begun = second_person.begun(connection, photo) if line is Line.VETOED else {}
    return Queued(
        photo.photo,
        isolated(drop.arrival.original),
        isolated(drop.arrival.event),
        drop.at,
        len(photo.judgement.faces),
        tuple(ENGLISH.channel_title(isolated(d.channel)) for d in waits),
        " ".join(sentences),
        tuple(
            Begun(ENGLISH.channel_title(isolated(channel)), isolated(by), by == who.name)
            for channel, by in begun.items()
        ),
    )


def _waits(photo: StoredPhoto, line: Line) -> list[Decision]:
    waits = is_held if line is Line.HELD else is_vetoed
    return [decision for decision in photo.judgement.decisions if waits(decision)]
