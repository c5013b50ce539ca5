"""One person's page: what was said and when, the template and its photos, what a no would do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from cli.site import Site
from cli.web_register_roll import Known, shown_name
from cli.web_register_rows import Rows, counting, counting_for_template
from consent_db import biometrics, calibrations, consents, reference_notes, rejudgings, restrictions
from consent_db.foreseeing import NOTHING, Foreseen, Supposed, foresee, recognisable_since
from consent_db.restrictions import PastRestriction
from gate.acting import Acting
from gate.english import ENGLISH
from gate.permission import newest_of_each, said_by
from gate.roles import Act, may
from gate.safe_text import clean, isolated
from gate.values import (
    ALL_CHANNELS,
    BiometricRecord,
    ConsentRecord,
    ConsentStatus,
    RegisterSnapshot,
)
from gate.values import Restriction as Restricting
from gate.web.ports_register import Alike, PersonPage, ReferencePhoto, Restricted, Row, Said

VOICE = "parent"
"""Whose withdrawal is foretold."""
_RESTRICTING = "restriction."
"""How causes begin that are told to the safeguarding lead only."""
_ALIKE = 10
_QUALITY = re.compile(r"face (\d{1,6}) px, sharpness (\d{1,6})")
"""The note that enrolling leaves."""


def may_see_references(who: Acting) -> bool:
    """Whether reference photos are shown: to those who own that permission, and who review."""
    allowed = may(who.roles, Act.CHANGE_BIOMETRICS) or may(who.roles, Act.REVIEW)
    return allowed and may(who.roles, Act.SEE_PEOPLE)


@dataclass(frozen=True)
class Record:
    """Everything about one person, gathered on one connection."""

    site: Site
    who: Acting
    known: Known
    rows: Rows
    connection: Connection

    @property
    def ref(self) -> str:
        """The person's reference."""
        return self.known.person.ref

    def page(self) -> PersonPage:
        """The page."""
        records = self.rows.roll.snapshot.biometrics.get(self.ref, ())
        made = reference_notes.template_made(self.connection, self.site.reader_version, self.ref)
        lead = self.rows.sees_restrictions
        told = NOTHING
        if may(self.who.roles, Act.CHANGE_CONSENTS):
            told = self.without_consent([one.name for one in self.site.policy.channels])
        return PersonPage(
            self._row(told),
            tuple(self._said()),
            tuple(self._biometric()),
            self.rows.may_have_template(self.known),
            _template_until(records, self.rows.on),
            made[0] if made else None,
            isolated(made[1]) if made else "",
            tuple(self._references()),
            tuple(self._left_out()),
            self._voices(),
            tuple(self._alike()),
            waiting_for(self.connection, self.who, self.ref),
            sum(told.by_face.values()),
            self.site.names_by_people,
            may_see_references(self.who),
            tuple(times(self.connection, self.ref, self.rows.on)) if lead else None,
        )

    def without_consent(self, channels: Sequence[str]) -> Foreseen:
        """What a withdrawal on these channels would do."""
        on = self.rows.on
        no = [
            ConsentRecord(
                0, self.ref, name, ConsentStatus.WITHDRAWN, VOICE, "", on, on, None, False
            )
            for name in channels
        ]
        snapshot = self.rows.roll.snapshot
        said = (*snapshot.consents.get(self.ref, ()), *no)
        return self._foresee(replace(snapshot, consents={**snapshot.consents, self.ref: said}))

    def as_it_is(self) -> Foreseen:
        """What rests on this person's face template now."""
        return self._foresee(self.rows.roll.snapshot)

    def restricted(self, wanted: Restricting) -> Foreseen:
        """What this restriction would do."""
        snapshot = self.rows.roll.snapshot
        times_ = (*snapshot.restrictions.get(self.ref, ()), wanted)
        every = {**snapshot.restrictions, self.ref: times_}
        late = recognisable_since(self.connection, self.ref)
        return self._foresee(replace(snapshot, restrictions=every), late)

    def _foresee(self, snapshot: RegisterSnapshot, late: datetime | None = None) -> Foreseen:
        rules = self.site.consequences.standings
        supposed = Supposed(snapshot, self.rows.on, late)
        return foresee(self.connection, rules, self.ref, supposed)

    def _row(self, told: Foreseen) -> Row:
        """The row with what a withdrawal would do on each channel."""
        row = self.rows.row(self.known)
        channels = (
            replace(
                one,
                copies=told.copies.get(one.channel, 0) if one.granted else 0,
                places=told.takedowns.get(one.channel, 0) if one.granted else 0,
            )
            for one in row.channels
        )
        return replace(row, channels=tuple(channels))

    def _said(self) -> Iterator[Said]:
        past = consents.history(self.connection, self.ref)
        counts = counting([one.record for one in past], self.rows.on)
        for one in sorted(past, key=lambda p: (p.record.obtained_on, p.record.id), reverse=True):
            said = one.record
            yield Said(
                ENGLISH.channel_title(isolated(said.channel)),
                said.status.value,
                isolated(said.given_by),
                isolated(said.method),
                said.obtained_on,
                said.valid_from,
                said.valid_until,
                said.names_online_use,
                one.at,
                isolated(one.by),
                said.id in counts,
            )

    def _biometric(self) -> Iterator[Said]:
        past = biometrics.history(self.connection, self.ref)
        counts = counting_for_template([one.record for one in past], self.rows.on)
        for one in sorted(past, key=lambda p: (p.record.obtained_on, p.record.id), reverse=True):
            said = one.record
            yield Said(
                "",
                said.status.value,
                isolated(said.given_by),
                isolated(said.method),
                said.obtained_on,
                said.obtained_on,
                said.valid_until,
                False,
                one.at,
                isolated(one.by),
                said.id in counts,
            )

    def _voices(self) -> tuple[str, ...]:
        """Who spoke about this person before, the last one first.

        Not set apart for display: they come back from the form, and must be the same voices.
        """
        snapshot = self.rows.roll.snapshot
        said: list[ConsentRecord | BiometricRecord] = [
            *snapshot.consents.get(self.ref, ()),
            *snapshot.biometrics.get(self.ref, ()),
        ]
        said.sort(key=lambda one: one.obtained_on, reverse=True)
        return tuple(dict.fromkeys(clean(one.given_by) for one in said))

    def _references(self) -> Iterator[ReferencePhoto]:
        held = set(self.site.references.held(self.ref))
        for number, one in enumerate(self.rows.references.get(self.ref, ()), start=1):
            note = _QUALITY.fullmatch(one.quality)
            height, sharp = (int(note[1]), int(note[2])) if note else (0, 0)
            is_kept = one.sha256 in held
            yield ReferencePhoto(number, one.quality, height, sharp, one.taken_on, is_kept)

    def _left_out(self) -> Iterator[str]:
        reader = self.site.reader_version
        for one in reference_notes.left_out(self.connection, reader, self.ref):
            yield isolated(one.reason)

    def _alike(self) -> Iterator[Alike]:
        """Those whom the calibration in force found too like this person."""
        reader = self.site.reader_version
        report = calibrations.newest_report(self.connection, reader) if reader else None
        if report is None:
            return
        show = float(report["thresholds"]["show"])
        pairs = [*report.get("pairs", ()), *report.get("related", ())]
        mine = [one for one in pairs if self.ref in (one["one"], one["other"])]
        seen: set[str] = set()
        for pair in sorted(mine, key=lambda one: -float(one["score"])):
            other = pair["other"] if pair["one"] == self.ref else pair["one"]
            known = self.rows.roll.by_ref.get(other)
            if known is None or other in seen or len(seen) == _ALIKE:
                continue
            seen.add(other)
            taken = float(pair["score"]) >= show
            yield Alike(known.handle, isolated(other), shown_name(known.person), taken)


def waiting_for(connection: Connection, who: Acting, ref: str) -> int:
    """How many photos of somebody are to be judged again, as far as this account may know."""
    hidden = "" if may(who.roles, Act.SEE_RESTRICTIONS) else _RESTRICTING
    return rejudgings.count_about(connection, ref, but=hidden)


def times(connection: Connection, ref: str, on: date) -> Iterator[Restricted]:
    """Somebody's times on the restricted list, newest first, with the reasons."""
    for past in reversed(restrictions.history(connection, ref)):
        yield restricted_time(past, on)


def restricted_time(past: PastRestriction, on: date) -> Restricted:
    """One of them."""
    one = past.restriction
    channels = tuple(
        "" if name == ALL_CHANNELS else ENGLISH.channel_title(isolated(name))
        for name in sorted(one.channels)
    )
    return Restricted(
        channels,
        one.valid_from,
        one.valid_until,
        isolated(past.reason),
        past.added_at,
        isolated(past.added_by),
        _state(past, on),
        past.lifted_at,
        isolated(past.lifted_by or ""),
    )


def _state(past: PastRestriction, on: date) -> str:
    one = past.restriction
    if past.lifted_at is not None:
        return "lifted"
    if one.valid_until is not None and one.valid_until < on:
        return "over"
    return "later" if one.valid_from > on else "now"


def _template_until(records: Sequence[BiometricRecord], on: date) -> date | None:
    newest = newest_of_each([one for one in records if said_by(one, on)])
    return newest[-1].valid_until if newest else None
