"""The register, as the web console asks for it and changes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta

from sqlalchemy import Connection

from cli.judging_behind import JudgingBehind
from cli.site import Site, now
from cli.viewing import note_list, note_people
from cli.web_register_changes import Changes
from cli.web_register_ending import endings
from cli.web_register_record import Record, may_see_references, times
from cli.web_register_roll import Known, Roll, Rolls
from cli.web_register_rows import Rows, is_here
from cli.web_review_pictures import reference
from cli.web_site import WebSite
from consent_db import reference_notes
from consent_db.lookthrough import of_year_group
from gate.acting import Acting
from gate.english import ENGLISH
from gate.errors import NotAllowed
from gate.roles import Act, may
from gate.safe_text import isolated
from gate.values import day_of
from gate.web.ports_register import (
    Endings,
    Listed,
    LookThrough,
    OutPhoto,
    People,
    PersonPage,
    Sought,
)
from gate.web.ports_register_changes import Biometric, Consent, Done, Restriction

PAGE = 50
_PHOTOS = 100
_SCHOOL_YEAR = timedelta(days=365)


class WebRegister:
    """Implements ``gate.web.ports_register.Register``."""

    def __init__(self, site: WebSite, behind: JudgingBehind, rolls: Rolls) -> None:
        self._site = site
        self._behind = behind
        self._rolls = rolls

    def people(self, who: Acting, sought: Sought, page: int) -> People:
        """A page of the list; that it was looked at is noted before."""
        site, today = self._site.site(), day_of(now())
        with site.database.reading() as connection:
            roll = self._rolls.of(site, connection)
            found = _found(site, who, roll, connection, sought)
            pages = max(1, -(-len(found) // PAGE))
            page = min(max(1, page), pages)
            shown = found[(page - 1) * PAGE : page * PAGE]
            rows = Rows.of(site, who, roll, connection, shown)
            answer = People(
                tuple(rows.row(one) for one in shown),
                tuple(ENGLISH.channel_title(isolated(c.name)) for c in site.policy.channels),
                len(found),
                sum(is_here(one, today) for one in roll.known),
                page,
                pages,
                roll.groups(),
                roll.kinds(),
                site.names_by_people,
            )
        if shown:
            note_list(site, who, "people list", len(shown))
        return answer

    def person(self, who: Acting, handle: str) -> PersonPage | None:
        """One person's page."""
        site = self._site.site()
        with site.database.reading() as connection:
            known = self._rolls.of(site, connection).by_handle.get(handle)
        if known is None:
            return None
        note_people(site, who, [known.person.ref], "record")
        with site.database.reading() as connection:
            return self._record(site, who, connection, known).page()

    def reference(self, who: Acting, handle: str, number: int) -> bytes | None:
        """A reference photo in small; that it was looked at is noted before."""
        site = self._site.site()
        if not may_see_references(who):
            return None
        with site.database.reading() as connection:
            known = self._rolls.of(site, connection).by_handle.get(handle)
            if known is None:
                return None
            ref = known.person.ref
            kept = reference_notes.of_people(connection, site.reader_version, [ref]).get(ref, [])
        if not 1 <= number <= len(kept) or kept[number - 1].sha256 not in site.references.held(ref):
            return None
        note_people(site, who, [ref], "reference")
        return reference(site, ref, kept[number - 1].sha256)

    def ending(self, who: Acting, days: int, page: int) -> Endings:
        """What ends within so many days."""
        site = self._site.site()
        with site.database.reading() as connection:
            roll = self._rolls.of(site, connection)
            found = endings(site, who, roll, connection, (days, page))
        if found.items:
            note_list(site, who, "people list", len({one.row.handle for one in found.items}))
        return found

    def channels(self) -> Sequence[tuple[str, str]]:
        """The site's channels."""
        names = self._site.unsettled.settings.channels
        return [(name, ENGLISH.channel_title(isolated(name))) for name in names]

    def consent(self, who: Acting, handle: str, said: Consent) -> Done | None:
        """What was said about images."""
        known = self._known(handle)
        return self._changes(who).consent(known, said) if known else None

    def biometric(self, who: Acting, handle: str, said: Biometric) -> Done | None:
        """What was said about a face template."""
        known = self._known(handle)
        return self._changes(who).biometric(known, said) if known else None

    def restricted(self, who: Acting) -> Sequence[Listed]:
        """The restricted list: of everybody the times that were not lifted."""
        _require_lead(who)
        site = self._site.site()
        # Without saying how many: the log is read by others.
        note_list(site, who, "people list")
        with site.database.reading() as connection:
            roll, today = self._rolls.of(site, connection), day_of(now())
            listed = [one for one in roll.known if one.person.ref in roll.snapshot.restrictions]
            rows = Rows.of(site, who, roll, connection, listed)
            seen = reference_notes.with_template(connection, site.reader_version)
            return [
                Listed(
                    rows.row(one),
                    tuple(
                        time
                        for time in times(connection, one.person.ref, today)
                        if time.state != "lifted"
                    ),
                    site.names_by_people or one.person.ref in seen,
                )
                for one in listed
            ]

    def restrict(self, who: Acting, wanted: Restriction) -> Done:
        """Put somebody on the restricted list; named by handle, reference or whole name."""
        _require_lead(who)
        site = self._site.site()
        with site.database.reading() as connection:
            roll = self._rolls.of(site, connection)
        known = roll.by_handle.get(wanted.person) or roll.the_one(wanted.person)
        return self._changes(who).restrict(known, wanted)

    def lift(self, who: Acting, handle: str) -> Done | None:
        """Take somebody off it."""
        known = self._known(handle)
        return self._changes(who).lift(known) if known else None

    def look_through(self, who: Acting, handle: str, page: int) -> LookThrough | None:
        """Photos of the last year that may show somebody whom nobody can recognise."""
        _require_lead(who)
        site, known = self._site.site(), self._known(handle)
        if known is None:
            return None
        ref = known.person.ref
        note_people(site, who, [ref], "record")
        with site.database.reading() as connection:
            roll = self._rolls.of(site, connection)
            row = Rows.of(site, who, roll, connection, [known]).row(known)
            seen = ref in reference_notes.with_template(connection, site.reader_version)
            since = (now() - _SCHOOL_YEAR).astimezone(UTC)
            found = list(reversed(of_year_group(connection, ref, since)))
        pages = max(1, -(-len(found) // _PHOTOS))
        page = min(max(1, page), pages)
        photos = tuple(
            OutPhoto(
                one.photo,
                isolated(one.event),
                tuple(ENGLISH.channel_title(isolated(name)) for name in one.channels),
            )
            for one in found[(page - 1) * _PHOTOS : page * _PHOTOS]
        )
        return LookThrough(row, seen, photos, len(found), page, pages)

    def _changes(self, who: Acting) -> Changes:
        return Changes(self._site.site(), who, self._rolls, self._behind)

    def _known(self, handle: str) -> Known | None:
        site = self._site.site()
        with site.database.reading() as connection:
            return self._rolls.of(site, connection).by_handle.get(handle)

    def _record(self, site: Site, who: Acting, connection: Connection, known: Known) -> Record:
        roll = self._rolls.of(site, connection)
        now_known = roll.by_handle.get(known.handle, known)
        return Record(
            site, who, now_known, Rows.of(site, who, roll, connection, [now_known]), connection
        )


def _found(
    site: Site, who: Acting, roll: Roll, connection: Connection, sought: Sought
) -> list[Known]:
    today = day_of(now())
    found = list(roll.find(sought, today))
    if not sought.state:
        return found
    rows = Rows.of(site, who, roll, connection, ())
    if sought.state == "nowhere":
        return [one for one in found if rows.is_shown_nowhere(one)]
    seen = reference_notes.with_template(connection, site.reader_version)
    return [one for one in found if one.person.ref not in seen]


def _require_lead(who: Acting) -> None:
    if not may(who.roles, Act.SEE_RESTRICTIONS):
        raise NotAllowed(who.refusal(Act.SEE_RESTRICTIONS))
