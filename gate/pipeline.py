"""The way of one photo through the stages, from its bytes to a judgement with its copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from gate.arrays import Pixels, Vectors
from gate.calibration import in_force
from gate.copies import Copier, Seen, StillMatched
from gate.decide import Rules, decide
from gate.errors import EngineError, LoadRefused
from gate.find import find
from gate.inherit import inherit
from gate.kindred import Kindred
from gate.load import load
from gate.match import Matcher
from gate.permitted import permitted
from gate.policy import Basis, Engines, Policy
from gate.population import shipped_population
from gate.ports import Clock, Register, StatementBook
from gate.second_look import SecondLook, second_look
from gate.statements import Said, Word, place, with_landmarks
from gate.stopwatch import Stopwatch
from gate.values import (
    CLOCKS_DIFFER,
    RELEASING,
    Channel,
    Decision,
    Face,
    Gallery,
    Judgement,
    Kinship,
    Match,
    Outcome,
    Reason,
    RegisterSnapshot,
    Rendition,
    Second,
    Thresholds,
    Verdict,
    Versions,
    day_of,
)

READ_FROM = 20.0
"""Height in inspected pixels from which a face is read; below it nobody is recognised."""

_CLOCK_IS_WRONG = (
    "This computer's clock is behind the last change of the register. On an earlier day newer "
    "restrictions would not hold yet and ended permissions would still count: set the clock right."
)


@dataclass(frozen=True)
class _Known:
    """The register as it is used on one day: who may be matched, and how."""

    snapshot: RegisterSnapshot
    on: date
    matcher: Matcher

    @property
    def thresholds(self) -> Thresholds:
        """Those in force."""
        return self.matcher.thresholds


@dataclass(frozen=True)
class _File:
    """A dropped file: its SHA-256, its bytes, and what people said about it."""

    photo: str
    data: bytes
    said: Sequence[Word]


class Gate:
    """Judges photos; holds the models and the last seen register, nothing of any photo."""

    def __init__(  # noqa: PLR0913 - filled in where everything is wired
        self,
        policy: Policy,
        engines: Engines,
        register: Register,
        clock: Clock,
        *,
        software: str,
        statements: StatementBook | None = None,
        kindred: Kindred | None = None,
    ) -> None:
        self._kindred = kindred
        self._policy = policy
        self._engines = engines
        self._register = register
        self._clock = clock
        self._software = software
        self._statements = statements
        self._known: _Known | None = None
        self._second: tuple[_Known, SecondLook | None] | None = None

    def judge(
        self,
        photo: str,
        data: bytes,
        *,
        with_copies: bool = True,
        said: Sequence[Word] | None = None,
    ) -> Judgement:
        """Judge the file with these bytes for every channel, on today's permissions.

        ``photo`` is the SHA-256 of ``data``. ``said`` takes the place of what people are on record
        to have said about it. Raises RegisterUnreachable: without the register nothing is judged,
        and the photo waits.
        """
        known = self._current()
        if said is None:
            said = self._statements.about(photo) if self._statements else ()
        judgement = self._judge(_File(photo, data, said), known, with_copies=with_copies)
        return replace(judgement, statements=tuple(one.id for one in said))

    def _judge(self, file: _File, known: _Known, *, with_copies: bool) -> Judgement:
        versions = Versions(
            self._software, self._policy.version, self._engines.version, known.snapshot.revision
        )
        policy = replace(self._policy, thresholds=known.thresholds)
        basis = Basis(policy, known.on, versions)
        if (age := self._age(known.snapshot)) is None or age > self._policy.register_max_age:
            return basis.blocked(file.photo, Reason.REGISTER_STALE)
        if age < -CLOCKS_DIFFER:
            return basis.blocked(file.photo, Reason.REGISTER_STALE, _CLOCK_IS_WRONG)
        try:
            return self._look(file, known, basis, with_copies=with_copies)
        except LoadRefused as error:
            reason, detail = error.reason, error.detail
        except EngineError as error:
            reason, detail = Reason.ENGINE_FAILED, str(error)
        except MemoryError:
            reason, detail = Reason.OUT_OF_MEMORY, ""
        return basis.blocked(file.photo, reason, detail)

    def _look(self, file: _File, known: _Known, basis: Basis, *, with_copies: bool) -> Judgement:
        watch = Stopwatch()
        with watch("load"):
            picture = load(file.data, self._policy.limits, long_edge=self._policy.inspect_edge)
        with watch("find"):
            found, search = find(picture.pixels, self._engines.finder)
            by_people = self._engines.reader is None
            placed = place(found, file.said, scale=picture.scale, names_needed=by_people)
            faces = placed.faces
        with watch("read"):
            # Weak ones too: never shown themselves, they may veto, or claim whom another one is.
            readable = [face.box.h >= READ_FROM for face in faces]
            vectors = self._read(picture.pixels, faces, readable)
        with watch("match"):
            matches = known.matcher.match(vectors, readable)
        second = self._second_look(known)
        with watch("decide"):
            decisions = self._decide(faces, matches, self._rules(known), placed.said)
        if second is not None:
            with watch("read again"):
                matches = second.matches(picture.pixels, faces, matches, decisions)
            with watch("decide"):
                rules = self._rules(known, second.rule)
                decisions = self._decide(faces, matches, rules, placed.said)
        kinship: Kinship | None = None
        if self._kindred is not None:
            with watch("alike"):
                kinship = self._kindred.of(file.photo, picture, faces)
                decisions = inherit(decisions, kinship.barred)
        renditions: tuple[Rendition, ...] = ()
        if with_copies:
            seen = Seen(picture.pixels, faces, vectors, matches, placed.aside)
            copier = Copier(self._engines.finder, self._engines.reader, known.matcher, watch)
            decisions, renditions = self._copies(seen, decisions, copier)
        return Judgement(
            file.photo,
            picture.width,
            picture.height,
            known.on,
            basis.versions,
            known.thresholds,
            tuple(decisions),
            tuple(face.scaled(1 / picture.scale) for face in faces),
            matches,
            replace(search, smallest=search.smallest / picture.scale),
            renditions,
            seconds=watch.seconds,
            second=second.rule if second is not None else None,
            kinship=kinship,
        )

    def _decide(
        self, faces: Sequence[Face], matches: Sequence[Match], rules: Rules, said: Said
    ) -> list[Decision]:
        return [decide(faces, matches, channel, rules, said) for channel in self._policy.channels]

    def _second_look(self, known: _Known) -> SecondLook | None:
        """The second reader as the register is now. Raises EngineError when it is missing."""
        if self._second is None or self._second[0] is not known:
            policy, reader = self._policy, self._engines.second
            made = second_look(policy.second, reader, known.snapshot, policy.channels, known.on)
            self._second = known, made
        return self._second[1]

    def _read(self, pixels: Pixels, faces: Sequence[Face], readable: Sequence[bool]) -> Vectors:
        """One row per face; rows of faces that cannot be read are zero."""
        reader = self._engines.reader
        if reader is None:
            # Nobody is compared with anybody: there is nothing to compare.
            return np.zeros((len(faces), 0), np.float32)
        vectors: Vectors = np.zeros((len(faces), reader.dimension), np.float32)
        wanted = [number for number, yes in enumerate(readable) if yes]
        vectors[wanted] = reader.read(pixels, [with_landmarks(faces[n]) for n in wanted])
        return vectors

    def _copies(
        self, seen: Seen, decisions: Sequence[Decision], copier: Copier
    ) -> tuple[list[Decision], tuple[Rendition, ...]]:
        """The decisions as they stand after copying, and the copies in the order of channels."""
        alike: dict[tuple[tuple[int, ...], str, bool], list[Channel]] = {}
        for channel, decision in zip(self._policy.channels, decisions, strict=True):
            if decision.verdict in RELEASING:
                visible = (Outcome.SHOWN, Outcome.NO_FACE)
                covered = (f.face for f in decision.faces if f.outcome not in visible)
                way = tuple(covered), channel.cover, channel.crop_covered
                alike.setdefault(way, []).append(channel)
        made: dict[str, Rendition] = {}
        failed: set[str] = set()
        for (numbers, *_), channels in alike.items():
            try:
                made |= {copy.channel: copy for copy in copier.copies_for(seen, numbers, channels)}
            except StillMatched:
                failed |= {channel.name for channel in channels}
        final = [
            replace(d, verdict=Verdict.BLOCK, reason=Reason.STILL_MATCHED)
            if d.channel in failed
            else d
            for d in decisions
        ]
        return final, tuple(made[d.channel] for d in final if d.channel in made)

    def _rules(self, known: _Known, second: Second | None = None) -> Rules:
        snapshot = known.snapshot
        return Rules(
            snapshot.people,
            snapshot.consents,
            snapshot.restrictions,
            known.thresholds,
            known.on,
            self._policy.leavers_may_be_shown,
            second,
        )

    def _age(self, snapshot: RegisterSnapshot) -> timedelta | None:
        """Time since the register was confirmed; None when it never was."""
        confirmed = snapshot.confirmed_at
        return None if confirmed is None else self._clock() - confirmed

    def _current(self) -> _Known:
        """The register as it is now; read again only when it changed or the day did."""
        today = day_of(self._clock())
        known = self._known
        if (
            known is None
            or known.on != today
            or known.snapshot.revision != self._register.revision()
        ):
            snapshot = self._register.snapshot()
            gallery = permitted_gallery(snapshot, today)
            population = shipped_population(gallery.reader)
            thresholds = thresholds_in_force(self._policy, snapshot)
            matcher = Matcher(gallery, thresholds, population)
            known = self._known = _Known(snapshot, today, matcher)
        return known


def thresholds_in_force(policy: Policy, snapshot: RegisterSnapshot) -> Thresholds:
    """The thresholds to judge by: those of the newest calibration where it counts."""
    if policy.fpir is None:
        return policy.thresholds
    reader = snapshot.gallery.reader
    return in_force(policy.thresholds, snapshot.calibration, reader, policy.fpir)


def permitted_gallery(snapshot: RegisterSnapshot, on: date) -> Gallery:
    """The first reader's templates whose people have live biometric permission on this day."""
    return permitted(snapshot.gallery, snapshot, on)
