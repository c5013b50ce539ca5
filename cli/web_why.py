"""Why photos were judged as they were, as the web console asks it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from io import BytesIO

from PIL import Image
from sqlalchemy import Connection

from cli.british_time import british_zone
from cli.cases import case_of, lock_of, people_in
from cli.lives import life_of
from cli.pictures import boxed, may_be_drawn
from cli.site import Site
from cli.viewing import note_list, note_people
from cli.web_site import WebSite
from consent_db import people, searching, stored
from consent_db.searching import Sought
from consent_db.stored import StoredPhoto
from gate.acting import Acting
from gate.case import Case, Copy
from gate.errors import UnknownPerson
from gate.explain import explain
from gate.roles import Act, may
from gate.safe_text import isolated
from gate.values import Verdict
from gate.web.ports_why import Asked, Found, Locked, OnChannel, PhotoPage, Row, Ways

PAGE = 25
_LONG_EDGE = 1_600
_SHA256 = re.compile(r"[0-9a-f]{64}")


class WebWhy:
    """Implements ``gate.web.ports_why.Why``."""

    def __init__(self, site: WebSite) -> None:
        self._site = site

    def ways(self, who: Acting) -> Ways:
        """Lists of all photos are for those who may see evidence, as on the command line."""
        return Ways(
            event=who.sight.original,
            person=may(who.roles, Act.SEE_PEOPLE),
            all=may(who.roles, Act.SEE_EVIDENCE),
        )

    def search(self, who: Acting, asked: Asked, page: int) -> Found:
        """A page of what was asked for."""
        site, ways = self._site.site(), self.ways(who)
        sought, locked = _sought(asked, ways), may(who.roles, Act.SEE_LOCKED)
        if sought.is_empty and not ways.all:
            return Found((), 0)
        with site.database.reading() as connection:
            count = searching.count(connection, sought, locked=locked)
            pages = max(1, -(-count // PAGE))
            page = min(max(1, page), pages)
            skip = (page - 1) * PAGE
            found = searching.found(connection, sought, skip=skip, most=PAGE, locked=locked)
            known = _is_known(connection, sought.person)
        _note(site, who, sought.person if known else "", len(found))
        return Found(tuple(_row(one, who) for one in found), count, page, pages)

    def photo(self, who: Acting, photo: str) -> PhotoPage | None:
        """Everything that they may know; whose records are shown with it is noted before."""
        site = self._site.site()
        found = _photo(site, who, photo)
        if found is None:
            return None
        if who.sight.evidence:
            note_people(site, who, people_in(found), "photo")
        case = case_of(site, found)
        lock = lock_of(site, photo)
        return PhotoPage(
            explain(case, who.role),
            _original(found, who),
            life_of(site, photo, who),
            may_be_drawn(site, case, who.role),
            None if lock is None else Locked(lock.by, lock.at, lock.reason),
        )

    def picture(self, who: Acting, photo: str) -> bytes | None:
        """The picture with boxes; that it was looked at is noted before."""
        site = self._site.site()
        found = _photo(site, who, photo)
        if found is None:
            return None
        case = case_of(site, found)
        if not may_be_drawn(site, case, who.role):
            return None
        file = BytesIO()
        drawn = boxed(site, case, who, who.role, long_edge=_LONG_EDGE)
        Image.fromarray(drawn).save(file, "JPEG", quality=88)
        return file.getvalue()


def _sought(asked: Asked, ways: Ways) -> Sought:
    """The part of a question that somebody may ask."""
    sought = Sought(asked.text.strip())
    if ways.event:
        sought = replace(sought, event=asked.event.strip())
    if ways.person:
        sought = replace(sought, person=asked.person.strip())
    if ways.all:
        verdict = Verdict(asked.verdict) if asked.verdict in set(Verdict) else None
        until = asked.until + timedelta(days=1) if asked.until else None
        since, until_ = _begin(asked.since), _begin(until)
        sought = replace(sought, verdict=verdict, since=since, until=until_)
    return sought


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), british_zone()) if day else None


def _is_known(connection: Connection, ref: str) -> bool:
    try:
        return bool(ref) and people.get(connection, ref) is not None
    except UnknownPerson:
        return False


def _note(site: Site, who: Acting, person: str, shown: int) -> None:
    if person:
        note_people(site, who, [person], "photos")
    elif shown and who.sight.evidence:
        note_list(site, who, "decisions", shown)


def _photo(site: Site, who: Acting, photo: str) -> StoredPhoto | None:
    if not _SHA256.fullmatch(photo):
        return None
    locked = may(who.roles, Act.SEE_LOCKED)
    with site.database.reading() as connection:
        return stored.stored(connection, [photo], locked=locked).get(photo)


def _row(photo: StoredPhoto, who: Acting) -> Row:
    sections = explain(_plain_case(photo), who.role).sections
    channels = (
        OnChannel(one.channel, one.verdict)
        for one in sections
        if one.channel is not None and one.verdict is not None
    )
    at = photo.drops[-1].at if who.sight.original else photo.judged_at
    return Row(photo.photo, _original(photo, who), at, tuple(channels))


def _original(photo: StoredPhoto, who: Acting) -> str:
    return isolated(photo.drops[0].arrival.original) if who.sight.original else ""


def _plain_case(photo: StoredPhoto) -> Case:
    """A photo without what its decisions rest on: enough for the verdicts."""
    standing = {one.path for one in photo.releases}
    copies = [Copy(one.channel, one.path) for one in photo.releases]
    for one in photo.ended:
        if one.release.path not in standing:
            copies.append(Copy(one.release.channel, one.release.path, one.at))
    return Case(photo.judgement, photo.judged_at, photo.judged_by, (), tuple(copies))
