"""People of the register as rows of a list: what holds today on each channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from cli.site import Site, now
from cli.web_register_roll import Known, Roll, has_left, shown_name
from consent_db import reference_notes
from consent_db.reference_notes import KeptReference
from gate.acting import Acting
from gate.english import ENGLISH
from gate.permission import may_have_template, newest_of_each, permission, restriction_on, said_by
from gate.roles import Act, may
from gate.safe_text import isolated
from gate.template_age import TemplateAge, to_renew
from gate.values import ALL_CHANNELS, BiometricRecord, Channel, ConsentRecord, FaceReason, day_of
from gate.web.ports_register import OnChannel, Row

_NO_REFERENCES: Mapping[str, Sequence[KeptReference]] = {}


@dataclass(frozen=True)
class Rows:
    """Makes rows, for one account, of the register as it is today."""

    site: Site
    roll: Roll
    on: date
    sees_restrictions: bool
    references: Mapping[str, Sequence[KeptReference]]

    @classmethod
    def of(
        cls, site: Site, who: Acting, roll: Roll, connection: Connection, some: Iterable[Known]
    ) -> Rows:
        """For these people, of whom there are few; others have no references in their rows."""
        refs = [one.person.ref for one in some]
        kept = _NO_REFERENCES
        if site.reader_version and refs:
            kept = reference_notes.of_people(connection, site.reader_version, refs)
        restrictions = may(who.roles, Act.SEE_RESTRICTIONS)
        return cls(site, roll, day_of(now()), restrictions, kept)

    def row(self, known: Known) -> Row:
        """One person."""
        person = known.person
        kept = self.references.get(person.ref, ())
        return Row(
            known.handle,
            isolated(person.ref),
            shown_name(person),
            person.kind,
            isolated(person.year_group or ""),
            person.left_on,
            tuple(self.on_channel(known, one) for one in self.site.policy.channels),
            self.template(known),
            len(kept),
            to_renew(person, _age(kept), self.on) if kept else "",
            self.sees_restrictions and self.is_restricted(person.ref),
            has_left(person, self.on),
        )

    def on_channel(self, known: Known, channel: Channel) -> OnChannel:
        """What people said about images; that somebody is restricted, only for those who may know.

        ``granted`` is always what people said.
        """
        person = known.person
        said = self.roll.snapshot.consents.get(person.ref, ())
        keep = self.site.policy.leavers_may_be_shown
        found = permission(person, said, channel, self.on, leavers_may_be_shown=keep)
        until = None
        if found.granted:
            until = next((one.valid_until for one in said if one.id == found.record), None)
        reason = found.reason
        times = self.roll.snapshot.restrictions.get(person.ref, ())
        if self.sees_restrictions and restriction_on(times, channel.name, self.on) is not None:
            reason = FaceReason.RESTRICTED
        title = ENGLISH.channel_title(isolated(channel.name))
        return OnChannel(channel.name, title, found.granted, reason.value, until, channel.online)

    def template(self, known: Known) -> str:
        """The state of the face template, as a word."""
        ref = known.person.ref
        if self.site.names_by_people:
            return "off"
        allowed = may_have_template(self.roll.snapshot.biometrics.get(ref, ()), self.on)
        if self.references.get(ref):
            return "made" if allowed else "ended"
        if allowed:
            return "wanted"
        said = self.roll.snapshot.biometrics.get(ref, ())
        return "none" if said else "unasked"

    def is_restricted(self, ref: str) -> bool:
        """Whether a restriction holds today, on any channel."""
        times = self.roll.snapshot.restrictions.get(ref, ())
        names = [ALL_CHANNELS, *(channel.name for channel in self.site.policy.channels)]
        return any(restriction_on(times, name, self.on) is not None for name in names)

    def is_shown_nowhere(self, known: Known) -> bool:
        """Whether nobody may show them anywhere today."""
        return not any(self.on_channel(known, one).granted for one in self.site.policy.channels)

    def may_have_template(self, known: Known) -> bool:
        """Whether their face may be compared today."""
        return may_have_template(self.roll.snapshot.biometrics.get(known.person.ref, ()), self.on)


def counting(said: Sequence[ConsentRecord], on: date) -> frozenset[int]:
    """The records that count today on their channels: the newest of each voice."""
    found: set[int] = set()
    for channel in {one.channel for one in said}:
        those = [one for one in said if one.channel == channel and said_by(one, on)]
        found |= {one.id for one in newest_of_each(those)}
    return frozenset(found)


def counting_for_template(said: Sequence[BiometricRecord], on: date) -> frozenset[int]:
    """The same of what was said about a face template."""
    return frozenset(one.id for one in newest_of_each([r for r in said if said_by(r, on)]))


def is_here(known: Known, on: date) -> bool:
    """Whether somebody has not left."""
    return not has_left(known.person, on)


def _age(kept: Sequence[KeptReference]) -> TemplateAge:
    days = sorted(one.taken_on for one in kept if one.taken_on is not None)
    return TemplateAge(days[-1], days[0]) if days else TemplateAge(unknown=len(kept))
