"""The way of one photo through the stages, from its bytes to a judgement with its copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from gate.arrays import Pixels, Vectors
from gate.copies import Copier, Seen, StillMatched
from gate.decide import Rules, decide
from gate.engine_names import engine_version
from gate.errors import EngineError, LoadRefused
from gate.find import INSPECT_EDGE, find
from gate.load import Limits, load
from gate.match import Matcher
from gate.permission import may_have_template
from gate.population import shipped_population
from gate.ports import Clock, FaceFinder, FaceReader, Register, StatementBook
from gate.statements import Statement, place, with_landmarks
from gate.stopwatch import Stopwatch
from gate.values import (
    Channel,
    Decision,
    Face,
    Gallery,
    Judgement,
    Outcome,
    Reason,
    RegisterSnapshot,
    Rendition,
    Thresholds,
    Verdict,
    Versions,
    day_of,
)

READ_FROM = 20.0
"""Height in inspected pixels from which a face is read; below it nobody is recognised."""

_CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clocks of two computers that share a register may be apart."""

_CLOCK_IS_WRONG = (
    "This computer's clock is behind the last change of the register. On an earlier day newer "
    "restrictions would not hold yet and ended permissions would still count: set the clock right."
)


@dataclass(frozen=True)
class Policy:
    """What the settings of a site say about judging; ``version`` names this very content."""

    channels: tuple[Channel, ...]
    thresholds: Thresholds
    version: str
    limits: Limits = field(default_factory=Limits)
    leavers_may_be_shown: bool = False
    register_max_age: timedelta = timedelta(days=400)

    @property
    def inspect_edge(self) -> int:
        """Longest side at which photos are searched: that of the largest copy, or more."""
        return max(INSPECT_EDGE, *(channel.max_edge for channel in self.channels), 0)


@dataclass(frozen=True)
class Engines:
    """The models in use; without a reader no face is ever compared, and people name the faces."""

    finder: FaceFinder
    reader: FaceReader | None

    @property
    def version(self) -> str:
        """Both models in one line."""
        return engine_version(self.finder.version, self.reader.version if self.reader else "")


@dataclass(frozen=True)
class Basis:
    """What a judgement rests on: the policy, the day, and the versions of everything."""

    policy: Policy
    on: date
    versions: Versions

    def blocked(self, photo: str, reason: Reason, detail: str = "") -> Judgement:
        """The judgement on a photo that could not be looked at: blocked on every channel."""
        decisions = tuple(
            Decision(channel.name, Verdict.BLOCK, reason) for channel in self.policy.channels
        )
        thresholds = self.policy.thresholds
        return Judgement(photo, 0, 0, self.on, self.versions, thresholds, decisions, detail=detail)


@dataclass(frozen=True)
class _Known:
    """The register as it is used on one day: who may be matched, and how."""

    snapshot: RegisterSnapshot
    on: date
    matcher: Matcher


@dataclass(frozen=True)
class _File:
    """A dropped file: its SHA-256, its bytes, and what people said about it."""

    photo: str
    data: bytes
    said: Sequence[Statement]


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
    ) -> None:
        self._policy = policy
        self._engines = engines
        self._register = register
        self._clock = clock
        self._software = software
        self._statements = statements
        self._known: _Known | None = None

    def judge(
        self,
        photo: str,
        data: bytes,
        *,
        with_copies: bool = True,
        said: Sequence[Statement] | None = None,
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
        basis = Basis(self._policy, known.on, versions)
        if (age := self._age(known.snapshot)) is None or age > self._policy.register_max_age:
            return basis.blocked(file.photo, Reason.REGISTER_STALE)
        if age < -_CLOCKS_DIFFER:
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
        with watch("decide"):
            decisions = [
                decide(faces, matches, channel, self._rules(known), placed.said)
                for channel in self._policy.channels
            ]
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
            self._policy.thresholds,
            tuple(decisions),
            tuple(face.scaled(1 / picture.scale) for face in faces),
            matches,
            replace(search, smallest=search.smallest / picture.scale),
            renditions,
            seconds=watch.seconds,
        )

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
            if decision.verdict in (Verdict.APPROVE, Verdict.BLUR):
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

    def _rules(self, known: _Known) -> Rules:
        snapshot = known.snapshot
        return Rules(
            snapshot.people,
            snapshot.consents,
            snapshot.restrictions,
            self._policy.thresholds,
            known.on,
            self._policy.leavers_may_be_shown,
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
            matcher = Matcher(gallery, self._policy.thresholds, population)
            known = self._known = _Known(snapshot, today, matcher)
        return known


def permitted_gallery(snapshot: RegisterSnapshot, on: date) -> Gallery:
    """The templates whose people have live biometric permission on this day."""
    gallery = snapshot.gallery
    rows = [
        row
        for row, person in enumerate(gallery.people)
        if may_have_template(snapshot.biometrics.get(person, ()), on)
    ]
    return Gallery(
        tuple(gallery.people[row] for row in rows),
        gallery.vectors[rows],
        tuple(gallery.references[row] for row in rows),
        gallery.reader,
    )
