"""Putting on record what was said, from the console, by the command line's own functions.

A change is one transaction: copies that fall leave "ready" with it, and their files right after.
What is to be judged again is judged behind, never while somebody waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from sqlalchemy import Connection

from cli.judging_behind import JudgingBehind
from cli.options import require_channels
from cli.settling import settled
from cli.site import Site, now
from cli.web_register_record import Record, waiting_for
from cli.web_register_roll import Known, Rolls
from cli.web_register_rows import Rows
from consent_db import biometrics, consents, restrictions, templates
from consent_db.foreseeing import NOTHING, Foreseen
from gate.acting import Acting
from gate.errors import NotAllowed, RegisterError, SettingsError
from gate.roles import Act
from gate.values import ALL_CHANNELS, BiometricRecord, ConsentRecord, ConsentStatus, day_of
from gate.values import Restriction as Restricting
from gate.web.ports_register_changes import Biometric, Consent, Done, Restriction

Asking: TypeAlias = Callable[[Record], Foreseen]


@dataclass(frozen=True)
class Changes:
    """Makes changes in the name of one account."""

    site: Site
    who: Acting
    rolls: Rolls
    behind: JudgingBehind

    def consent(self, known: Known, said: Consent) -> Done:
        """What was said about images. Raises RegisterError, NotAllowed."""
        _require(self.who, Act.CHANGE_CONSENTS)
        site, ref, today = self.site, known.person.ref, day_of(now())
        status, given_by, method = _words(said.status, said.given_by, said.method)
        if not said.channels:
            raise RegisterError("Choose at least one channel. Nothing was changed.")
        _require_known(site, said.channels)
        until = _last_day(said.until, status, today)
        online = status is ConsentStatus.GRANTED and said.names_online_use
        told = NOTHING
        if status is not ConsentStatus.GRANTED:
            told = self._foreseen(known, lambda one: one.without_consent(said.channels))
        with site.database.transaction(self.who.name) as tx:
            for channel in said.channels:
                record = ConsentRecord(
                    0, ref, channel, status, given_by, method, today, today, until, online
                )
                consents.record(tx, record)
        silent = [
            one.name
            for one in site.policy.channels
            if one.online and one.name in said.channels and not online
        ]
        shows = status is ConsentStatus.GRANTED
        return self._followed(known, told, silent=tuple(silent) if shows else ())

    def biometric(self, known: Known, said: Biometric) -> Done:
        """What was said about a face template. Raises RegisterError, NotAllowed."""
        _require(self.who, Act.CHANGE_BIOMETRICS)
        ref, today = known.person.ref, day_of(now())
        status, given_by, method = _words(said.status, said.given_by, said.method)
        until = _last_day(said.until, status, today)
        told = NOTHING
        if status is not ConsentStatus.GRANTED:
            told = self._foreseen(known, Record.as_it_is)
        with self.site.database.transaction(self.who.name) as tx:
            before = templates.count(tx.connection, ref)
            record = BiometricRecord(0, ref, status, given_by, method, today, until)
            biometrics.record(tx, record)
            destroyed = bool(before and not templates.count(tx.connection, ref))
        # No copy must come down because a template ends: nobody took back what may be shown.
        leaving = Foreseen(told.by_face, {}, {}) if destroyed else NOTHING
        return self._followed(known, leaving, destroyed=destroyed)

    def restrict(self, known: Known, wanted: Restriction) -> Done:
        """Put somebody on the restricted list. Raises RegisterError, NotAllowed."""
        _require(self.who, Act.CHANGE_RESTRICTIONS)
        site, ref = self.site, known.person.ref
        _require_known(site, [name for name in wanted.channels if name != ALL_CHANNELS])
        begin = wanted.since or day_of(now())
        time = Restricting(0, ref, frozenset(wanted.channels), begin, wanted.until)
        told = self._foreseen(known, lambda one: one.restricted(time))
        with site.database.transaction(self.who.name) as tx:
            restrictions.add(tx, ref, time.channels, begin, wanted.until, reason=wanted.reason)
            seen = site.names_by_people or templates.count(tx.connection, ref) > 0
        return self._followed(known, told, unseen=not seen)

    def lift(self, known: Known) -> Done:
        """Take somebody off it. Raises RegisterError, NotAllowed."""
        _require(self.who, Act.CHANGE_RESTRICTIONS)
        with self.site.database.transaction(self.who.name) as tx:
            lifted = restrictions.lift(tx, known.person.ref)
        if not lifted:
            raise RegisterError("They are not on the restricted list; nothing was changed.")
        return self._followed(known, NOTHING)

    def _foreseen(self, known: Known, ask: Asking) -> Foreseen:
        with self.site.database.reading() as connection:
            return ask(self._record(connection, known))

    def _record(self, connection: Connection, known: Known) -> Record:
        roll = self.rolls.of(self.site, connection)
        rows = Rows.of(self.site, self.who, roll, connection, [known])
        return Record(self.site, self.who, known, rows, connection)

    def _followed(
        self,
        known: Known,
        told: Foreseen,
        *,
        destroyed: bool = False,
        unseen: bool = False,
        silent: tuple[str, ...] = (),
    ) -> Done:
        """Delete what ended, and have the rest judged again behind."""
        settled(self.site)
        with self.site.database.reading() as connection:
            judging = waiting_for(connection, self.who, known.person.ref)
        self.behind.wake()
        return Done(
            known.handle,
            known.person.ref,
            told.all_copies,
            told.all_takedowns,
            judging,
            destroyed,
            unseen,
            silent,
        )


def _require(who: Acting, act: Act) -> None:
    refusal = who.refusal(act)
    if refusal:
        raise NotAllowed(refusal)


def _words(status: str, given_by: str, method: str) -> tuple[ConsentStatus, str, str]:
    said = {one.value: one for one in ConsentStatus}.get(status)
    speaker, how = " ".join(given_by.split()), " ".join(method.split())
    if said is None:
        raise RegisterError("Say what was said: granted, refused or withdrawn.")
    if not speaker or not how:
        raise RegisterError("Say who said it, and how it was said. Nothing was changed.")
    return said, speaker, how


def _last_day(until: date | None, status: ConsentStatus, today: date) -> date | None:
    """A last day belongs to a yes only; a no has none."""
    if status is not ConsentStatus.GRANTED or until is None:
        return None
    if until < today:
        raise RegisterError("The last day has passed already. Nothing was changed.")
    return until


def _require_known(site: Site, channels: Iterable[str]) -> None:
    try:
        require_channels(site, channels)
    except SettingsError as error:
        raise RegisterError(str(error)) from error
